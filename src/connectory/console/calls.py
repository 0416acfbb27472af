"""The console's only way to the platform: its HTTP API, called in process.

A person's ``Caller`` travels in the ASGI scope, where no client from outside can put anything; from
there on the API checks scopes as for every token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

import msgspec
from starlette.types import ASGIApp, Message, Scope

from connectory.auth import Caller
from connectory.wire import encode

Query = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """A call as a person could make it. ``body`` is None for one without."""

    method: str
    path: str
    body: Any = None

    @property
    def json(self) -> str:
        """The body, indented for reading; empty without one."""
        if self.body is None:
            return ""
        return msgspec.json.format(encode(self.body), indent=2).decode()


@dataclass(frozen=True)
class Answer:
    """What the API said. ``document`` is the decoded JSON, or the text of anything else."""

    call: Call
    status: int
    document: Any
    content: bytes = b""
    media_type: str = ""

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def message(self) -> str:
        """Why not, in the API's words."""
        return str(self.document.get("message", "")) if isinstance(self.document, dict) else ""

    @property
    def messages(self) -> tuple[str, ...]:
        """Each error's own message."""
        errors = self.document.get("errors", ()) if isinstance(self.document, dict) else ()
        return tuple(str(one.get("message", "")) for one in errors) or (self.message,)

    @property
    def codes(self) -> tuple[str, ...]:
        errors = self.document.get("errors", ()) if isinstance(self.document, dict) else ()
        return tuple(str(one.get("code", "")) for one in errors)


class CallRefused(Exception):  # noqa: N818 - named for what happened
    """The API said no to a read: the page cannot be shown."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.call.method} {answer.call.path}: {answer.status}")
        self.answer = answer


class Calls:
    """The API for one caller; without one, as a stranger."""

    def __init__(self, api: ASGIApp, caller: Caller | None, correlation: str = "") -> None:
        self._api = api
        self._caller = caller
        self._correlation = correlation

    async def get(self, path: str, query: Query | None = None, wait: float = 0) -> Any:
        """The document at ``path``. Raises ``CallRefused``."""
        answer = await self.send(Call("GET", located(path, query)), wait)
        if not answer.ok:
            raise CallRefused(answer)
        return answer.document

    async def send(self, call: Call, wait: float = 0) -> Answer:
        """Whatever the API answers."""
        body = b"" if call.body is None else encode(call.body)
        heard = _Heard(body)
        await self._api(self._scope(call, body, wait), heard.receive, heard.send)
        return Answer(call, heard.status, _document(heard), heard.content, heard.media_type)

    def _scope(self, call: Call, body: bytes, wait: float) -> Scope:
        path, _, query = call.path.partition("?")
        headers = [(b"host", b"console"), (b"content-length", str(len(body)).encode())]
        if body:
            headers.append((b"content-type", b"application/json"))
        if wait:
            headers.append((b"prefer", f"wait={int(wait)}".encode()))
        if self._correlation:
            headers.append((b"x-correlation-id", self._correlation.encode("latin-1")))
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": call.method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": ("console", 80),
            "connectory.caller": self._caller,
        }


class _Heard:
    """Both ends of one call: the request's body in, the answer's parts together."""

    def __init__(self, body: bytes) -> None:
        self.status = 500
        self.content = b""
        self.media_type = ""
        self._body: bytes | None = body

    async def receive(self) -> Message:
        if self._body is None:
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = {name.lower(): value for name, value in message["headers"]}
            self.media_type = headers.get(b"content-type", b"").decode("latin-1")
        elif message["type"] == "http.response.body":
            self.content += message.get("body", b"")


def located(path: str, query: Query | None) -> str:
    """``path`` with ``query`` behind it; lists repeat their name, None and "" are left out."""
    given = {name: value for name, value in (query or {}).items() if value not in (None, "", ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def _document(heard: _Heard) -> Any:
    if "json" in heard.media_type and heard.content:
        return msgspec.json.decode(heard.content)
    return heard.content.decode("utf-8", "replace")
