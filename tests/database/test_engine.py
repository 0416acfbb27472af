import asyncio
import threading
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from connectory.auth.store import organizations
from connectory.database import Database, open_database
from connectory.database.changes import Changes
from connectory.database.memo import Memo
from connectory.database.sqlite import SQLite


def _insert(key: str):  # type: ignore[no-untyped-def]
    return lambda c: c.execute(insert(organizations).values(id=key, key=key, name=key))


def _pragma(name, connection):  # type: ignore[no-untyped-def]
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def _keys(database: Database) -> list[str]:
    return sorted(
        database.read_blocking(lambda c: list(c.execute(select(organizations.c.key)).scalars()))
    )


async def test_what_is_written_is_read(database: Database) -> None:
    await asyncio.gather(*(database.write(_insert(f"k{n}")) for n in range(50)))
    assert len(_keys(database)) == 50
    assert await database.read(lambda c: len(list(c.execute(select(organizations))))) == 50


async def test_a_failing_piece_of_work_leaves_nothing_and_its_neighbours_alone(
    database: Database,
) -> None:
    def half(connection) -> None:  # type: ignore[no-untyped-def]
        _insert("half")(connection)
        raise ValueError("no")

    outcomes = await asyncio.gather(
        database.write(_insert("before")),
        database.write(half),
        database.write(_insert("after")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], ValueError)
    assert _keys(database) == ["after", "before"]


async def test_who_waits_for_a_change_is_woken_by_it(database: Database) -> None:
    seen = database.changes.count
    waiting = asyncio.create_task(database.changes.wait(seen, 30))
    await asyncio.sleep(0)
    await database.write(_insert("x"))
    async with asyncio.timeout(100):
        assert await waiting > seen


async def test_a_write_with_a_subject_tells_nobody_else(database: Database) -> None:
    everyone, messages = database.changes.count, database.changes.of("messages")
    await database.write(_insert("x"), subject="messages")
    assert (database.changes.count, messages.count) == (everyone, 1)
    await database.write(_insert("y"))
    assert (database.changes.count, messages.count) == (everyone + 1, 1)


async def test_waiting_ends_by_itself(database: Database) -> None:
    seen = database.changes.count
    assert await database.changes.wait(seen, 0.01) == seen


def test_sqlite_is_durable_and_comes_back(tmp_path: Path) -> None:
    database = open_database("", tmp_path)
    database.write_blocking(_insert("kept"))
    modes = [
        database.read_blocking(partial(_pragma, pragma))
        for pragma in ("journal_mode", "synchronous")
    ]
    database.close()
    again = open_database("", tmp_path)
    assert _keys(again) == ["kept"]
    assert modes == ["wal", 2]
    again.close()


def test_the_migrations_make_the_schema_of_the_code(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import connectory.main  # noqa: F401 - every table declares itself

    # connector_terms is a full-text index: each database has its own kind, no table of the code
    from connectory.database import metadata
    from connectory.database.migrate import TABLES, _upgrade

    def differences(connection) -> list[object]:  # type: ignore[no-untyped-def]
        metadata.drop_all(connection)
        _upgrade(connection)
        context = MigrationContext.configure(connection)
        return [
            one
            for one in compare_metadata(context, metadata)
            if not any(name in str(one) for name in ("alembic_version", "connector_terms"))
        ]

    assert metadata.tables.keys() == TABLES
    assert database.write_blocking(differences) == []


def test_an_old_database_is_brought_up_to_date(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "connectory.db") as old:
        old.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    old.close()
    database = open_database("", tmp_path)
    database.write_blocking(_insert("works"))
    assert _keys(database) == ["works"]
    database.close()


def test_head_is_the_newest_migration() -> None:
    from connectory.database.migrate import HEAD, MIGRATIONS

    revisions = sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("0*.py"))
    assert revisions[-1] == HEAD


async def test_the_error_belongs_to_who_asked(database: Database) -> None:
    with pytest.raises(KeyError):
        await database.write(lambda _c: dict[str, str]()["missing"])


async def test_a_waiter_can_be_cancelled_in_the_moment_it_is_woken() -> None:
    changes = Changes()
    for _ in range(200):
        waiting = asyncio.create_task(changes.wait(changes.count, 30))
        await asyncio.sleep(0)
        changes.announce()
        await asyncio.sleep(0)
        waiting.cancel()
        _done, pending = await asyncio.wait({waiting}, timeout=100)
        assert not pending
        assert waiting.cancelled() or waiting.result()


