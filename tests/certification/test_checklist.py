"""Every requirement: met, unmet, and unknown where that can be."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies
from tests.certification.samples import (
    COMMIT,
    PACKAGE,
    evidence,
    files,
    finding,
    full,
    key,
    listing,
    trial,
)

from connectory.certification.checklist import CHECKLIST, Heading, Kind
from connectory.certification.checklist.headings import all_headings
from connectory.certification.deciding import decide, lines, require_answerable
from connectory.certification.errors import (
    CertificationNoteMissingError,
    CertificationRequirementDecidedError,
)
from connectory.certification.evidence import Dependency, Evidence, Listing, Text
from connectory.certification.review import Answer, Verdict
from connectory.connectors.model import Creator
from connectory.errors import InvalidJsonInputError, ResourceNotFoundError
from connectory.findings import Severity
from connectory.findings.policy import Effect
from connectory.findings.report import FullReport
from connectory.wire import encode, replace

NAMES = {one.name: one for one in CHECKLIST}
PERSONS = {one.name for one in CHECKLIST if one.kind is Kind.PERSON}


@dataclass(frozen=True)
class Case:
    requirement: str
    verdict: Verdict
    changes: dict[str, Any]
    says: str = ""


def excepted(one: FullReport) -> FullReport:
    from connectory.findings.exceptions import Waiver

    waiver = Waiver("code/eval", "It is only ours", date(2027, 1, 1))
    waived = tuple(
        msgspec.structs.replace(each, effect=Effect.EXCEPTED, exception=waiver)
        for each in one.findings
    )
    return msgspec.structs.replace(one, findings=waived)


UNMET, UNKNOWN = Verdict.UNMET, Verdict.UNKNOWN
EVAL = finding("code/eval", Severity.BLOCKER)
INTEGRATION = "service/tests/integration/route.spec.ts"
ADA = Creator(email="a@example.org", name="Ada")
SESSION = Dependency("l", "express-session", "1.0.0")
TAX = Text("README.md", "# Tax\n")
SERVICE = ("service/src/index.ts", "service/package.json", "service/package-lock.json")


def found(name: str, severity: Severity) -> dict[str, Any]:
    return {"report": full(finding(name, severity))}


def silent() -> Listing:
    """A key whose description says what its name says."""
    keys = (key("TAX_URL", "Tax url"),)
    configuration = replace(listing().configurations[0], standard_configuration=keys)
    return listing(configurations=(configuration,))


CASES = [
    Case("source-code", UNMET, {"files": files(**dict.fromkeys(SERVICE, ""))}, "0 source files"),
    Case("unit-tests", UNMET, found("tests/failed", Severity.HIGH), "tests/failed"),
    Case("unit-tests", UNMET, found("tests/none", Severity.INFO), "tests/none"),
    Case("unit-tests", UNKNOWN, {"report": full(without=("tests",))}, "did not run"),
    Case(
        "integration-tests",
        UNMET,
        {"files": files(**{INTEGRATION: ""}), "texts": ()},
    ),
    Case("licence-file", UNMET, {"files": files(LICENSE="")}),
    Case(
        "creator-contact",
        UNMET,
        {"listing": listing(creator=ADA)},
        "company",
    ),
    Case("nothing-blocks", UNMET, {"report": full(EVAL)}, "1 stop it"),
    Case("no-critical-bugs", UNMET, {"report": full(EVAL)}, "code/eval"),
    Case("tried-in-a-deployment", UNKNOWN, {"trials": ()}, COMMIT),
    Case("tried-in-a-deployment", UNKNOWN, {"trials": (trial(answer=""),)}, "with nothing"),
    Case("tried-in-a-deployment", UNKNOWN, {"trials": (trial(), trial(answer="500 Oops"))}, "500"),
    Case("no-vulnerable-dependencies", UNMET, found("dependencies/vulnerable", Severity.HIGH)),
    Case("no-vulnerable-dependencies", UNKNOWN, {"report": full(blind="dependencies")}, "no data"),
    Case("no-secrets", UNMET, found("secrets/in-tree", Severity.CRITICAL)),
    Case("exceptions-reviewed", UNKNOWN, {"report": excepted(full(EVAL))}, "It is only ours"),
    Case("no-debug-output", UNMET, found("code/console-log", Severity.MINOR)),
    Case("nothing-hard-coded", UNMET, found("code/hard-coded-credential", Severity.MAJOR)),
    Case("scopes-needed", UNMET, {"listing": listing(scopes=("manage_project",))}),
    Case("specification-agrees", UNMET, found("specification/undeclared-key", Severity.HIGH)),
    Case("starts", UNMET, found("runtime/crashed", Severity.HIGH)),
    Case("starts", UNKNOWN, found("runtime/needs-configuration", Severity.INFO)),
    Case(
        "stateless",
        UNMET,
        {"dependencies": (Dependency("l", "express-session", "1.0.0"),)},
        "express-session@1.0.0",
    ),
    Case("stateless", UNMET, found("runtime/writes-outside", Severity.MAJOR)),
    Case("self-contained", UNMET, found("specification/missing-lockfile", Severity.MAJOR)),
    Case("open-source-licences", UNMET, found("licences/denied", Severity.HIGH)),
    Case("size-fits", UNMET, found("size/artifact", Severity.HIGH)),
    Case("regions-named", UNMET, {"listing": listing(supported_regions=())}),
    Case("tag-stays", UNKNOWN, {"tag_commit": "d" * 40}, "has moved"),
    Case("tag-stays", UNKNOWN, {"tag_commit": ""}),
    Case("installation-guide", UNMET, {"texts": (TAX,)}, "no such heading"),
    Case("installation-guide", UNMET, {"texts": ()}, "no README"),
    Case("usage-instructions", UNMET, {"texts": (TAX,)}),
    Case("configuration-described", UNMET, {"listing": silent()}, "TAX_URL"),
    Case("description-given", UNMET, {"listing": listing(description="Taxes")}, "5 characters"),
    Case(
        "documentation-linked", UNMET, {"listing": listing(documentation_url="http://example.org")}
    ),
]


@pytest.mark.parametrize("name", sorted(NAMES.keys() - PERSONS))
def test_a_good_connector_meets_it(name: str) -> None:
    seen = NAMES[name].observe(evidence())
    assert seen.verdict is Verdict.MET, seen
    assert seen.sights


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.requirement}-{one.verdict}")
def test_a_bad_one_does_not(case: Case) -> None:
    seen = NAMES[case.requirement].observe(evidence(**case.changes))
    assert seen.verdict is case.verdict, seen
    assert case.says in " ".join(one.text for one in seen.sights)


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.requirement}-{one.verdict}")
def test_what_it_sees_depends_on_what_it_says_it_reads(case: Case) -> None:
    """Otherwise an answer would be carried over to what it was not given for."""
    one = NAMES[case.requirement]
    assert one.reads(evidence()) != one.reads(evidence(**case.changes))


def test_every_requirement_that_is_no_persons_alone_is_spoiled_here() -> None:
    assert {case.requirement for case in CASES} == NAMES.keys() - PERSONS


@pytest.mark.parametrize("name", sorted(PERSONS))
def test_what_only_a_person_can_tell_is_left_to_one(name: str) -> None:
    seen = NAMES[name].observe(evidence())
    assert seen.verdict is UNKNOWN
    assert seen.sights


def test_names_are_used_once_and_every_heading_has_some() -> None:
    assert len(NAMES) == len(CHECKLIST)
    assert {one.heading for one in CHECKLIST} == set(Heading)
    assert list(dict.fromkeys(one.heading for one in CHECKLIST)) == list(Heading)


def test_evidence_survives_being_kept() -> None:
    seen = evidence()
    assert msgspec.json.decode(encode(seen), type=Evidence) == seen


def test_evidence_names_file_and_line() -> None:
    guide = NAMES["installation-guide"].observe(evidence()).sights
    assert [(one.text, one.path, one.line) for one in guide] == [("Installation", "README.md", 3)]
    script = NAMES["integration-tests"].observe(evidence()).sights[0]
    assert (script.path, script.line) == ("service/package.json", 4)
    bug = NAMES["no-critical-bugs"].observe(evidence(report=full(EVAL))).sights[0]
    assert (bug.path, bug.line, bool(bug.finding)) == ("service/src/index.ts", 3, True)


@given(strategies.text(max_size=300), strategies.text(max_size=300))
def test_no_document_and_no_package_json_breaks_it(readme: str, package: str) -> None:
    texts = (Text("README.md", readme), Text("service/package.json", package))
    for one in lines(evidence(texts=texts), ()):
        assert one.observation.verdict in set(Verdict)


@pytest.mark.parametrize("package", ["[]", "{", '{"scripts": 3}', "[" * 5000, PACKAGE[:-3]])
def test_a_broken_package_json_is_no_evidence(package: str) -> None:
    broken = evidence(texts=(Text("service/package.json", package),), files=files())
    seen = NAMES["integration-tests"].observe(broken)
    assert [one.path for one in seen.sights] == ["service/tests/integration/route.spec.ts"]


def test_a_huge_document_is_read_quickly() -> None:
    import time

    hostile = Text("README.md", ("# " + "#" * 100_000 + "x\n") * 2 + "=" * 100_000)
    began = time.process_time()
    all_headings([hostile], NAMES["usage-instructions"].wanted)  # type: ignore[attr-defined]
    assert time.process_time() - began < 10


def said(verdict: Verdict) -> Answer:
    return Answer(requirement="x", verdict=verdict, by="ada", at="m")


def test_the_evidence_is_not_overruled() -> None:
    unmet = NAMES["licence-file"].observe(evidence(files=files(LICENSE="")))
    assert decide(Kind.AUTOMATIC, unmet, said(Verdict.MET)) == (UNMET, "evidence")
    with pytest.raises(CertificationRequirementDecidedError):
        require_answerable("licence-file", evidence(), Verdict.MET, "I have seen it")


def test_a_person_decides_what_the_evidence_only_proposes() -> None:
    seen = NAMES["stateless"].observe(evidence())
    assert decide(Kind.CONFIRMED, seen, None) == (UNKNOWN, "")
    assert decide(Kind.CONFIRMED, seen, said(UNMET)) == (UNMET, "ada")
    unsure = NAMES["tag-stays"].observe(evidence(tag_commit=""))
    assert decide(Kind.AUTOMATIC, unsure, said(Verdict.MET)) == (Verdict.MET, "ada")


def test_who_says_no_or_differs_from_the_evidence_says_why() -> None:
    with pytest.raises(CertificationNoteMissingError):
        require_answerable("stateless", evidence(), UNMET, " ")
    spoiled = evidence(texts=())
    with pytest.raises(CertificationNoteMissingError):
        require_answerable("usage-instructions", spoiled, Verdict.MET, "")
    assert require_answerable("usage-instructions", spoiled, Verdict.MET, "In the wiki")
    assert require_answerable("stateless", evidence(), Verdict.MET, "")


def test_answers_to_nothing_are_refused() -> None:
    with pytest.raises(ResourceNotFoundError):
        require_answerable("no-such-thing", evidence(), Verdict.MET, "")
    with pytest.raises(InvalidJsonInputError):
        require_answerable("stateless", evidence(), Verdict.UNKNOWN, "hm")


def test_the_commit_to_try_is_named() -> None:
    assert COMMIT in NAMES["tried-in-a-deployment"].observe(evidence()).sights[0].text


def test_a_trial_is_shown_with_what_it_said() -> None:
    silent_one = trial(listened=False, answer="", log="")
    sights = NAMES["starts"].observe(evidence(trials=(trial(), silent_one))).sights
    told = "service, started on 2026-10-01T10:00:00.000Z, answered GET /service with 200 OK."
    assert (sights[-2].text, sights[-2].log) == (told, "listening on 8080")
    assert sights[-1].text.startswith("service did not listen")
    assert sights[-1].log is None
