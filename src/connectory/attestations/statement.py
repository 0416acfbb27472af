"""The in-toto Statement v1: what is said (the predicate) of which things (the subjects).

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from typing import Generic, TypeVar

import msgspec

from connectory.attestations.documents import canonical
from connectory.wire import Wire

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD = "application/vnd.in-toto+json"

P = TypeVar("P")


class Resource(Wire):
    """in-toto's ResourceDescriptor; ``digest`` maps an algorithm to hexadecimal digits."""

    name: str = ""
    uri: str = ""
    digest: dict[str, str] = msgspec.field(default_factory=dict)
    media_type: str = ""
    annotations: dict[str, str] = msgspec.field(default_factory=dict)

    def is_image(self, digest: str) -> bool:
        """Whether it is the one of this digest (``sha256:...``)."""
        return self.digest == sha256(digest)


class Statement(Wire, Generic[P]):
    """``type`` is always ``STATEMENT``; ``predicate_type`` says how the predicate is read."""

    type: str = msgspec.field(name="_type")
    subject: tuple[Resource, ...]
    predicate_type: str
    predicate: P


def stated(predicate_type: str, subject: tuple[Resource, ...], predicate: P) -> Statement[P]:
    return Statement(
        type=STATEMENT, subject=subject, predicate_type=predicate_type, predicate=predicate
    )


def payload_of(statement: Statement[P]) -> bytes:
    """The bytes that are signed: the same statement, the same bytes."""
    return canonical(statement)


def sha256(digest: str) -> dict[str, str]:
    """``sha256:...`` as in-toto writes it."""
    return {"sha256": digest.removeprefix("sha256:")}
