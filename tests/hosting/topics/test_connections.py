"""The HTTP client of deliveries, against sockets that say all sorts of things."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.hosting.topics.conftest import until
from tests.hosting.topics.receiver import OK, Answering, Hang, Received, answer, receiving
from tests.ports import silent_port

from connectory.hosting.backends import Door
from connectory.hosting.topics.connection import Answer, BrokenError
from connectory.hosting.topics.connections import LINGERING, Connections, UnreachableError
from connectory.hosting.topics.envelope import head, request

REQUEST = request(head("/event", "127.0.0.1"), b'{"message": {}}')


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    opened = Connections(within=60, longest=120)
    yield opened
    opened.close()
    await asyncio.sleep(0)


@pytest.fixture
async def hasty() -> AsyncIterator[Connections]:
    """Does not wait long for an answer."""
    opened = Connections(within=0.05, longest=60)
    yield opened
    opened.close()
    await asyncio.sleep(0)


def saying(*parts: bytes) -> Answering:
    async def said(_received: Received) -> bytes:
        return b"".join(parts)

    return said


@pytest.mark.parametrize("status", [200, 201, 202, 204, 203, 302, 404, 500])
async def test_a_status_is_told_as_it_is(connections: Connections, status: int) -> None:
    async with receiving(saying(answer(status, "" if status == 204 else "said"))) as receiver:
        assert (await connections.ask(receiver.door, REQUEST)).status == status


async def test_connections_are_used_again(connections: Connections) -> None:
    async with receiving() as receiver:
        for _ in range(5):
            assert (await connections.ask(receiver.door, REQUEST)).status == 204
        assert receiver.connections == 1


ENDING = [
    b"HTTP/1.1 500 No\r\nConnection: close\r\n\r\nwhy",
    b"HTTP/1.0 500 No\r\n\r\nwhy",
]


@pytest.mark.parametrize("said", ENDING)
async def test_a_connection_that_ends_with_its_answer_is_not_used_again(
    connections: Connections, said: bytes
) -> None:
    async def ending(received: Received) -> bytes:
        asyncio.get_running_loop().call_later(0.01, received.writer.close)
        return said

    async with receiving(ending) as receiver:
        for number in (1, 2):
            assert await connections.ask(receiver.door, REQUEST) == Answer(500, b"why")
            assert receiver.connections == number


async def test_a_chunked_answer_is_read_to_its_end(connections: Connections) -> None:
    chunked = (
        b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nwhy\r\n2\r\n??\r\n0\r\n\r\n"
    )
    async with receiving(saying(chunked)) as receiver:
        for _ in range(2):
            assert await connections.ask(receiver.door, REQUEST) == Answer(500, b"why??")
        assert receiver.connections == 1


async def test_only_the_beginning_of_a_long_answer_is_kept(connections: Connections) -> None:
    async with receiving(saying(answer(500, "x" * 100_000))) as receiver:
        assert len((await connections.ask(receiver.door, REQUEST)).said) == 500


async def test_an_interim_102_alone_acknowledges(connections: Connections) -> None:
    async def interim(_received: Received) -> bytes:
        return b"HTTP/1.1 102 Processing\r\n\r\n"

    async with receiving(interim) as receiver:
        assert (await connections.ask(receiver.door, REQUEST)).status == 102
        # nobody knows whether that was all: the next message has a connection of its own
        assert (await connections.ask(receiver.door, REQUEST)).status == 102
        assert receiver.connections == 2


async def test_what_follows_a_102_frees_the_connection(connections: Connections) -> None:
    later = asyncio.Event()

    async def both(received: Received) -> bytes:
        received.writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
        await later.wait()
        return answer(500, "too late to matter")

    async with receiving(both) as receiver:
        assert (await connections.ask(receiver.door, REQUEST)).status == 102
        later.set()
        await until(lambda: len(connections._idle.get(receiver.door, ())) == 1)
        receiver.answering = saying(OK)
        assert (await connections.ask(receiver.door, REQUEST)).status == 204
        assert receiver.connections == 1


async def test_other_interim_answers_mean_nothing(connections: Connections) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    async with receiving(saying(b"HTTP/1.1 100 Continue\r\n\r\n", hints, OK)) as receiver:
        assert (await connections.ask(receiver.door, REQUEST)).status == 204


async def test_no_answer_in_time_is_none_and_the_request_goes_on(hasty: Connections) -> None:
    go_on = asyncio.Event()

    async def slow(_received: Received) -> bytes:
        await go_on.wait()
        return OK

    async with receiving(slow) as receiver:
        assert (await hasty.ask(receiver.door, REQUEST)).status is None
        assert len(hasty._lingering) == 1
        go_on.set()
        await until(lambda: not hasty._lingering)
        assert len(hasty._idle[receiver.door]) == 1


async def test_requests_that_go_on_are_bounded(hasty: Connections) -> None:
    async def never(_received: Received) -> bytes:
        raise Hang

    async with receiving(never) as receiver:
        asked = [hasty.ask(receiver.door, REQUEST) for _ in range(LINGERING + 5)]
        assert {one.status for one in await asyncio.gather(*asked)} == {None}
        await until(lambda: len(hasty._lingering) == LINGERING)


NO_ANSWERS = [b"", b"HTTP/1.1 2", b"SSH-2.0-hello\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000]


@pytest.mark.parametrize("said", NO_ANSWERS, ids=["nothing", "half", "another", "endless"])
async def test_what_is_no_answer_is_broken(connections: Connections, said: bytes) -> None:
    async def and_end(received: Received) -> bytes | None:
        if not said:
            return None
        received.writer.write(said)
        await received.writer.drain()
        return None if len(said) < 100 else b"x" * 10_000

    async with receiving(and_end) as receiver:
        with pytest.raises(BrokenError):
            await connections.ask(receiver.door, REQUEST)


async def test_nobody_there_is_unreachable(connections: Connections) -> None:
    with silent_port() as port, pytest.raises(UnreachableError):
        await connections.ask(Door(("127.0.0.1", port)), REQUEST)


async def test_giving_up_closes_the_connection(connections: Connections) -> None:
    async def never(_received: Received) -> bytes:
        raise Hang

    async with receiving(never) as receiver:
        asking = asyncio.create_task(connections.ask(receiver.door, REQUEST))
        await until(lambda: bool(receiver.received))
        asking.cancel()
        await until(lambda: not receiver._writers)
        assert not connections._doors


async def test_a_connection_that_the_application_closed_is_not_used(
    connections: Connections,
) -> None:
    async with receiving() as receiver:
        await connections.ask(receiver.door, REQUEST)
        for writer in tuple(receiver._writers):
            writer.close()
        await until(lambda: not connections._doors)
        assert (await connections.ask(receiver.door, REQUEST)).status == 204
        assert receiver.connections == 2


async def test_idle_connections_are_closed(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as receiver:
        await connections.ask(receiver.door, REQUEST)
        connections.sweep()
        assert connections._doors
        monkeypatch.setattr("connectory.hosting.topics.connections.IDLE", -1.0)
        connections.sweep()
        await until(lambda: not connections._doors)
        connections.sweep()
        assert not connections._idle
