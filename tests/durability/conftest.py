"""A platform to be killed, on a data directory of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.durability.orphans import foster_parent
from tests.durability.platform import Platform
from tests.ports import ports


@pytest.fixture
def platform() -> Iterator[Platform]:
    """Running and logged in. What is left of it afterwards is ended."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    directory = Path(tempfile.mkdtemp(prefix="connectory-durability-", dir="/tmp"))
    with foster_parent(), ports() as block:
        running = Platform(directory, home / "connectory-tests" / "toolchains", block)
        try:
            running.start()
            running.log_in()
            yield running
        finally:
            running.end()
            shutil.rmtree(directory, ignore_errors=True)
