"""The API over a real socket, as the tests of single endpoints use it."""

import pytest
from tests.api.conftest import api_server, repository

__all__ = ["api_server", "repository"]


@pytest.fixture(scope="module")
def login_tries() -> int:
    """Wrong passwords are a part of what is sent: all are heard."""
    return 1_000_000
