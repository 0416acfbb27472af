"""The way out of a REGISTRY sandbox: allowed hosts only, and what was refused is known."""

import ipaddress

import pytest

from connectory.sandbox import Command, Limits, Network, Sandbox
from connectory.sandbox.destinations import Allowed, Refused, Target, private, requested

CURL = "curl -s -o /dev/null -w '%{http_code} %{http_connect}\\n' --max-time 60 "


@pytest.mark.registry
async def test_the_registry_answers_and_nothing_else(sandbox: Sandbox) -> None:
    script = (
        f"{CURL} https://registry.npmjs.org/is-number; {CURL} https://pypi.org/;"
        f"{CURL} http://registry.npmjs.org/x; {CURL} https://registry.npmjs.org:8443/"
    )
    finished = await sandbox.run(
        Command(("sh", "-c", script), network=Network.REGISTRY, limits=Limits(seconds=150))
    )
    answers = finished.tail.splitlines()
    assert answers == ["200 200", "000 403", "403 000", "000 403"]
    assert finished.refused_hosts == (
        "pypi.org",
        "http://registry.npmjs.org/x",
        "registry.npmjs.org:8443",
    )


async def test_without_the_proxy_there_is_no_way_out(sandbox: Sandbox) -> None:
    script = "curl -s --noproxy '*' --max-time 5 https://registry.npmjs.org/ && echo REACHED"
    finished = await sandbox.run(Command(("sh", "-c", script), network=Network.REGISTRY))
    assert "REACHED" not in finished.tail


async def test_each_program_is_told_only_its_own_refusals(sandbox: Sandbox) -> None:
    one = await sandbox.run(
        Command(("sh", "-c", f"{CURL} https://one.example/"), network=Network.REGISTRY)
    )
    other = await sandbox.run(
        Command(("sh", "-c", f"{CURL} https://other.example/"), network=Network.REGISTRY)
    )
    assert (one.refused_hosts, other.refused_hosts) == (("one.example",), ("other.example",))


@pytest.mark.parametrize(
    ("line", "target"),
    [
        (b"CONNECT registry.npmjs.org:443 HTTP/1.1", Target("registry.npmjs.org", 443)),
        (b"CONNECT Registry.NPMJS.org.:443 HTTP/1.1", Target("registry.npmjs.org", 443)),
        (b"CONNECT [::1]:443 HTTP/1.1", Target("::1", 443)),
    ],
)
def test_a_request_names_its_target(line: bytes, target: Target) -> None:
    assert requested(line + b"\r\nHost: x\r\n\r\n") == target


@pytest.mark.parametrize(
    "line",
    [b"GET http://a/ HTTP/1.1", b"CONNECT a HTTP/1.1", b"CONNECT a:0 HTTP/1.1", b"", b"CONNECT"],
)
def test_anything_but_a_tunnel_is_refused(line: bytes) -> None:
    with pytest.raises(Refused):
        requested(line + b"\r\n\r\n")


def test_only_listed_hosts_on_the_listed_port_are_allowed() -> None:
    allowed = Allowed(("registry.npmjs.org", "npm.example:8443"))
    assert allowed.name(Target("registry.npmjs.org", 443))
    assert allowed.name(Target("npm.example", 8443))
    assert not allowed.name(Target("npm.example", 443))
    assert not allowed.name(Target("registry.npmjs.org.evil.example", 443))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "172.20.0.1", "0.0.0.0"),
        *("::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "100.64.0.1", "::", "224.0.0.1"),
    ],
)
def test_a_machines_own_networks_are_private(address: str) -> None:
    assert private(address)


@pytest.mark.parametrize("address", ["104.16.0.1", "203.0.113.80", "2606:4700::1"])
def test_other_addresses_are_not(address: str) -> None:
    assert ipaddress.ip_address(address)
    assert not private(address)


def test_a_host_of_the_operators_own_may_be_private() -> None:
    allowed = Allowed(("registry.npmjs.org", "npm.example"), ("npm.example",))
    assert allowed.address(Target("npm.example", 443), "10.0.0.1")
    assert not allowed.address(Target("registry.npmjs.org", 443), "10.0.0.1")
