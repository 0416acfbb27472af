"""Which sites are kept, in both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectory.database import Database, open_database
from connectory.hosting.sites.store import (
    artifacts_in_use,
    forget_sites,
    keep_site,
    mark_serving,
    site_of,
)

LATER = "2999-01-01T00:00:00.000Z"
ONE, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    opened = open_database(url, tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def sites(any_database: Database) -> Database:
    any_database.write_blocking(lambda c: keep_site(c, "a" * 64, "one", ONE))
    any_database.write_blocking(lambda c: keep_site(c, "a" * 64, "other", ONE))
    any_database.write_blocking(lambda c: keep_site(c, "b" * 64, "one", OTHER))
    return any_database


def test_a_site_is_found_by_what_it_is_made_of(sites: Database) -> None:
    assert sites.read_blocking(lambda c: site_of(c, "a" * 64)) == ONE
    assert sites.read_blocking(lambda c: site_of(c, "b" * 64)) == OTHER
    assert sites.read_blocking(lambda c: site_of(c, "c" * 64)) is None
    sites.write_blocking(lambda c: keep_site(c, "b" * 64, "one", ONE))
    assert sites.read_blocking(lambda c: site_of(c, "b" * 64)) == ONE


def test_what_is_served_is_kept(sites: Database) -> None:
    sites.write_blocking(lambda c: mark_serving(c, "one", ONE))
    sites.write_blocking(lambda c: mark_serving(c, "one", OTHER))
    sites.write_blocking(lambda c: forget_sites(c, LATER))
    assert sites.read_blocking(artifacts_in_use) == {OTHER}
    sites.write_blocking(lambda c: mark_serving(c, "one", None))
    sites.write_blocking(lambda c: forget_sites(c, LATER))
    assert sites.read_blocking(artifacts_in_use) == frozenset()


def test_what_was_used_lately_is_kept(sites: Database) -> None:
    sites.write_blocking(lambda c: forget_sites(c, "2000-01-01T00:00:00.000Z"))
    assert sites.read_blocking(artifacts_in_use) == {ONE, OTHER}
