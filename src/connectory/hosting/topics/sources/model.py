"""What is pulled from where, as the setting ``event_sources`` says it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from connectory.hosting.topics.model import Message
from connectory.settings import SettingsError

SETTING = "event_sources"


class GooglePubSub(
    msgspec.Struct, frozen=True, tag_field="kind", tag="google-pubsub", rename="camel",
    forbid_unknown_fields=True,
):  # fmt: skip
    """A subscription for pulling, ``projects/{project}/subscriptions/{name}``. ``credentials`` is
    the file of a service account; empty: what the machine has (application default credentials).
    ``endpoint`` is another host than Google's, without encryption: an emulator."""

    subscription: str
    credentials: str = ""
    endpoint: str = ""


class AwsSqs(
    msgspec.Struct, frozen=True, tag_field="kind", tag="aws-sqs", rename="camel",
    forbid_unknown_fields=True,
):  # fmt: skip
    """A queue. Credentials are found as the AWS clients find them (environment, profile, role).
    ``endpoint`` is another URL than AWS's."""

    queue_url: str
    region: str = ""
    endpoint: str = ""


Source = GooglePubSub | AwsSqs


class Pulled(NamedTuple):
    """A message and how its source wants it acknowledged."""

    message: Message
    receipt: str


class Puller(Protocol):
    """The client of one source. Its methods block: they are called in threads."""

    def pull(self) -> Sequence[Pulled]:
        """Waits for some seconds when there is nothing."""

    def acknowledge(self, receipts: Sequence[str]) -> None: ...

    def close(self) -> None:
        """Lets go of its connections; a request under way ends by itself."""


def sources(text: str) -> dict[str, Source]:
    """By the name of a topic, or as ``{projectKey}/{deploymentKey}/{applicationName}``. ``text`` is
    a JSON object, or the path of a file that holds one. Raises ``SettingsError``."""
    if not text.strip():
        return {}
    try:
        known = text if text.lstrip().startswith("{") else Path(text).read_text("utf-8")
        found = msgspec.json.decode(known, type=dict[str, Source])
    except (OSError, ValueError) as problem:
        raise SettingsError(f"{SETTING}: {problem}") from None
    wrong = [one for one in found if "/" in one and one.count("/") != 2]
    if wrong:
        raise SettingsError(f"{SETTING}: {wrong[0]!r} is neither a topic nor project/key/name")
    return found
