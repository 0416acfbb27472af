"""A market in a database of each kind, and one over HTTP for each module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.conftest import repository as repository  # noqa: PLC0414 - a fixture
from tests.console.support import Browser, Site, serving
from tests.marketplace.samples import Market

from connectory.auth import Project
from connectory.auth.store import project_with_key
from connectory.database import Database


@pytest.fixture
def market(database: Database, project: Project) -> Market:
    return Market(database, project)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("data"), repository) as site:
        yield site


@pytest.fixture(scope="module")
def shop(site: Site) -> Market:
    """The market of the site."""
    project = site.database.read_blocking(lambda c: project_with_key(c, "demo"))
    assert project is not None
    return Market(site.database, project)


@pytest.fixture
def browser(site: Site) -> Iterator[Browser]:
    with site.browser() as browser:
        yield browser
