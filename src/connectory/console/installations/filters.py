"""Which installations somebody looks for. Pure."""

from dataclasses import dataclass
from typing import Any, Final, Self

from starlette.datastructures import QueryParams

from connectory.console.installations.installation import Installation

FARTHEST: Final = 100_000
"""The last page there is."""


@dataclass(frozen=True)
class Wanted:
    """Which ones. ``text`` is looked for in names, keys, ids and versions."""

    project: str = ""
    type: str = ""
    status: str = ""
    text: str = ""
    connector: str = ""
    offset: int = 0

    @classmethod
    def of(cls, query: QueryParams) -> Self:
        offset = query.get("offset", "0")
        return cls(
            query.get("project", ""),
            query.get("type", ""),
            query.get("status", ""),
            query.get("text", "").strip(),
            query.get("connectorId", ""),
            min(int(offset), FARTHEST) if offset.isdecimal() and len(offset) < 9 else 0,
        )

    @property
    def query(self) -> dict[str, Any]:
        """Without the page."""
        return {
            "project": self.project,
            "type": self.type,
            "status": self.status,
            "text": self.text,
            "connectorId": self.connector,
        }

    @property
    def narrow(self) -> bool:
        return any(self.query.values())

    def takes(self, one: Installation) -> bool:
        connector = one.document["connector"]
        words = (one.name, connector.get("key"), connector["repository"]["tag"], connector["id"],
                 one.document.get("key"), one.document["id"], one.project.key)  # fmt: skip
        return (
            self.project in ("", one.project.key)
            and self.type in ("", one.document["type"])
            and self.status in ("", one.status.text)
            and self.connector in ("", connector["id"])
            and any(self.text.lower() in (word or "").lower() for word in words)
        )
