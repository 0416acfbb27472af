"""A reviewer at work, by forms alone: take, answer, ask, grant, reject, put back."""

from typing import Any

import pytest
from tests.api.test_certifications import World, states
from tests.certification.samples import files, finding, full, trial
from tests.console.people import People
from tests.console.support import Browser, Page

from connectory.attestations.signing import trusted_keys
from connectory.attestations.verify import verify
from connectory.certification.evidence import Change, FileChange
from connectory.certification.store import save_tag
from connectory.findings import Severity

BOARD = "/console/certifications"
Document = dict[str, Any]


def place(review: Document) -> str:
    return f"{BOARD}/{review['id']}"


def open_names(page: Page) -> list[str]:
    """The requirements that have a form and no decision."""
    found = page.root.find_all("details", class_="requirement")
    return [one["id"].removeprefix("r-") for one in found if "Open" in badges(one)]


def badges(element: Any) -> list[str]:
    return [one.text for one in element.find_all("span", class_="badge")]


def answer(browser: Browser, page: Page, name: str, verdict: str = "Met", note: str = "") -> Page:
    form = next(one for one in page.forms if one.element.get("class") == "answering"
                and dict(one.filled())["requirement"] == name)  # fmt: skip
    return browser.post(form.action, form.filled(verdict=verdict, note=note))


def answer_all(browser: Browser, page: Page) -> Page:
    for name in open_names(page):
        page = answer(browser, page, name, note="Seen")
        assert page.status == 200, page.text
    return page


def test_a_reviewer_takes_answers_and_grants(world: World, rita: Browser) -> None:
    staged, review = world.ready()
    board = rita.get(BOARD)
    assert board.heading == "Certification"
    page = rita.submit(board, "Take", action=f"{place(review)}/take")
    assert "It is yours now." in page.text
    assert f"POST /platform/certifications/{review['id']}/take" in page.text
    assert world.of(staged)["reviewer"] == "user:rita"
    grant = page.form("Grant").element.find("button")
    assert "disabled" in grant.attributes
    assert "Not decided yet:" in page.text
    assert {"does-what-it-says", "paperwork"} <= set(open_names(page))
    page = answer_all(rita, page)
    assert open_names(page) == []
    assert "Every requirement is met: it can be granted." in page.text
    page = rita.submit(page, "Grant", reason="Well made")
    assert "Granted: the Connector is certified" in page.text
    assert states(world, staged) == ("Published", "Granted")
    assert world.found(world.bystander, staged)
    assert not page.has_button("Grant")
    assert "Certificate number " in page.text
    file = rita.get(page.link("Download the certificate"))
    assert "attachment" in file.response.headers["content-disposition"]
    assert verify(file.response.content, trusted=trusted_keys(world.api.data / "keys")) == []


def test_a_grant_is_refused_while_the_checklist_is_open(world: World, rita: Browser) -> None:
    _, review = world.ready()
    world.do(review, "take")
    rita.submit(rita.get(place(review)), "Put back into the queue")
    page = rita.submit(rita.get(place(review)), "Take")
    refused = rita.submit(page, "Grant", reason="I typed this")
    assert refused.status == 400
    assert "Not decided yet: " in refused.form("Grant").element.text
    assert dict(refused.form("Grant").filled())["reason"].strip() == "I typed this"


def test_a_rejection_needs_a_reason_and_tells_it(world: World, rita: Browser) -> None:
    staged, review = world.ready()
    page = rita.submit(rita.get(place(review)), "Take")
    page = answer(rita, page, "stateless", "Unmet", "It counts in memory")
    assert "Not met: stateless" in page.text
    refused = rita.submit(page, "Reject", reason="  ")
    assert refused.status == 400
    assert "Say why: the creator reads it." in refused.form("Reject").element.text
    assert states(world, staged) == ("InCertification", "Taken")
    page = rita.submit(refused, "Reject", reason="Not yet\nsorry")
    assert "Rejected. The creator reads why." in page.text
    entry = world.draft(staged)["publishingReport"]["entries"][-1]
    assert entry["message"] == "Not yet\nsorry\nNot met:\n- stateless: It counts in memory"


