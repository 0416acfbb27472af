"""What a job answers, byte by byte, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from connectory.hosting.backends import Door
from connectory.hosting.jobs.calling import judged
from connectory.hosting.jobs.model import Outcome
from connectory.hosting.jobs.posting import CLOSED, CUT_OFF, NOT_HTTP, Answer, connected, request

Told = Callable[[bytes], Coroutine[Any, Any, Answer]]
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
async def told() -> AsyncIterator[Told]:
    """The answer to a request, of an application that says these bytes and closes."""
    asked = bytearray()
    says = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.extend(await reader.readuntil(b"\r\n\r\n"))
        asked.extend(await reader.readexactly(2))
        writer.write(says)
        writer.close()

    async def tell(said: bytes) -> Answer:
        nonlocal says
        says = said
        posting = await connected(door)
        assert not posting.over.done()
        posting.ask(request(door, "//a/b/"))
        async with asyncio.timeout(60):
            answer = await posting.over
        assert asked.startswith(b"POST /a/b HTTP/1.1\r\nHost: 127.0.0.1:")
        assert asked.endswith(b"\r\n\r\n{}")
        return answer

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        door = Door(server.sockets[0].getsockname())
        yield tell


@pytest.mark.parametrize(
    ("says", "answer"),
    [
        (OK + b"Content-Length: 4\r\n\r\ndone", Answer(200, "done")),
        (CHUNKED + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", Answer(200, "abc")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, "")),
        (OK + b"\r\nuntil it closes", Answer(200, "until it closes")),
        (b"HTTP/1.1 102 Processing\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n", Answer(200, "")),
        (OK + b"Content-Length: 4000\r\n\r\n" + b"x" * 4000, Answer(200, "x" * 500)),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", Answer(302, "")),
        (b"", Answer(None, CLOSED)),
        (b"HTTP/1.1 102 Processing\r\n\r\n", Answer(None, CLOSED)),
        (OK + b"Content-Length: 9\r\n\r\nhalf", Answer(None, CUT_OFF)),
        (CHUNKED + b"2\r\nab\r\n", Answer(None, CUT_OFF)),
        (b"220 mail.example.org ESMTP\r\n", Answer(None, NOT_HTTP)),
        (b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", Answer(None, NOT_HTTP)),
        (OK + b"X: " + b"y" * 100_000, Answer(None, NOT_HTTP)),
        (CHUNKED + b"0\r\nX: " + b"y" * 100_000, Answer(None, NOT_HTTP)),
    ],
)  # fmt: skip
async def test_an_answer_is_understood(told: Told, says: bytes, answer: Answer) -> None:
    assert await told(says) == answer


@pytest.mark.parametrize(
    ("answer", "outcome", "message"),
    [
        (Answer(200, "done"), Outcome.SUCCEEDED, None),
        (Answer(299, ""), Outcome.SUCCEEDED, None),
        (Answer(302, ""), Outcome.FAILED, "It answered 302."),
        (Answer(500, "No."), Outcome.FAILED, "It answered 500: No."),
        (Answer(None, CLOSED), Outcome.FAILED, CLOSED),
    ],
)
def test_only_what_is_answered_with_2xx_has_succeeded(
    answer: Answer, outcome: Outcome, message: str | None
) -> None:
    called = judged(answer)
    assert (called.outcome, called.message) == (outcome, message)
