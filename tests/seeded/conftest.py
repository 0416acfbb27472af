"""A bench with a real sandbox, and the advisories and compiled rules of the tests."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.publishing.conftest import kept, line

from connectory.advisories import update
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.check import Bench
from connectory.sandbox import Sandbox, SandboxSettings, SandboxUnavailable
from connectory.settings import Settings

__all__ = ["bench", "cache", "kept", "line"]

RECORDS = Path(__file__).parents[1] / "advisories/data"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> CheckCache:
    """Shared: what the engines find in a file is the same in every connector."""
    return CheckCache(tmp_path_factory.mktemp("cache"))


@pytest.fixture
async def bench(tmp_path: Path, cache: CheckCache) -> AsyncIterator[Bench]:
    try:
        sandbox = Sandbox.create(SandboxSettings(tmp_path / "sandbox", isolation="bubblewrap"))
    except SandboxUnavailable as reason:
        pytest.skip(str(reason))
    tools = os.environ.get("CONNECTORY_TEST_TOOLS", "/tmp/connectory-test-tools")
    settings = Settings(data=str(tmp_path / "data"), toolchains=tools)
    await update(settings.advisory_directory, str(RECORDS))
    await sandbox.start()
    yield Bench(sandbox, cache, settings)
    await sandbox.stop()