def test_an_answer_without_its_note_is_told_beside_it(world: World, rita: Browser) -> None:
    _, review = world.ready()
    page = rita.submit(rita.get(place(review)), "Take")
    refused = answer(rita, page, "stateless", "Unmet")
    assert refused.status == 400
    element = refused.root.find("details", id="r-stateless")
    assert "open" in element.attributes
    note = element.find("textarea")
    assert note["aria-invalid"] == "true"
    assert "needs a note" in refused.root.find("div", id=note["aria-describedby"]).text
    chosen = [one for one in element.find_all("input", type="radio") if "checked" in one.attributes]
    assert [one["value"] for one in chosen] == ["Unmet"]
    unanswered = rita.post(
        f"{place(review)}/answers",
        [pair for pair in page.form("Save answer").filled() if pair[0] != "verdict"],
    )
    assert unanswered.status == 400
    assert "Choose Met or Not met." in unanswered.text


def test_whoever_is_slower_is_told_and_loses_nothing(
    world: World, people: People, rita: Browser
) -> None:
    staged, review = world.ready()
    page = rita.submit(rita.get(place(review)), "Take")
    answer(rita, page, "stateless", note="Looked")
    slower = rita.submit(page, "Reject", reason="My long reason")
    assert slower.status == 409
    assert "Somebody changed it meanwhile" in slower.form("Reject").element.text
    assert dict(slower.form("Reject").filled())["reason"].strip() == "My long reason"
    assert world.of(staged)["state"] == "Taken"
    with people.signed_in(people.second_reviewer) as rolf:
        seen = rolf.get(place(review))
        assert "It is with user:rita." in seen.text
        assert not seen.has_button("Grant")
        assert not seen.has_button("Save answer")
        page = rolf.submit(seen, "Put back into the queue")
        stale = rita.submit(slower, "Look at the tag again")
        assert "Somebody changed it meanwhile" in stale.text
        page = rolf.submit(page, "Take")
        assert "Looked" in page.root.find("details", id="r-stateless").text


def test_the_creator_reads_a_comment_and_the_reviewer_the_answer(
    world: World, rita: Browser
) -> None:
    staged, review = world.ready()
    page = rita.submit(rita.get(place(review)), "Take")
    empty = rita.submit(page, "Send to the creator", comment=" ")
    assert (empty.status, "Write something to the creator." in empty.text) == (400, True)
    rita.submit(page, "Send to the creator", comment="Why manage_orders?")
    told = world.draft(staged)["certificationInfo"]["comments"]
    assert [(one["userId"], one["comment"]) for one in told] == [("reviewer", "Why manage_orders?")]
    world.act(staged, {"action": "addCertificationComment", "comment": "For refunds"})
    thread = rita.get(place(review)).root.find("ol", class_="thread").text
    assert thread.index("Why manage_orders?") < thread.index("For refunds")


def test_every_requirement_shows_its_evidence_and_who_decides(world: World, rita: Browser) -> None:
    found = finding("code/console-log", Severity.MINOR)
    _, review = world.ready(files=files(LICENSE=""), report=full(found))
    page = rita.submit(rita.get(place(review)), "Take")
    licence = page.root.find("details", id="r-licence-file")
    assert badges(licence) == ["Not met"]
    assert "Decided by the evidence." in licence.text
    assert not list(licence.find_all("form"))
    debug = page.root.find("details", id="r-no-debug-output")
    assert "with a person's confirmation" in debug.text
    assert "About code/console-log" in debug.text
    assert "service/src/index.ts:3" in debug.text
    assert debug.find("a", class_="small")["href"].startswith("#f-")
    assert "A person decides" in page.root.find("details", id="r-paperwork").text
    headings = [one.text for one in page.root.find_all("h3", class_="heading")]
    assert [one.partition(" met")[0].rstrip(" 0123456789of") for one in headings] == [
        "Prerequisites", "Functionally complete", "Stable and secure",
        "Compatible with the deployment requirements", "Fully documented",
    ]  # fmt: skip
    assert "opened" in page.text
    assert "taken" in page.text


def test_a_recertification_opens_only_what_has_changed(world: World, rita: Browser) -> None:
    staged, review = world.ready()
    world.granted(review)
    world.act(staged, {"action": "setRepository", "tag": "2.0.0"})
    world.act(staged, {"action": "setDescription", "description": "Taxes, and more of them."})
    _, second = world.passes(staged, since=review["id"], commit="d" * 40)
    page = rita.submit(rita.get(place(second)), "Take")
    shown = [one["id"] for one in page.root.find_all("details", class_="requirement")]
    assert shown == ["r-does-what-it-says", "r-tag-stays"]
    assert "stand as before" in page.text
    every = rita.follow(page, f"Show all {len(world.read(second)['checklist'])}")
    carried = every.root.find("details", id="r-paperwork")
    assert badges(carried)[:2] == ["carried over", "Met"]
    assert carried.find("p", class_="said").text.endswith("Seen")
    changes = rita.follow(page, "See all that changed")
    rows = [one.text for one in changes.main.find("tbody").find_all("tr")]
    assert rows == ["MODE service Removed", "SPEED service Added"]


