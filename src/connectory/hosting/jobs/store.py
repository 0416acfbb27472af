"""Schedules and runs of jobs as they are stored. Plain functions over a connection."""

import time
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from connectory.database.schema import metadata
from connectory.hosting.jobs.model import OVER, Outcome, Run, Trigger
from connectory.hosting.jobs.schedule import REBOOT, first, following

JOBS = "jobs"
"""The subject of all that is written about jobs."""
BIG = BigInteger().with_variant(Integer(), "sqlite")
KEPT = 500
"""Runs of each job that can be looked at, the latest ones."""

schedules = Table(
    "job_schedules",
    metadata,
    Column("application_id", String(36), primary_key=True),
    Column("deployment_id", String(36), nullable=False, index=True),
    Column("application_name", String(256), nullable=False),
    Column("endpoint", String, nullable=False),
    Column("schedule", String, nullable=False),
    # milliseconds since 1970; null for a schedule that has no further moment
    Column("next_at", BIG, index=True),
)

runs = Table(
    "job_runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("application_id", String(36), nullable=False),
    Column("deployment_id", String(36), nullable=False, index=True),
    Column("application_name", String(256), nullable=False),
    Column("endpoint", String, nullable=False),
    Column("trigger", String(16), nullable=False),
    Column("outcome", String(16), nullable=False, index=True),
    Column("scheduled_for", BIG, nullable=False),
    Column("started_at", BIG),
    Column("finished_at", BIG),
    Column("status", Integer),
    Column("message", Text),
    Index("ix_job_runs_application_id_scheduled_for", "application_id", "scheduled_for"),
)


class Schedule(NamedTuple):
    """When one job application is called, and where."""

    application_id: str
    deployment_id: str
    application_name: str
    endpoint: str
    schedule: str


class Planned(NamedTuple):
    """A schedule with its next moment; None: never again."""

    schedule: Schedule
    next_at: int | None


class Change(NamedTuple):
    """What became of a run."""

    id: str
    outcome: Outcome
    started_at: int | None
    finished_at: int | None = None
    status: int | None = None
    message: str | None = None


def this_moment() -> int:
    return time.time_ns() // 1_000_000


def declare_schedules(
    connection: Connection,
    deployment_id: str,
    declared: Iterable[Schedule],
    moment: int | None = None,
) -> None:
    """From now on these are the Deployment's schedules; what is not named goes with its history.

    The same schedule goes on as it was; ``@reboot`` is due again.
    """
    now, wanted = this_moment() if moment is None else moment, tuple(declared)
    names = [one.application_id for one in wanted]
    for table in (schedules, runs):
        connection.execute(
            delete(table).where(
                table.c.deployment_id == deployment_id, table.c.application_id.not_in(names)
            )
        )
    for one in wanted:
        known = connection.execute(
            select(schedules).where(schedules.c.application_id == one.application_id)
        ).first()
        goes_on = known and known.schedule == one.schedule and one.schedule.strip() != REBOOT
        next_at = known.next_at if known and goes_on else first(one.schedule, now)
        values = {**one._asdict(), "next_at": next_at}
        if known is None:
            connection.execute(insert(schedules).values(**values))
        else:
            connection.execute(
                update(schedules)
                .where(schedules.c.application_id == one.application_id)
                .values(**values)
            )


def delete_schedules(connection: Connection, deployment_id: str) -> None:
    """The Deployment's jobs are never called again, and their history is gone."""
    for table in (schedules, runs):
        connection.execute(delete(table).where(table.c.deployment_id == deployment_id))


def planned_of(connection: Connection, deployment_id: str) -> tuple[Planned, ...]:
    """A Deployment's schedules, by application name."""
    rows = connection.execute(
        select(schedules)
        .where(schedules.c.deployment_id == deployment_id)
        .order_by(schedules.c.application_name)
    )
    return tuple(map(_planned, rows))


def next_moment(connection: Connection, claimed: Collection[str] = ()) -> int | None:
    """When the next job of all is due. A run that waits, and is not among the ``claimed``, is due
    when it was asked for."""
    waiting = connection.execute(
        select(runs.c.id, runs.c.scheduled_for).where(runs.c.outcome == Outcome.WAITING)
    )
    moments = [one.scheduled_for for one in waiting if one.id not in claimed]
    planned: int | None = connection.execute(select(func.min(schedules.c.next_at))).scalar()
    return min((*moments, *(() if planned is None else (planned,))), default=None)


def never_due(connection: Connection) -> tuple[Schedule, ...]:
    """The schedules that have no further moment."""
    rows = connection.execute(select(schedules).where(schedules.c.next_at.is_(None)))
    return tuple(_planned(one).schedule for one in rows)


