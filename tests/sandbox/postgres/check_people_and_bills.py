"""`test_people_and_bills` once more, with the book in PostgreSQL: `make postgres`."""

from tests.sandbox.test_people_and_bills import *  # noqa: F403 the very same tests
