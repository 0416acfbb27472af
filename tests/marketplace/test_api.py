"""``/platform/marketplace`` over HTTP, for whoever asks."""

import uuid
from typing import Any

import httpx
import pytest
from tests.console.support import Browser, Site
from tests.marketplace.samples import SVG, Market, shown

from connectory.connectors.model import IntegrationType
from connectory.regions import Region

API = "/platform/marketplace/connectors"


@pytest.fixture(scope="module")
def tax(shop: Market) -> Any:
    return shop.publish(
        "Duties API",
        "Brings duties to your shop",
        integration_types=(IntegrationType.TAX,),
        supported_regions=(Region.EUROPE_WEST1_GCP,),
        present=shown(),
    )


def get(browser: Browser, path: str, **query: str) -> httpx.Response:
    return browser.client.get(path, params=query)


def test_a_search_needs_no_token(browser: Browser, tax: Any) -> None:
    answer = get(browser, API, text="duties api", integrationTypes="tax", certified="true")
    assert answer.status_code == 200
    page = answer.json()
    assert (page["total"], page["count"], page["limit"], page["offset"]) == (1, 1, 20, 0)
    (card,) = page["results"]
    assert card["id"] == tax.id
    assert card["logo"] == "5" * 64
    assert card["creator"]["company"] == "Acme"
    assert card["supportedRegions"] == ["europe-west1.gcp"]


def test_filters_are_combined(browser: Browser, tax: Any) -> None:
    for query in ({"region": "us-east-2.aws"}, {"integrationTypes": "email"}, {"creator": "no"}):
        assert get(browser, API, text="duties api", **query).json()["total"] == 0
    found = get(browser, API, text="duties api", region="europe-west1.gcp", creator="acm")
    assert found.json()["total"] == 1


@pytest.mark.parametrize(
    "query",
    [
        {"region": "nowhere"}, {"integrationTypes": "no"}, {"certified": "maybe"},
        {"sort": "id"}, {"limit": "101"}, {"offset": "-1"}, {"limit": "x"},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(browser: Browser, query: dict[str, str]) -> None:
    answer = get(browser, API, **query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "InvalidQueryParam"


def test_a_page_can_be_read_by_id_and_by_key(browser: Browser, tax: Any) -> None:
    by_id = get(browser, f"{API}/{tax.id}")
    assert by_id.status_code == 200
    assert by_id.json() == get(browser, f"{API}/key={tax.key}").json()
    assert by_id.json()["readme"]["path"] == "README.md"


def test_the_api_of_the_page_says_nothing_that_is_not_public(browser: Browser, tax: Any) -> None:
    text = get(browser, f"{API}/{tax.id}").text
    for secret in ("privateProjects", "organizationId", "eval(body)", "src/a.ts"):
        assert secret not in text


def test_what_is_not_listed_is_not_there(browser: Browser, shop: Market) -> None:
    gone = shop.publish("Gone", present=shown())
    shop.unlist(gone)
    private = shop.publish("Private", public=False)
    paths = [gone.id, private.id, f"key={private.key}", str(uuid.uuid4()), f"{gone.id}/logo"]
    for path in paths:
        answer = get(browser, f"{API}/{path}")
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["code"] == "ResourceNotFound"
    assert get(browser, API, text="gone").json()["total"] == 0
    assert get(browser, API, text="private").json()["total"] == 0


def test_a_logo_cannot_run_anything(browser: Browser, tax: Any) -> None:
    answer = get(browser, f"{API}/{tax.id}/logo")
    assert answer.content == SVG
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_deleted_draft_takes_its_page_along(site: Site, browser: Browser, shop: Market) -> None:
    one = shop.publish("Deleted", present=shown())
    version = site.send("GET", f"/connectors/drafts/{one.id}").body["version"]
    assert site.send("DELETE", f"/connectors/drafts/{one.id}?version={version}").status == 200
    assert get(browser, f"{API}/{one.id}").status_code == 404
