"""Schedules and runs over both databases."""

import uuid

import pytest

import connectory.main  # noqa: F401 - every table declares itself
from connectory.database import Database
from connectory.hosting.jobs.model import Outcome, Run, Trigger
from connectory.hosting.jobs.store import (
    KEPT,
    Change,
    Schedule,
    ask_for_run,
    change_runs,
    claim,
    declare_schedules,
    delete_schedules,
    forget_runs,
    interrupt,
    never_due,
    next_moment,
    planned_of,
    runs_of,
)

MINUTE = 60_000
NOW = 1_800_000_000_000


def job(name: str = "nightly", schedule: str = "@every 1m", deployment: str = "d") -> Schedule:
    return Schedule(f"job-{name}", deployment, name, "/job", schedule)


def declare(database: Database, *jobs: Schedule, moment: int = NOW) -> None:
    database.write_blocking(lambda c: declare_schedules(c, "d", jobs, moment))


def due(database: Database, moment: int, until: int | None = None) -> tuple[Run, ...]:
    return database.write_blocking(lambda c: claim(c, until or moment, moment, 5000))


def ended(database: Database, *runs: Run, outcome: Outcome = Outcome.SUCCEEDED) -> None:
    changes = [Change(one.id, outcome, NOW, NOW + 1, 200) for one in runs]
    database.write_blocking(lambda c: change_runs(c, changes))


def history(database: Database, name: str = "nightly") -> tuple[Run, ...]:
    return database.read_blocking(lambda c: runs_of(c, f"job-{name}", 1000))[0]


def test_what_is_due_is_claimed_once_and_the_schedule_moves_on(database: Database) -> None:
    declare(database, job())
    assert database.read_blocking(next_moment) == NOW + MINUTE
    assert due(database, NOW) == ()
    (run,) = due(database, NOW + MINUTE - 100, NOW + MINUTE)
    assert (run.trigger, run.outcome) == (Trigger.SCHEDULE, Outcome.WAITING)
    assert run.scheduled_for == NOW + MINUTE
    # whoever has claimed it looks for others
    assert database.read_blocking(lambda c: next_moment(c, {run.id})) == NOW + 2 * MINUTE
    # it waits until it has begun: a crash before that loses nothing
    assert due(database, NOW + MINUTE) == (run,)
    database.write_blocking(
        lambda c: change_runs(c, [Change(run.id, Outcome.RUNNING, NOW + MINUTE)])
    )
    assert due(database, NOW + MINUTE) == ()
    assert database.read_blocking(next_moment) == NOW + 2 * MINUTE


def test_what_was_missed_is_caught_up_once(database: Database) -> None:
    declare(database, job())
    (run,) = due(database, NOW + 90 * MINUTE + 10_000)
    assert (run.trigger, run.scheduled_for) == (Trigger.CATCH_UP, NOW + MINUTE)
    assert len(due(database, NOW + 90 * MINUTE + 10_000)) == 1
    assert database.read_blocking(next_moment) == run.scheduled_for  # it waits
    ended(database, run)
    assert database.read_blocking(next_moment) == NOW + 91 * MINUTE


def test_the_same_schedule_goes_on_another_one_begins_anew(database: Database) -> None:
    declare(database, job())
    declare(database, job(), moment=NOW + 30_000)
    assert database.read_blocking(next_moment) == NOW + MINUTE
    declare(database, job(schedule="@every 2m"), moment=NOW + 30_000)
    assert database.read_blocking(next_moment) == NOW + 30_000 + 2 * MINUTE


def test_reboot_runs_after_each_deploy(database: Database) -> None:
    for deploy in (NOW, NOW + MINUTE):
        declare(database, job(schedule="@reboot"), moment=deploy)
        (run,) = due(database, deploy)
        assert run.trigger is Trigger.DEPLOY
        ended(database, run)
        assert due(database, deploy + MINUTE) == ()


def test_a_meaningless_schedule_is_kept_and_never_due(database: Database) -> None:
    declare(database, job(schedule="* * * * * rubbish"))
    (planned,) = database.read_blocking(lambda c: planned_of(c, "d"))
    assert planned.next_at is None
    assert database.read_blocking(never_due) == (planned.schedule,)
    assert due(database, NOW + 10**12) == ()


def test_what_was_under_way_is_interrupted_and_stays_so(database: Database) -> None:
    declare(database, job())
    (run,) = due(database, NOW + MINUTE)
    database.write_blocking(lambda c: change_runs(c, [Change(run.id, Outcome.RUNNING, NOW)]))
    assert [one.id for one in database.write_blocking(lambda c: interrupt(c, NOW))] == [run.id]
    ended(database, run)
    assert history(database)[0].outcome is Outcome.INTERRUPTED


def test_what_was_written_down_and_not_begun_in_time_is_caught_up(database: Database) -> None:
    declare(database, job())
    (run,) = due(database, NOW + MINUTE - 100, NOW + MINUTE)
    by_hand = database.write_blocking(lambda c: ask_for_run(c, job("other")))
    database.write_blocking(lambda c: interrupt(c, NOW + MINUTE + 1))
    waiting = {one.id: one.trigger for one in due(database, NOW + MINUTE + 1)}
    assert waiting == {run.id: Trigger.CATCH_UP, by_hand.id: Trigger.MANUAL}


def test_a_run_by_hand_is_due_at_once(database: Database) -> None:
    declare(database, job(schedule="@yearly"))
    run = database.write_blocking(lambda c: ask_for_run(c, job()))
    assert due(database, NOW) == (run,)
    assert run.trigger is Trigger.MANUAL


@pytest.mark.parametrize("all_of_them", [True, False])
def test_what_is_not_declared_any_more_goes_with_its_history(
    database: Database, all_of_them: bool
) -> None:
    declare(database, job("one"), job("two"))
    ended(database, *due(database, NOW + MINUTE))
    if all_of_them:
        database.write_blocking(lambda c: delete_schedules(c, "d"))
    else:
        declare(database, job("two"))
    assert history(database, "one") == ()
    assert bool(history(database, "two")) is not all_of_them


def test_only_the_latest_runs_are_kept(database: Database) -> None:
    declare(database, job(), job("other"))
    for _ in range(3):
        made = [database.write_blocking(lambda c: ask_for_run(c, job())) for _ in range(KEPT // 2)]
        ended(database, *made)
    database.write_blocking(forget_runs)
    assert len(history(database)) <= KEPT
    assert len({one.id for one in history(database)}) >= KEPT // 2
    assert uuid.UUID(history(database)[0].id)
