"""Runs and steps over the real engine."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from connectory.database import Database, open_database
from connectory.durable import runs
from connectory.durable.engine import Engine, Workflow
from connectory.durable.journal import Journal, PlatformFailure
from connectory.durable.outcome import Rejected, RunCancelled
from connectory.durable.runs import Run, RunState, request_run

Body = Callable[[Journal], object]


class Bench:
    """An engine with one workflow, whose body each test gives."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self.database, self.engine = database, engine
        self.crashed: list[str] = []

    def run(self, body: object, branch: object = None) -> Run:
        def crashed(connection, run: Run) -> None:  # type: ignore[no-untyped-def]
            self.crashed.append(run.id)
            runs.move(connection, run.id, RunState.FAILED)

        self.engine.register(Workflow("work", body, crashed, branch))  # type: ignore[arg-type]
        run = self.database.write_blocking(lambda c: request_run(c, "work", "r-1", {"a": 1}))
        self.engine.launch()
        return run

    def ended(self, run: Run) -> Run:
        until = time.monotonic() + 100
        while time.monotonic() < until:
            now = self.database.read_blocking(lambda c: runs.run_with_id(c, run.id))
            if now.finished_at:
                return now
            time.sleep(0.02)
        raise AssertionError("the run did not end")

    def steps(self, run: Run) -> list[tuple[str, int, str | None]]:
        found = self.database.read_blocking(lambda c: runs.steps_of(c, run.id))
        return [(step.name, step.attempts, step.outcome) for step in found]

    async def finish(self, journal: Journal, state: RunState = RunState.SUCCEEDED) -> None:
        await self.database.write(lambda c: runs.move(c, journal.run.id, state))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    database = open_database("", tmp_path)
    engine = Engine(database, "", tmp_path)
    yield Bench(database, engine)
    engine.stop()
    database.close()


def test_steps_are_done_in_order_and_their_results_come_back_typed(bench: Bench) -> None:
    seen: list[object] = []

    async def body(journal: Journal) -> None:
        seen.append(await journal.step("one", lambda: _value((1, 2)), tuple[int, ...]))
        seen.append(await journal.step("two", lambda: _value({"k": "v"}), dict[str, str]))
        await bench.finish(journal)

    run = bench.run(body)
    assert bench.ended(run).state is RunState.SUCCEEDED
    assert seen == [(1, 2), {"k": "v"}]
    assert bench.steps(run) == [("one", 1, "done"), ("two", 1, "done")]


def test_a_rejection_is_not_retried_and_a_mishap_is(bench: Bench) -> None:
    calls = {"reject": 0, "stumble": 0}

    async def reject() -> int:
        calls["reject"] += 1
        raise Rejected("no package.json", "ls: nothing", "add one")

    async def stumble() -> int:
        calls["stumble"] += 1
        if calls["stumble"] < 2:
            raise ConnectionError("secret-host")
        return 7

    async def body(journal: Journal) -> None:
        with pytest.raises(Rejected) as verdict:
            await journal.step("reject", reject, int)
        assert verdict.value.message == "no package.json\nFix: add one\nls: nothing"
        assert await journal.step("stumble", stumble, int) == 7
        await bench.finish(journal)

    assert bench.ended(bench.run(body)).state is RunState.SUCCEEDED
    assert calls == {"reject": 1, "stumble": 2}


def test_after_the_last_attempt_the_platform_says_so_without_details(bench: Bench) -> None:
    said: list[str] = []

    async def fail() -> int:
        raise ConnectionError("password=hunter2")

    async def body(journal: Journal) -> None:
        try:
            await journal.step("reach", fail, int, attempts=2)
        except PlatformFailure as failure:
            said.append(str(failure))
        await bench.finish(journal, RunState.FAILED)

    assert bench.ended(bench.run(body)).state is RunState.FAILED
    assert said == ["reach failed: ConnectionError"]


def test_branches_run_side_by_side_and_all_of_them_end(bench: Bench) -> None:
    together: list[str] = []

    async def branch(journal: Journal) -> str:
        async def work() -> str:
            together.append(journal.branch)
            while len(together) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            if journal.branch == "b":
                raise Rejected("b is wrong")
            return journal.branch.upper()

        return await journal.step("build", work, str, timeout=100)

    async def body(journal: Journal) -> None:
        with pytest.raises(Rejected, match="b is wrong"):
            await journal.branches(["a", "b"], str)
        await bench.finish(journal)

    run = bench.run(body, branch)
    assert bench.ended(run).state is RunState.SUCCEEDED
    assert sorted(bench.steps(run)) == [("build a", 1, "done"), ("build b", 1, "rejected")]


