"""Following a repository that has moved, each new address looked at before it is asked.

Git itself would follow wherever a server points: to this machine's own services as well.
"""

import re
from urllib.parse import urljoin, urlsplit

from connectory.repositories.address import FORMS, Place
from connectory.repositories.destinations import check_destination
from connectory.repositories.revision import RepositoryRefused

MOST_MOVES = 3
TRACING = {"GIT_TRACE_CURL": "1", "GIT_TRACE_CURL_NO_DATA": "1"}
"""What makes Git tell of the headers that it was answered with."""
_MOVED = re.compile(r"returned error: 30[12378]\b")
_LOCATION = re.compile(r"<= Recv header: location: *(\S+) *$", re.MULTILINE | re.IGNORECASE)
_ASKED = "/info/refs?service=git-upload-pack"


def has_moved(complaints: str) -> bool:
    """Whether Git was told to ask elsewhere."""
    return _MOVED.search(complaints) is not None


def moved_to(place: Place, trace: str) -> Place:
    """Where the server sends who asks at ``place``, by the headers that Git told of.

    Raises RepositoryRefused for another kind of address and for this machine's own.
    """
    found = _LOCATION.findall(trace)
    address = urljoin(place.address.rstrip("/") + _ASKED, found[-1]) if found else ""
    address = address.removesuffix(_ASKED)
    if _origin(address) == _origin(place.address):
        return Place(address, place.protocol)
    if not FORMS["https"].fullmatch(address) or ".." in address.split("/"):
        raise RepositoryRefused(
            "The repository leads to another kind of address, which is not followed."
        )
    elsewhere = Place(address, "https")
    check_destination(elsewhere)
    return elsewhere


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc
