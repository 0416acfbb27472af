"""Reading a log through the API: it gives pages of a hundred, oldest first, and people want the
newest, or what they look for."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from connectory.console.calls import Calls
from connectory.console.installations.installation import Installation
from connectory.console.installations.lines import Entry, Wanted
from connectory.hosting.logs import parse_date
from connectory.wire import timestamp

MOST: Final = 200
"""Entries on a page."""
REACH: Final = 5_000
"""Entries looked at for one page."""
PERIODS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=15),
    timedelta(hours=6),
    timedelta(days=3),
    timedelta(days=30),
)
"""How far back the newest entries are looked for, a step at a time; 30 days are kept."""


class Page(NamedTuple):
    """What the API gives at once. ``next`` is where to read on, "" at the end."""

    entries: tuple[Entry, ...]
    next: str


class Read(NamedTuple):
    """What somebody looks at. ``looked_at``: entries, wanted or not."""

    entries: tuple[Entry, ...]
    next: str = ""
    looked_at: int = 0


class Log:
    """The log of one installation."""

    def __init__(self, calls: Calls, installation: Installation) -> None:
        self._calls = calls
        self._path = f"{installation.path}/logs"

    async def pages(self, wanted: Wanted, token: str = "") -> AsyncIterator[Page]:
        """Each page, unfiltered but for application and dates. Raises ``CallRefused``."""
        while True:
            page = await self._page(wanted, token)
            yield page
            token = page.next
            if not token:
                return

    async def onward(self, wanted: Wanted, token: str = "") -> Read:
        """The oldest of what is wanted, from ``token`` on."""
        return await self._gathered(wanted, deque(), token, enough=MOST)

    async def newest(self, wanted: Wanted, now: datetime) -> Read:
        """The last of what is wanted, up to its end. Raises ``CallRefused``, or
        ``DeploymentLogInvalidDateError``."""
        end, best = parse_date(wanted.end) or now, Read(())
        for period in PERIODS:
            start = timestamp(max(end - period, now - PERIODS[-1]))
            found = await self._gathered(replace(wanted, start=start), deque(maxlen=MOST))
            if found.next and best.entries:
                return best  # too much to read to its end: what was found closer by is newer
            best = found
            if found.next or len(found.entries) >= MOST:
                break
        return best

    async def since(self, wanted: Wanted, start: str) -> tuple[Entry, ...]:
        """Everything from ``start`` on, up to what can be looked at."""
        return (await self._gathered(replace(wanted, start=start), deque())).entries

    async def _gathered(
        self, wanted: Wanted, found: deque[Entry], token: str = "", enough: int = REACH
    ) -> Read:
        """``found`` with what is wanted, until that is enough or all that one look may cost."""
        looked_at = 0
        async for page in self.pages(wanted, token):
            looked_at, token = looked_at + len(page.entries), page.next
            found.extend(filter(wanted.takes, page.entries))
            if len(found) >= enough or looked_at >= REACH:
                break
        return Read(tuple(found), token, looked_at)

    async def _page(self, wanted: Wanted, token: str) -> Page:
        query = {
            "applicationName": wanted.application,
            "startDate": wanted.start,
            "endDate": wanted.end,
            "pageToken": token,
        }
        page = await self._calls.get(self._path, query)
        return Page(tuple(page["data"]), page["next"] or "")
