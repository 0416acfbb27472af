"""Reading a log through the API: the newest of it, or from a place on."""

from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from connectory.console.calls import Calls
from connectory.console.installations.installation import Installation
from connectory.console.installations.lines import Wanted
from connectory.hosting.log_text import Entry

MOST: Final = 200
"""Entries on a page."""
AT_ONCE: Final = 500
"""Entries in one answer of the API, its most."""


class Page(NamedTuple):
    """What somebody looks at, oldest first. ``next`` is where to read on, "" at the end; ``end``
    is the place behind all there is."""

    entries: tuple[Entry, ...]
    next: str = ""
    end: str = ""


class Log:
    """The log of one installation. Whatever it is asked for, it raises ``CallRefused``."""

    def __init__(self, calls: Calls, installation: Installation) -> None:
        self._calls = calls
        self._path = f"{installation.platform}/log"

    async def onward(self, wanted: Wanted, place: str = "", most: int = MOST) -> Page:
        """The oldest of what is wanted, behind ``place``."""
        return await self._page(wanted, {"pageToken": place, "limit": most})

    async def newest(self, wanted: Wanted, place: str = "", most: int = MOST) -> Page:
        """The last of what is wanted, before ``place``; ``next`` leads further back."""
        page = await self._page(wanted, {"pageToken": place, "limit": most, "order": "newest"})
        return page._replace(entries=page.entries[::-1])

    async def pages(self, wanted: Wanted) -> AsyncIterator[Page]:
        """All of what is wanted."""
        page = await self.onward(wanted, most=AT_ONCE)
        yield page
        while page.next:
            page = await self.onward(wanted, page.next, AT_ONCE)
            yield page

    async def _page(self, wanted: Wanted, how: dict[str, str | int]) -> Page:
        found = await self._calls.get(self._path, wanted.query | how)
        return Page(tuple(found["data"]), found["next"], found["end"])
