"""`test_payments` once more, with the book in PostgreSQL: `make postgres`."""

from tests.sandbox.test_payments import *  # noqa: F403 the very same tests
