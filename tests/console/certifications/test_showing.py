"""What pages are made of: places in repositories, differences, checklists. Pure."""

from typing import Any

import pytest

from connectory.console.certifications import calls, differing, findings
from connectory.console.certifications.checklist import groups, items, progress, tag_moved
from connectory.console.certifications.places import home, source

COMMIT = "c" * 40


@pytest.mark.parametrize(
    ("repository", "wanted"),
    [
        (
            "https://github.com/acme/tax.git",
            f"https://github.com/acme/tax/blob/{COMMIT}/a%20b.ts#L3",
        ),
        ("git@github.com:acme/tax.git", f"https://github.com/acme/tax/blob/{COMMIT}/a%20b.ts#L3"),
        ("ssh://git@gitlab.com/g/s/tax", f"https://gitlab.com/g/s/tax/-/blob/{COMMIT}/a%20b.ts#L3"),
        (
            "https://bitbucket.org/a/tax",
            f"https://bitbucket.org/a/tax/src/{COMMIT}/a%20b.ts#lines-3",
        ),
        ("https://git.example.org/acme/tax.git", ""),
        ("https://github.com.evil.example/acme/tax", ""),
        ("javascript:alert(1)//github.com/a/b", ""),
        ("/srv/git/tax.git", ""),
        ("file:///github.com/a/b", ""),
    ],
)
def test_a_file_is_linked_where_its_host_is_known(repository: str, wanted: str) -> None:
    assert source(repository, COMMIT, "a b.ts", 3) == wanted


def test_a_path_cannot_leave_its_address() -> None:
    link = source("https://github.com/acme/tax", COMMIT, 'a?x=1#"><script>', None)
    assert link == f"https://github.com/acme/tax/blob/{COMMIT}/a%3Fx%3D1%23%22%3E%3Cscript%3E"


def test_a_repositorys_page_has_no_credentials_in_its_address() -> None:
    assert home("https://ada:secret@github.com/acme/tax.git") == "https://github.com/acme/tax"
    assert home("git@github.com:acme/tax.git") == "https://github.com/acme/tax"
    assert home("/srv/git/tax.git") == ""


def line(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "requirement": name,
        "heading": "Prerequisites",
        "title": name,
        "kind": "Automatic",
        "observation": {"verdict": "Met", "sights": []},
        "answer": None,
        "decision": "Met",
        "decidedBy": "evidence",
    } | changes


def answered(verdict: str, carried: str | None = None) -> dict[str, Any]:
    return {"requirement": "x", "verdict": verdict, "note": "", "by": "user:rita", "at": "",
            "carriedFrom": carried}  # fmt: skip


def test_a_person_is_asked_only_what_the_evidence_leaves_open() -> None:
    blind = {"verdict": "Unknown", "sights": []}
    found = items(
        [
            line("evidence"),
            line("blind", observation=blind, decision="Unknown", decidedBy=""),
            line("confirmed", kind="Confirmed", decision="Unknown", decidedBy=""),
            line("person", kind="Person", observation=blind, decision="Unknown", decidedBy=""),
        ]
    )
    assert [one.name for one in found if one.asks] == ["blind", "confirmed", "person"]
    assert [one.name for one in progress(found).open] == ["blind", "confirmed", "person"]
    assert not progress(found).complete


def test_what_was_carried_over_stands_unless_it_was_a_no() -> None:
    kept = answered("Met", "before")
    found = items(
        [
            line("kept", kind="Person", answer=kept, decidedBy="user:rita"),
            line("denied", kind="Person", answer=answered("Unmet", "before"), decision="Unmet",
                 decidedBy="user:rita"),
            line("new", kind="Person", answer=answered("Met"), decidedBy="user:rita"),
        ]
    )  # fmt: skip
    assert [one.stands for one in found] == [True, False, False]
    assert [one.name for one in progress(found).unmet] == ["denied"]


def test_requirements_stand_under_their_headings_in_their_order() -> None:
    found = groups(items([line("a"), line("b"), line("c", heading="Fully documented")]))
    assert [(one.heading, len(one.items), one.met) for one in found] == [
        ("Prerequisites", 2, 2), ("Fully documented", 1, 1),
    ]  # fmt: skip


def test_only_a_moved_tag_is_said_to_have_moved() -> None:
    def tagged(text: str) -> str:
        seen = {"verdict": "Unknown", "sights": [{"text": text}]}
        return tag_moved(items([line("tag-stays", observation=seen)]))

    assert tagged("The tag has moved: it names x now.").startswith("The tag has moved")
    assert tagged("The tag could not be read, or nobody has looked yet.") == ""
    assert tag_moved(()) == ""


def test_a_patch_is_read_line_by_line() -> None:
    patch = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n--- no header\n"
    change = {"path": "x", "change": "Changed", "patch": patch}
    (file,) = differing.files(
        {
            "files": [
                change,
            ]
        }
    )
    assert [one.kind for one in file.lines] == [
        "place", "place", "place", "", "removed", "added", "removed",
    ]  # fmt: skip
    assert differing.files(None) == ()
    assert differing.counts(None) == ()


def test_an_exception_stands_with_what_it_covers() -> None:
    claim = {"rule": "code/eval", "reason": "Only in tests", "expires": "2027-01-01"}
    covered = {"id": "1", "effect": "excepted", "exception": claim}
    other = {"id": "2", "effect": "reported"}
    found = findings.of_report({"findings": [covered, other], "exceptions": [claim]})
    assert found.claims == ((claim, (covered,)),)
    assert found.others == (other,)


def test_a_call_names_the_version_that_the_page_was_shown_with() -> None:
    review = {"id": "r", "version": 7}
    assert calls.take(review).body == {"version": 7}
    assert calls.answer(review, "stateless", "Unmet", "Why").body == {
        "version": 7, "requirement": "stateless", "verdict": "Unmet", "note": "Why",
    }  # fmt: skip
    assert calls.comment(review, "Hello").path == "/platform/certifications/r/comments"
