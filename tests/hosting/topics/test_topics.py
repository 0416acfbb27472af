"""Messages on their way to applications, over real sockets."""

import asyncio
import json
from collections import Counter

import pytest
from tests.hosting.topics.conftest import (
    at_most,
    declare,
    delivering,
    left,
    send,
    topic,
    until,
    until_empty,
)
from tests.hosting.topics.receiver import OK, Doors, Hang, Received, Receiver, answer, receiving
from tests.ports import silent_port

from connectory.connectors.model import RetryPolicy
from connectory.database import Database
from connectory.hosting.logbook import LogBook
from connectory.hosting.topics import delete_topics, queue
from connectory.hosting.topics.connections import Connections
from connectory.hosting.topics.inspecting import Seen, messages_of, replay_dead
from connectory.hosting.topics.policy import State
from connectory.hosting.topics.publisher import MESSAGES


async def dead(database: Database) -> tuple[Seen, ...]:
    return await database.read(lambda c: messages_of(c, "app", State.DEAD, 100, 0))


async def test_a_message_is_delivered_and_gone(database: Database) -> None:
    await declare(database, topic())
    async with receiving() as receiver, delivering(database, Doors(app=receiver)):
        (id_,) = await send(database, "hello")
        await until_empty(database)
        (received,) = receiver.received
        assert (received.path, received.text) == ("/event", "hello")
        assert received.headers["content-type"] == "application/json"
        message = received.document["message"]
        assert message["messageId"] == message["message_id"] == id_
        subscription = "projects/connectory-demo/subscriptions/event-app"
        assert received.document["subscription"] == subscription


async def test_what_was_published_before_the_start_is_delivered_after_it(
    sqlite: Database,
) -> None:
    await declare(sqlite, topic())
    texts = [str(number) for number in range(300)]
    await send(sqlite, *texts)
    async with receiving() as receiver, delivering(sqlite, Doors(app=receiver)):
        await until_empty(sqlite)
        assert sorted(one.text for one in receiver.received) == sorted(texts)


async def test_topics_declared_while_it_runs_are_delivered(sqlite: Database) -> None:
    async with receiving() as receiver, delivering(sqlite, Doors(app=receiver)) as topics:
        await declare(sqlite, topic())
        topics.wake()
        await send(sqlite, "a")
        await until_empty(sqlite)
        await declare(sqlite, topic(endpoint="/other"))
        topics.wake()
        await send(sqlite, "b")
        await until_empty(sqlite)
        assert [one.path for one in receiver.received] == ["/event", "/other"]


async def test_a_refused_message_is_tried_again(database: Database) -> None:
    tries = Counter[str]()

    async def third_time(received: Received) -> bytes:
        tries[received.text] += 1
        return OK if tries[received.text] == 3 else answer(500)

    await declare(database, topic())
    async with receiving(third_time) as receiver, delivering(database, Doors(app=receiver)):
        await send(database, *"abc")
        await until_empty(database)
        assert tries == {"a": 3, "b": 3, "c": 3}


REFUSALS = {
    "answered 500": answer(500, "broken"),
    "answered 404": answer(404, "broken"),
    "answered 203": answer(203, "broken"),
    "answered 307": answer(307, "broken", "Location: /elsewhere"),
    "closed the connection without an answer": None,
}


@pytest.mark.parametrize("what", REFUSALS)
async def test_after_the_last_attempt_it_is_a_dead_letter_that_says_why(
    sqlite: Database, what: str
) -> None:
    async def refusing(_received: Received) -> bytes | None:
        return REFUSALS[what]

    await declare(sqlite, topic(policy=at_most(5)))
    async with receiving(refusing) as receiver, delivering(sqlite, Doors(app=receiver)) as topics:
        await send(sqlite, "x")
        await until(lambda: _is(sqlite, (0, 1)))
        assert [one.document["deliveryAttempt"] for one in receiver.received] == [1, 2, 3, 4, 5]
        (seen,) = await dead(sqlite)
        assert (seen.attempts, {one.what for one in seen.history}) == (5, {what})
        assert {one.said for one in seen.history} == {"broken" if "answered" in what else ""}
        assert len({one.at for one in seen.history}) > 1
        receiver.answering = _ok
        await sqlite.write(lambda c: replay_dead(c, "app", 10), MESSAGES)
        await until_empty(sqlite)
        del topics


async def _is(database: Database, counts: tuple[int, int]) -> bool:
    return await left(database) == counts


async def _ok(_received: Received) -> bytes:
    return OK


async def test_an_application_that_is_too_slow_counts_as_refusing(sqlite: Database) -> None:
    async def hanging(received: Received) -> bytes:
        if len(receiver.received) == 1:
            raise Hang
        return OK

    hasty = Connections(within=0.05, longest=60)
    await declare(sqlite, topic())
    async with receiving(hanging) as receiver, delivering(sqlite, Doors(app=receiver), hasty):
        await send(sqlite, "x")
        await until_empty(sqlite)
        assert len(receiver.received) >= 2


async def test_poisonous_messages_do_not_stop_the_others(sqlite: Database) -> None:
    async def poisoned(received: Received) -> bytes | None:
        if received.text == "poison":
            raise Hang
        return None if received.text == "deadly" else OK

    await declare(sqlite, topic())
    patient = Connections(within=3600, longest=7200)
    async with (
        receiving(poisoned) as receiver,
        delivering(sqlite, Doors(app=receiver), patient),
    ):
        await send(sqlite, *["poison"] * 3, *["deadly"] * 3, *map(str, range(200)))
        wanted = set(map(str, range(200)))
        await until(lambda: wanted <= {one.text for one in receiver.received})
        assert (await left(sqlite))[0] >= 6