def test_the_difference_of_a_first_certification_says_that_there_is_none(
    world: World, rita: Browser
) -> None:
    _, review = world.ready()
    page = rita.get(f"{place(review)}/difference")
    assert "There is nothing to compare with" in page.text


def test_a_moved_tag_is_told_where_it_cannot_be_missed(world: World, rita: Browser) -> None:
    _, review = world.ready()
    page = rita.submit(rita.get(place(review)), "Take")
    assert "The tag no longer names this commit." not in page.text
    world.api.database.write_blocking(lambda c: save_tag(c, review["id"], "a" * 40))
    page = rita.get(place(review))
    assert "The tag no longer names this commit." in page.root.find("aside").text
    assert "The tag no longer names this commit." in page.root.find("div", class_="look").text


@pytest.mark.parametrize(
    "act", ["take", "release", "tag", "answers", "comments", "grant", "reject"]
)
def test_a_form_without_a_version_changes_nothing(world: World, rita: Browser, act: str) -> None:
    staged, review = world.ready()
    token = rita.get(place(review)).form("Sign out")
    fields = {**dict(token.filled()), "version": "x", "requirement": "paperwork", "verdict": "Met"}
    rita.post(f"{place(review)}/{act}", fields)
    assert (world.of(staged)["state"], world.of(staged)["version"]) == ("Waiting", 1)


def test_a_trial_run_shows_what_the_application_said(world: World, rita: Browser) -> None:
    _, review = world.ready(trials=(trial(log="listening\n<b>ready</b>"),))
    page = rita.get(place(review))
    said = [one.text for one in page.root.find_all("pre", class_="log")]
    assert "listening <b>ready</b>" in said


def test_an_open_page_hears_what_the_creator_says(world: World, rita: Browser) -> None:
    staged, review = world.ready()
    page = rita.submit(rita.get(place(review)), "Take")
    live = next(one["sse-connect"] for one in page.root.find_all("div") if one.get("sse-connect"))
    with rita.client.stream("GET", live) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": here"  # and not what the page shows already
        world.act(staged, {"action": "addCertificationComment", "comment": "For refunds"})
        heard = next(line for line in lines if "For refunds" in line)
        assert heard.startswith("data: ")
        assert world.do(review, "withdraw", token=world.creator).status == 200
        assert "event: over" in list(lines)


def test_an_unknown_certification_is_not_there(rita: Browser) -> None:
    page = rita.get(f"{BOARD}/00000000-0000-0000-0000-000000000000")
    assert (page.status, page.heading) == (404, "There is nothing here")
    assert rita.get(f"{BOARD}/nonsense").status == 400


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e"


def test_whatever_a_creator_writes_is_text(world: World, rita: Browser) -> None:
    report = full(finding("code/console-log", Severity.MINOR, evidence=HOSTILE))
    body = world.api.draft(
        name=HOSTILE,
        description=HOSTILE,
        creator={"email": "ada@example.org", "name": HOSTILE, "company": HOSTILE},
    )
    staged = world.api.send("POST", "/connectors/drafts", body, token=world.creator).body
    path = f"service/{HOSTILE}.spec.ts"
    _, review = world.passes(
        staged,
        report=report,
        files=files(**{path: "9", f"tests/integration/{HOSTILE}": "8"}),
        trials=(trial(log=HOSTILE, answer=HOSTILE),),
        changes=(FileChange(path=path, change=Change.CHANGED, patch=f"@@ -1 +1 @@\n+{HOSTILE}"),),
    )
    board = rita.get(BOARD)
    world.do(review, "take")
    world.do(review, "comments", comment=HOSTILE)
    world.do(review, "answers", requirement="stateless", verdict="Unmet", note=HOSTILE)
    world.do(review, "reject", reason=HOSTILE)
    page = rita.get(place(review))
    assert "<script>alert(1)</script>" in page.text
    for one in (board, page, rita.get(f"{BOARD}?state=ended"), rita.get(f"{page.url}/difference")):
        assert "<script>alert" not in one.source
        assert "<img" not in one.source
        assert "\u202e" not in one.source
        assert not [link for link in one.root.find_all("a") if "javascript:" in link.get("href")]
