"""Looking through drafts, in both databases."""

import functools
import uuid
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.api.released import build

from connectory.auth import Project
from connectory.connectors import store
from connectory.connectors.listing import Wanted, find_drafts, versions_of
from connectory.connectors.model import (
    ConnectorStaged,
    ConnectorStagedDraft,
    ConnectorStatus,
    Creator,
    IntegrationType,
    Repository,
    Source,
)
from connectory.connectors.progress import published, released
from connectory.connectors.update import create
from connectory.database import Database
from connectory.wire import replace

SOURCE = Source("c" * 40, (), None, None)
ORDER = (("name", False),)


def staged(name: str, key: str | None, *types: IntegrationType) -> ConnectorStaged:
    draft = ConnectorStagedDraft(
        key=key,
        name=name,
        integration_types=types or None,
        creator=Creator(email="ada@example.org"),
        repository=Repository(url="https://example.org/x.git", tag="1"),
    )
    return create(str(uuid.uuid4()), draft, SOURCE)


@pytest.fixture
def drafts(database: Database, project: Project) -> dict[str, ConnectorStaged]:
    made = {
        "tax": staged("Tax 100%", "tax-one", IntegrationType.TAX),
        "erp": staged("ERP\0 bridge", None, IntegrationType.ERP),
        "open": staged("Open", "open_one"),
    }
    made["open"] = replace(made["open"], private=False, status=ConnectorStatus.PUBLISHED)

    def work(connection: Connection) -> None:
        for one in made.values():
            store.insert_staged(connection, one, project, "c" * 40)

    database.write_blocking(work)
    return made


QUESTIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["ERP\0 bridge", "Open", "Tax 100%"]),
    ({"text": "TAX"}, ["Tax 100%"]),
    ({"text": "_ONE"}, ["Open"]),
    ({"text": "100%"}, ["Tax 100%"]),
    ({"text": "%"}, ["Tax 100%"]),
    ({"text": "bridge\0"}, ["ERP\0 bridge"]),
    ({"text": "'; --"}, []),
    ({"statuses": (ConnectorStatus.PUBLISHED, ConnectorStatus.FAILED)}, ["Open"]),
    ({"private": True, "integration_types": (IntegrationType.ERP,)}, ["ERP\0 bridge"]),
    ({"private": False}, ["Open"]),
]


def test_drafts_are_found(
    database: Database, project: Project, drafts: dict[str, ConnectorStaged]
) -> None:
    for asked, found in QUESTIONS:
        wanted = Wanted(project.organization_id, 20, 0, ORDER, **asked)
        page = database.read_blocking(functools.partial(find_drafts, wanted=wanted))
        assert [one.name for one in page.drafts] == found, asked
        assert page.total == len(found)


def test_nobody_finds_drafts_of_others(
    database: Database, drafts: dict[str, ConnectorStaged]
) -> None:
    wanted = Wanted(str(uuid.uuid4()), 20, 0, ORDER)
    assert database.read_blocking(lambda c: find_drafts(c, wanted)).total == 0


def test_versions_are_listed_the_newest_first(
    database: Database, project: Project, drafts: dict[str, ConnectorStaged]
) -> None:
    one = drafts["tax"]

    def work(connection: Connection) -> None:
        for version in (1, 2):
            made = released(published(one), version, certified=version == 2)
            store.insert_connector(connection, made, project.organization_id, build(version))

    database.write_blocking(work)
    found = database.read_blocking(lambda c: versions_of(c, one.id))
    assert [(each.version, each.certified) for each in found] == [(2, True), (1, False)]
    assert found[0].commit == build(2).commit
    assert database.read_blocking(lambda c: versions_of(c, drafts["erp"].id)) == ()
