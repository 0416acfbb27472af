"""The log book and reading it: batches, bounds, pages, dates."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, create_engine, func, insert, make_url, select, text
from tests.hosting.conftest import until

from connectory.database import Database, open_database
from connectory.deployments.errors import (
    DeploymentLogInvalidDateError,
    DeploymentLogInvalidPageTokenError,
)
from connectory.hosting import log_search
from connectory.hosting.lines import LogType, Severity
from connectory.hosting.log_search import LogPage, entries, onward, search
from connectory.hosting.log_wanted import Wanted, window
from connectory.hosting.logbook import Bounds, LogBook, Source
from connectory.hosting.logs import (
    OVERHEAD,
    DeploymentLog,
    delete_logs,
    deployment_log_sizes,
    deployment_logs,
    keep_logs,
    sweep_logs,
)
from connectory.wire import encode, now, timestamp

HERE = Source("deployment", "service")
QUIET = Source("deployment", "quiet")


@pytest.fixture
async def book(database: Database) -> AsyncIterator[LogBook]:
    opened = LogBook(database, 30)
    opened.start()
    yield opened
    await opened.stop()


async def messages(database: Database, **where: object) -> list[str]:
    page = await database.read(lambda c: entries(c, "deployment", limit=100_000, **where))  # type: ignore[arg-type]
    return [msgspec.json.decode(one.details)["message"] for one in page.entries]


async def test_lines_are_soon_on_record_by_themselves(book: LogBook, database: Database) -> None:
    for number in range(3):
        book.line(HERE, "stdout", f"line {number}")

    async def written() -> bool:
        return len(await messages(database)) == 3

    await until(written)
    assert await messages(database) == ["line 0", "line 1", "line 2"]


async def test_what_waits_is_written_at_stop(database: Database) -> None:
    book = LogBook(database, 30)
    book.start()
    book.line(HERE, "stdout", "last words")
    await book.stop()
    assert await messages(database) == ["last words"]


async def test_secrets_are_masked_in_text_and_json(book: LogBook, database: Database) -> None:
    book.mask("deployment", ("s3cr3t-value", "123456"))
    book.line(HERE, "stdout", "it is s3cr3t-value")
    book.line(HERE, "stdout", '{"message": "s3cr3t-value", "pin": 123456}')
    book.note(HERE, "platform saw s3cr3t-value", Severity.ERROR)
    await book.flush()
    page = await database.read(lambda c: entries(c, "deployment"))
    stored = b"".join(one.details for one in page.entries)
    assert b"s3cr3t" not in stored
    assert b"123456" not in stored
    assert len(page.entries) == 3


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_flood_is_bounded_and_says_what_it_lost(database: Database) -> None:
    clock = Clock()
    book = LogBook(database, 30, Bounds(rate=10), clock)
    for number in range(250):
        book.line(HERE, "stdout", f"line {number}")
    for number in range(50):
        book.line(QUIET, "stdout", f"quiet {number}")
    await book.flush()
    note, *kept = await messages(database, application="service")
    assert note.startswith("150 entries were dropped: more than 10 a second")
    assert kept == [f"line {number}" for number in range(100)]
    assert len(await messages(database, application="quiet")) == 50
    clock.now = 0.5
    for number in range(20):
        book.line(HERE, "stdout", f"later {number}")
    await book.flush()
    assert (await messages(database, application="service"))[-5:] == [
        f"later {number}" for number in range(5)
    ]


async def test_what_the_platform_says_is_never_too_much(database: Database) -> None:
    book = LogBook(database, 30, Bounds(rate=1), Clock())
    for number in range(20):
        book.line(HERE, "stdout", f"line {number}")
    book.note(HERE, "It ended.", Severity.ERROR)
    await book.flush()
    assert (await messages(database))[-1] == "It ended."


async def test_losses_are_told_of_by_themselves(database: Database) -> None:
    book = LogBook(database, 30, Bounds(rate=1))
    book.start()
    for number in range(50):
        book.line(HERE, "stdout", f"line {number}")

    async def told() -> bool:
        return any("entries were dropped" in one for one in await messages(database))

    await until(told)
    await book.stop()


async def test_a_log_keeps_its_newest_within_its_size(database: Database) -> None:
    clock = Clock()
    book = LogBook(database, 30, Bounds(size=20_000), clock)
    other = Source("other", "service")
    book.line(other, "stdout", "of another")
    book.line(QUIET, "stdout", "once, long ago")
    for number in range(300):
        book.line(HERE, "stdout", f"line {number:03} {'x' * 80}")
        if number % 100 == 99:
            await book.flush()
    clock.now = 1000
    book.line(HERE, "stdout", "the last but one")
    await book.flush()
    book.line(HERE, "stdout", "the last")
    await book.flush()
    assert await messages(database, application="quiet") == ["once, long ago"]
    kept = await messages(database)
    assert kept[-1] == "the last"
    lines = [one for one in kept if one.startswith("line")]
    assert 40 < len(lines) < 80
    assert lines[-1].startswith("line 299")
    assert [one for one in kept if "oldest entries were removed" in one]
    (of_another,) = (await database.read(lambda c: entries(c, "other"))).entries
    assert b"of another" in bytes(of_another.details)
    assert await database.read(size) <= 20_000


def size(connection: Connection) -> int:
    """What the log of ``deployment`` is known to take."""
    sizes = deployment_log_sizes.c
    whole = select(func.sum(sizes.bytes)).where(sizes.deployment_id == HERE.deployment_id)
    return int(connection.execute(whole).scalar_one())


async def test_the_known_size_is_what_is_kept(book: LogBook, database: Database) -> None:
    for number in range(10):
        book.line(HERE, "stdout", f"für {number} € 🙂")
    await book.flush()

    def counted(connection: Connection) -> int:
        rows = connection.execute(select(deployment_logs.c.details)).scalars()
        return sum(OVERHEAD + len(one.encode()) for one in rows)

    assert await database.read(size) == await database.read(counted)
    await database.write(lambda c: sweep_logs(c, now() + timedelta(hours=1)))
    assert await database.read(size) == 0


def row(message: str) -> dict[str, str]:
    return {
        "deployment_id": "deployment",
        "application_name": "service",
        "type": "APPLICATION_TEXT",
        "severity": "DEFAULT",
        "timestamp": timestamp(now()),
        "details": f'{{"message":"{message}"}}',
    }


WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.mark.postgres
async def test_what_is_committed_later_is_behind_all_that_was_read(
    postgresql_url: str, tmp_path: Path
) -> None:
    """Two write at once, and the first to begin is the last to end."""
    database = open_database(postgresql_url, tmp_path)
    engine = create_engine(make_url(postgresql_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as slow:
        keep_logs(slow, [row("slow")])
        quick = asyncio.create_task(database.write(lambda c: keep_logs(c, [row("quick")])))

        async def settled() -> bool:
            waiting = await database.read(lambda c: c.execute(text(WAITING)).scalar())
            return quick.done() or bool(waiting)

        await until(settled)
        before = await database.read(lambda c: search(c, "deployment", Wanted()))
        slow.commit()
    await quick
    after = await database.read(lambda c: onward(c, "deployment", Wanted(), before.end, 10))
    assert said(before) + said(after) == ["slow", "quick"]
    engine.dispose()
    database.close()


async def test_a_deployment_that_went_away_does_not_come_back(
    book: LogBook, database: Database
) -> None:
    book.line(HERE, "stdout", "before")
    book.forget("deployment")
    book.line(HERE, "stdout", "after")
    await book.flush()
    assert await messages(database) == []


async def test_pages_follow_each_other_without_gap_or_overlap(
    book: LogBook, database: Database
) -> None:
    for number in range(250):
        book.line(HERE, "stdout", f"{number}")
        book.line(Source("other", "service"), "stdout", "not mine")
    await book.flush()
    seen: list[str] = []
    cursor: str | None = None
    sizes = []
    while cursor != "":
        page = await database.read(lambda c, at=cursor: entries(c, "deployment", cursor=at))  # type: ignore[misc]
        seen += [msgspec.json.decode(one.details)["message"] for one in page.entries]
        sizes.append(len(page.entries))
        cursor = page.next
    assert seen == [str(number) for number in range(250)]
    assert sizes == [100, 100, 50]


async def page_of(database: Database, wanted: Wanted, token: str = "", **how: Any) -> LogPage:
    return await database.read(lambda c: search(c, "deployment", wanted, token, **how))


def said(page: LogPage) -> list[str]:
    return [msgspec.json.decode(one.details).get("message", "") for one in page.entries]


@pytest.fixture
async def talk(book: LogBook, database: Database) -> list[str]:
    return await say(book, database)


async def say(book: LogBook, database: Database) -> list[str]:
    """Entries of every kind."""
    book.line(HERE, "stdout", "All is well")
    book.line(HERE, "stderr", 'It said "no" at 100% of C:\\temp_x')
    book.line(HERE, "stdout", '{"level":"warn","message":"order late","order":{"id":7}}')
    book.line(HERE, "stdout", "Größe ÄNDERN")
    await book.flush()
    return await messages(database)


CASES: tuple[tuple[Wanted, list[int]], ...] = (
    (Wanted(severity=Severity.WARNING), [1, 2]),
    (Wanted(severity=Severity.ERROR), [1]),
    (Wanted(type=LogType.APPLICATION_JSON), [2]),
    (Wanted(text="ALL IS"), [0]),
    (Wanted(text='said "no"'), [1]),
    (Wanted(text="100%"), [1]),
    (Wanted(text="0% of"), [1]),
    (Wanted(text="temp_x"), [1]),
    (Wanted(text="tempox"), []),
    (Wanted(text="%"), [1]),
    (Wanted(text=r"C:\temp"), [1]),
    (Wanted(text='"order":{"id":7'), [2]),
    (Wanted(text="größe ändern"), [3]),
    (Wanted(text="ÄNDERN"), [3]),
    (Wanted(text="' OR 1=1 --"), []),
    (Wanted(text="e", severity=Severity.WARNING, type=LogType.APPLICATION_JSON), [2]),
)


@pytest.mark.parametrize(("wanted", "found"), CASES)
async def test_what_somebody_looks_for(
    database: Database, talk: list[str], wanted: Wanted, found: list[int]
) -> None:
    assert said(await page_of(database, wanted)) == [talk[one] for one in found]
    backwards = await page_of(database, wanted, newest_first=True)
    assert said(backwards) == [talk[one] for one in found[::-1]]


@pytest.mark.postgres
async def test_postgresql_keeps_and_finds_the_same(postgresql_url: str, tmp_path: Path) -> None:
    database = open_database(postgresql_url, tmp_path)
    book = LogBook(database, 30, Bounds(size=4000))
    talk = await say(book, database)
    for wanted, found in CASES:
        assert said(await page_of(database, wanted)) == [talk[one] for one in found], wanted
        backwards = await page_of(database, wanted, newest_first=True)
        assert said(backwards) == [talk[one] for one in found[::-1]], wanted
    for number in range(50):
        book.line(HERE, "stdout", f"line {number}")
    await book.flush()
    assert await database.read(size) <= 4000
    assert "line 49" in await messages(database)
    assert "line 0" not in await messages(database)
    await database.write(lambda c: sweep_logs(c, now() + timedelta(hours=1)))
    assert (await database.read(size), await messages(database)) == (0, [])
    await database.write(lambda c: delete_logs(c, "deployment"))
    database.close()


async def test_the_newest_come_first_when_asked_for(book: LogBook, database: Database) -> None:
    for number in range(25):
        book.line(HERE, "stdout", f"{number}")
    await book.flush()
    token, seen, ends = "", list[str](), set[str]()
    while True:
        page = await page_of(database, Wanted(), token, limit=10, newest_first=True)
        seen, token = seen + said(page), page.next
        ends.add(page.end)
        if not token:
            break
    assert seen == [str(number) for number in range(24, -1, -1)]
    # what is logged now is behind the end of every page
    book.line(HERE, "stdout", "new")
    await book.flush()
    (end,) = ends
    assert said(await page_of(database, Wanted(), end)) == ["new"]


async def test_a_search_looks_on_where_it_finds_little(
    book: LogBook, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_search, "REACH", 7)
    monkeypatch.setattr(log_search, "LOOKS", 3)
    for number in range(60):
        book.line(HERE, "stdout", f"{'rare' if number in {5, 30, 59} else 'often'} {number}")
        book.line(Source("other", "service"), "stdout", "rare, but not ours")
    await book.flush()
    for newest_first, first in ((False, ["rare 5"]), (True, ["rare 59"])):
        token, seen, pages = "", list[str](), 0
        while pages < 20:
            page = await page_of(database, Wanted(text="RARE"), token, newest_first=newest_first)
            seen, token, pages = seen + said(page), page.next, pages + 1
            if not token:
                break
        assert seen[:1] == first
        assert sorted(seen) == ["rare 30", "rare 5", "rare 59"]
        assert pages == 3  # of 60 entries, three times seven in each


async def test_dates_find_their_place_among_many(book: LogBook, database: Database) -> None:
    begun = now() - timedelta(hours=10)
    rows = [row(f"{minute}") | {"timestamp": timestamp(begun + timedelta(minutes=minute))}
            for minute in range(500)]  # fmt: skip
    # one that was written late
    rows[300], rows[302] = rows[302], rows[300]
    await database.write(lambda c: keep_logs(c, rows))
    start, end = (timestamp(begun + timedelta(minutes=one)) for one in (300, 303))
    found = ["302", "301", "300", "303"]
    assert said(await page_of(database, Wanted(start=start, end=end))) == found
    backwards = await page_of(database, Wanted(start=start, end=end), newest_first=True)
    assert said(backwards) == found[::-1]
    assert said(await page_of(database, Wanted(end=timestamp(begun)))) == ["0"]
    beyond = timestamp(begun + timedelta(days=1))
    assert said(await page_of(database, Wanted(start=beyond))) == []


async def test_reading_on_from_now(book: LogBook, database: Database) -> None:
    async def onwards(at: str | None) -> LogPage:
        return await database.read(lambda c: onward(c, "deployment", Wanted(), at, 10))

    nothing = await onwards(None)
    assert (nothing.entries, nothing.next) == ((), "")
    book.line(HERE, "stdout", "first")
    await book.flush()
    page = await onwards(nothing.end)
    assert said(page) == ["first"]
    assert page.places == (page.end,)
    # what was removed meanwhile does not turn it back
    await database.write(lambda c: delete_logs(c, "deployment"))
    assert (await onwards(page.end)).end == page.end


async def test_entries_by_application_and_date(book: LogBook, database: Database) -> None:
    book.line(HERE, "stdout", "mine")
    book.line(Source("deployment", "worker"), "stdout", "its")
    await book.flush()
    assert await messages(database, application="worker") == ["its"]
    later = timestamp(now() + timedelta(hours=1))
    assert await messages(database, start=later) == []
    assert await messages(database, end=later) == ["mine", "its"]


@pytest.mark.parametrize("token", ["x", "%%%", "MS4=", "Mi4x", "MS4tMQ==", "é", "MS4" + "5" * 99])
async def test_a_page_token_that_is_none_of_ours_is_refused(database: Database, token: str) -> None:
    with pytest.raises(DeploymentLogInvalidPageTokenError):
        await database.read(lambda c: entries(c, "deployment", cursor=token))


MOMENT = datetime(2026, 5, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2026-05-20T10:00:00", "2026-05-20T10:00:00.000Z"),
        ("2026-05-20T10:00:00.123Z", "2026-05-20T10:00:00.123Z"),
        ("2026-05-20T12:00:00+02:00", "2026-05-20T10:00:00.000Z"),
        ("2026-05-20T12:00:00 02:00", "2026-05-20T10:00:00.000Z"),
        ("2026-05-20", "2026-05-20T00:00:00.000Z"),
    ],
)
def test_dates_of_both_forms(text: str, stored: str) -> None:
    assert window(text, None, MOMENT) == (stored, None)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("yesterday", None),
        (None, "2026-13-01"),
        ("2026-04-01T00:00:00Z", None),
        ("2026-05-20T00:00:00Z", "2026-05-19T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_dates_that_are_refused(start: str | None, end: str | None) -> None:
    with pytest.raises(DeploymentLogInvalidDateError):
        window(start, end, MOMENT)


async def test_old_entries_are_swept_and_new_ones_stay(database: Database) -> None:
    def fill(connection: object) -> None:
        for days in (40, 31, 1):
            connection.execute(  # type: ignore[attr-defined]
                insert(deployment_logs).values(
                    deployment_id="deployment", application_name="service", type="APPLICATION_TEXT",
                    severity="DEFAULT", timestamp=timestamp(now() - timedelta(days=days)),
                    details=f'{{"message":"{days}"}}',
                )
            )  # fmt: skip

    await database.write(fill)
    assert await database.write(lambda c: sweep_logs(c, now() - timedelta(days=30))) == 2
    assert await messages(database) == ["1"]


async def test_logs_of_a_deployment_can_be_deleted(book: LogBook, database: Database) -> None:
    book.line(HERE, "stdout", "x")
    await book.flush()
    await database.write(lambda c: delete_logs(c, "deployment"))
    count = select(func.count()).select_from(deployment_logs)
    assert await database.read(lambda c: c.execute(count).scalar()) == 0


def test_an_entry_on_the_wire_is_the_contracts() -> None:
    entry = msgspec.convert(
        {"type": "HTTP_REQUEST", "deploymentId": "d", "applicationName": "a", "severity": "INFO",
         "timestamp": "t", "details": msgspec.Raw(b'{"status":200}')},
        DeploymentLog,
    )  # fmt: skip
    assert encode(entry) == (
        b'{"type":"HTTP_REQUEST","deploymentId":"d","applicationName":"a","severity":"INFO",'
        b'"timestamp":"t","details":{"status":200}}'
    )
