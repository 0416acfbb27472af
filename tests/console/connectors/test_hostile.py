"""What strangers write is text, whatever it looks like; what strangers send does nothing."""

from typing import Any

import pytest
from tests.console.connectors.conftest import ADDRESS, current, page_of
from tests.console.connectors.stages import begin, end, say
from tests.console.support import Browser, Page, Site

from connectory.publishing import report

MARKUP = "<img src=x onerror=alert(1)>\"'{{7*7}}</title></script><script>alert(1)</script>"
BIDI = "tax\u202egpj.exe\u0000"
TABS = ("", "preview-report", "publish-report", "certification", "configuration", "versions",
        "edit", "delete", "publish")  # fmt: skip


def harmless(page: Page) -> None:
    """Nothing of it became markup: no such element, no handler, no address that runs."""
    assert page.status == 200, page.text[:500]
    assert "<img" not in page.source
    assert "<script>" not in page.source
    for one in page.root.find_all():
        assert not any(name.startswith("on") for name in one.attributes), one.attributes
        assert not one.get("href").lower().startswith(("javascript:", "data:")), one.attributes
        assert "style" not in one.attributes


@pytest.fixture
def hostile(site: Site) -> dict[str, Any]:
    return site.create(
        name=f"{MARKUP}{BIDI}",
        description=MARKUP,
        documentationUrl="javascript:alert(1)",
        creator={
            "email": '"<script>alert(1)</script>"@x.y',
            "name": MARKUP,
            "title": MARKUP,
            "company": MARKUP,
            "supportUrl": "data:text/html,<script>alert(1)</script>",
            "logoUrl": " javascript:alert(1)",
        },
    )


def test_a_hostile_description_is_text(mia: Browser, hostile: dict[str, Any]) -> None:
    for tab in TABS:
        harmless(page_of(mia, hostile, tab))
    assert "{{7*7}}" in page_of(mia, hostile).text


def test_odd_characters_are_named(mia: Browser, hostile: dict[str, Any]) -> None:
    for page in (mia.get(ADDRESS), page_of(mia, hostile)):
        harmless(page)
        assert "U+202E" in page.main.text
        assert "\u202e" not in page.main.text


def test_a_hostile_report_and_output_are_text(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    mia.submit(page_of(mia, draft), "Request preview")
    run = begin(site, draft, f"build {MARKUP}"[:300])
    say(site, run, "build", MARKUP, "\x1b[31mred\x1b[0m\u202e")
    harmless(page_of(mia, draft))
    harmless(page_of(mia, draft, f"runs/{run.id}"))
    entry = report.failed(report.BUILD, f"{MARKUP}\nFix: {MARKUP}\n{MARKUP}", MARKUP)
    end(site, run, entry, passed=False)
    for tab in ("", "preview-report", f"runs/{run.id}"):
        page = page_of(mia, draft, tab)
        harmless(page)
        assert "alert(1)" in page.text


def test_a_hostile_form_comes_back_as_text(mia: Browser, site: Site) -> None:
    page = mia.submit(mia.get(f"{ADDRESS}/new"), "Next", email=MARKUP)
    assert page.status == 400
    assert page.root.find("input", name="email")["value"] == MARKUP
    assert "<img" not in page.source


def test_a_form_of_another_site_or_without_its_token_does_nothing(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    csrf = page_of(mia, draft).root.find("input", name="csrf")["value"]
    path = f"{ADDRESS}/{draft['id']}"
    for act in ("preview", "publish", "list", "unlist", "delete", "edit", "comment", "withdraw"):
        for fields, origin in (
            ({"csrf": "wrong"}, mia.origin),
            ({}, mia.origin),
            ({"csrf": csrf}, "https://evil.example"),
        ):
            answer = mia.post(f"{path}/{act}", fields, origin=origin)
            assert answer.status == 403, (act, fields, origin)
        assert mia.client.get(f"{path}/{act}").status_code in {200, 404, 405}
    assert mia.post(f"{ADDRESS}/new", {"go": "next"}).status == 403
    assert current(site, draft) == draft
