"""The steps of creating a connector, without JavaScript."""

from typing import Any

from tests.console.connectors.conftest import ADDRESS, current, says
from tests.console.people import People
from tests.console.support import Browser, Page, Site

from connectory.console.connectors.creating import step_of, turned
from connectory.console.visit import Form

CREATOR = {
    "email": "ada@example.org",
    "title": "Countess",
    "creatorName": "Ada",
    "company": "Engines",
    "contributors": "3",
    "supportUrl": "https://example.org/help",
}


def described(site: Site, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Tax",
        "description": "Works out taxes.\r\nFor every cart.",
        "url": str(site.repository),
        "tag": "1.0.0",
        "integrationTypes": ["tax", "erp"],
        "regions": ["europe-west1.gcp"],
        "documentationUrl": "https://example.org/tax",
    } | changes


def at_project(browser: Browser, site: Site, **changes: Any) -> Page:
    """The last step, with everything before it filled in."""
    page = browser.submit(browser.get(f"{ADDRESS}/new"), "Next", **CREATOR)
    page = browser.submit(page, "Next", **described(site, **changes))
    assert page.root.find("li", **{"aria-current": "step"}).text == "Project Details", page.text
    return page


def id_of(page: Page) -> str:
    return page.path.split("/")[3]


def test_everything_that_was_typed_is_in_the_draft(mia: Browser, site: Site) -> None:
    page = mia.submit(at_project(mia, site, key="typed"), "Next")
    assert page.heading == "Publish"
    assert "Tax is created." in says(page)
    assert "POST /connectors/drafts" in page.text
    made = current(site, {"id": id_of(page)})
    assert made["key"] == "typed"
    assert made["description"] == "Works out taxes.\nFor every cart."
    assert made["creator"] == {
        "email": "ada@example.org",
        "title": "Countess",
        "name": "Ada",
        "company": "Engines",
        "noOfContributors": 3,
        "supportUrl": "https://example.org/help",
    }
    assert made["integrationTypes"] == ["tax", "erp"]
    assert made["supportedRegions"] == ["europe-west1.gcp"]
    assert made["privateProjects"] == ["europe-west1.gcp:demo"]
    assert made["documentationUrl"] == "https://example.org/tax"


def test_only_chosen_projects_are_supported(mia: Browser, site: Site) -> None:
    page = mia.submit(at_project(mia, site), "Next", audience="some")
    assert current(site, {"id": id_of(page)})["privateProjects"] == []


def test_the_way_back_keeps_what_was_typed(mia: Browser, site: Site) -> None:
    page = mia.submit(at_project(mia, site, name="Kept"), "Back")
    assert page.root.find("input", name="name")["value"] == "Kept"
    assert page.root.find("input", id="c-integrationTypes-erp").get("checked", "no") == ""
    page = mia.submit(page, "Back")
    assert page.root.find("input", name="title")["value"] == "Countess"
    page = mia.submit(mia.submit(page, "Next"), "Next")
    assert mia.submit(page, "Next").heading == "Publish"


def test_a_step_is_not_left_with_something_missing(mia: Browser, site: Site) -> None:
    page = mia.submit(mia.get(f"{ADDRESS}/new"), "Next", email="nobody", contributors="many")
    assert page.status == 400
    field = page.root.find("input", name="email")
    assert field["aria-invalid"] == "true"
    told = page.root.find("div", id=field["aria-describedby"]).text
    assert "Write an e-mail address" in told
    assert "whole number" in page.main.text


def test_a_refused_repository_is_told_at_the_field_and_nothing_is_lost(
    mia: Browser, site: Site
) -> None:
    page = mia.submit(at_project(mia, site, tag="broken"), "Next")
    assert page.status == 400
    field = page.root.find("input", name="tag")
    told = page.root.find("div", id=field["aria-describedby"]).text
    assert "is not valid" in told
    assert "line 2" in told
    assert page.root.find("input", name="name")["value"] == "Tax"
    hidden = page.root.find("input", name="title")
    assert (hidden["type"], hidden["value"]) == ("hidden", "Countess")
    page = mia.submit(mia.submit(page, "Next", tag="1.0.0"), "Next")
    assert page.heading == "Publish"


def test_each_kind_of_refusal_names_its_field(mia: Browser, site: Site) -> None:
    taken = site.create()["key"]
    cases = {
        "tag": [("tag", "9.9.9", "has no tag '9.9.9'"), ("tag", "empty", "was not found")],
        "url": [("url", str(site.repository / "none"), "not reachable")],
        "key": [("key", taken, "A duplicate value")],
    }
    for name, given in cases.items():
        for changed, value, said in given:
            page = mia.submit(at_project(mia, site, **{changed: value}), "Next")
            field = page.root.find("input", name=name)
            assert said in page.root.find("div", id=field["aria-describedby"]).text


def test_the_call_can_be_read_before_it_is_made(mia: Browser, site: Site) -> None:
    before = site.send("GET", "/connectors/drafts?limit=0").body["total"]
    page = mia.submit(at_project(mia, site), "Show the API call", audience="some")
    assert "POST /connectors/drafts" in page.text
    assert '"supportedRegions"' in page.text
    assert page.root.find("input", id="c-audience-some").get("checked", "no") == ""
    assert site.send("GET", "/connectors/drafts?limit=0").body["total"] == before


def test_the_last_step_is_optional(mia: Browser, site: Site) -> None:
    page = mia.submit(at_project(mia, site), "Next")
    assert [page.has_button(one) for one in ("Request preview", "Publish for private use")]
    made = current(site, {"id": id_of(page)})
    assert mia.follow(page, "Skip this step").heading == "Manage connectors"
    page = mia.submit(page, "List on Marketplace")
    assert page.path == f"{ADDRESS}/{made['id']}"
    assert current(site, made)["status"] == "Processing"


def test_who_may_not_create_finds_no_way_to(people: People, site: Site) -> None:
    with people.signed_in(people.reviewer) as rita:
        assert "Create connector" not in rita.get(ADDRESS).text
        assert rita.get(f"{ADDRESS}/new").status == 403
        fields = [("csrf", csrf(rita.get(ADDRESS))), ("step", "project"), ("go", "next")]
        assert rita.post(f"{ADDRESS}/new", fields).status == 403


def csrf(page: Page) -> str:
    return page.root.find("input", name="csrf")["value"]


def test_a_forged_step_starts_at_what_is_missing() -> None:
    turn = turned(Form((("step", "project"), ("go", "next"))))
    assert (turn.step, turn.create) == ("creator", False)
    assert turned(Form((("step", "elsewhere"),))).step == "creator"
    assert turned(Form((("step", "creator"), ("go", "back")))).step == "creator"
    assert step_of({"": ("Not now",)}) == "project"
