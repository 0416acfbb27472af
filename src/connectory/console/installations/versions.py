"""What differs between the version of a Connector that an installation runs and another. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectory.console.installations import fields
from connectory.console.installations.fields import Group, Groups

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """``new`` are the keys that the installation has no value for; ``gone_keys`` pairs of
    application and key. An application the other version adds needs an installation of its own:
    a redeploy keeps to the applications of the Deployment."""

    before: Document
    after: Document
    new: Groups
    gone_keys: tuple[tuple[str, str], ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    more_scopes: tuple[str, ...]
    fewer_scopes: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether only the code differs."""
        return not any(
            (self.new, self.gone_keys, self.added, self.gone, self.more_scopes, self.fewer_scopes)
        )

    @property
    def needed(self) -> int:
        """Values without which the new version cannot run."""
        return sum(field.must_be_typed for group in self.new for field in group.fields)


def difference(deployment: Document, after: Document, prefix: str) -> Difference:
    before = deployment["connector"]
    running = {one["applicationName"] for one in deployment["applications"]}
    declared = {one["applicationName"] for one in before["configurations"]}
    following = {one["applicationName"] for one in after["configurations"]}
    kept = running & following
    taken = _pairs(after, kept)
    scopes, wanted = _scopes(deployment), _scopes(after)
    return Difference(
        before=before,
        after=after,
        new=_new(before, after, prefix, running),
        gone_keys=tuple(one for one in _pairs(before, kept) if one not in taken),
        added=tuple(sorted(following - declared)),
        gone=tuple(sorted(running - following)),
        more_scopes=tuple(one for one in wanted if one not in scopes),
        fewer_scopes=tuple(one for one in scopes if one not in wanted) if wanted else (),
    )


def _new(before: Document, after: Document, prefix: str, running: Iterable[str]) -> Groups:
    known = {
        (group.application, field.key, field.secured)
        for group in fields.groups_of(before, prefix)
        for field in group.fields
    }
    groups = fields.groups_of(after, prefix, only=running)
    found = (
        Group(
            one.application,
            one.type,
            tuple(f for f in one.fields if (one.application, f.key, f.secured) not in known),
        )
        for one in groups
    )
    return tuple(one for one in found if one.fields)


def _pairs(connector: Document, running: Iterable[str]) -> list[tuple[str, str]]:
    """Application and key of everything the running applications take."""
    return [
        (group.application, field.key)
        for group in fields.groups_of(connector, "", only=running)
        for field in group.fields
    ]


def _scopes(document: Document) -> tuple[str, ...]:
    """Without their Project."""
    client = document.get("apiClient") or {}
    return tuple(one.partition(":")[0] for one in client.get("scopes", ()))
