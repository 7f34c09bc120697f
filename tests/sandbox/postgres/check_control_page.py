"""`test_control_page` once more, with the book in PostgreSQL: `make postgres`."""

from tests.sandbox.test_control_page import *  # noqa: F403 the very same tests
