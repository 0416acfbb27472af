"""Everything a page shows, read from both databases."""

import uuid

import pytest
from sqlalchemy import Connection, func, insert, select
from tests.marketplace.samples import SPECIFICATION, SVG, Market, applications, commit, shown

from connectory.certification.certificates import certificates
from connectory.connectors.model import Connector, Creator, Repository
from connectory.errors import ResourceNotFoundError
from connectory.events import DraftDeleted
from connectory.marketplace.listings import listing, logo
from connectory.marketplace.model import ListedCertificate, Listing, Readme
from connectory.marketplace.presentation import connector_presentations, forget, keep
from connectory.reactions import react


def page(market: Market, connector: Connector) -> Listing:
    return market.database.read_blocking(lambda c: listing(c, id=connector.id))


def kept(market: Market) -> int:
    counted = select(func.count()).select_from(connector_presentations)
    return market.database.read_blocking(lambda c: c.execute(counted).scalar_one())


def test_it_shows_what_is_needed_and_what_runs(market: Market) -> None:
    connector = market.publish("Tax", "Brings tax", present=shown())
    found = page(market, connector)
    assert found == market.database.read_blocking(lambda c: listing(c, key=connector.key))
    assert found.scopes == ("manage_orders",)
    assert found.global_configuration is not None
    assert [one.key for one in found.configurations[0].secured_configuration] == ["TOKEN"]
    assert [(one.name, one.schedule) for one in found.applications] == [
        ("service", None),
        ("nightly", "0 3 * * *"),
    ]
    assert found.applications[0].sbom == f"/platform/connectors/{connector.id}/sboms/service.json"
    assert found.repository == "https://github.com/acme/tax"
    assert found.readme == Readme(path="README.md", html="<h3>Hello</h3>")
    assert found.findings is not None
    assert found.logo == "5" * 64


def test_what_nothing_was_kept_of_is_shown_without_it(market: Market) -> None:
    found = page(market, market.publish())
    assert (found.readme, found.logo, found.findings, found.certificate) == (None,) * 4


def test_readme_and_logo_are_those_of_the_listed_commit(market: Market) -> None:
    one = market.publish(present=shown())
    market.again(one)
    assert page(market, one).readme is None
    with pytest.raises(ResourceNotFoundError):
        market.database.read_blocking(lambda c: logo(c, one.id))
    market.again(one, present=shown(readme=Readme(path="README.md", html="<p>New</p>")))
    found = page(market, one).readme
    assert found is not None
    assert found.html == "<p>New</p>"
    assert market.database.read_blocking(lambda c: logo(c, one.id)).content == SVG


def test_a_readme_is_sanitized_by_the_rules_of_today(market: Market) -> None:
    html = "<p onclick='x()'>Hi<script>alert(1)</script></p>"
    one = market.publish(present=shown(readme=Readme(path="README.md", html=html)))
    found = page(market, one).readme
    assert found is not None
    assert found.html == "<p>Hi</p>"


def test_only_the_published_and_the_latest_commit_are_kept(market: Market) -> None:
    one = market.publish(present=shown())

    def look(connection: Connection) -> None:
        for number in (90, 91, 92, 92):
            keep(connection, one.id, commit(number), shown())

    market.database.write_blocking(look)
    assert kept(market) == 2
    found = page(market, one)
    assert found.readme is not None
    other = market.publish(present=shown())
    market.database.write_blocking(lambda c: react(c, [DraftDeleted(one.id)]))
    assert kept(market) == 1
    market.database.write_blocking(lambda c: forget(c, DraftDeleted(other.id)))
    assert kept(market) == 0


def test_unlisted_private_and_unknown_ones_have_no_page(market: Market) -> None:
    unlisted = market.publish(present=shown())
    market.unlist(unlisted)
    private = market.publish(public=False, present=shown())
    for id_ in (unlisted.id, private.id, str(uuid.uuid4())):
        with pytest.raises(ResourceNotFoundError):
            market.database.read_blocking(lambda c, i=id_: listing(c, id=i))  # type: ignore[misc]
        with pytest.raises(ResourceNotFoundError):
            market.database.read_blocking(lambda c, i=id_: logo(c, i))  # type: ignore[misc]
    with pytest.raises(ResourceNotFoundError):
        market.database.read_blocking(lambda c: listing(c, key=private.key))


def test_versions_are_the_public_ones_with_what_they_change(market: Market) -> None:
    one = market.publish(public=False, specification=SPECIFICATION.replace("MODE", "SECRET_MODE"))
    market.again(one)
    market.again(one, public=False, specification=SPECIFICATION.replace("MODE", "HIDDEN"))
    fewer = SPECIFICATION.replace("[manage_orders]", "[view_orders]")
    market.again(one, specification=fewer, running=applications("service"))
    found = page(market, one).versions
    assert [each.version for each in found] == [4, 2]
    latest, first = found
    assert first.changes is None
    assert latest.changes is not None
    assert [(c.name, c.change) for c in latest.changes.applications] == [("nightly", "Removed")]
    assert latest.changes.configuration == ()
    assert latest.changes.scopes_added == ("view_orders",)


def test_a_certificate_belongs_to_the_listed_version(market: Market) -> None:
    one = market.publish()
    row = insert(certificates).values(
        review_id=str(uuid.uuid4()),
        connector_id=one.id,
        connector_version=one.version,
        number=7,
        issued_at="2026-11-23T11:00:00.000Z",
        grounds="{}",
    )
    market.database.write_blocking(lambda c: c.execute(row))
    assert page(market, one).certificate == ListedCertificate(
        number=7,
        issued_at="2026-11-23T11:00:00.000Z",
        commit=page(market, one).commit,
        reviewer="reviewer",
        document=f"/platform/connectors/{one.id}/certificate.json",
    )
    market.again(one)
    assert page(market, one).certificate is None


def test_contact_is_the_support_page_else_the_address(market: Market) -> None:
    def creator(url: str | None) -> Creator:
        return Creator(email="ada@example.org", name="Ada", title="Engineer", support_url=url)

    found = page(market, market.publish(creator=creator("https://help.example"))).creator
    assert (found.support_url, found.email) == ("https://help.example", None)
    for url in (None, "javascript:alert(1)", "mailto:x@y.de"):
        found = page(market, market.publish(creator=creator(url))).creator
        assert (found.support_url, found.email) == (None, "ada@example.org")


def test_addresses_that_are_none_are_not_shown(market: Market) -> None:
    connector = market.publish(
        documentation_url="javascript:alert(1)",
        repository=Repository(url="https://user:secret@git.example/x.git", tag="1"),
    )
    found = page(market, connector)
    assert (found.documentation_url, found.repository) == (None, None)
