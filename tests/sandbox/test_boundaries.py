"""What an application with an open network cannot reach."""

import socket
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from tests.sandbox.test_isolation import Listening, _address, _gateway, _read

from connectory.sandbox import Command, Limits, Network, Outlet, Sandbox, SandboxSettings
from connectory.sandbox.boundaries import (
    NotANetworkError,
    addresses,
    closed,
    neighbours,
    networks6,
    own_networks,
    parsed,
)
from connectory.sandbox.model import Close
from connectory.sandbox.pasta import leads_out6

CONNECT = """
const net = require('net')
for (const place of process.argv.slice(1)) {
  const [host, port] = place.split(' ')
  const way = net.connect(Number(port), host, () => { console.log('IN', place); way.destroy() })
  way.setTimeout(10000, () => { console.log('TIMEOUT', place); way.destroy() })
  way.on('error', problem => console.log(problem.code, place))
}
"""
ROUTES = (
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    "ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n"
)
TRIE = """Local:
  +-- 192.0.2.0/24 2 0 2
     |-- 192.0.2.2
        /32 host LOCAL
     |-- 192.0.2.255
        /32 link BROADCAST
"""


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1"),
        *("192.0.0.8", "192.168.1.1", "198.19.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2002:a00:1::1"),
        *("fc00::1", "fd00:ec2::254", "fe80::1", "ff02::1", "203.0.113.7"),
    ],
)
def test_what_is_no_public_address_is_closed(address: str) -> None:
    ours = parsed(["203.0.113.0/24"])
    assert any(ip_address(address) in block for block in closed(ours, ()))


@pytest.mark.parametrize("address", ["9.9.9.9", "100.128.0.1", "2606:4700::1", "198.20.0.1"])
def test_the_internet_is_open(address: str) -> None:
    assert not any(ip_address(address) in block for block in closed((), ()))


def test_what_the_operator_opens_is_open_and_nothing_beside_it() -> None:
    blocks = closed(parsed(["10.0.0.0/8"]), parsed(["10.1.0.0/16", "192.168.1.7", "fd00:1::/32"]))
    inside = {one for one in map(ip_address, OPENED) if any(one in block for block in blocks)}
    assert inside == {ip_address("10.2.0.1"), ip_address("192.168.1.8"), ip_address("fd00:2::1")}
    assert ip_network("10.0.0.0/16") in blocks
    everything = closed((), parsed(["0.0.0.0/0"]))
    assert {block.version for block in everything} == {6}


OPENED = (*("10.1.2.3", "10.2.0.1", "192.168.1.7", "192.168.1.8", "fd00:1::1", "fd00:2::1"),)


def test_what_is_no_network_is_said() -> None:
    with pytest.raises(NotANetworkError):
        parsed(["10.0.0.1/8"])


def test_a_machines_own_networks_are_read_from_the_kernel() -> None:
    assert addresses(TRIE) == set(parsed(["192.0.2.2"]))
    assert neighbours(ROUTES) == set(parsed(["192.0.2.0/24"]))
    row = "fd000000000000000000000000000002 04 40 00 80     eth0\nnonsense\n"
    assert networks6(row) == set(parsed(["fd00::/64"]))
    own = ip_address(_address())
    assert own.is_loopback or any(own in one for one in own_networks())


def test_a_way_out_by_ipv6_is_seen() -> None:
    zero, gateway = "0" * 32, "fd" + "0" * 29 + "1"
    tail = "00000400 00000003 00000000 00000003"
    assert leads_out6(f"{zero} 00 {zero} 00 {gateway} {tail}     eth0\n")
    assert not leads_out6(f"{zero} 00 {zero} 00 {zero} ffffffff 1 0 200200       lo\n")


async def test_neither_this_machine_nor_its_neighbours_are_within_reach(separate: Sandbox) -> None:
    with Listening("0.0.0.0") as (port, met):
        hosts = (_address(), _gateway(), "10.0.0.7", "169.254.169.254", "198.18.1.1")
        places = [f"{host} {port}" for host in hosts if not host.startswith("127.")]
        places += [f"{_gateway()} 80", "192.168.0.1 80", "fd00::1 80", f"::ffff:10.0.0.7 {port}"]
        said = (await separate.run(connecting(*places))).tail
    assert not met
    assert "IN" not in said.split()
    assert "TIMEOUT" not in said.split()
    assert len(said.splitlines()) == len(places)


