"""``…/logs/events``: entries as they come, for whoever follows a log."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from connectory.api.streaming import Sent, event, place
from connectory.console.installations.installation import SEE, installation_of
from connectory.console.installations.lines import Wanted, line
from connectory.console.installations.reading import AT_ONCE, Log
from connectory.console.live import watched
from connectory.console.rendering import fragment
from connectory.hosting.log_text import Entry


async def events(request: Request) -> Response:
    """From where the page ends, or from what a browser that comes again had last; over when the
    installation is gone."""
    here = await installation_of(request, *SEE)
    log, wanted = Log(here.calls, here.installation), Wanted.of(request.query_params)
    at = request.headers.get("last-event-id") or request.query_params.get("after", "")

    async def look() -> Sent:
        nonlocal at
        if not at:  # from now on
            at = (await log.newest(wanted, most=1)).end
            return Sent(place(at))
        page = await log.onward(wanted, at, AT_ONCE)
        before, at = at, page.next or page.end
        if page.entries:
            return Sent(event("entries", _html(page.entries), at), more=bool(page.next))
        return Sent(place(at) if at != before else b"", more=bool(page.next))

    return watched(request, look)


def _html(entries: Iterable[Entry]) -> str:
    return fragment("installations/logs.html#entries", lines=[line(one) for one in entries])
