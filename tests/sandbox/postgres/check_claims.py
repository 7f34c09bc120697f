"""`test_claims` once more, with the book in PostgreSQL: `make postgres`."""

from tests.sandbox.test_claims import *  # noqa: F403 the very same tests