async def test_names_are_still_found_and_the_outside_reached(separate: Sandbox) -> None:
    """As far as this machine reaches it itself."""
    place = "registry.npmjs.org 443"
    try:
        socket.create_connection(("registry.npmjs.org", 443), timeout=20).close()
    except OSError as problem:
        pytest.skip(f"{place} is out of this machine's own reach: {problem}")
    assert (await separate.run(connecting(place))).tail == f"IN {place}"


async def test_a_network_that_the_operator_opened_is_reached(
    settings: SandboxSettings, separate: Sandbox
) -> None:
    host = _address()
    if ip_address(host).is_loopback:
        pytest.skip("this machine has no address but its loopback's")
    opened = Sandbox.create(
        SandboxSettings(settings.directory / "opened", "bubblewrap", reachable=(host,))
    )
    await opened.start()
    with Listening(host) as (port, met):
        said = (await opened.run(connecting(f"{host} {port}"))).tail
    await opened.stop()
    assert said == f"IN {host} {port}"
    assert len(met) == 1


async def test_one_application_does_not_reach_another(separate: Sandbox) -> None:
    server = "require('net').createServer(() => console.log('MET')).listen(8080)"
    heard = list[str]()
    other = await separate.spawn(
        Command(("node", "-e", server), network=Network.OPEN, port=8080),
        lambda _, line: heard.append(line),
    )
    host, port = other.address
    places = [f"{host} {port}", "127.0.0.1 8080", "198.18.0.2 8080", f"{_address()} {port}"]
    said = (await separate.run(connecting(*places))).tail
    await other.stop(0)
    assert "IN" not in said.split()
    assert heard == []


async def test_an_application_sees_no_process_and_no_file_of_another(
    separate: Sandbox, tmp_path: Path
) -> None:
    secret = "s3cr3t-of-the-neighbour"
    database = tmp_path / "connectory.db"
    database.write_text(secret)
    other = await separate.spawn(
        Command(("sleep", "60"), environment={"TOKEN": secret}), lambda *_: None
    )
    script = (
        f"cat {database} /proc/[0-9]*/environ /proc/{other.pid}/environ; "
        f"ls {tmp_path} /proc/{other.pid}/root; cat /proc/[0-9]*/cmdline"
    )
    seen = await separate.run(Command(("sh", "-c", script), network=Network.OPEN))
    alive = other.alive
    await other.stop(0)
    assert alive
    assert secret not in seen.tail
    assert "sleep" not in seen.tail
    assert _read(database) == secret.encode()


async def test_an_outlet_answers_at_its_names_and_only_there(separate: Sandbox) -> None:
    met, closed_ones = list[str](), list[str]()

    async def serve(listener: socket.socket) -> Close:
        met.append(listener.getsockname()[0])

        async def close() -> None:
            listener.close()
            closed_ones.append("closed")

        return close

    outlet = Outlet("127.0.0.2", 443, serve, ("api.example.org", "auth.example.org"))
    places = ("api.example.org 443", "auth.example.org 443", "127.0.0.1 443")
    command = connecting(*places, outlets=(outlet,))
    said = (await separate.run(command)).tail
    assert sorted(said.splitlines()) == [
        "ECONNREFUSED 127.0.0.1 443",
        "IN api.example.org 443",
        "IN auth.example.org 443",
    ]
    assert met == ["127.0.0.2"]
    assert closed_ones == ["closed"]


@pytest.mark.parametrize(
    ("address", "name"),
    [("10.0.0.1", "a"), ("127.0.0.2", "a\n127.0.0.1 b"), ("127.0.0.2", ""), ("127.0.0.2", "A b")],
)
def test_an_outlet_cannot_be_anywhere_or_write_other_lines(address: str, name: str) -> None:
    async def serve(listener: socket.socket) -> Close:
        raise NotImplementedError(listener)

    with pytest.raises(ValueError, match=r"host|address"):
        Outlet(address, 443, serve, (name,))


def connecting(*places: str, outlets: tuple[Outlet, ...] = ()) -> Command:
    return Command(
        ("node", "-e", CONNECT, *places),
        network=Network.OPEN,
        limits=Limits(seconds=100),
        outlets=outlets,
    )
