"""The corpus itself: how large it is, and that what watches over it would see harm."""

import re
from collections import Counter
from pathlib import Path

import pytest
from tests.hostile.case import SECRET, Connector, Contained, Refused
from tests.hostile.cases import CASES, of
from tests.hostile.cases.connectors import honest
from tests.hostile.stage import Stage, leftovers, nobody_left

from connectory.sandbox import Command, Mount

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/security.md"


def test_there_are_enough_cases_each_with_its_own_name() -> None:
    assert len(CASES) >= 100
    assert [name for name, count in Counter(one.name for one in CASES).items() if count > 1] == []


def test_every_group_is_run_by_one_module() -> None:
    named = [group for path in HERE.glob("test_*.py")
             for line in re.findall(r"^HERE = of\((.+)\)$", path.read_text(), re.MULTILINE)
             for group in re.findall(r'"(\w+)"', line)]  # fmt: skip
    assert sorted(named) == sorted({case.group for case in CASES})
    assert sum(len(of(group)) for group in named) == len(CASES)


def test_the_page_counts_every_group() -> None:
    counts = Counter(case.group for case in CASES)
    told = dict(re.findall(r"^\| ([a-z]+) \| +(\d+) \|", PAGE.read_text(), re.MULTILINE))
    assert {group: int(number) for group, number in told.items()} == counts
    assert f"{len(CASES)} cases" in PAGE.read_text()


def test_most_cases_say_how_they_end() -> None:
    vague = [case for case in CASES if case.ends == Contained()]
    refused = [case for case in CASES if isinstance(case.ends, Refused)]
    assert len(vague) < len(CASES) / 3
    assert len(refused) > len(CASES) / 4


async def test_an_honest_connector_is_published_beside_the_host(stage: Stage) -> None:
    from tests.hostile.case import Case

    case = Case("", "honest", "nothing", Connector(honest()), Contained("Published"))
    await stage.meet(case)


class TestTheWatch:
    """Each of these is harm done on purpose."""

    async def test_a_process_that_stays_is_seen(self, stage: Stage) -> None:
        mount = Mount(stage.line.repositories, "/workspace")
        command = Command(("sleep", "60"), mounts=(mount,))
        process = await stage.line.publishing.sandbox.spawn(command, lambda *_: None)
        assert leftovers(stage.folder)
        await process.stop(0)
        await nobody_left(stage.folder)

    async def test_a_changed_file_is_seen(self, stage: Stage) -> None:
        before = stage.host.state()
        (stage.host.folder / "secret").chmod(0o600)
        assert stage.host.state() != before

    async def test_a_secret_in_a_report_is_seen(self, stage: Stage) -> None:
        from tests.hostile.case import Case, Files
        from tests.hostile.cases.connectors import shell

        files: Files = shell(f"echo {SECRET}; exit 1\n")
        with pytest.raises(AssertionError):
            await stage.meet(Case("", "leak", "to leak", Connector(files), Contained()))
