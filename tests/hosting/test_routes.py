"""Stable addresses."""

import socket

import pytest
from msgspec.structs import replace
from tests.ports import ports, written

from connectory.database import Database
from connectory.deployments.model import DeploymentType
from connectory.hosting.gateway import OpenRoutes
from connectory.hosting.routes import (
    NoPortLeftError,
    Route,
    Wanted,
    allocate,
    delete_orphans,
    delete_routes,
    free_port,
    routes_of,
    url_of,
)
from connectory.regions import Region
from connectory.settings import Settings

EUROPE = Region.EUROPE_WEST1_GCP
ROUTE = Route("abc", "d", "service", "service-abc", "/service/", 20000)


@pytest.mark.parametrize(
    ("changes", "endpoint", "kind", "url"),
    [
        ({}, "service", "sandbox", "http://127.0.0.1:20000/service"),
        ({}, "//a//b/", "sandbox", "http://127.0.0.1:20000/a/b"),
        ({}, "/", "sandbox", "http://127.0.0.1:20000"),
        ({"host": "0.0.0.0"}, "", "sandbox", "http://127.0.0.1:20000"),
        ({"host": "::1"}, "", "sandbox", "http://[::1]:20000"),
        ({"host": "0.0.0.0", "public_url": "https://shop.org"}, "", "sandbox",
         "http://shop.org:20000"),
        ({"domain": "connect.example.org"}, "service", "sandbox",
         "http://service-abc.europe-west1.gcp.sandbox.connect.example.org:8080/service"),
        ({"domain": "connect.example.org", "public_url": "https://api.example.org"}, "/s",
         "preview", "https://service-abc.europe-west1.gcp.preview.connect.example.org/s"),
        ({"domain": "connect.example.org", "public_url": "https://api.example.org"}, "",
         "production", "https://service-abc.europe-west1.gcp.connect.example.org"),
    ],
)  # fmt: skip
def test_urls(changes: dict[str, str], endpoint: str, kind: str, url: str) -> None:
    settings = replace(Settings(), **changes)
    route = ROUTE._replace(endpoint=endpoint)
    assert url_of(settings, route, EUROPE, DeploymentType(kind)) == url


async def test_a_route_is_the_same_when_asked_for_again(
    database: Database, settings: Settings
) -> None:
    wanted = [Wanted("one", "first", "/a"), Wanted("two", "second", "/b")]
    first = await database.write(lambda c: allocate(c, settings, "d", wanted))
    again = await database.write(lambda c: allocate(c, settings, "d", wanted))
    assert first == again
    assert len({route.port for route in first}) == 2
    assert all(route.port in settings.port_range for route in first)


async def test_routes_go_with_their_deployment(database: Database, settings: Settings) -> None:
    await database.write(lambda c: allocate(c, settings, "d", [Wanted("one", "first", "/a")]))
    await database.write(lambda c: allocate(c, settings, "e", [Wanted("two", "first", "/a")]))
    await database.write(lambda c: delete_routes(c, "d"))
    assert await database.read(lambda c: routes_of(c, "d")) == ()
    assert len(await database.read(lambda c: routes_of(c, "e"))) == 1
    await database.write(delete_orphans)
    assert await database.read(lambda c: routes_of(c, "e")) == ()


def test_a_port_somebody_listens_on_is_not_given_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = Settings(application_ports=f"{port}-{port}")
        with pytest.raises(NoPortLeftError):
            free_port(settings, ())


def test_ports_of_other_routes_and_of_the_platform_are_not_given_away() -> None:
    with ports(3) as block:
        first, own, last = block
        settings = Settings(application_ports=written(block), port=own)
        assert free_port(settings, {first}) == last


@pytest.mark.parametrize(
    ("host", "found"),
    [
        (b"service-abc.europe-west1.gcp.sandbox.connect.example.org", True),
        (b"SERVICE-ABC.europe-west1.gcp.Connect.example.org:8443", True),
        (b"service-abc.connect.example.org", True),
        (b"service-abc.evil.org", False),
        (b"service-abc.evilconnect.example.org", False),
        (b"connect.example.org", False),
        (b"service-abc", False),
        (b"", False),
    ],
)
def test_host_names_lead_to_routes_below_the_domain_only(host: bytes, found: bool) -> None:
    routes = OpenRoutes("connect.example.org")
    routes.add(ROUTE)
    known = routes.at_host({"headers": [(b"host", host)]})
    assert (known == ROUTE) is found


def test_without_a_domain_a_host_name_leads_nowhere() -> None:
    routes = OpenRoutes("")
    routes.add(ROUTE)
    assert routes.at_host({"headers": [(b"host", b"service-abc.x")]}) is None
    assert routes.at_port(20000) == ROUTE
    routes.remove(ROUTE)
    assert routes.at_port(20000) is None
