"""What the end of a script means for the report."""

from typing import Any

import pytest

from connectory.connectors.model import ReportEntryType
from connectory.durable import Rejected
from connectory.hosting.masking import Masking
from connectory.hosting.scripts import ScriptName, ScriptPlacement
from connectory.hosting.scripts.report import refused, undefined, verdict
from connectory.sandbox import Finished, Limits

LIMITS = Limits(memory=64 << 20, seconds=600.0, disk=32 << 20)
NOISY = "boom\nnpm error Lifecycle script `x` failed\nerror Command failed with exit code 1."
BOOM = (
    'The postDeploy script of processor ended with code 1. The last it said was: "boom"\n'
    "Fix: Correct what its output says."
)
AWAY = "npm error code ECONNREFUSED\nnpm error FetchError: request to https://registry.npmjs.org/x"


def script(name: ScriptName = ScriptName.POST_DEPLOY) -> ScriptPlacement:
    return ScriptPlacement("a", "d", "processor", name, "npm run x", "sha256:0")


def ended(tail: str = "", **changed: Any) -> Finished:
    return Finished(**{"code": 1, "cause": "exit", "tail": tail, "seconds": 1.0, **changed})


def message(finished: Finished, name: ScriptName = ScriptName.POST_DEPLOY) -> str:
    entry = verdict(script(name), finished, LIMITS, str)
    assert entry is not None
    return entry.message or ""


def test_success_is_no_entry() -> None:
    assert verdict(script(), ended(code=0), LIMITS, str) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (ScriptName.POST_DEPLOY, ReportEntryType.WARNING),
        (ScriptName.PRE_UNDEPLOY, ReportEntryType.ERROR),
    ],
)
def test_title_and_kind_are_the_platforms(name: ScriptName, kind: ReportEntryType) -> None:
    entry = verdict(script(name), ended(), LIMITS, str)

    assert entry is not None
    assert entry.type is kind
    assert entry.title == f"Failed during the execution of '{name}' script"
    assert entry.application == "processor"


@pytest.mark.parametrize(
    ("finished", "says"),
    [
        (ended(NOISY), BOOM),
        (ended(), "ended with code 1. It said nothing.\nFix: Let it say what failed."),
        (ended("sh: 1: tsc: not found", code=127), "a program it calls is not there"),
        (ended("sh: x: denied", code=126), "may not be executed"),
        (ended("x", code=139, cause="signal"), "was ended by signal 11."),
        (ended("a\nb \n", code=137, cause="timeout"), '600 seconds. The last it said was: "b"'),
        (ended(code=137, cause="timeout"), "within 600 seconds. It said nothing."),
        (ended(code=137, cause="memory"), "used more than 64 MiB of memory."),
        (ended(code=137, cause="disk"), "filled more than 32 MiB of disk."),
        (ended(AWAY), "could not reach the npm registry, which is no fault of the Connector."),
    ],
)
def test_the_cause_is_named(finished: Finished, says: str) -> None:
    assert says in message(finished)


def test_what_its_own_code_could_not_reach_is_no_fault_of_the_registry() -> None:
    said = "Error: connect ECONNREFUSED 10.0.0.1:443\nnpm error Lifecycle script `x` failed"

    assert "ended with code 1." in message(ended(said))


def test_what_to_do_next_depends_on_the_script() -> None:
    assert "redeploy" in message(ended("x"))
    assert "skipScripts=true" in message(ended("x"), ScriptName.PRE_UNDEPLOY)


def test_secrets_are_hidden_before_the_evidence_is_cut() -> None:
    secret = "s3cret-" * 200
    tail = f"{'x' * 5000}{secret}{'y' * 2500}"

    entry = verdict(script(), ended(tail), LIMITS, Masking([secret]).masked)

    assert entry is not None
    assert "s3cret" not in (entry.message or "")
    assert (entry.message or "").endswith("y" * 2500)


def test_evidence_is_the_end_of_the_output_without_what_npm_adds() -> None:
    said = "it broke\nnpm error A complete log of this run can be found in: /home/x-debug-0.log"

    assert message(ended(said)).endswith("\nit broke")


def test_a_script_that_cannot_be_begun_says_why() -> None:
    entry = refused(script(), Rejected("No such Node.js.", fix="Ask for another."))

    assert entry.message == "No such Node.js.\nFix: Ask for another."
    assert entry.type is ReportEntryType.WARNING


def test_no_script_is_information() -> None:
    entry = undefined(ScriptName.POST_DEPLOY, "processor")

    assert (entry.type, entry.title, entry.message, entry.application) == (
        ReportEntryType.INFORMATION,
        'Script for "postDeploy" not defined',
        None,
        "processor",
    )
