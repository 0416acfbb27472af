"""The API over a real socket, as the tests of single endpoints use it."""

from tests.api.conftest import api_server, login_tries, repository

__all__ = ["api_server", "login_tries", "repository"]
