"""Runs and their steps, as rows: what was asked, what is done, how long it took."""

import uuid
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    Row,
    String,
    Table,
    func,
    insert,
    select,
    update,
)

from connectory.database.schema import metadata
from connectory.wire import now, timestamp


class RunState(StrEnum):
    QUEUED = "queued"
    """Asked for; no worker has it yet."""
    RUNNING = "running"
    """A worker has started it; after a crash it goes on by itself."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """The connector or the platform failed; the report says which."""
    CANCELLED = "cancelled"


MOVES = {
    RunState.QUEUED: {RunState.RUNNING, RunState.CANCELLED},
    RunState.RUNNING: {RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED},
    RunState.SUCCEEDED: set[RunState](),
    RunState.FAILED: set[RunState](),
    RunState.CANCELLED: set[RunState](),
}

runs = Table(
    "runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workflow", String(64), nullable=False),
    Column("resource_id", String(36), nullable=False, index=True),
    Column("request", String, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("finished_at", String(24)),
    Index("ix_runs_state_created_at", "state", "created_at"),
)
run_steps = Table(
    "run_steps",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("name", String(320), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("started_at", String(24), nullable=False),
    Column("seconds", Float),
    Column("outcome", String(16)),
    Column("result", String),
)


class Run(msgspec.Struct, frozen=True):
    """One asked-for piece of work. ``request`` is JSON whose shape the workflow knows."""

    id: str
    workflow: str
    resource_id: str
    request: str
    state: RunState
    created_at: str
    finished_at: str | None = None


class StepRecord(msgspec.Struct, frozen=True):
    """What a person sees of a step: ``outcome`` is None while it runs, ``cause`` says why the
    connector was refused."""

    name: str
    attempts: int
    started_at: str
    seconds: float | None
    outcome: str | None
    cause: str | None = None


class _Refusal(msgspec.Struct):
    """What is read of a kept verdict."""

    cause: str = ""


def request_run(
    connection: Connection, workflow: str, resource_id: str, request: dict[str, Any]
) -> Run:
    """Ask for a run, in the caller's transaction."""
    run = Run(
        id=str(uuid.uuid4()),
        workflow=workflow,
        resource_id=resource_id,
        request=msgspec.json.encode(request).decode(),
        state=RunState.QUEUED,
        created_at=timestamp(now()),
    )
    connection.execute(insert(runs).values(**msgspec.structs.asdict(run)))
    return run


def run_with_id(connection: Connection, run_id: str) -> Run:
    return _run(connection.execute(select(runs).where(runs.c.id == run_id)).one())


def runs_in(connection: Connection, *states: RunState) -> tuple[Run, ...]:
    """Oldest first."""
    rows = connection.execute(
        select(runs).where(runs.c.state.in_(states)).order_by(runs.c.created_at)
    )
    return tuple(_run(row) for row in rows)


def runs_of(connection: Connection, resource_id: str) -> tuple[Run, ...]:
    """Every run of a resource, newest first."""
    rows = connection.execute(
        select(runs).where(runs.c.resource_id == resource_id).order_by(runs.c.created_at.desc())
    )
    return tuple(_run(row) for row in rows)


def find_run(connection: Connection, run_id: str) -> Run | None:
    row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
    return _run(row) if row else None


def count_runs(connection: Connection) -> list[tuple[str, str, int]]:
    """How many runs there are of each workflow in each state."""
    rows = connection.execute(
        select(runs.c.workflow, runs.c.state, func.count()).group_by(runs.c.workflow, runs.c.state)
    )
    return [(workflow, state, number) for workflow, state, number in rows]


def move(connection: Connection, run_id: str, target: RunState) -> bool:
    """Whether the run could make this move; a second worker or a late answer changes nothing."""
    origins = [state for state, targets in MOVES.items() if target in targets]
    finished = timestamp(now()) if not MOVES[target] else None
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.state.in_(origins))
        .values(state=target, finished_at=finished)
    )
    return changed.rowcount == 1


def cancel_runs(connection: Connection, resource_id: str, workflow: str) -> None:
    """Withdraw what was asked for this resource; a run under way stops before its next step."""
    for run in runs_of(connection, resource_id):
        if run.workflow == workflow:
            move(connection, run.id, RunState.CANCELLED)


def withdraw_all(connection: Connection) -> None:
    """Nobody waits for what was asked for any more."""
    for run in runs_in(connection, RunState.QUEUED, RunState.RUNNING):
        move(connection, run.id, RunState.CANCELLED)


def step_began(connection: Connection, run_id: str, name: str) -> None:
    known = connection.execute(
        select(run_steps.c.attempts).where(run_steps.c.run_id == run_id, run_steps.c.name == name)
    ).scalar()
    started = timestamp(now())
    if known is None:
        position = len(steps_of(connection, run_id))
        values = {"run_id": run_id, "name": name, "position": position, "attempts": 1}
        connection.execute(insert(run_steps).values(**values, started_at=started))
    else:
        connection.execute(
            update(run_steps)
            .where(run_steps.c.run_id == run_id, run_steps.c.name == name)
            .values(attempts=known + 1, started_at=started, outcome=None, seconds=None)
        )


def step_ended(
    connection: Connection, run_id: str, name: str, outcome: str, seconds: float, result: str | None
) -> None:
    """``result`` is what the step is never done again for; None when it may be."""
    connection.execute(
        update(run_steps)
        .where(run_steps.c.run_id == run_id, run_steps.c.name == name)
        .values(outcome=outcome, seconds=seconds, result=result)
    )


def step_result(connection: Connection, run_id: str, name: str) -> str | None:
    """What ``step_ended`` has kept of a step."""
    kept = select(run_steps.c.result).where(run_steps.c.run_id == run_id, run_steps.c.name == name)
    result: str | None = connection.execute(kept).scalar()
    return result


def steps_of(connection: Connection, run_id: str) -> tuple[StepRecord, ...]:
    rows = connection.execute(
        select(run_steps).where(run_steps.c.run_id == run_id).order_by(run_steps.c.position)
    )
    return tuple(_step(row) for row in rows)


def _step(row: Row[Any]) -> StepRecord:
    cause = None
    if row.outcome == "rejected" and row.result:
        cause = msgspec.json.decode(row.result, type=_Refusal).cause
    return StepRecord(row.name, row.attempts, row.started_at, row.seconds, row.outcome, cause)


def _run(row: Row[Any]) -> Run:
    return Run(
        row.id,
        row.workflow,
        row.resource_id,
        row.request,
        RunState(row.state),
        row.created_at,
        row.finished_at,
    )
