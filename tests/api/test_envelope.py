"""What happens to a request whatever its handler does."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from connectory.api import envelope
from connectory.api.envelope import Envelope
from connectory.api.observing import REQUESTS
from connectory.api.routing import Addresses, Handler, resource
from connectory.errors import EndpointNotFoundError
from connectory.telemetry import CORRELATION, configure_logging

Messages = list[dict[str, Any]]


async def send_to(handler: Handler, **scope: Any) -> Messages:
    sent: Messages = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asked = {"type": "http", "method": "GET", "path": "/7", "headers": [], **scope}
    addresses = Addresses([resource("/{id}", GET=handler)])
    await Envelope(addresses, None)(asked, receive, send)  # type: ignore[arg-type]
    return sent


def raising(error: Exception) -> Handler:
    async def fails(_request: Request) -> Response:
        raise error

    return fails


@contextmanager
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What is logged meanwhile, as an operator reads it."""
    written, found = io.StringIO(), list[dict[str, Any]]()
    before = structlog.get_config()
    configure_logging("info")
    # a logger that was used already keeps what it was configured with
    monkeypatch.setattr(envelope, "log", structlog.get_logger())
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(written), cache_logger_on_first_use=False
    )
    try:
        yield found
    finally:
        structlog.configure(**before)
        found.extend(json.loads(line) for line in written.getvalue().splitlines())


async def test_our_own_fault_is_logged_under_the_correlation_id_and_told_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with lines(monkeypatch) as found:
        sent = await send_to(
            raising(RuntimeError("what broke")), headers=[(b"x-correlation-id", b"abc-1")]
        )
    assert sent[0]["status"] == 500
    assert (b"x-correlation-id", b"abc-1") in sent[0]["headers"]
    assert b"broke" not in sent[1]["body"]
    assert [(one["event"], one["correlation"]) for one in found] == [("request.failed", "abc-1")]
    assert found[0]["exception"][0]["exc_value"] == "what broke"
    assert "locals" not in found[0]["exception"][0]["frames"][0]


async def test_one_of_ours_among_several_faults_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    several = ExceptionGroup("", [EndpointNotFoundError("/7"), RuntimeError("what broke")])
    with lines(monkeypatch) as found:
        sent = await send_to(raising(several))
    assert sent[0]["status"] == 500
    assert [one["event"] for one in found] == ["request.failed"]


async def test_several_faults_of_the_client_are_told_together() -> None:
    several = ExceptionGroup("", [EndpointNotFoundError("/7"), EndpointNotFoundError("/8")])
    sent = await send_to(raising(several))
    assert sent[0]["status"] == 404
    assert len(json.loads(sent[1]["body"])["errors"]) == 2


async def test_a_client_that_left_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with lines(monkeypatch) as found:
        await send_to(raising(ClientDisconnect()))
    assert found == []


async def test_a_new_correlation_id_is_made_for_each_request() -> None:
    seen = []

    async def handler(_request: Request) -> Response:
        seen.append(CORRELATION.get())
        return Response()

    answers = [await send_to(handler, headers=[(b"x-correlation-id", b"a b")]) for _ in range(50)]
    assert len(set(seen)) == 50
    echoed = [dict(sent[0]["headers"])[b"x-correlation-id"].decode() for sent in answers]
    assert echoed == seen
    assert CORRELATION.get() is None


async def test_requests_are_counted_under_the_pattern_of_their_address() -> None:
    async def handler(_request: Request) -> Response:
        return Response(status_code=202)

    def counted(path: str, status: str) -> float:
        return float(REQUESTS.labels("GET", path, status)._value.get())

    before = counted("/{id}", "202"), counted("unknown", "404")
    await send_to(handler)
    await send_to(handler, path="/7/8")
    assert (counted("/{id}", "202"), counted("unknown", "404")) == (before[0] + 1, before[1] + 1)


async def test_a_websocket_is_refused() -> None:
    assert (await send_to(raising(AssertionError()), type="websocket"))[0]["type"] == (
        "websocket.close"
    )
