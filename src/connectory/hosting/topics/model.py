"""What passes through a topic, as data."""

import msgspec

BROKEN = "closed the connection without an answer"


class Message(msgspec.Struct, frozen=True):
    """What somebody publishes. ``data`` is any bytes; it or an attribute is there."""

    data: bytes = b""
    attributes: dict[str, str] = {}
    ordering_key: str = ""


class Attempt(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A delivery that the application did not take. ``at`` is when it began, in ISO 8601;
    ``status`` is None when there was no answer; ``said`` is the beginning of the answer."""

    at: str
    milliseconds: int
    what: str
    status: int | None = None
    said: str = ""


class Held(msgspec.Struct, frozen=True):
    """A message that is to be delivered. ``id`` are nanoseconds since 1970 and so tell when it was
    published; ``attempts`` failed before."""

    id: int
    message: Message
    attempts: int
    history: bytes
    """The latest failed attempts, as JSON."""
    suspect: bool = False
    """The application closed the connection over it: it may have died of it."""

    @property
    def published_at(self) -> float:
        """Seconds since 1970."""
        return self.id / 1e9
