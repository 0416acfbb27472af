"""One platform and one installation of the official clients for the whole session."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.parity.official import Cli, Official, install
from tests.parity.support import Platform, running_platform


@pytest.fixture(scope="session")
def cache() -> Path:
    """Downloads are kept between runs."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "connectory-tests"


@pytest.fixture(scope="session")
def official(cache: Path) -> Official:
    return install(cache)


@pytest.fixture(scope="session")
def platform(cache: Path) -> Iterator[Platform]:
    with running_platform(cache / "toolchains") as running:
        yield running


@pytest.fixture(scope="session")
def cli(official: Official, platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The official CLI, logged in."""
    made = Cli(official, platform, tmp_path_factory.mktemp("home"))
    made.log_in()
    return made
