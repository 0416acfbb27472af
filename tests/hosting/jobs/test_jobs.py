"""Jobs called in a real application in its sandbox."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
from tests.hosting.conftest import *  # noqa: F403 - its fixtures
from tests.hosting.conftest import Serve, Served, until, written

from connectory.hosting import Hosting
from connectory.hosting.jobs.model import Outcome, Run, Trigger
from connectory.hosting.jobs.store import (
    JOBS,
    Change,
    Schedule,
    ask_for_run,
    change_runs,
    claim,
    declare_schedules,
    runs_of,
    this_moment,
)

JOB = """
const seen = [];
let release;
require('http').createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/seen') return response.end(JSON.stringify(seen));
    if (request.url === '/release') { release(); return response.end(); }
    seen.push([request.method, request.url, Buffer.concat(chunks).toString(),
               request.headers['content-type']]);
    if (request.url === '/slow') release = () => response.end('late');
    else if (request.url === '/bad') response.writeHead(500).end('it is ' + process.env.SECRET);
    else if (request.url === '/deadly') process.exit(3);
    else response.end('done');
  });
}).listen(8080);
"""


@dataclass
class Bench:
    hosting: Hosting
    served: Served

    def schedule(self, endpoint: str = "/job", text: str = "@yearly") -> Schedule:
        one = self.served.placement
        return Schedule(one.application_id, one.deployment_id, "job", endpoint, text)

    async def declare(self, schedule: Schedule, moment: int | None = None) -> None:
        id_ = schedule.deployment_id
        await self.hosting.database.write(lambda c: declare_schedules(c, id_, [schedule], moment))
        self.hosting.jobs.wake()

    async def by_hand(self, schedule: Schedule) -> None:
        await self.hosting.database.write(lambda c: ask_for_run(c, schedule), JOBS)

    async def history(self) -> tuple[Run, ...]:
        id_ = self.served.placement.application_id
        return (await self.hosting.database.read(lambda c: runs_of(c, id_, 100)))[0]

    async def ended(self, count: int = 1) -> tuple[Run, ...]:
        """So many runs are over, newest first."""

        async def over() -> bool:
            return sum(one.finished_at is not None for one in await self.history()) >= count

        await until(over)
        return await self.history()

    async def asked(self, path: str) -> Any:
        url = self.served.url + path
        async with self.served.client.get(url) as answer:
            return json.loads(await answer.text() or "null")

    async def said(self) -> str:
        entries = await written(self.hosting, self.served.placement.deployment_id)
        return " ".join(bytes(one.details).decode() for one in entries)


@pytest.fixture
async def bench(serve: Serve, hosting: Hosting) -> Bench:
    served = await serve(JOB, "job", SECRET="a-secret-value")
    hosting.logbook.mask(served.placement.deployment_id, ("a-secret-value",))
    await hosting.jobs.start()
    return Bench(hosting, served)


async def test_a_job_is_posted_to_when_it_is_due(bench: Bench) -> None:
    await bench.declare(bench.schedule(text="@every 1s"))
    runs = await bench.ended()
    first = runs[-1]
    assert (first.outcome, first.status, first.trigger) == (
        Outcome.SUCCEEDED, 200, Trigger.SCHEDULE
    )  # fmt: skip
    assert first.started_at is not None
    assert first.started_at >= first.scheduled_for
    assert (await bench.asked("/seen"))[0] == ["POST", "/job", "{}", "application/json"]
    said = await bench.said()
    assert "The job starts." in said
    assert "The job is done: it answered 200." in said


async def test_a_run_while_one_is_under_way_is_skipped_and_said_so(bench: Bench) -> None:
    slow = bench.schedule("/slow")
    await bench.declare(slow)
    await bench.by_hand(slow)

    async def begun() -> bool:
        return bool(await bench.asked("/seen"))

    await until(begun)
    await bench.by_hand(slow)
    assert [one.outcome for one in await bench.ended() if one.finished_at] == [Outcome.SKIPPED]
    await bench.asked("/release")
    outcomes = [one.outcome for one in await bench.ended(2)]
    assert sorted(outcomes) == [Outcome.SKIPPED, Outcome.SUCCEEDED]
    assert len(await bench.asked("/seen")) == 1
    assert "still runs: this run is skipped" in await bench.said()


@pytest.mark.parametrize(
    ("endpoint", "status", "message"),
    [
        ("/bad", 500, "It answered 500: it is **************"),
        ("/deadly", None, "It closed the connection before it answered."),
    ],
)
async def test_a_failure_says_what_was_answered(
    bench: Bench, endpoint: str, status: int | None, message: str
) -> None:
    await bench.declare(bench.schedule(endpoint))
    await bench.by_hand(bench.schedule(endpoint))
    (run,) = await bench.ended()
    assert (run.outcome, run.status, run.message) == (Outcome.FAILED, status, message)
    assert "a-secret-value" not in await bench.said()


async def test_a_job_that_does_not_answer_times_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.hosting.jobs.runs, "seconds", 0.2)
    await bench.declare(bench.schedule("/slow"))
    await bench.by_hand(bench.schedule("/slow"))
    (run,) = await bench.ended()
    assert run.outcome is Outcome.TIMEOUT
    assert run.message == "It did not answer within 0.2 seconds."


async def test_a_job_that_does_not_run_fails_and_says_so(bench: Bench) -> None:
    await bench.hosting.supervisor.halt(bench.served.placement.application_id)
    await bench.declare(bench.schedule())
    await bench.by_hand(bench.schedule())
    (run,) = await bench.ended()
    assert (run.outcome, run.message) == (
        Outcome.FAILED, "The application is not running."
    )  # fmt: skip


async def test_after_a_restart_the_missed_one_is_caught_up_once(bench: Bench) -> None:
    jobs = bench.hosting.jobs
    await jobs.stop()
    hour = 3_600_000
    await bench.declare(bench.schedule(text="@every 1h"), this_moment() - 5 * hour - 1000)
    await jobs.start()
    (run,) = await bench.ended()
    assert (run.trigger, run.outcome) == (Trigger.CATCH_UP, Outcome.SUCCEEDED)
    assert "missed while the platform was down: it is caught up once" in await bench.said()
    assert len(await bench.asked("/seen")) == 1


async def test_what_was_missed_by_a_moment_is_said_to_be_caught_up(bench: Bench) -> None:
    jobs = bench.hosting.jobs
    await jobs.stop()
    await bench.declare(bench.schedule(text="@every 1h"), this_moment() - 3_600_000 - 500)
    await jobs.start()
    (run,) = await bench.ended()
    assert (run.trigger, run.outcome) == (Trigger.CATCH_UP, Outcome.SUCCEEDED)


async def test_a_run_costs_few_transactions(bench: Bench) -> None:
    commits = bench.hosting.database.changes.of(JOBS)
    before = commits.count
    await bench.declare(bench.schedule(text="@every 1h"), this_moment() - 3_600_000 + 1000)
    await bench.ended()
    assert commits.count - before < 12


async def test_the_log_says_once_that_a_schedule_means_nothing(bench: Bench) -> None:
    bad = bench.schedule(text="61 25 32 13 8")

    async def told() -> bool:
        return "never runs: its schedule '61 25 32 13 8'" in await bench.said()

    await bench.declare(bad)
    await until(told)
    await bench.declare(bad)
    await bench.by_hand(bad)
    await bench.ended()
    assert (await bench.said()).count("never runs") == 1


async def test_after_a_crash_what_ran_is_interrupted_and_what_waited_runs(bench: Bench) -> None:
    jobs, hosting = bench.hosting.jobs, bench.hosting
    await jobs.stop()
    now = this_moment()
    await bench.declare(bench.schedule(text="@every 1h"), now - 3_600_000)
    (begun,) = await hosting.database.write(lambda c: claim(c, now, now, 5000))
    changed = [Change(begun.id, Outcome.RUNNING, now)]
    await hosting.database.write(lambda c: change_runs(c, changed))
    await hosting.database.write(lambda c: ask_for_run(c, bench.schedule()))
    await jobs.start()
    found = {one.id: one for one in await bench.ended(2)}
    assert found.pop(begun.id).outcome is Outcome.INTERRUPTED
    (waited,) = found.values()
    assert waited.outcome is Outcome.SUCCEEDED
    assert "The platform stopped while the job ran." in await bench.said()


async def test_many_jobs_due_at_once_are_all_called(bench: Bench) -> None:
    one = bench.schedule()
    await asyncio.gather(*(bench.by_hand(one) for _ in range(30)))
    runs = await bench.ended(30)
    called = sum(run.outcome is Outcome.SUCCEEDED for run in runs)
    assert called == len(await bench.asked("/seen"))
    assert {run.outcome for run in runs} <= {Outcome.SUCCEEDED, Outcome.SKIPPED}
