"""pasta gives a sandbox a way out and one port in, without privileges on the host."""

import asyncio
import ipaddress
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from connectory.sandbox.boundaries import Network
from connectory.sandbox.model import SandboxUnavailable
from connectory.sandbox.namespaces import Inside

TUN = Path("/dev/net/tun")
# Where the host's resolver is out of a sandbox's reach, this address stands for it inside.
RESOLVER_INSIDE = "198.18.0.53"
# Not the host's own, which pasta would copy: those are closed, and no application's business. Where
# its way out begins is not, or nothing could be routed.
ADDRESS4 = ("--address", "198.18.0.2", "--netmask", "26", "--gateway", "198.18.0.1")
ADDRESS6 = ("--address", "fd63:6f6e:6e65:6374::2", "--gateway", "fd63:6f6e:6e65:6374::1")
ONLY4 = ("--ipv4-only",)
EVERYWHERE = "0" * 32 + " 00 "
"""How ``/proc/net/ipv6_route`` begins a line that leads to any address."""
PATIENCE = 30.0

WITH_TUN = 'mount --bind "$1" /dev/net/tun || exit 70; shift; exec "$@"'


def arguments(
    program: str,
    pid_file: Path,
    port: int | None,
    inside: int | None,
    *,
    resolver: bool,
    ipv6: bool,
) -> tuple[str, ...]:
    """pasta for namespaces it finds as its own standard input (user) and output (network).

    Newer versions close every other descriptor they inherit. `port` is the host's, on 127.0.0.1
    only; no port of the host is reachable from inside.
    """
    forward = f"127.0.0.1/{port}:{inside}" if port is not None else "none"
    ports = ("-t", forward, "-u", "none", "-T", "none", "-U", "none")
    names = ("--dns-forward", RESOLVER_INSIDE) if resolver else ()
    namespaces = ("--userns", "/proc/self/fd/0", "--netns", "/proc/self/fd/1", "--no-netns-quit")
    files = ("--pid", str(pid_file))
    quiet = ("--foreground", "--quiet")
    address = (*ADDRESS4, *(ADDRESS6 if ipv6 else ONLY4))
    configured = (*quiet, "--config-net", "--no-map-gw", *address)
    return (program, *configured, *ports, *names, *files, *namespaces)


def with_tun(argv: Sequence[str], tun: Path | None) -> tuple[str, ...]:
    """`argv` seeing a copy of the tunnel device, where the host's own is root's alone."""
    if tun is None:
        return tuple(argv)
    inner = ("sh", "-c", WITH_TUN, "sh", str(tun), *argv)
    return ("unshare", "--mount", "--propagation", "private", "--", *inner)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def nameservers(resolv: str, closed: Iterable[Network]) -> tuple[tuple[str, ...], bool]:
    """The name servers to use inside, and whether pasta must forward to the host's resolver: one
    that is out of reach inside is asked by pasta, in its place."""
    rows = (line.split() for line in resolv.splitlines())
    named = tuple(row[1] for row in rows if len(row) > 1 and row[0] == "nameserver")
    out_of_reach = tuple(closed)
    away = any(_within(server, out_of_reach) for server in named)
    return ((RESOLVER_INSIDE,), True) if away else (named, False)


def _within(address: str, networks: Iterable[Network]) -> bool:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return any(ip in network for network in networks)


def leads_out6(routes: str) -> bool:
    """Whether this machine reaches others by IPv6, of ``/proc/net/ipv6_route``."""
    out = (line for line in routes.splitlines() if line.startswith(EVERYWHERE))
    return any(line.split()[-1] != "lo" for line in out)


def start(argv: Sequence[str], inside: Inside) -> tuple[subprocess.Popen[bytes], int]:
    """Begin pasta; the descriptor is where it says why it failed."""
    said = tempfile.TemporaryFile()  # noqa: SIM115 - read once the program has failed
    with said:
        child = subprocess.Popen(
            argv,
            stdin=inside.user,
            stdout=inside.network,
            stderr=said,
            env={"PATH": os.defpath},
            start_new_session=True,
        )
        return child, os.dup(said.fileno())


def drop(started: tuple[subprocess.Popen[bytes], int]) -> None:
    """Undo `start` when nobody waits for it any more."""
    child, said = started
    os.close(said)
    end(child)


async def ready(child: subprocess.Popen[bytes], said: int, pid_file: Path) -> None:
    """Return once pasta has configured the network: it writes its process id last."""
    until = asyncio.get_running_loop().time() + PATIENCE
    try:
        while not (pid_file.exists() and pid_file.stat().st_size):
            if child.poll() is not None or asyncio.get_running_loop().time() > until:
                end(child)
                reason = _reason(os.pread(said, 4000, 0).decode(errors="replace"))
                raise SandboxUnavailable(f"pasta did not start: {reason}")
            await asyncio.sleep(0.002)
    finally:
        os.close(said)
        pid_file.unlink(missing_ok=True)


def _reason(said: str) -> str:
    """What went wrong; without a system log pasta complains about that after every line."""
    return "; ".join(line for line in said.splitlines() if "to syslog" not in line)


def end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGKILL)
    child.wait()
