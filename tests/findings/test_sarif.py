"""SARIF 2.1.0, as code hosts read it."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from tests.findings.samples import AXIOS, CONSOLE, EVAL, TODAY, TOKEN, report

from connectory.findings import Examination, State
from connectory.findings.exceptions_file import read
from connectory.findings.report import FullReport, Source
from connectory.findings.sarif import MOST_RESULTS, to_sarif

SCHEMA_PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0"
WAIVED = b"- {rule: code/eval, reason: Only constants reach it, expires: 2027-01-01}\n- {}\n"


def full() -> FullReport:
    odd = msgspec.structs.replace(CONSOLE, path="a b/\u202e#?.ts", line=None, what="x\x1b[31m")
    missing = Examination("size", State.NO_DATA, note="no artifact")
    return report(EVAL, AXIOS, TOKEN, odd, examinations=[missing], read=read(WAIVED, TODAY))


def run_of(made: FullReport) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(to_sarif(made))["runs"][0]
    return run


@pytest.mark.registry
def test_it_keeps_the_official_schema(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    packed = subprocess.run(
        [npm, "pack", SCHEMA_PACKAGE], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if packed.returncode:
        pytest.skip(f"the registry did not answer: {packed.stderr[-200:]}")
    with tarfile.open(next(tmp_path.glob("*.tgz"))) as archive:
        member = archive.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json")
        assert member is not None
        schema = json.load(member)
    for made in (full(), report(), report(source=Source())):
        problems = list(Draft7Validator(schema).iter_errors(json.loads(to_sarif(made))))
        assert problems == []


def test_every_result_names_its_rule_and_place() -> None:
    run = run_of(full())
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert len(result["partialFingerprints"]["connectory/v1"]) == 16
        (location,) = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert artifact["uriBaseId"] == "%SRCROOT%"
        assert artifact["uri"].isascii()
        assert not artifact["uri"].startswith("/")


def test_levels_and_weights_are_those_of_code_hosts() -> None:
    run = run_of(full())
    levels = {one["ruleId"]: one["level"] for one in run["results"]}
    assert levels["code/eval"] == levels["dependencies/vulnerable"] == "error"
    assert levels["code/console"] == "note"
    by_name = {one["id"]: one for one in run["tool"]["driver"]["rules"]}
    assert float(by_name["code/eval"]["properties"]["security-severity"]) >= 9
    assert "security-severity" not in by_name["exceptions/invalid"]["properties"]
    assert "To fix it" in by_name["code/eval"]["help"]["markdown"]


def test_an_exception_is_an_accepted_suppression_with_its_reason() -> None:
    run = run_of(full())
    (waived,) = [one for one in run["results"] if "suppressions" in one]
    assert waived["ruleId"] == "code/eval"
    assert waived["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Only constants reach it (until 2027-01-01)",
        }
    ]


def test_a_check_without_data_is_a_warning_of_the_run() -> None:
    (invocation,) = run_of(full())["invocations"]
    (said,) = invocation["toolExecutionNotifications"]
    assert said["message"]["text"] == "size could not be judged: no artifact"


def test_no_control_character_reaches_a_reader() -> None:
    texts = to_sarif(full()).decode()
    assert "<U+001B>" in texts
    assert "\\u001b" not in texts
    assert "\u202e" not in texts


def test_a_flood_is_cut_and_said() -> None:
    many = [msgspec.structs.replace(CONSOLE, about=str(n)) for n in range(MOST_RESULTS + 5)]
    run = run_of(report(EVAL, *many))
    assert len(run["results"]) == MOST_RESULTS
    assert run["results"][0]["ruleId"] == "code/eval"
    assert run["properties"]["findingsLeftOut"] == 6
