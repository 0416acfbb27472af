"""The log book and reading it: batches, bounds, pages, dates."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import func, insert, select
from tests.hosting.conftest import until

from connectory.database import Database
from connectory.deployments.errors import (
    DeploymentLogInvalidDateError,
    DeploymentLogInvalidPageTokenError,
)
from connectory.hosting import logbook as module
from connectory.hosting.lines import Severity
from connectory.hosting.logbook import LogBook, Source
from connectory.hosting.logs import (
    DeploymentLog,
    delete_logs,
    deployment_logs,
    entries,
    sweep_logs,
    window,
)
from connectory.wire import encode, now, timestamp

HERE = Source("deployment", "service")


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


async def test_a_flood_is_bounded_and_says_what_it_lost(
    book: LogBook, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUFFER", 100)
    for number in range(250):
        book.line(HERE, "stdout", f"line {number}")
    await book.flush()
    kept = await messages(database)
    assert kept[0].startswith("150 earlier entries were dropped")
    assert kept[1:] == [f"line {number}" for number in range(150, 250)]


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
