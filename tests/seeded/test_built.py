"""Mistakes that show when an application is built, tested and started are found, each by the whole
publishing line, and what looks like them stops nothing."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.publishing.conftest import Line
from tests.seeded import built
from tests.seeded.judged import missing
from tests.seeded.seed import Files, Seed, text

from connectory.findings import Finding
from connectory.findings.policy import Effect
from connectory.findings.report import FullReport
from connectory.publishing.checks.licences import licences
from connectory.publishing.reports import report_of

APART = tuple(seed for seed in built.SEEDS if seed.rule == "specification/unreadable")
TOGETHER = tuple(seed for seed in built.SEEDS if seed not in APART)
BATCHES = [TOGETHER[start : start + 4] for start in range(0, len(TOGETHER), 4)]
FOLDER = "service"


async def validated(line: Line, files: Files) -> FullReport:
    """The report on its way to the Marketplace, the strictest way there is."""
    connector = await line.draft(line.repository(files))
    run = await line.carry_out(await line.request(connector, "publish", certification=True))
    report = await line.publishing.database.read(lambda c: report_of(c, run.id))
    assert report is not None
    return report


def together(connectors: Sequence[Files]) -> Files:
    """One connector of the one application of each of these."""
    whole: Files = {"connect.yaml": "deployAs:\n"}
    for number, files in enumerate(connectors):
        name = f"{FOLDER}-{number}"
        declared = text(files, "connect.yaml").partition("\n")[2]
        whole["connect.yaml"] = text(whole, "connect.yaml") + declared.replace(
            f"name: {FOLDER}", f"name: {name}"
        )
        for path, content in files.items():
            if path.startswith(f"{FOLDER}/"):
                whole[f"{name}{path.removeprefix(FOLDER)}"] = content
    return whole


def apart(report: FullReport, number: int) -> list[Finding]:
    """What was found in one of them, as if it were alone."""
    name = f"{FOLDER}-{number}"
    return [
        Finding(one.rule, one.severity, one.what, FOLDER,
                one.path.replace(name, FOLDER, 1) if one.path else None, one.line)
        for one in report.findings
        if one.application == name
    ]  # fmt: skip


def stopping(report: FullReport) -> list[str]:
    return [one.what for one in report.findings if one.effect is Effect.BLOCKS]


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: seeds[0].rule)
async def test_a_mistake_is_found(seeds: Sequence[Seed], line: Line) -> None:
    report = await validated(line, together([seed.flawed for seed in seeds]))
    each = enumerate(seeds)
    wrong = [one for number, seed in each for one in missing(seed, apart(report, number))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: seeds[0].rule)
async def test_what_looks_like_it_stops_nothing(seeds: Sequence[Seed], line: Line) -> None:
    report = await validated(line, together([seed.clean for seed in seeds]))
    assert stopping(report) == []
    for number, seed in enumerate(seeds):
        assert seed.rule not in [one.rule for one in apart(report, number)], seed


@pytest.mark.parametrize("seed", APART, ids=str)
async def test_what_cannot_be_read_is_said_so(seed: Seed, line: Line) -> None:
    found = (await validated(line, seed.flawed)).findings
    assert [one.rule for one in found] == [seed.rule]


async def test_what_looks_as_if_it_could_not_be_read_can(line: Line) -> None:
    twins = [seed.clean for seed in APART]
    report = await validated(line, {**twins[0], **twins[1], **twins[2]})
    assert stopping(report) == []


@pytest.mark.parametrize(("rule", "wrong", "right"), built.LICENCES)
def test_licences(rule: str, wrong: dict[str, str], right: dict[str, str], tmp_path: Path) -> None:
    for number, files in enumerate((wrong, right)):
        folder = tmp_path / str(number) / "service"
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True)
            (folder / path).write_text(content)
        names = [(json.loads(text)["name"], "1.0.0") for text in files.values()]
        rules = [one.rule for one in licences(folder.parent, "service", names)]
        assert rules == ([rule] if number == 0 else [])