async def test_a_memo_remembers_until_anybody_writes(tmp_path: Path) -> None:
    ours, theirs = open_database("", tmp_path), open_database("", tmp_path)
    memo, asked = Memo(ours), []

    def work(connection) -> list[str]:  # type: ignore[no-untyped-def]
        asked.append(1)
        return sorted(connection.execute(select(organizations.c.key)).scalars())

    assert [await memo.read("k", work), await memo.read("k", work), len(asked)] == [[], [], 1]
    await ours.write(_insert("a"))
    assert [await memo.read("k", work), await memo.read("k", work), len(asked)] == [["a"], ["a"], 2]
    await theirs.write(_insert("b"))
    assert await memo.read("k", work) == ["a", "b"]
    ours.close()
    theirs.close()


async def test_whoever_asks_after_a_commit_sees_it_however_busy_the_memo_is(tmp_path: Path) -> None:
    ours, theirs = open_database("", tmp_path), open_database("", tmp_path)
    memo = Memo(ours)

    def count(connection) -> int:  # type: ignore[no-untyped-def]
        return len(list(connection.execute(select(organizations.c.key))))

    async def busy() -> None:
        while True:
            await memo.read("k", count)
            await asyncio.sleep(0)

    others = [asyncio.create_task(busy()) for _ in range(8)]
    for number in range(60):
        writer = theirs if number % 2 else ours
        await asyncio.to_thread(writer.write_blocking, _insert(f"k{number}"))
        assert await memo.read("k", count) == number + 1
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    ours.close()
    theirs.close()


async def test_a_memo_looks_once_for_all_that_run_before_the_loop_turns(tmp_path: Path) -> None:
    class Watched(SQLite):
        looks = 0

        def data_version(self) -> int:
            self.looks += 1
            return super().data_version()

    database = Watched(tmp_path / "connectory.db")
    memo = Memo(database)
    for _ in range(3):
        await asyncio.gather(*(memo.read(n % 2, lambda _c: 7) for n in range(16)))
        await asyncio.sleep(0)
    assert database.looks == 3
    database.close()


async def test_a_memo_never_remembers_that_there_was_nothing(database: Database) -> None:
    memo = Memo(database)
    answers: list[int | None] = [None, 7]
    found = [await memo.read("k", lambda _c: answers.pop(0)) for _ in range(2)]
    assert found == [None, 7]


async def test_without_a_cheap_version_every_read_is_made(database: Database) -> None:
    memo, numbers = Memo(database), iter(range(9))
    await memo.read("k", lambda _c: next(numbers))
    again = await memo.read("k", lambda _c: next(numbers))
    assert again == (0 if database.data_version() is not None else 1)


def test_a_failure_speaks_of_nothing_that_is_not_committed(tmp_path: Path) -> None:
    from threading import Event

    database, gate = SQLite(tmp_path / "connectory.db"), Event()
    seen = list[list[str]]()

    def fails(connection) -> None:  # type: ignore[no-untyped-def]
        # this work sees what its neighbour in the batch wrote, and so would who is told of it
        raise KeyError(connection.execute(select(organizations.c.key)).scalar())

    waiting = database._submit(lambda _: gate.wait(100))
    database._submit(_insert("neighbour"))
    failing = database._submit(fails)
    failing.add_done_callback(lambda _: seen.append(_keys(database)))
    gate.set()
    assert waiting.result(100)
    assert isinstance(failing.exception(100), KeyError)
    database.close()
    assert seen == [["neighbour"]]


async def test_an_error_does_not_repeat_what_was_to_be_written(database: Database) -> None:
    await database.write(_insert("hunter2"))
    with pytest.raises(IntegrityError) as refused:
        await database.write(_insert("hunter2"))
    assert "hidden" in str(refused.value)
    if database.data_version() is not None:
        # PostgreSQL's own text names the value of the unique key; ours repeats nothing
        assert "hunter2" not in str(refused.value)


def test_it_closes_behind_who_still_reads(tmp_path: Path) -> None:
    """SQLite crashes the process when a connection is closed under a thread that reads with it."""
    database, begun, gate = open_database("", tmp_path), threading.Event(), threading.Event()
    found = list[list[str]]()

    def slowly(connection) -> list[str]:  # type: ignore[no-untyped-def]
        begun.set()
        assert gate.wait(100)
        return list(connection.execute(select(organizations.c.key)).scalars())

    reading = threading.Thread(target=lambda: found.append(database.read_blocking(slowly)))
    reading.start()
    assert begun.wait(100)
    closing = threading.Thread(target=database.close)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive()
    gate.set()
    closing.join(100)
    reading.join(100)
    assert (found, closing.is_alive()) == ([[]], False)
