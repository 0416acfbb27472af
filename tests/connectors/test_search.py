"""Searching over both databases."""

from typing import Any

import pytest

from connectory.auth import Project
from connectory.auth.store import create_organization, create_project
from connectory.connectors import searching, store
from connectory.connectors.model import (
    Build,
    Connector,
    ConnectorStagedDraft,
    Creator,
    IntegrationType,
    Repository,
    Source,
)
from connectory.connectors.progress import published, released
from connectory.connectors.search import Search, words
from connectory.connectors.update import create
from connectory.database import Database
from connectory.wire import replace

BUILD = Build("c" * 40, "t" * 40, ())
PSP, TAX, EMAIL = IntegrationType.PSP, IntegrationType.TAX, IntegrationType.EMAIL


class Market:
    """Connectors of one organization, looked for from three Projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

        def work(connection: Any) -> tuple[Project, Project, Project]:
            here = create_organization(connection, "here", "Here")
            there = create_organization(connection, "there", "There")
            return (
                create_project(connection, Project("own", here.id, "europe-west1.gcp", False)),
                create_project(connection, Project("guest", there.id, "europe-west1.gcp", False)),
                create_project(connection, Project("nobody", there.id, "europe-west1.gcp", False)),
            )

        self.own, self.guest, self.nobody = database.write_blocking(work)

    def publish(
        self,
        key: str,
        name: str,
        description: str = "",
        *,
        types: tuple[IntegrationType, ...] = (PSP,),
        company: str | None = None,
        public: bool = True,
        projects: tuple[str, ...] = (),
    ) -> Connector:
        wanted = ConnectorStagedDraft(
            key=key,
            name=name,
            description=description,
            integration_types=types,
            creator=Creator(email="a@b.de", company=company),
            repository=Repository(url="https://x/y.git", tag="1"),
            private_projects=projects,
        )
        staged = create(f"00000000-0000-0000-0000-{abs(hash(key)) % 10**12:012}", wanted, NONE)

        def work(connection: Any) -> Connector:
            store.insert_staged(connection, staged, self.own, "c" * 40)
            return self._release(connection, staged.id, public)

        return self._database.write_blocking(work)

    def again(self, connector: Connector) -> Connector:
        return self._database.write_blocking(
            lambda c: self._release(c, connector.id, not connector.private)
        )

    def _release(self, connection: Any, id_: str, public: bool) -> Connector:
        before = store.staged_with_id(connection, id_).staged
        staged = replace(published(before), private=not public)
        version = store.next_version(connection, id_)
        connector = released(staged, version, certified=public)
        store.insert_connector(connection, connector, self.own.organization_id, BUILD)
        store.save_staged(connection, staged, expected=before.version)
        return connector

    def open_to(self, connector: Connector, *projects: str) -> None:
        def work(connection: Any) -> None:
            before = store.staged_with_id(connection, connector.id).staged
            staged = replace(before, version=before.version + 1, private_projects=projects)
            store.save_staged(connection, staged, expected=before.version)

        self._database.write_blocking(work)

    def found(self, project: Project | None = None, **asked: Any) -> list[str]:
        return self.page(project, **asked)[0]

    def page(self, project: Project | None = None, **asked: Any) -> tuple[list[str], int]:
        import msgspec

        selection = self._database.read_blocking(
            lambda c: store.search_connectors(c, Search(**asked), project or self.nobody)
        )
        rows = [msgspec.json.decode(one, type=Connector) for one in selection.documents]
        return [str(one.key) for one in rows], selection.total

    def write(self, work: Any) -> None:
        self._database.write_blocking(work)


NONE = Source("c" * 40, (), None, None)


@pytest.fixture
def market(database: Database) -> Market:
    return Market(database)


def test_words_have_no_case_no_accents_and_no_punctuation() -> None:
    assert words("Café-Straße: PAY_pal (2.0) pay") == ["cafe", "strasse", "pay", "pal", "2", "0"]
    assert words("支払い ﬁx") == ["支払い", "fix"]
    assert words("!!! --") == []


def test_all_words_must_be_there_in_name_or_description(market: Market) -> None:
    market.publish("stripe", "Stripe Payments", "Cards and wallets")
    market.publish("adyen", "Adyen", "Payments with cards")
    market.publish("mail", "Mailer", "Sends mail")
    assert market.found(text="cards") == ["adyen", "stripe"]
    assert market.found(text="cards wallets") == ["stripe"]
    assert market.found(text="PÁY") == ["stripe", "adyen"]
    assert market.found(text="CÁRDS, pay") == ["adyen", "stripe"]
    assert market.found(text="ayments") == []
    assert market.found(text="!!!") == []
    assert market.found(text='" OR (') == []
    assert market.found(text="' & ! | :* \0") == []


@pytest.mark.parametrize("few", [0, 2, searching.FEW])
def test_a_name_counts_more_than_a_description_then_the_newest_is_first(
    market: Market, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    # many matches are ranked by the index, few of them here
    monkeypatch.setattr(searching, "FEW", few)
    market.publish("one", "Tax one")
    market.publish("two", "Something", "about tax")
    market.publish("three", "Tax three")
    market.publish("four", "Other", "taxes")
    assert market.found(text="tax") == ["three", "one", "four", "two"]
    pages = [market.found(text="tax", limit=1, offset=number) for number in range(5)]
    assert pages == [["three"], ["one"], ["four"], ["two"], []]
    assert market.page(text="tax", limit=3, offset=1) == (["one", "four", "two"], 4)
    assert market.page(text="tax", limit=0) == ([], 4)


def test_only_the_latest_version_is_found_and_is_the_newest(market: Market) -> None:
    first = market.publish("first", "Connector")
    market.publish("second", "Connector")
    assert market.found() == ["second", "first"]
    market.again(first)
    assert market.page() == (["first", "second"], 2)


def test_filters_narrow(market: Market) -> None:
    a = market.publish("ka", "A", types=(PSP, TAX), company="Müller AG")
    b = market.publish("kb", "B", types=(EMAIL,), company="Other")
    assert market.found(integration_types=(TAX,)) == ["ka"]
    assert market.found(integration_types=(TAX, EMAIL)) == ["kb", "ka"]
    assert market.found(company="müller ag") == ["ka"]
    assert market.found(company="müller") == []
    assert market.found(company="") == []
    assert market.found(keys=("ka", "kb", "kc")) == ["kb", "ka"]
    assert market.found(ids=(a.id,)) == ["ka"]
    assert market.found(ids=(a.id, b.id), integration_types=(EMAIL,)) == ["kb"]
    assert market.found(ids=("x' OR 1=1 --",)) == []


def test_private_ones_are_found_by_their_organization_and_listed_projects(market: Market) -> None:
    secret = market.publish("secret", "Secret", public=False)
    market.publish("public", "Public")
    assert market.found(market.own) == ["public", "secret"]
    assert market.found(market.guest) == ["public"]
    market.open_to(secret, market.guest.identifier)
    assert market.found(market.guest) == ["public", "secret"]
    assert market.found(market.guest, private=True) == ["secret"]
    assert market.found(market.own, private=True) == ["secret"]
    assert market.found(market.nobody, private=True) == []
    market.open_to(secret)
    assert market.found(market.guest) == ["public"]


def test_an_unlisted_one_is_found_by_its_organization_only(market: Market) -> None:
    connector = market.publish("gone", "Gone")
    market.write(lambda c: store.unlist_connector(c, connector.id))
    assert market.found(market.nobody) == []
    assert market.found(market.own) == ["gone"]


def test_what_is_deleted_is_not_found(market: Market) -> None:
    connector = market.publish("gone", "Gone")
    market.write(lambda c: store.delete_staged(c, connector.id))
    assert market.page(market.own) == ([], 0)


def test_sorting_replaces_the_ranking(market: Market) -> None:
    for key, name in (("kb", "Two"), ("ka", "One"), ("kc", "Three")):
        market.publish(key, name, "words")
    assert market.found(text="words", order=(("name", False),)) == ["ka", "kc", "kb"]
    assert market.found(order=(("key", True),)) == ["kc", "kb", "ka"]
    assert market.found(order=(("created_at", False), ("key", False)), limit=1, offset=1) != []


def test_a_name_with_a_zero_character_is_kept(market: Market) -> None:
    connector = market.publish("zero", "Ze\0ro")
    assert market.found(ids=(connector.id,)) == ["zero"]
