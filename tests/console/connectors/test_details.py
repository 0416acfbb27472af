"""Connector Details: what can be done, how it goes on, what came of it."""

from typing import Any

from tests.api.released import release
from tests.certification.samples import finding, full
from tests.console.connectors.conftest import ADDRESS, current, page_of, says
from tests.console.connectors.stages import begin, end, newest, say
from tests.console.people import People
from tests.console.support import Browser, Site

from connectory.findings import Severity
from connectory.publishing import report

RED = report.failed(
    report.BUILD,
    "There is no file server.js.\nFix: Commit it.\nnode: cannot find it\nFull report: http://x/y",
    "service",
)
GREEN = report.succeeded(report.SPECIFICATION)


def status_of(page: Any) -> dict[str, str]:
    card = page.root.find("dl", class_="states")
    names = [one.text for one in card.find_all("dt")]
    return dict(zip(names, [one.text for one in card.find_all("dd")], strict=True))


def test_a_preview_that_is_accepted(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    page = mia.submit(page_of(mia, draft), "Request preview")
    assert says(page)[0].startswith("A preview is requested.")
    assert status_of(page)["Previewable status"] == "Pending"
    assert "A preview is under way." in page.text
    assert not page.has_button("Request preview")
    run = begin(site, draft, "fetch", "specification", "install service")
    say(site, run, "install", "added 3 packages", "<script>alert(1)</script>")
    page = page_of(mia, draft)
    steps = [one.text for one in page.root.find("ol", class_="steps").find_all("li")]
    assert steps[0] == "✓ Fetch the repository done 1.5 s"
    assert steps[2].startswith("● Install packages of service running")
    assert "added 3 packages" in page.text
    assert "<script>alert(1)" not in page.source
    end(site, run, GREEN, passed=True)
    page = page_of(mia, draft)
    assert status_of(page)["Previewable status"] == "Preview Accepted"
    assert page.link("Deploy on Preview") == f"/console/install?draftId={draft['id']}"
    seen = page_of(mia, draft, "preview-report").text
    assert "Connector specification file validation check succeeded" in seen


def test_a_preview_that_is_rejected_says_why_and_what_to_do(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    mia.submit(page_of(mia, draft), "Request preview")
    run = begin(site, draft, "fetch")
    found = finding("licences/denied", Severity.HIGH)
    end(site, run, GREEN, RED, passed=False, report=full(found))
    page = page_of(mia, draft)
    assert status_of(page)["Previewable status"] == "Rejected"
    assert "The preview was rejected" in page.text
    assert "There is no file server.js." in page.text
    page = mia.follow(page, "Preview Report")
    first = page.root.find("article").text
    assert first.index("There is no file") < first.index("Fix: Commit it.") < first.index("node:")
    assert "http://x/y" not in page.text
    full_page = mia.follow(page, "Full report")
    assert full_page.path == f"/console/reports/{run.id}"
    back = mia.follow(full_page, "Back to the run")
    assert back.path == f"/console/connectors/{draft['id']}/runs/{run.id}"
    assert mia.follow(page, "JSON").response.json()["verdict"] == "refused"
    assert mia.follow(page, "SARIF").status == 200


def test_publishing_for_private_use(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    page = mia.submit(page_of(mia, draft), "Publish for private use")
    assert status_of(page)["Status"] == "Publishing"
    assert "It is being published." in page.text
    for label in ("Edit", "Delete"):
        assert label not in {one.text for one in page.root.find_all("a")}
    end(site, begin(site, draft, "fetch"), GREEN, passed=True)
    page = page_of(mia, draft)
    assert status_of(page) == {
        "Status": "Published",
        "Previewable status": "Not requested",
        "Changes": "None",
        "Live version": "version 1, tag 1.0.0",
    }
    assert page.link("Deploy on Production") == f"/console/install?connectorId={draft['id']}"
    page = mia.submit(page, "Re-publish")
    end(site, begin(site, draft, "fetch"), RED, passed=False)
    page = page_of(mia, draft)
    assert status_of(page)["Status"] == "Publish failed"
    assert status_of(page)["Live version"] == "version 1, tag 1.0.0"
    seen = page_of(mia, draft, "versions")
    assert seen.text.count("1.0.0") == 2
    runs = list(seen.root.find_all("table"))[1].find("tbody")
    assert [row.find("td").text for row in runs.find_all("tr")] == ["Failed", "Succeeded"]


def test_a_listed_one_is_unlisted(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    release(site, draft, public=True)
    page = page_of(mia, draft)
    assert status_of(page)["Status"] == "Listed and certified"
    assert "Nothing has changed since it was certified." in page.text
    page = mia.submit(page, "Unlist")
    assert status_of(page)["Status"] == "Unlisted"
    assert current(site, draft)["alreadyListed"] is False
    assert page.has_button("List on Marketplace")


def test_a_press_on_an_old_page_changes_nothing_and_says_so(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    page = page_of(mia, draft)
    assert site.update(draft, {"action": "setName", "name": "Taxes"}).status == 201
    page = mia.submit(page, "Request preview")
    assert says(page) == ["Somebody changed it meanwhile; this is how it is now."]
    assert page.heading == "Taxes"
    assert current(site, draft)["isPreviewable"] == "none"


def test_deleting_asks_first(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    page = mia.follow(page_of(mia, draft), "Delete")
    assert page.heading == "Delete Tax?"
    assert f"DELETE /connectors/drafts/{draft['id']}" in page.text
    page = mia.submit(page, "Delete")
    assert (page.path, says(page)) == (ADDRESS, ["Tax is deleted."])
    assert site.send("GET", f"/connectors/drafts/{draft['id']}").status == 404
    assert page_of(mia, draft).status == 404


def test_every_key_of_the_configuration_is_shown(mia: Browser, site: Site) -> None:
    draft = site.create(repository={"url": str(site.repository), "tag": "many"})
    page = page_of(mia, draft, "configuration")
    rows = [[cell.text for cell in row.find_all("th", "td")]
            for body in page.root.find_all("tbody") for row in body.find_all("tr")]  # fmt: skip
    assert ["MODE", "How it works", "standard", "optional", "fast"] in rows
    assert ["TOKEN", "What it needs", "secured", "required", "none"] in rows
    assert ["SHARED", "What all need", "secured", "optional", "none"] in rows
    assert "nightly job" in page.text


def test_a_run_has_a_page_of_its_own(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    mia.submit(page_of(mia, draft), "Request preview")
    run = begin(site, draft, "fetch", "test service")
    say(site, run, "test", *(f"line {number}" for number in range(250)))
    page = page_of(mia, draft, f"runs/{run.id}")
    assert "line 249" in page.text
    assert "line 49 " not in page.text
    end(site, run, GREEN, passed=True)
    assert "line 0 " in page_of(mia, draft, f"runs/{run.id}").text
    other = site.create()
    assert page_of(mia, other, f"runs/{run.id}").status == 404
    assert page_of(mia, other, "runs/nonsense").status == 404


def test_the_page_follows_what_goes_on(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    mia.submit(page_of(mia, draft), "Request preview")
    run = begin(site, draft, "fetch")
    live = page_of(mia, draft).root.find("div", **{"sse-close": "over"})["sse-connect"]
    lines = list[str]()
    with mia.client.stream("GET", live) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if not lines:
                end(site, run, RED, passed=False)
            lines.append(line)
    # what the page showed already was not sent again: the first update is the end
    assert [one for one in lines if one.startswith("event:")] == ["event: update", "event: over"]
    seen = "\n".join(lines)
    assert "The preview was rejected" in seen
    assert 'hx-swap-oob="innerHTML">Preview: ' in seen


def test_a_stream_that_comes_again_is_sent_what_has_changed(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    mia.submit(page_of(mia, draft), "Request preview")
    begin(site, draft, "fetch")
    live = page_of(mia, draft).root.find("div", **{"sse-close": "over"})["sse-connect"]
    with mia.client.stream("GET", live, headers={"last-event-id": "of-before"}) as stream:
        for line in stream.iter_lines():
            if line == "event: update":
                break
    end(site, newest(site, draft), GREEN, passed=True)


def test_a_stream_ends_when_whoever_looks_signs_out(
    people: People, site: Site, draft: dict[str, Any]
) -> None:
    with people.signed_in(people.member) as browser:
        page = browser.submit(page_of(browser, draft), "Request preview")
        run = begin(site, draft, "fetch")
        live = page_of(browser, draft).root.find("div", **{"sse-close": "over"})["sse-connect"]
        lines = list[str]()
        with browser.client.stream("GET", live) as stream:
            for line in stream.iter_lines():
                if not lines:
                    browser.submit(page, "Sign out")
                lines.append(line)
        assert [one for one in lines if one.startswith("event:")][-1:] == ["event: over"]
    end(site, run, GREEN, passed=True)


def test_a_run_page_follows_its_run(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    mia.submit(page_of(mia, draft), "Request preview")
    run = begin(site, draft, "fetch", "test service")
    say(site, run, "test", "first")
    seen, path = "", f"{ADDRESS}/{draft['id']}/runs/{run.id}/events"
    with mia.client.stream("GET", path) as stream:
        for text in stream.iter_text():
            seen += text
            if "first" in seen and "second" not in seen:
                say(site, run, "test", "second")
            elif "second" in seen and newest(site, draft).finished_at is None:
                end(site, run, GREEN, passed=True)
    assert "event: over" in seen


def test_a_reviewer_of_the_organization_may_look_and_no_more(
    people: People, site: Site, draft: dict[str, Any]
) -> None:
    with people.signed_in(people.reviewer) as rita:
        page = page_of(rita, draft)
        assert "Your role does not include this." in page.text
        assert not page.has_button("Request preview")
        csrf = page.root.find("input", name="csrf")["value"]
        for act in ("preview", "publish", "list", "unlist", "delete", "edit", "comment"):
            answer = rita.post(f"{ADDRESS}/{draft['id']}/{act}", {"csrf": csrf, "comment": "x"})
            assert answer.status == 403, act
    assert current(site, draft) == draft


def test_another_organization_finds_nothing(
    people: People, site: Site, draft: dict[str, Any]
) -> None:
    with people.signed_in(people.foreign_admin) as anna:
        assert "Tax" not in anna.get(ADDRESS).text
        for tab in ("", "edit", "delete", "preview-report", "certification", "versions", "events"):
            assert page_of(anna, draft, tab).status == 404, tab
        csrf = anna.get(ADDRESS).root.find("input", name="csrf")["value"]
        assert anna.post(f"{ADDRESS}/{draft['id']}/delete", {"csrf": csrf}).status == 404
    assert current(site, draft) == draft


def test_an_unknown_act_is_nothing(mia: Browser, draft: dict[str, Any]) -> None:
    csrf = page_of(mia, draft).root.find("input", name="csrf")["value"]
    assert mia.post(f"{ADDRESS}/{draft['id']}/explode", {"csrf": csrf}).status == 404
    assert page_of(mia, {"id": "nonsense"}).status == 400
    assert page_of(mia, {"id": "key=nothing-there"}).status == 404


def test_following_ends_when_the_draft_goes_away(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    mia.submit(page_of(mia, draft), "Request preview")
    seen = ""
    with mia.client.stream("GET", f"{ADDRESS}/{draft['id']}/events") as stream:
        for text in stream.iter_text():
            if not seen:
                gone = site.send("DELETE", f"/connectors/drafts/{draft['id']}")
                assert gone.status == 200
            seen += text
    assert "event: over" in seen
