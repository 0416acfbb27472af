"""The public wire contract as data, and the API of the neighbouring suite."""

import json
from pathlib import Path
from typing import Any

from tests.api.conftest import api, api_server, login_tries, others, repository

__all__ = ["api", "api_server", "login_tries", "others", "repository"]

DATA = Path(__file__).with_name("data")


def contract(name: str) -> Any:
    """``types``, ``errors`` or ``endpoints``."""
    return json.loads((DATA / f"{name}.json").read_text())
