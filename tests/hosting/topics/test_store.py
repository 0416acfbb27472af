"""Topics and messages as they are stored, in both databases."""

import time
from datetime import timedelta

import pytest
from tests.hosting.topics.conftest import declare, left, send, topic

import connectory.main  # noqa: F401 - every table declares itself
from connectory.connectors.model import RetryPolicy
from connectory.database import Database
from connectory.hosting.topics import (
    MESSAGES,
    declare_topics,
    delete_topics,
    publish,
    queue,
    retention,
    store,
    topic_of,
)
from connectory.hosting.topics.inspecting import (
    data_of,
    delete_message,
    message_of,
    messages_of,
    replay,
    replay_dead,
)
from connectory.hosting.topics.model import Attempt, Held, Message
from connectory.hosting.topics.policy import State
from connectory.hosting.topics.queue import Failure, due_messages, new_ids, settle
from connectory.hosting.topics.store import next_of_each

WEEK = timedelta(days=7)


def attempt(number: int = 1) -> Attempt:
    return Attempt("2026-11-24T00:00:00.000Z", number, "answered 500", 500, "no")


async def due(database: Database, but: set[int] | None = None, most: int = 100) -> list[Held]:
    now = time.time() + 1
    return list(await database.read(lambda c: due_messages(c, "app", but or set(), now, most)))


async def fail(
    database: Database, held: Held, state: State = State.WAITING, seconds: float = -1.0
) -> None:
    failure = Failure("app", held, attempt(held.attempts), state, time.time() + seconds)
    await database.write(lambda c: settle(c, [], [failure]))


async def test_a_message_is_read_as_it_was_published(database: Database) -> None:
    await declare(database, topic())
    sent = Message(bytes(range(256)), {"schlüssel": 'w"ert\n'}, "order")
    (id_,) = await publish(database, "app", [sent])
    (held,) = await due(database)
    assert (str(held.id), held.message, held.attempts) == (id_, sent, 0)
    assert abs(held.published_at - time.time()) < 100


async def test_publishing_wakes_who_delivers_and_nobody_else(database: Database) -> None:
    everyone = database.changes.count
    await send(database, "x")
    assert (database.changes.count, database.changes.of(MESSAGES).count) == (everyone, 1)


async def test_the_longest_due_come_first_and_known_ones_are_passed_over(
    database: Database,
) -> None:
    await declare(database, topic())
    ids = [int(one) for one in await send(database, *"abcdef")]
    assert [one.id for one in await due(database, most=3)] == ids[:3]
    assert [one.id for one in await due(database, set(ids[:3]), most=2)] == ids[3:5]
    (first, *_) = await due(database)
    await fail(database, first)
    assert next(iter(await due(database))).id == first.id
    await fail(database, first, seconds=60)
    assert first.id not in [one.id for one in await due(database)]
    assert int((await database.read(next_of_each))["app"] * 1000) == ids[1] // 1_000_000


async def test_taken_messages_are_gone_and_failed_ones_remember(database: Database) -> None:
    await declare(database, topic())
    await send(database, "taken", "failed")
    taken, failed = await due(database)
    await database.write(lambda c: settle(c, [taken.id], []))
    for _ in range(12):
        (failed,) = await due(database)
        await fail(database, failed)
    seen = await database.read(lambda c: message_of(c, "app", failed.id))
    assert seen is not None
    assert (seen.attempts, [one.milliseconds for one in seen.history]) == (12, [*range(2, 12)])
    assert await database.read(lambda c: data_of(c, failed.id)) == b"failed"
    assert await database.read(lambda c: message_of(c, "app", taken.id)) is None


async def test_what_is_decided_after_a_message_was_deleted_changes_nothing(
    database: Database,
) -> None:
    await declare(database, topic())
    await send(database, "x")
    (held,) = await due(database)
    await database.write(lambda c: delete_message(c, "app", held.id))
    await fail(database, held, State.DEAD)
    assert await left(database) == (0, 0)


async def test_dead_letters_are_replayed_with_all_their_attempts(database: Database) -> None:
    await declare(database, topic())
    await send(database, *"abc")
    for held in await due(database):
        await fail(database, held, State.DEAD)
    assert await left(database) == (0, 3)
    (dead, *_) = await database.read(lambda c: messages_of(c, "app", State.DEAD, 10, 0))
    await database.write(lambda c: replay(c, "app", dead.id))
    assert await left(database) == (1, 2)
    assert await database.write(lambda c: replay_dead(c, "app", 1)) == 1
    assert await database.write(lambda c: replay_dead(c, "app", 100)) == 1
    assert [one.attempts for one in await due(database)] == [0, 0, 0]


async def test_a_topic_keeps_its_messages_when_it_is_declared_again(database: Database) -> None:
    await declare(database, topic(), topic("other"))
    await send(database, "a")
    await send(database, "b", to="other")
    policy = RetryPolicy(
        strategy="exponential-backoff", min_backoff_seconds=1, max_backoff_seconds=2
    )
    await declare(database, topic(policy=policy, endpoint="/new"))
    found = await database.read(lambda c: topic_of(c, "event-app"))
    assert found is not None
    assert (found.endpoint, found.retry_policy) == ("/new", policy)
    assert await left(database) == (1, 0)
    assert await database.read(lambda c: topic_of(c, "event-other")) is None
    assert await left(database, "other") == (0, 0)


async def test_deployments_have_their_own_topics(database: Database) -> None:
    await declare(database, topic())
    another = topic("another")._replace(deployment_id="another")
    await database.write(lambda c: declare_topics(c, "another", [another]))
    await database.write(lambda c: delete_topics(c, "deployment"))
    assert [one.name for one in await database.read(store.all_topics)] == ["event-another"]


async def test_what_waits_for_too_long_becomes_a_dead_letter_and_then_goes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await declare(database, topic())
    monkeypatch.setattr(queue, "_latest", time.time_ns() - 8 * 86_400 * 10**9)
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    await send(database, "old")
    monkeypatch.undo()
    await send(database, "new")
    assert await database.write(lambda c: retention.give_up(c, WEEK)) == 1
    assert await database.write(lambda c: retention.give_up(c, WEEK)) == 0
    assert await left(database) == (1, 1)
    assert await database.write(lambda c: retention.forget_dead(c, WEEK)) == 0
    assert await database.write(lambda c: retention.forget_dead(c, timedelta(seconds=-1))) == 1
    assert await left(database) == (1, 0)


async def test_messages_without_a_topic_go(database: Database) -> None:
    await declare(database, topic())
    await send(database, "kept")
    await send(database, "lost", to="nobody")
    assert await database.write(retention.forget_orphans) == 1
    assert await left(database) == (1, 0)


def test_ids_only_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_ids(3)
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    after = new_ids(2)
    assert list(before + after) == sorted({*before, *after})
