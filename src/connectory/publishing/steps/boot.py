"""Start the finished application once, as a Deployment would: does it listen, does it answer?

It runs as hosting runs it: the artifact read-only, only /tmp writable, the memory of an application
and never as root: the sandbox's user has no name on this machine, no capabilities and cannot regain
any. It has no network at all, and made-up configuration: what may be the fault of these is told and
stops nothing.
"""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path

from connectory.certification.evidence import Trial
from connectory.findings import Finding
from connectory.publishing import built, source
from connectory.publishing.context import MIB, Publishing
from connectory.publishing.model import Plan, Product
from connectory.publishing.running import INSIDE, SYSTEM_PATH
from connectory.publishing.steps.asking import ask
from connectory.publishing.steps.reuse import Examined
from connectory.publishing.steps.specification import specify
from connectory.publishing.tools import failures, placeholders, starts
from connectory.publishing.tools.starts import PORT
from connectory.sandbox import Command, Finished, Limits, Mount, Network, Process
from connectory.sandbox.children import below
from connectory.sandbox.listening import Listener, listeners, own_network
from connectory.wire import now, timestamp

LONGEST_WAIT = 20.0
PATIENCE = 5.0
"""Seconds for ``PORT`` to follow after another port."""
LOOK_EVERY = 0.02
BUSY = 0.2
"""Seconds of processor time in the last one that count as work."""
OWN = {"NODE_ENV", "PORT", "HOME", "PATH"}
SOURCES = (".js", ".cjs", ".mjs", ".ts")
MOST_SOURCES = 2000
LONGEST_LOG = 4000
"""Characters of its output that reviewers see."""


@dataclass(frozen=True)
class Seen:
    """What was seen until it was ended. ``inside`` is a process of it."""

    listeners: frozenset[Listener]
    alive: bool
    busy: bool
    waited: float
    inside: int | None = None

    @property
    def here(self) -> list[Listener]:
        """What listens where it should."""
        return [one for one in self.listeners if one.port == PORT]


@dataclass(frozen=True)
class Booted:
    """What a first start has shown; ``trial`` is None where nothing can be started."""

    findings: tuple[Finding, ...]
    trial: Trial | None = None


async def boot(publishing: Publishing, plan: Plan, examined: Examined, product: Product) -> Booted:
    """What a first start shows. Nothing of the application is left when this returns."""
    name, path = examined.subject.application.name, examined.subject.application.endpoint or "/"
    if publishing.sandbox.isolation == "none":
        return Booted((built.finding(built.NOT_STARTED, name, f"{name} was not started."),))
    artifact = product.artifact or ""
    tree, specification = await asyncio.gather(
        publishing.artifacts.unpack(artifact), specify(publishing.repositories, plan.revision)
    )
    given, made_up = placeholders.environment(specification, name)
    command = _command(publishing, examined, product, tree, given)
    process = await _spawned(publishing, command)
    try:
        seen = await _watched(process, min(LONGEST_WAIT, publishing.settings.start_timeout))
        said = await ask(seen.inside, path) if seen.here and seen.inside else ""
    finally:
        finished = await process.stop(0)
    output = failures.local(finished.tail, INSIDE)
    unset = await asyncio.to_thread(_unset, tree / name, output, frozenset(given))
    found = starts.judged(name, _start(seen, finished, output, frozenset(made_up), unset))
    moment, request = timestamp(now()), f"GET {path}"
    log = output[-LONGEST_LOG:]
    return Booted(found, Trial(name, artifact, moment, bool(seen.here), request, said, log))


def _command(
    publishing: Publishing,
    examined: Examined,
    product: Product,
    tree: Path,
    given: dict[str, str],
) -> Command:
    settings, node = publishing.settings, examined.tools.node
    reserved = {
        "PORT": str(PORT),
        "HOME": "/tmp",  # noqa: S108 - its own
        "PATH": f"{node.binary.parent}:{SYSTEM_PATH}",
    }
    return Command(
        argv=product.command,
        cwd=f"{INSIDE}/{examined.subject.application.name}",
        environment={"NODE_ENV": "production", **given, **reserved},
        mounts=(Mount(tree, INSIDE), Mount(node.directory, str(node.directory))),
        network=Network.NONE,
        limits=Limits(
            memory=settings.application_memory * MIB,
            cpus=settings.application_cpus,
            processes=settings.application_processes,
            file_size=settings.application_memory * MIB,
            seconds=LONGEST_WAIT * 2,
            disk=None,
        ),
        port=PORT,
    )


async def _spawned(publishing: Publishing, command: Command) -> Process:
    """A start that is given up half-way could leave a child nobody knows: it is let through and
    ended then."""
    spawning = asyncio.ensure_future(publishing.sandbox.spawn(command, lambda _stream, _line: None))
    try:
        return await asyncio.shield(spawning)
    except asyncio.CancelledError:
        await (await spawning).stop(0)
        raise


async def _watched(process: Process, longest: float) -> Seen:
    """Until it listens where it should, ends, or the time is over."""
    began = time.monotonic()
    inside: int | None = None
    found = frozenset[Listener]()
    elsewhere: float | None = None
    while process.alive and (waited := time.monotonic() - began) < longest:
        inside = inside or _member(process)
        found = listeners(inside) if inside else found
        elsewhere = elsewhere or (waited if found else None)
        if _has_port(found) or (elsewhere is not None and waited - elsewhere > PATIENCE):
            break
        await asyncio.sleep(LOOK_EVERY)
    busy = process.alive and not found and await _is_busy(process)
    return Seen(found, process.alive, busy, longest, inside)


def _start(
    seen: Seen, finished: Finished, output: str, made_up: frozenset[str], unset: frozenset[str]
) -> starts.Start:
    return starts.Start(
        output=output,
        listening=bool(seen.here),
        loopback=bool(seen.here) and all(one.loopback for one in seen.here),
        ports=frozenset(one.port for one in seen.listeners) - {PORT},
        code=None if seen.alive else finished.code,
        cause=None if seen.alive else finished.cause,
        busy=seen.busy,
        waited=seen.waited,
        made_up=made_up,
        unset=unset,
    )


def _has_port(found: frozenset[Listener]) -> bool:
    return any(one.port == PORT for one in found)


def _member(process: Process) -> int | None:
    """A process of it in its own network."""
    return next((pid for pid in below(process.pid) if own_network(pid)), None)


async def _is_busy(process: Process) -> bool:
    before = _worked(process)
    await asyncio.sleep(1)
    return _worked(process) - before > BUSY


def _worked(process: Process) -> float:
    """Seconds of processor time of all its processes."""
    ticks = 0
    for pid in below(process.pid):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _unset(folder: Path, output: str, given: frozenset[str]) -> frozenset[str]:
    """The variables that the output misses, that nobody can set, and that the code reads."""
    wanted = starts.complaints(output) - given - OWN
    if not wanted:
        return wanted
    code = "\n".join(_sources(folder))
    return frozenset(name for name in wanted if "process.env" in code and name in code)


def _sources(folder: Path) -> list[str]:
    """The application's own code, links not followed."""
    found = list[str]()
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one != "node_modules")
        for name in sorted(files):
            if name.endswith(SOURCES) and len(found) < MOST_SOURCES:
                data = source.read(Path(path), name) or b""
                found.append(data.decode("utf-8", "replace"))
    return found
