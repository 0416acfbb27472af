"""What a program of a Project with a stand-in is given. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from connectory.regions import Region
from connectory.sandbox import Mount, Outlet
from connectory.sandbox.model import Serve

# An address of its own: whoever else answers on 443 inside has another one.
ADDRESS = "127.0.0.2"
HTTPS = 443
INSIDE = "/etc/connectory"
OURS = f"{INSIDE}/stand-in.pem"
ALL = f"{INSIDE}/stand-in-and-public.pem"
VARIABLES = {
    "NODE_EXTRA_CA_CERTS": OURS,
    "SSL_CERT_FILE": ALL,
    "REQUESTS_CA_BUNDLE": ALL,
    "CURL_CA_BUNDLE": ALL,
}
"""Node adds to the certificates it knows, all others take a file in their place."""
HOSTS = tuple(
    f"{service}.{region}.commercetools.com" for region in Region for service in ("api", "auth")
)
"""Of every Region: a program that has a wrong one must not reach the real commerce API either."""


@dataclass(frozen=True)
class Surroundings:
    """Goes into a ``Command``, below what the program is given by its connector."""

    outlets: tuple[Outlet, ...] = ()
    mounts: tuple[Mount, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def reaching(self, outlets: tuple[Outlet, ...]) -> "Surroundings":
        """With further outlets."""
        return replace(self, outlets=(*self.outlets, *outlets)) if outlets else self


NOTHING = Surroundings()


def surroundings(serve: Serve, ours: Path, everything: Path) -> Surroundings:
    """``ours``: the certificates that Node is to trust in addition; ``everything``: all that other
    programs are to trust."""
    return Surroundings(
        (Outlet(ADDRESS, HTTPS, serve, HOSTS),),
        (Mount(ours, OURS), Mount(everything, ALL)),
        VARIABLES,
    )