def test_a_withdrawn_run_stops_in_the_middle_of_its_step(bench: Bench) -> None:
    stopped: list[str] = []

    async def long() -> int:
        try:
            return int(await asyncio.sleep(60, 1))
        finally:
            stopped.append("step")

    async def body(journal: Journal) -> None:
        try:
            await journal.step("long", long, int)
        except RunCancelled:
            stopped.append("run")

    run = bench.run(body)
    while not bench.steps(run):
        time.sleep(0.02)
    bench.database.write_blocking(lambda c: runs.cancel_runs(c, "r-1", "work"))
    assert bench.ended(run).state is RunState.CANCELLED
    until = time.monotonic() + 100
    while stopped != ["step", "run"] and time.monotonic() < until:
        time.sleep(0.02)
    assert stopped == ["step", "run"]


def test_a_body_that_breaks_tells_its_resource(bench: Bench) -> None:
    async def body(_journal: Journal) -> None:
        raise KeyError("bug")

    run = bench.run(body)
    assert bench.ended(run).state is RunState.FAILED
    assert bench.crashed == [run.id]


def test_a_run_moves_only_where_it_may(bench: Bench) -> None:
    def work(connection) -> list[bool]:  # type: ignore[no-untyped-def]
        run = request_run(connection, "w", "r", {})
        targets = (
            RunState.SUCCEEDED,
            RunState.RUNNING,
            RunState.RUNNING,
            RunState.SUCCEEDED,
            RunState.CANCELLED,
        )
        return [runs.move(connection, run.id, target) for target in targets]

    assert bench.database.write_blocking(work) == [False, True, False, True, False]
    bench.engine.launch()


async def _value(value: object) -> object:
    return value


def test_a_step_whose_outcome_is_seen_is_never_done_again(bench: Bench) -> None:
    """A crash between the outcome's commit and the engine's own note: the memory is empty."""
    calls: list[str] = []

    async def forgetful(name: str, work: Callable[[], Awaitable[str]]) -> str:
        await work()
        return await work()

    async def body(journal: Journal) -> None:
        journal._memory.once = forgetful  # type: ignore[method-assign]
        seen = await journal.step("one", lambda: _noted(calls, "one"), str)
        await bench.finish(journal)
        assert seen == "one"

    async def _noted(calls: list[str], name: str) -> str:
        calls.append(name)
        return name

    run = bench.run(body)
    assert bench.ended(run).state is RunState.SUCCEEDED
    assert calls == ["one"]
    assert bench.steps(run) == [("one", 1, "done")]


def test_a_run_whose_branches_are_awaited_goes_on_after_a_clean_stop(tmp_path: Path) -> None:
    """DBOS takes the cancellation of a workflow, as its thread sees it, for the workflow's end."""
    database, lives, begun = open_database("", tmp_path), [1], threading.Event()

    async def branch(journal: Journal) -> str:
        async def work() -> str:
            begun.set()
            await asyncio.sleep(60 if lives[0] == 1 else 0)
            return journal.branch

        return await journal.step("work", work, str)

    async def body(journal: Journal) -> None:
        assert await journal.branches(["a", "b"], str) == ["a", "b"]
        await database.write(lambda c: runs.move(c, journal.run.id, RunState.SUCCEEDED))

    def engine() -> Bench:
        return Bench(database, Engine(database, "", tmp_path))

    first, second = engine(), engine()
    run = first.run(body, branch)
    assert begun.wait(100)
    first.engine.stop()
    lives[0] = 2
    second.engine.register(Workflow("work", body, lambda c, run: None, branch))
    second.engine.launch()
    assert second.ended(run).state is RunState.SUCCEEDED
    assert {outcome for _, _, outcome in second.steps(run)} == {"done"}
    second.engine.stop()
    database.close()


def test_a_run_that_the_engine_has_given_up_is_told_at_the_next_start(tmp_path: Path) -> None:
    database, told = open_database("", tmp_path), threading.Event()

    async def body(journal: Journal) -> None:
        raise ValueError("broken")

    def cannot(connection: Connection, run: Run) -> None:
        told.set()
        raise ValueError("broken as well")

    def can(connection: Connection, run: Run) -> None:
        runs.move(connection, run.id, RunState.FAILED)

    first, second = (Bench(database, Engine(database, "", tmp_path)) for _ in range(2))
    first.engine.register(Workflow("work", body, cannot))
    run = database.write_blocking(lambda c: request_run(c, "work", "r-1", {}))
    first.engine.launch()
    assert told.wait(100)
    time.sleep(0.2)
    first.engine.stop()
    second.engine.register(Workflow("work", body, can))
    second.engine.launch()
    assert second.ended(run).state is RunState.FAILED
    second.engine.stop()
    database.close()


def test_it_stops_under_a_run_when_nobody_is_to_wait_any_more(bench: Bench) -> None:
    """As the platform stops: first whoever waits for changes is let go, then this."""
    begun = threading.Event()

    async def long() -> int:
        begun.set()
        return int(await asyncio.sleep(3600, 1))

    async def body(journal: Journal) -> None:
        await journal.step("long", long, int, timeout=3600)

    run = bench.run(body)
    assert begun.wait(100)
    bench.database.changes.end()
    bench.engine.stop()
    assert not bench.engine._thread.is_alive()
    kept = bench.database.read_blocking(lambda c: runs.run_with_id(c, run.id))
    assert kept.state is RunState.RUNNING
