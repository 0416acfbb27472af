"""What every page of Connector Details has around it."""

from typing import Any, Final

from starlette.requests import Request

from connectory.console.connectors import calls, offers, status
from connectory.console.connectors.listing import VIEWING
from connectory.console.connectors.reading import Known
from connectory.console.visit import Visit, visiting

TABS: Final = (
    ("", "Overview"),
    ("preview-report", "Preview Report"),
    ("publish-report", "Publish Report"),
    ("certification", "Certification"),
    ("configuration", "Configuration"),
    ("versions", "Versions"),
)


async def viewing(request: Request) -> Visit:
    """Whoever may see the organization's connectors."""
    visit = await visiting(request)
    visit.require(*VIEWING)
    return visit


def around(found: Known) -> dict[str, Any]:
    """The values of ``connectors/details.html``."""
    draft = found.draft
    return {
        "draft": draft,
        "connector": found.connector,
        "label": status,
        "here": calls.address(draft),
        "tabs": TABS,
        "offers": offers.offers(draft, found.standing),
        "standing": found.standing,
        "locked": status.locked(draft),
    }


def framed(visit: Visit, found: Known) -> dict[str, Any]:
    """What a fragment needs beside ``around``: it is rendered without its page."""
    return {"request": visit.request, "path": calls.address(found.draft), "visit": visit}
