"""What a candidate changes, and which answers that leaves standing."""

import time

from tests.certification.samples import NAMES as FILES
from tests.certification.samples import README, evidence, files, finding, full, key, listing

from connectory.certification.checklist import CHECKLIST, Kind
from connectory.certification.deciding import carried_over, reopened
from connectory.certification.difference import (
    MOST_PATCH,
    changed_files,
    difference,
    patch,
)
from connectory.certification.evidence import Change, Dependency, Text
from connectory.certification.review import Answer, Review, ReviewState, Verdict
from connectory.findings import Severity
from connectory.wire import replace

OTHER = (Text("README.md", README + "And more."), evidence().texts[1])
ASKED = {one.name for one in CHECKLIST if one.kind is not Kind.AUTOMATIC}


def test_nothing_changed_nothing_reopened() -> None:
    assert reopened(evidence(), evidence()) == frozenset()


def test_only_the_tag_is_looked_at_again_when_another_commit_has_the_same_files() -> None:
    assert reopened(evidence(), evidence(commit="d" * 40)) == {"tag-stays"}


def test_another_readme_reopens_the_guides_alone() -> None:
    changed = evidence(files=files(**{"README.md": "other"}), texts=OTHER)
    assert reopened(evidence(), changed) & ASKED == {"installation-guide", "usage-instructions"}


def test_other_code_reopens_what_rests_on_the_code() -> None:
    changed = evidence(files=files(**{"service/src/index.ts": "other"}))
    assert reopened(evidence(), changed) & ASKED == {
        "does-what-it-says", "nothing-hard-coded", "stateless", "tried-in-a-deployment",
    }  # fmt: skip


def test_what_no_check_could_judge_is_asked_again_for_other_dependencies() -> None:
    """An answer given for want of data is about the packages that were looked at."""
    blind = full(blind="dependencies")
    changed = evidence(report=blind, files=files(**{"service/package-lock.json": "other"}))
    assert "no-vulnerable-dependencies" in reopened(evidence(report=blind), changed)
    readme = evidence(report=blind, files=files(**{"README.md": "other"}))
    assert "no-vulnerable-dependencies" not in reopened(evidence(report=blind), readme)


def test_other_scopes_reopen_the_scopes() -> None:
    changed = evidence(listing=listing(scopes=("manage_orders", "manage_customers")))
    assert reopened(evidence(), changed) == {"scopes-needed"}


def test_answers_are_carried_over_with_the_certification_they_were_given_in() -> None:
    answers = tuple(
        Answer(requirement=name, verdict=Verdict.MET, by="ada", at="m") for name in sorted(ASKED)
    )
    granted = Review(
        id="first", connector_id="c", connector_name="Tax", organization_id="o", url="u",
        tag="v1", commit="c", tree="t", run_id="n", report_digest="d", requested_at="m",
        state=ReviewState.GRANTED, answers=answers,
    )  # fmt: skip
    changed = evidence(files=files(**{"README.md": "other"}), texts=OTHER)
    carried = carried_over(granted, evidence(), changed)
    assert {one.requirement for one in carried} == ASKED - {
        "installation-guide", "usage-instructions",
    }  # fmt: skip
    assert {one.carried_from for one in carried} == {"first"}
    later = carried_over(replace(granted, id="second", answers=carried), changed, changed)
    assert {one.carried_from for one in later} == {"first"}


def test_a_difference_names_keys_scopes_dependencies_and_findings() -> None:
    configuration = replace(
        listing().configurations[0],
        standard_configuration=(key("REGION", "Where the taxes are due"), key("MODE")),
        secured_configuration=(),
    )
    after = evidence(
        commit="d" * 40,
        listing=listing(configurations=(configuration,), scopes=("view_orders",)),
        dependencies=(
            Dependency("service/package-lock.json", "express", "5.0.0"),
            Dependency("service/package-lock.json", "zod", "4.0.0"),
        ),
        report=full(finding("code/console-log", Severity.MINOR)),
    )
    found = difference(evidence(), after, "first")
    assert [(one.key, one.application, one.change) for one in found.configuration] == [
        ("MODE", "service", "Added"), ("REGION", "service", "Changed"),
        ("TOKEN", "service", "Removed"),
    ]  # fmt: skip
    assert (found.scopes_added, found.scopes_removed) == (("view_orders",), ("manage_orders",))
    assert [(one.name, one.before, one.after) for one in found.dependencies] == [
        ("express", ("4.0.0",), ("5.0.0",)), ("zod", (), ("4.0.0",)),
    ]  # fmt: skip
    assert [(one.rule, one.change) for one in found.findings] == [("code/console-log", "Added")]


def test_a_key_that_is_secured_no_more_is_a_change() -> None:
    before = listing().configurations[0]
    open_ = replace(
        before, standard_configuration=(key("REGION"), key("TOKEN")), secured_configuration=()
    )
    found = difference(evidence(), evidence(listing=listing(configurations=(open_,))), "first")
    assert [(one.key, one.change) for one in found.configuration] == [("TOKEN", "Changed")]
    changed = evidence(listing=listing(configurations=(open_,)))
    assert "configuration-described" in reopened(evidence(), changed)


def test_files_are_compared_by_content() -> None:
    after = files(**{"README.md": "other", "LICENSE": "", "new.md": "9"})
    found = {one.path: one.change for one in changed_files(files(), after)}
    assert found == {
        "README.md": Change.CHANGED, "LICENSE": Change.REMOVED, "new.md": Change.ADDED,
    }  # fmt: skip
    assert found.keys() - FILES.keys() == {"new.md"}


def test_a_patch_is_a_unified_diff() -> None:
    assert patch("a.txt", "one\ntwo\n", "one\nthree") == (
        "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n"
    )
    assert patch("a.txt", None, "x\n").startswith("--- /dev/null\n+++ b/a.txt\n")


def test_a_patch_is_bounded_in_length_and_time() -> None:
    long = patch("a", None, "x" * 100 + "\n" + "y\n" * 1999 + "z" * MOST_PATCH)
    assert len(long) <= MOST_PATCH + 10
    assert long.endswith("[cut]\n")
    assert patch("a", "x\n" * 3000, "y\n") == ""
    began = time.process_time()
    patch("a", *("".join(f"{n * step % 50}\n" for n in range(1999)) for step in (1, 7)))
    assert time.process_time() - began < 20
