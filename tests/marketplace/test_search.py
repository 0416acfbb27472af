"""What everyone finds, in both databases."""

from typing import Any

import pytest
from tests.marketplace.samples import Market, shown

from connectory.connectors import searching
from connectory.connectors.model import Creator, IntegrationType
from connectory.connectors.search import Search
from connectory.connectors.searching import BY_NAME
from connectory.connectors.store import delete_staged
from connectory.marketplace.cards import LONGEST_TEASER, cards, teaser
from connectory.regions import Region

EUROPE, AMERICA = Region.EUROPE_WEST1_GCP, Region.US_CENTRAL1_GCP


def names(market: Market, **asked: Any) -> list[str]:
    found = market.database.read_blocking(lambda c: cards(c, Search(**asked)))
    assert found.total >= len(found.cards)
    return [one.name for one in found.cards]


def by(company: str | None) -> Creator:
    return Creator(email="ada@example.org", company=company)


def test_only_what_is_public_and_listed_is_found_in_its_latest_version(market: Market) -> None:
    market.publish("Private", public=False, certified=False)
    gone = market.publish("Unlisted")
    market.unlist(gone)
    twice = market.publish("Twice")
    market.publish("Once")
    market.again(twice, name="Twice again")
    assert names(market) == ["Twice again", "Once"]


def test_what_becomes_private_again_or_is_deleted_is_gone(market: Market) -> None:
    one, other = market.publish("One"), market.publish("Other")
    market.unlist(one)
    market.again(one, public=False)
    market.database.write_blocking(lambda c: delete_staged(c, other.id))
    assert names(market) == []


def test_what_is_listed_again_is_found_again(market: Market) -> None:
    one = market.publish("One")
    market.unlist(one)
    assert names(market) == []
    market.again(one)
    assert names(market) == ["One"]


def test_words_of_the_name_come_before_words_of_the_description(market: Market) -> None:
    market.publish("Avalara", "Tax for orders")
    market.publish("Tax hub", "For orders")
    market.publish("Mailer", "Sends mail")
    assert names(market, text="tax") == ["Tax hub", "Avalara"]
    assert names(market, text="ORD ta") == ["Tax hub", "Avalara"]
    assert names(market, text="tax", order=(("number", True),)) == ["Tax hub", "Avalara"]
    assert names(market, text="nothing") == []
    assert names(market, text="'\"; DROP --*") == []


def test_the_creator_is_found_by_words_of_the_company(market: Market) -> None:
    market.publish("A", creator=by("Müller & Söhne AG"))
    market.publish("B", creator=by("Acme Payments"))
    market.publish("C", creator=by(None))
    assert names(market, creator="muller") == ["A"]
    assert names(market, creator="söhne MÜLL") == ["A"]
    assert names(market, creator="acme pay") == ["B"]
    assert names(market, creator="!!") == []
    assert names(market, creator=" ") == ["C", "B", "A"]
    # a company is no word of the name
    assert names(market, text="acme") == []


def test_a_region_finds_what_can_be_deployed_there(market: Market) -> None:
    market.publish("Everywhere")
    market.publish("Europe", supported_regions=(EUROPE,))
    market.publish("Both", supported_regions=(EUROPE, AMERICA))
    assert names(market, regions=(AMERICA,)) == ["Both", "Everywhere"]
    assert names(market, regions=(EUROPE,)) == ["Both", "Europe", "Everywhere"]
    assert names(market, regions=(Region.US_EAST_2_AWS,)) == ["Everywhere"]
    assert names(market, regions=(Region.US_EAST_2_AWS, AMERICA)) == ["Both", "Everywhere"]


def test_types_and_certification_narrow(market: Market) -> None:
    market.publish("Tax", integration_types=(IntegrationType.TAX, IntegrationType.ERP))
    market.publish("Mail", integration_types=(IntegrationType.EMAIL,), certified=False)
    assert names(market, integration_types=(IntegrationType.ERP,)) == ["Tax"]
    assert names(market, certified=True) == ["Tax"]
    assert names(market, certified=False) == ["Mail"]
    both = (IntegrationType.EMAIL, IntegrationType.TAX)
    assert names(market, integration_types=both, text="m", regions=(EUROPE,)) == ["Mail"]


@pytest.mark.parametrize("most", [0, 3])
def test_names_are_sorted_without_case_and_accents(
    market: Market, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    # when most match, the index is walked; else what matches is sorted
    monkeypatch.setattr(searching, "MOST", most)
    for name in ("beta", "Alpha", "gamma", "Beta", "Äther", "!!"):
        market.publish(name)
    market.publish("Private", public=False)
    market.unlist(market.publish("Gone"))
    assert names(market, order=BY_NAME) == ["!!", "Alpha", "Äther", "beta", "Beta", "gamma"]
    assert names(market, order=BY_NAME, limit=2, offset=3) == ["beta", "Beta"]
    assert names(market, order=BY_NAME, regions=(EUROPE,), offset=5) == ["gamma"]
    assert names(market, order=BY_NAME, text="beta") == ["beta", "Beta"]


def test_a_card_shows_the_logo_of_the_listed_commit_only(market: Market) -> None:
    one = market.publish("One", present=shown())
    market.publish("None", present=shown(logo=None))
    found = market.database.read_blocking(lambda c: cards(c, Search()))
    assert [card.logo for card in found.cards] == [None, "5" * 64]
    market.again(one)
    found = market.database.read_blocking(lambda c: cards(c, Search(ids=(one.id,))))
    assert [card.logo for card in found.cards] == [None]


@pytest.mark.parametrize("length", [1, LONGEST_TEASER, LONGEST_TEASER + 1, 20_000])
def test_a_teaser_is_short(length: int) -> None:
    for text in ("word " * length, "x" * length, "\n" * length):
        assert len(teaser(text)) <= LONGEST_TEASER + 1
    assert teaser("  a \n b ") == "a b"
    assert teaser("word " * 200).endswith("word…")
