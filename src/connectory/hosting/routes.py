"""The stable public address of each application, kept in the database: it survives a restart."""

import random
import socket
from collections.abc import Collection, Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Column, Connection, Integer, String, Table, delete, insert, select

from connectory.database.schema import metadata
from connectory.deployments.model import DeploymentType
from connectory.deployments.store import deployments
from connectory.regions import Region
from connectory.settings import Settings

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound

routes = Table(
    "routes",
    metadata,
    Column("application_id", String(36), primary_key=True),
    Column("deployment_id", String(36), nullable=False, index=True),
    Column("application_name", String(256), nullable=False),
    Column("label", String(63), nullable=False, unique=True),
    Column("endpoint", String, nullable=False),
    Column("port", Integer, unique=True),
)


class NoPortLeftError(Exception):
    """Every port of the range is taken; ``application_ports`` is too small."""


class Route(NamedTuple):
    """How one application is reached: by its own ``port``, or by the host ``label`` of a domain."""

    application_id: str
    deployment_id: str
    application_name: str
    label: str
    endpoint: str
    port: int | None


class Wanted(NamedTuple):
    """An application that needs a route."""

    application_id: str
    application_name: str
    endpoint: str
    label: str = "service"
    """How its host name begins (facts 4.7)."""


def allocate(
    connection: Connection, settings: Settings, deployment_id: str, wanted: Iterable[Wanted]
) -> tuple[Route, ...]:
    """The routes of a Deployment, each as it was if it has one already.

    Raises ``NoPortLeftError``.
    """
    known = {route.application_id: route for route in routes_of(connection, deployment_id)}
    taken = set(connection.execute(select(routes.c.port)).scalars())
    found = list[Route]()
    for one in wanted:
        route = known.get(one.application_id)
        if route is None:
            port = None if settings.domain else free_port(settings, taken)
            taken.add(port)
            route = _new(deployment_id, one, port)
            connection.execute(insert(routes).values(**route._asdict()))
        found.append(route)
    return tuple(found)


def _new(deployment_id: str, wanted: Wanted, port: int | None) -> Route:
    label = f"{wanted.label}-{wanted.application_id}"
    return Route(
        wanted.application_id, deployment_id, wanted.application_name, label, wanted.endpoint, port
    )


def routes_of(connection: Connection, deployment_id: str) -> tuple[Route, ...]:
    rows = connection.execute(select(routes).where(routes.c.deployment_id == deployment_id))
    return tuple(Route(*row) for row in rows)


def all_routes(connection: Connection) -> tuple[Route, ...]:
    return tuple(Route(*row) for row in connection.execute(select(routes)))


def delete_routes(
    connection: Connection, deployment_id: str, but: Collection[str] = frozenset()
) -> None:
    """Forget the Deployment's routes, all ``but`` those of these application ids."""
    connection.execute(
        delete(routes).where(
            routes.c.deployment_id == deployment_id, routes.c.application_id.not_in(but)
        )
    )


def delete_orphans(connection: Connection) -> None:
    """Remove the routes of Deployments that are gone."""
    known = select(deployments.c.id)
    connection.execute(delete(routes).where(routes.c.deployment_id.not_in(known)))


def free_port(settings: Settings, taken: Iterable[int | None]) -> int:
    """A port of the range that no route has and nobody listens on now.

    Chosen at random: the port of a deleted application is not given to the next one at once, whose
    callers would be the old one's.
    """
    candidates = sorted(set(settings.port_range) - set(taken) - {settings.port})
    for port in random.sample(candidates, len(candidates)):
        if _free(settings.host, port):
            return port
    raise NoPortLeftError(settings.application_ports)


def url_of(settings: Settings, route: Route, region: Region, kind: DeploymentType) -> str:
    """The public URL of an application, its endpoint included, without a slash at the end."""
    if settings.domain:
        origin = urlsplit(settings.origin)
        environment = "" if kind is DeploymentType.PRODUCTION else f"{kind}."
        port = f":{origin.port}" if origin.port else ""
        base = (
            f"{origin.scheme}://{route.label}.{region}.{environment}{settings.domain.strip('.')}"
            f"{port}"
        )
    else:
        base = f"http://{_host(settings)}:{route.port}"
    endpoint = "/".join(part for part in route.endpoint.split("/") if part)
    return f"{base}/{endpoint}" if endpoint else base


def _host(settings: Settings) -> str:
    """The name clients use for this machine: the public one only if we listen to everyone."""
    if settings.host not in WILDCARDS:
        host = settings.host
    else:
        host = urlsplit(settings.public_url).hostname or WILDCARDS[settings.host]
    return f"[{host}]" if ":" in host else host


def _free(host: str, port: int) -> bool:
    try:
        with listening_socket(host, port):
            return True
    except OSError:
        return False


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound to ``host`` and ``port``. Raises ``OSError`` when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.setblocking(False)
    except OSError:
        opened.close()
        raise
    return opened
