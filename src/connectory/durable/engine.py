"""DBOS Transact behind four words: register, launch, step, stop.

DBOS keeps the results of steps and resumes workflows after a crash. Its import takes over a second,
so it is loaded in the engine's thread, after the platform answers its first request. Every workflow
runs on DBOS's own event loop.
"""

import asyncio
import contextlib
import logging
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection

from connectory.database import Database
from connectory.durable import runs
from connectory.durable.journal import Journal, sealed_failure, sealed_verdict
from connectory.durable.runs import Run, RunState

log = structlog.get_logger()

VERSION = "1"
"""Recovery resumes only runs of the same version: raise it when the steps of a workflow change."""


LONGEST_STOP = 60.0
"""Seconds until its thread is left alone; on a busy machine loading it takes a while already."""
FAILED = {"ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}
"""What DBOS calls a workflow that it does not go on with."""


class Interrupted(BaseException):
    """The engine stops under a workflow. DBOS keeps any ``Exception``, and the cancellation itself
    as another thread sees it, as the workflow's end; this one leaves it to be resumed."""


class Workflow(NamedTuple):
    """How a kind of run is done."""

    name: str
    body: Callable[[Journal], Awaitable[None]]
    """Does the work and, in its last step, moves the run to its final state."""
    crashed: Callable[[Connection, Run], None]
    """Tells the resource that the platform failed, when the body itself could not."""
    branch: Callable[[Journal], Awaitable[Any]] | None = None
    """Does one branch of the work; ``journal.branch`` says which."""


class Engine:
    """Starts every requested run and sees it through."""

    def __init__(self, database: Database, url: str, directory: Path) -> None:
        self._database = database
        self._url = url or f"sqlite:///{directory / 'workflows.db'}"
        self._file = None if url else directory / "workflows.db"
        self._workflows: dict[str, Workflow] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self.launched = threading.Event()

    def register(self, workflow: Workflow) -> None:
        self._workflows[workflow.name] = workflow

    def launch(self) -> None:
        """Begin in a thread of its own; requests made meanwhile are picked up."""
        self._thread.start()

    def stop(self) -> None:
        """Stop taking up runs. What is under way goes on from its last step at the next start."""
        self._stopping.set()
        self._database.changes.announce()
        if self._thread.is_alive():
            self._thread.join(timeout=LONGEST_STOP)

    def _serve(self) -> None:
        if self._file:
            _use_wal(self._file)
        dbos = _Dbos(self._url, self._execute, self._branch)
        self.launched.set()
        log.debug("engine.launched")
        for run in self._database.read_blocking(
            lambda c: runs.runs_in(c, RunState.QUEUED, RunState.RUNNING)
        ):
            self._start(dbos, run)
        seen = -1
        while not self._stopping.is_set():
            for run in self._database.read_blocking(lambda c: runs.runs_in(c, RunState.QUEUED)):
                self._start(dbos, run)
            seen = self._database.changes.wait_blocking(seen, 1)
        dbos.stop()

    def _start(self, dbos: "_Dbos", run: Run) -> None:
        # first, for a short run is over before the next line; one that never began is RUNNING all
        # the same at the next start of the platform, and begins then
        self._database.write_blocking(lambda c: runs.move(c, run.id, RunState.RUNNING))
        if not dbos.start(run.id):
            self._give_up(run)

    def _give_up(self, run: Run) -> None:
        log.error("run.lost", run=run.id, workflow=run.workflow)
        crashed = self._workflows[run.workflow].crashed
        try:
            self._database.write_blocking(lambda c: crashed(c, run))
        except Exception:  # the other runs go on; this one is told at the next start
            log.exception("run.crashed", run=run.id, workflow=run.workflow)

    async def _execute(self, run_id: str, dbos: "_Dbos") -> None:
        run = await self._database.read(lambda c: runs.run_with_id(c, run_id))
        workflow = self._workflows[run.workflow]
        try:
            await workflow.body(Journal(run, self._database, dbos))
        except Exception:
            log.exception("run.crashed", run=run_id, workflow=run.workflow)
            await self._database.write(lambda c: workflow.crashed(c, run))

    async def _branch(self, run_id: str, name: str, dbos: "_Dbos") -> str:
        run = await self._database.read(lambda c: runs.run_with_id(c, run_id))
        branch = self._workflows[run.workflow].branch
        if branch is None:
            raise TypeError(f"The workflow {run.workflow} has no branches")
        try:
            return sealed_verdict(await branch(Journal(run, self._database, dbos, name)))
        except Exception as error:  # raised again in the run
            return sealed_failure(error)


class _Dbos:
    """The only place that knows DBOS."""

    def __init__(
        self,
        url: str,
        execute: Callable[[str, "_Dbos"], Awaitable[None]],
        branch: Callable[[str, str, "_Dbos"], Awaitable[str]],
    ) -> None:
        from dbos import DBOS, SetWorkflowID

        self._dbos, self._with_id = DBOS, SetWorkflowID
        DBOS(
            config={
                "name": "connectory",
                "system_database_url": url,
                "executor_id": "connectory",
                "application_version": VERSION,
                "log_level": "ERROR",
            }
        )

        async def run_workflow(run_id: str) -> None:
            with _interruptible():
                await execute(run_id, self)

        async def run_branch(run_id: str, name: str) -> str:
            with _interruptible():
                return await branch(run_id, name, self)

        self._run = DBOS.workflow(name="run")(run_workflow)
        self._branch = DBOS.workflow(name="branch")(run_branch)
        DBOS.launch()

    def start(self, run_id: str) -> bool:
        """Begin the run's workflow, unless it has begun: its id is the run's. False when it has
        failed before, outside of everything that a workflow's body can catch."""
        with self._with_id(run_id):
            handle = self._dbos.start_workflow(self._run, run_id)
        return handle.get_status().status not in FAILED

    async def once(self, name: str, work: Callable[[], Awaitable[str]]) -> str:
        async def step() -> str:
            return await work()

        return await self._dbos.run_step_async({"name": name}, step)

    async def branch(self, run_id: str, name: str) -> str:
        with self._with_id(f"{run_id}/{name}"):
            handle = await self._dbos.start_workflow_async(self._branch, run_id, name)
        result: str = await handle.get_result(polling_interval_sec=0.05)
        return result

    def stop(self) -> None:
        # it reports every workflow that it interrupts now as a fault; they go on at the next start
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        self._dbos.destroy(destroy_registry=True, workflow_completion_timeout_sec=0)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError:
        raise Interrupted from None


def _use_wal(file: Path) -> None:
    """DBOS sets no journal mode; it is kept in the file (300 → 1,200 workflows a second)."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
