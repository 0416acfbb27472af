"""Programs of a Deployment reach its public addresses from inside, and nothing else of ours."""

import asyncio
import shutil

import pytest
from tests.hosting.conftest import HELLO, Serve

from connectory.hosting import Hosting
from connectory.hosting.gateway.inside import ADDRESS, Forwarder, outlets
from connectory.hosting.placement import PORT
from connectory.sandbox import Command, Finished, Limits, Network, Outlet, Sandbox
from connectory.sandbox.model import Close

ASK = (
    "for (const url of process.argv.slice(1)) await fetch(url).then(async a => "
    "console.log(a.status, await a.text()), e => console.log(e.cause.code))"
)


async def gateway(listener: object) -> Close:
    raise NotImplementedError(listener)


def places(*urls: str) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(one.address, one.port, one.names) for one in outlets(urls, gateway)]


def test_a_port_each_is_met_where_it_is_looked_for() -> None:
    urls = ("http://127.0.0.1:20001/a", "http://127.0.0.1:20002", "http://localhost:20003/x")
    assert places(*urls) == [
        ("127.0.0.1", 20001, ()),
        ("127.0.0.1", 20002, ()),
        ("127.0.0.1", 20003, ()),
    ]
    assert places("http://192.0.2.7:20001", "http://[::1]:20002") == [
        ("0.0.0.0", 20001, ()),
        ("::1", 20002, ()),
    ]


def test_names_of_a_domain_share_an_address() -> None:
    urls = ("https://service-1.apps.example.org/a", "https://event-2.apps.example.org")
    assert places(*urls) == [
        (ADDRESS, 443, ("service-1.apps.example.org", "event-2.apps.example.org"))
    ]


def test_nothing_is_in_the_way_of_the_application_itself() -> None:
    assert places(f"http://service-1.apps.example.org:{PORT}/a") == []


def test_tls_is_left_to_the_proxy_in_front_of_the_platform() -> None:
    (secure,) = outlets(["https://service-1.apps.example.org"], gateway)
    (plain,) = outlets(["http://service-1.apps.example.org"], gateway)
    assert isinstance(getattr(secure.serve, "__self__", None), Forwarder)
    assert plain.serve is gateway


@pytest.mark.skipif(shutil.which("node") is None, reason="needs a Node.js")
async def test_a_program_calls_its_neighbour_and_nobody_else(
    serve: Serve, hosting: Hosting, sandbox: Sandbox
) -> None:
    if not sandbox.outlets:
        pytest.skip(str(sandbox.warnings))
    mine, foreign = await serve(HELLO, NAME="mine"), await serve(HELLO, "other")
    around = outlets([mine.url], hosting.listeners.inside)
    finished = await asked(sandbox, around, mine.url, foreign.url)
    assert finished.tail.splitlines() == ["200 hello from mine", "ECONNREFUSED"]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs a Node.js")
async def test_a_forwarder_leads_to_its_place(sandbox: Sandbox) -> None:
    if not sandbox.outlets:
        pytest.skip(str(sandbox.warnings))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        name = "service-1.apps.example.org"
        outlet = Outlet(ADDRESS, 8443, Forwarder("127.0.0.1", port).serve, (name,))
        finished = await asked(sandbox, (outlet,), f"http://{name}:8443/", "http://127.0.0.1:8443/")
    assert finished.tail.splitlines() == ["200 here", "ECONNREFUSED"]


async def asked(sandbox: Sandbox, around: tuple[Outlet, ...], *urls: str) -> Finished:
    return await sandbox.run(
        Command(
            ("node", "--input-type=module", "-e", ASK, "--", *urls),
            network=Network.OPEN,
            outlets=around,
            limits=Limits(seconds=100),
        )
    )