def claim(connection: Connection, until: int, moment: int, late: int) -> tuple[Run, ...]:
    """Everything due ``until`` then, written down as waiting runs; each schedule moves on.

    What was due more than ``late`` milliseconds before ``moment`` is caught up. Waiting runs of
    before (asked for by hand, or left by a crash) are among them.
    """
    rows = connection.execute(select(schedules).where(schedules.c.next_at <= until)).all()
    due = tuple(map(_planned, rows))
    made = [_due_run(one, moment - late) for one in due]
    if made:
        moved = [
            {"id_": one.schedule.application_id,
             "at": following(one.schedule.schedule, one.next_at or moment, moment)}
            for one in due
        ]  # fmt: skip
        connection.execute(
            update(schedules)
            .where(schedules.c.application_id == bindparam("id_"))
            .values(next_at=bindparam("at")),
            moved,
        )
        connection.execute(insert(runs), [_values(one) for one in made])
    return waiting_runs(connection)


def waiting_runs(connection: Connection) -> tuple[Run, ...]:
    rows = connection.execute(select(runs).where(runs.c.outcome == Outcome.WAITING))
    return tuple(map(_run, rows))


def ask_for_run(connection: Connection, schedule: Schedule) -> Run:
    """A run by hand, as soon as possible."""
    run = _new(schedule, Trigger.MANUAL, this_moment())
    connection.execute(insert(runs).values(**_values(run)))
    return run


def change_runs(connection: Connection, changes: Sequence[Change]) -> None:
    """What is over stays as it ended."""
    connection.execute(
        update(runs)
        .where(runs.c.id == bindparam("run"), runs.c.finished_at.is_(None))
        .values({name: bindparam(f"new_{name}") for name in Change._fields[1:]}),
        [
            {"run": one.id, **{f"new_{name}": getattr(one, name) for name in one._fields[1:]}}
            for one in changes
        ],
    )


def interrupt(connection: Connection, moment: int) -> tuple[Run, ...]:
    """What a platform that is gone had begun ends here; it is given. What it had written down and
    not begun in time is to be caught up."""
    under_way = select(runs).where(runs.c.outcome == Outcome.RUNNING)
    found = tuple(map(_run, connection.execute(under_way)))
    message = "The platform stopped while it ran. It is not repeated: how far it came is unknown."
    connection.execute(
        update(runs)
        .where(runs.c.outcome == Outcome.RUNNING)
        .values(outcome=Outcome.INTERRUPTED, finished_at=moment, message=message)
    )
    connection.execute(
        update(runs)
        .where(
            runs.c.outcome == Outcome.WAITING,
            runs.c.trigger == Trigger.SCHEDULE,
            runs.c.scheduled_for < moment,
        )
        .values(trigger=Trigger.CATCH_UP)
    )
    return found


def runs_of(
    connection: Connection, application_id: str, limit: int, offset: int = 0
) -> tuple[tuple[Run, ...], int]:
    """A job's runs, newest first, and how many there are."""
    mine = runs.c.application_id == application_id
    rows = connection.execute(
        select(runs)
        .where(mine)
        .order_by(runs.c.scheduled_for.desc(), runs.c.id)
        .limit(limit)
        .offset(offset)
    )
    total = connection.execute(select(func.count()).select_from(runs).where(mine)).scalar_one()
    return tuple(map(_run, rows)), total


def run_with(connection: Connection, run_id: str) -> Run | None:
    row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
    return _run(row) if row else None


def forget_runs(connection: Connection) -> None:
    """Of each job the latest ones stay."""
    crowded = connection.execute(
        select(runs.c.application_id).group_by(runs.c.application_id).having(func.count() > KEPT)
    ).scalars()
    for application_id in crowded.all():
        mine = runs.c.application_id == application_id
        oldest = connection.execute(
            select(runs.c.scheduled_for)
            .where(mine)
            .order_by(runs.c.scheduled_for.desc())
            .offset(KEPT)
            .limit(1)
        ).scalar_one()
        connection.execute(
            delete(runs).where(
                mine, runs.c.scheduled_for <= oldest, runs.c.outcome.in_(tuple(OVER))
            )
        )


def _due_run(planned: Planned, late: int) -> Run:
    schedule, due = planned.schedule, planned.next_at or 0
    trigger = Trigger.CATCH_UP if due < late else Trigger.SCHEDULE
    if schedule.schedule.strip() == REBOOT:
        trigger = Trigger.DEPLOY
    return _new(schedule, trigger, due)


def _new(schedule: Schedule, trigger: Trigger, due: int) -> Run:
    return Run(
        id=str(uuid.uuid4()),
        application_id=schedule.application_id,
        deployment_id=schedule.deployment_id,
        application_name=schedule.application_name,
        endpoint=schedule.endpoint,
        trigger=trigger,
        outcome=Outcome.WAITING,
        scheduled_for=due,
    )


def _values(run: Run) -> dict[str, Any]:
    return {name: getattr(run, name) for name in run.__struct_fields__}


def _planned(row: Row[Any]) -> Planned:
    return Planned(
        Schedule(
            row.application_id, row.deployment_id, row.application_name, row.endpoint, row.schedule
        ),
        row.next_at,
    )


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        application_id=row.application_id,
        deployment_id=row.deployment_id,
        application_name=row.application_name,
        endpoint=row.endpoint,
        trigger=Trigger(row.trigger),
        outcome=Outcome(row.outcome),
        scheduled_for=row.scheduled_for,
        started_at=row.started_at,
        finished_at=row.finished_at,
        status=row.status,
        message=row.message,
    )
