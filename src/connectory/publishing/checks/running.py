"""All checks over one candidate, side by side, each left out when it read the same before."""

import asyncio
from collections.abc import Callable, Sequence

from connectory.findings import Examination, State
from connectory.findings.order import ordered
from connectory.publishing.checks.candidate import Candidate
from connectory.publishing.checks.check import Bench, Check

Told = Callable[[str, bool], None]


async def examine(
    candidate: Candidate,
    bench: Bench,
    checks: Sequence[Check],
    told: Told = lambda _name, _kept: None,
) -> list[Examination]:
    """One examination for each of ``checks``, in their order. ``told`` hears of each as it ends:
    its name, and whether it was known before."""

    async def one(check: Check) -> Examination:
        key = await asyncio.to_thread(lambda: [check.name, check.reads(candidate, bench)])
        kept = bench.cache.get(key, Examination)
        found = kept or _in_order(await check.examine(candidate, bench))
        # what could not judge for want of time or data may be able to the next time
        if kept is None and found.state is not State.NO_DATA:
            bench.cache.put(key, found)
        told(check.name, kept is not None)
        return found

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(check)) for check in checks]
    return [task.result() for task in tasks]


def _in_order(examination: Examination) -> Examination:
    """The same findings, whichever file was read first."""
    return Examination(
        examination.check,
        examination.state,
        ordered(examination.findings),
        examination.note,
        examination.data,
    )
