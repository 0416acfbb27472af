"""A topic and its messages as the console speaks of them. Pure, but for ``topic_of``."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
from starlette.exceptions import HTTPException

from connectory.console.calls import Call
from connectory.console.installations.comparing import policy_text
from connectory.console.installations.installation import Found, Installation
from connectory.console.rendering import segment
from connectory.wire import encode

Document = Mapping[str, Any]
LONGEST: Final = 20_000
"""Characters of a message on its page; the API has all of it."""
DUMPED: Final = 2_048
"""Bytes that are shown of what is no text."""
WIDTH: Final = 16


@dataclass(frozen=True)
class Topic:
    """``document`` is the topic as the API shows it."""

    installation: Installation
    document: Document

    @property
    def application(self) -> str:
        return str(self.document["applicationName"])

    @property
    def address(self) -> str:
        """Of its page."""
        return f"{self.installation.address}/topics/{segment(self.application)}"

    @property
    def path(self) -> str:
        """Of the topic in the API."""
        return f"{self.installation.platform}/topics/{segment(self.application)}"

    @property
    def policy(self) -> str:
        return policy_text(self.document["retryPolicy"])

    @property
    def publishing(self) -> Call:
        """How a client of Google Pub/Sub publishes to it."""
        name, project = segment(self.document["topic"]), segment(self.document["project"])
        body = {"messages": [{"data": encoded(b"Hello")}]}
        return Call("POST", f"/v1/projects/{project}/topics/{name}:publish", body)

    def publish(self, message: Document) -> Call:
        return Call("POST", f"{self.path}/messages", message)

    def replay_all(self) -> Call:
        return Call("POST", f"{self.path}/replay")

    def message(self, id_: str) -> str:
        """The address of a message's page."""
        return f"{self.address}/messages/{segment(id_)}"

    def message_path(self, id_: str) -> str:
        return f"{self.path}/messages/{segment(id_)}"

    def replay(self, id_: str) -> Call:
        return Call("POST", f"{self.message_path(id_)}/replay")

    def discard(self, id_: str) -> Call:
        return Call("DELETE", self.message_path(id_))


class Data(NamedTuple):
    """What a message carries. ``kind``: JSON, text, bytes, or nothing at all."""

    kind: str
    text: str
    cut: bool = False


async def topics_of(here: Found) -> tuple[Topic, ...]:
    """Every topic of the installation. Raises ``CallRefused``."""
    page = await here.calls.get(f"{here.installation.platform}/topics", {"limit": 500})
    return tuple(Topic(here.installation, one) for one in page["results"])


async def topic_of(here: Found, application: str) -> Topic:
    """Raises a 404 for an application that has none."""
    for one in await topics_of(here):
        if one.application == application:
            return one
    raise HTTPException(404, f"{here.installation.name} has no such topic.")


def readable(data: str) -> Data:
    """``data`` is base64, as the API gives it."""
    content = base64.b64decode(data)
    if not content:
        return Data("nothing", "")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return Data("bytes", _dumped(content[:DUMPED]), len(content) > DUMPED)
    kind, said = ("JSON", found) if (found := _indented(content)) else ("text", text)
    return Data(kind, said[:LONGEST], len(said) > LONGEST)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def size(count: int) -> str:
    """Bytes as a person says them."""
    if count < 1000:
        return f"{count} byte{'' if count == 1 else 's'}"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _indented(content: bytes) -> str:
    """An object or a list, indented; empty for anything else."""
    if content.lstrip()[:1] not in (b"{", b"["):
        return ""
    try:
        return encode(msgspec.Raw(msgspec.json.format(content, indent=2))).decode()
    except (msgspec.DecodeError, RecursionError):
        return ""


def _dumped(content: bytes) -> str:
    rows = (content[at : at + WIDTH] for at in range(0, len(content), WIDTH))
    return "\n".join(binascii.hexlify(row, " ").decode() for row in rows)
