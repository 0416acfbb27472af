"""The check as a whole: which files it reads, and what its findings say."""

import pytest

from connectory.findings import Severity, State
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.code import CodeCheck
from connectory.publishing.checks.code.check import MOST_IN_A_FILE
from connectory.publishing.checks.code.credentials import looks_real
from connectory.publishing.checks.code.scope import analysed
from connectory.specification import Application, ApplicationType

from .conftest import SERVICE, Make

FLAW = "delete items[0];\n"
KIND = ApplicationType
SECRET = "q8Zr2Lw0VxTn5Yb7"


def read(made, paths: list[str]) -> list[str]:  # type: ignore[no-untyped-def]
    select = analysed(made)
    return [path for path in paths if select(path)]


def test_src_is_read_of_an_application_that_has_one(candidate: Make) -> None:
    files = ["service/src/a.ts", "service/b.js", "service/src/a.spec.ts", "other/src/c.ts"]
    assert read(candidate(dict.fromkeys(files, "")), files) == ["service/src/a.ts"]


def test_without_src_all_code_of_the_application_is_read_but_its_tooling(candidate: Make) -> None:
    files = ["service/index.js", "service/lib/a.js", "service/jest.config.js", "service/test/a.js"]
    wanted = ["service/index.js", "service/lib/a.js"]
    assert read(candidate(dict.fromkeys(files, "")), files) == wanted


def test_merchant_center_applications_are_left_out_and_shared_modules_are_not(
    candidate: Make,
) -> None:
    package = '{"dependencies": {"shared": "file:../shared", "out": "file:../../../etc"}}'
    code = ["service/src/a.ts", "shared/src/b.ts", "mc/src/c.ts", "view/src/d.ts"]
    applications = (
        *SERVICE,
        Application("mc", KIND.MERCHANT_CENTER_CUSTOM_APPLICATION),
        Application("view", KIND.MERCHANT_CENTER_CUSTOM_VIEW),
    )
    made = candidate({**dict.fromkeys(code, ""), "service/package.json": package}, applications)
    assert read(made, code) == ["service/src/a.ts", "shared/src/b.ts"]


@pytest.mark.parametrize("package", ["", "[]", "{", "[" * 9_999, '{"dependencies": 7}'])
def test_a_broken_package_changes_nothing(candidate: Make, package: str) -> None:
    files = {"service/package.json": package, "service/src/a.ts": ""}
    assert read(candidate(files), [*files]) == ["service/src/a.ts"]


async def test_a_finding_names_cause_place_and_evidence(bench: Bench, candidate: Make) -> None:
    made = candidate({"service/src/a.ts": f"\n{FLAW}"})
    (finding,) = (await CodeCheck().examine(made, bench)).findings
    assert (finding.rule, finding.severity) == ("code/delete-array-element", Severity.CRITICAL)
    assert (finding.application, finding.place) == ("service", "service/src/a.ts:2")
    assert finding.what == "delete is used on an element of an array."
    assert finding.evidence == "delete items[0]"


async def test_a_finding_cannot_steer_a_terminal(bench: Bench, candidate: Make) -> None:
    made = candidate({"service/src/a.ts": "f({ 'a\x1b[2J\u202eb': 1, 'a\x1b[2J\u202eb': 2 });"})
    (finding,) = (await CodeCheck().examine(made, bench)).findings
    assert (finding.about, finding.evidence) == ("ab", "'ab': 2")


async def test_a_credential_is_named_but_not_shown(bench: Bench, candidate: Make) -> None:
    made = candidate({"service/src/a.ts": f"const o = {{ apiKey: '{SECRET}' }};\n"
                                          f"jwt.sign(a, '{SECRET}');\n"})  # fmt: skip
    findings = (await CodeCheck().examine(made, bench)).findings
    assert {each.about for each in findings} == {"apiKey", ""}
    assert len(findings) == 2
    assert SECRET not in repr(findings)


async def test_one_flaw_all_over_a_file_is_told_of_so_many_times(
    bench: Bench, candidate: Make
) -> None:
    made = candidate({"service/src/a.ts": FLAW * 500 + "console.log(1);\n" * 50})
    rules = [each.rule for each in (await CodeCheck().examine(made, bench)).findings]
    assert rules.count("code/delete-array-element") == MOST_IN_A_FILE
    assert rules.count("code/console-log") == 1


async def test_what_could_not_be_judged_is_not_said_to_be_clean(
    bench: Bench, candidate: Make
) -> None:
    flood = "const a = {\n" + "a: 1,\n" * 60_000 + "};\n"
    made = candidate({"service/src/flood.ts": flood, "service/src/b.ts": FLAW})
    examination = await CodeCheck().examine(made, bench)
    found = {each.path: each.rule for each in examination.findings}
    assert found == {
        "service/src/flood.ts": "code/not-analysed",
        "service/src/b.ts": "code/delete-array-element",
    }
    assert examination.state is State.NO_DATA


async def test_the_output_of_a_tool_is_told_of(bench: Bench, candidate: Make) -> None:
    made = candidate({"service/src/a.ts": "a" * 6_000})
    examination = await CodeCheck().examine(made, bench)
    assert [each.rule for each in examination.findings] == ["code/not-analysed"]
    assert examination.state is State.EXAMINED


async def test_no_code_is_skipped(bench: Bench, candidate: Make) -> None:
    examination = await CodeCheck().examine(candidate({"service/README.md": "x"}), bench)
    assert examination.state is State.SKIPPED


def test_it_reads_what_it_analyses_and_nothing_else(bench: Bench, candidate: Make) -> None:
    def key(**files: str) -> object:
        return CodeCheck().reads(candidate({f"service/src/{k}.ts": v for k, v in files.items()}
                                           | {"README.md": files.get("a", "")}), bench)  # fmt: skip

    assert key(a="1", b="2") == key(a="1", b="2")
    assert key(a="1", b="2") != key(a="1", b="3")
    assert key(b="2") != key(c="2")


@pytest.mark.parametrize("value", [SECRET, "kD93-jsP2_mQx81LzR40", "AKzaSyB8x2Qw9R7tLm4"])
def test_a_real_credential(value: str) -> None:
    assert looks_real(f"'{value}'")


@pytest.mark.parametrize(
    "value",
    ["CTP_CLIENT_SECRET", "x-api-key", "your-api-key-1", "password123", "application/json",
     "https://a.example/1", "clientSecret", "aaaaaaaa11111111", "a.b.clientSecret2", "********1a"],
)  # fmt: skip
def test_no_credential(value: str) -> None:
    assert not looks_real(f"'{value}'")
