"""`test_services` once more, with the book in PostgreSQL: `make postgres`."""

from tests.sandbox.test_services import *  # noqa: F403 the very same tests
