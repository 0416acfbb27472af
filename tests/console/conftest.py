"""One platform for each module, without workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import tests.api.conftest as api
from tests.console.people import People
from tests.console.support import Site, serving

repository = api.repository


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("data"), repository) as site:
        yield site


@pytest.fixture(scope="module")
def people(site: Site) -> People:
    return People(site)