async def test_nobody_there_is_no_attempt(sqlite: Database) -> None:
    await declare(sqlite, topic(policy=at_most(5)))
    doors = Doors(app=None)
    async with receiving() as receiver, delivering(sqlite, doors) as topics:
        await send(sqlite, *"abc")
        await until(lambda: topics._lines.get("app") is not None and topics._lines["app"].resting)
        with silent_port() as port:
            doors.receivers["app"] = Receiver(port=port)
            await until(lambda: topics._lines["app"]._rest > 1)
        doors.receivers["app"] = receiver
        await until_empty(sqlite)
        attempts = [one.document["deliveryAttempt"] for one in receiver.received]
        assert attempts == [1, 1, 1]


async def test_a_topic_without_an_application_does_not_stop_others(sqlite: Database) -> None:
    await declare(sqlite, topic(), topic("other"))
    async with receiving() as receiver, delivering(sqlite, Doors(app=None, other=receiver)):
        await send(sqlite, *"abc")
        await send(sqlite, *"abc", to="other")
        await until_empty(sqlite, "other")
        assert await left(sqlite) == (3, 0)


async def test_not_more_are_under_way_than_is_set(sqlite: Database) -> None:
    under_way, most = 0, 0

    async def counting(_received: Received) -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return OK

    await declare(sqlite, topic())
    async with (
        receiving(counting) as receiver,
        delivering(sqlite, Doors(app=receiver), topic_concurrency=3),
    ):
        await send(sqlite, *map(str, range(100)))
        await until_empty(sqlite)
        assert 1 < most <= 3


async def test_a_full_topic_leaves_others_their_turn(sqlite: Database) -> None:
    async def never(_received: Received) -> bytes:
        raise Hang

    names = [f"app{number}" for number in range(5)]
    await declare(sqlite, topic(), *map(topic, names))
    patient = Connections(within=3600, longest=7200)
    async with receiving(never) as stuck, receiving() as receiver:
        doors = Doors(app=stuck, **dict.fromkeys(names, receiver))
        async with delivering(sqlite, doors, patient):
            await send(sqlite, *map(str, range(500)))
            await until(lambda: len(stuck.received) >= 16)
            for name in names:
                await send(sqlite, name, to=name)
            for name in names:
                await until_empty(sqlite, name)
            assert (await left(sqlite))[0] == 500


async def test_a_deleted_topic_is_delivered_no_more(sqlite: Database) -> None:
    async def refusing(_received: Received) -> bytes:
        return answer(500)

    await declare(sqlite, topic())
    async with receiving(refusing) as receiver, delivering(sqlite, Doors(app=receiver)) as topics:
        await send(sqlite, "x")
        await until(lambda: len(receiver.received) > 1)
        await sqlite.write(lambda c: delete_topics(c, "deployment"))
        topics.wake()
        await until(lambda: not topics._lines)
        await until(lambda: not topics._dispatcher.under_way)
        assert await left(sqlite) == (0, 0)


async def test_what_is_under_way_at_a_stop_is_delivered_again(sqlite: Database) -> None:
    async def hanging(_received: Received) -> bytes:
        raise Hang

    await declare(sqlite, topic())
    async with receiving(hanging) as receiver:
        doors = Doors(app=receiver)
        async with delivering(sqlite, doors):
            await send(sqlite, "x")
            await until(lambda: bool(receiver.received))
        assert await left(sqlite) == (1, 0)
        receiver.answering = _ok
        async with delivering(sqlite, doors):
            await until_empty(sqlite)
        assert [one.text for one in receiver.received] == ["x", "x"]


async def test_a_refusal_is_in_the_log_without_secrets(sqlite: Database) -> None:
    async def telling(_received: Received) -> bytes:
        return answer(500, "the token is hunter2-hunter2") if not told else OK

    told: list[str] = []
    logbook = LogBook(sqlite, 30)
    logbook.mask("deployment", ("hunter2-hunter2",))
    await declare(sqlite, topic())
    async with (
        receiving(telling) as receiver,
        delivering(sqlite, Doors(app=receiver), logbook=logbook),
    ):
        (id_,) = await send(sqlite, "x")

        async def refused() -> bool:
            seen = await sqlite.read(lambda c: messages_of(c, "app", State.WAITING, 1, 0))
            return bool(seen and seen[0].history)

        await until(refused)
        (seen,) = await sqlite.read(lambda c: messages_of(c, "app", State.WAITING, 1, 0))
        assert seen.history[0].said == "the token is ***************"
        told.append("enough")
        await until_empty(sqlite)
        await logbook.flush()
        rows = await sqlite.read(
            lambda c: list(c.exec_driver_sql("SELECT details FROM deployment_logs").scalars())
        )
    message = json.loads(rows[0])["message"]
    assert message.startswith(f"The application answered 500 to message {id_}, attempt 1.")
    assert "hunter2" not in "".join(rows)


async def test_a_later_retry_is_not_forgotten_over_other_messages(sqlite: Database) -> None:
    """Only the table knows when a message is due again."""
    policy = RetryPolicy(
        strategy="exponential-backoff", min_backoff_seconds=600, max_backoff_seconds=600
    )

    async def first_refused(received: Received) -> bytes:
        return answer(500) if len(receiver.received) == 1 else OK

    await declare(sqlite, topic(policy=policy))
    async with (
        receiving(first_refused) as receiver,
        delivering(sqlite, Doors(app=receiver)) as topics,
    ):
        await send(sqlite, "late")
        await until(lambda: not topics._lines["app"].known if receiver.received else False)
        soon = queue.messages.update().values(due_at=queue.messages.c.due_at - 599_500)
        await sqlite.write(lambda c: c.execute(soon), MESSAGES)
        await send(sqlite, *"abc")
        await until_empty(sqlite)
        assert [one.text for one in receiver.received].count("late") == 2
