"""Applications as sandboxed processes of this machine."""

import asyncio
import errno
import os
import socket
from dataclasses import dataclass
from functools import cached_property

from connectory.artifacts import ArtifactStore
from connectory.durable import Rejected
from connectory.hosting.backends.doorway import Doorway
from connectory.hosting.backends.model import Door, Ended, Say
from connectory.hosting.placement import PORT, WORKSPACE, Placement, environment
from connectory.sandbox import Command, Finished, Limits, Mount, Network, Process, Sandbox
from connectory.sandbox.children import below
from connectory.sandbox.listening import listeners, own_network
from connectory.settings import Settings
from connectory.specification import ApplicationType
from connectory.toolchains import Node, Toolchains, UnsupportedNodeVersion

MIB = 1 << 20
PROBE = 0.25
"""Seconds a connection to a port of this machine may take."""
HEAP = "JavaScript heap out of memory"
MEMORY_FIX = (
    "Let the application do with less memory (take data in pieces, keep less of it), or ask the "
    "operator to allow more: the settings application_memory and job_memory."
)
PACKAGE_MANAGERS = ("npm", "npx")


@dataclass(frozen=True)
class Tools:
    """The programs of one placement: where they are mounted, and how its command is spelt."""

    argv: tuple[str, ...]
    mounts: tuple[Mount, ...]
    path: tuple[str, ...]


class Processes:
    """The backend of a single machine."""

    def __init__(
        self,
        sandbox: Sandbox,
        artifacts: ArtifactStore,
        toolchains: Toolchains,
        settings: Settings,
    ) -> None:
        self._sandbox = sandbox
        self._artifacts = artifacts
        self._toolchains = toolchains
        self._doorway = Doorway()
        self._settings = settings

    async def prepare(self, placement: Placement) -> None:
        await asyncio.gather(self._artifacts.unpack(placement.artifact), self._tools(placement))

    async def start(self, placement: Placement, say: Say) -> "ProcessInstance":
        tree, tools = await asyncio.gather(
            self._artifacts.unpack(placement.artifact), self._tools(placement)
        )
        allowed, around = limits(placement.kind, self._settings), placement.surroundings
        command = Command(
            argv=tools.argv,
            cwd=placement.working_directory,
            environment={**around.environment, **environment(placement, tools.path)},
            mounts=(Mount(tree, WORKSPACE), *tools.mounts, *around.mounts),
            outlets=around.outlets,
            network=Network.OPEN,
            limits=allowed,
            port=PORT,
        )
        return ProcessInstance(await self._spawned(command, say), self._doorway, allowed)

    async def _spawned(self, command: Command, say: Say) -> Process:
        """A start that is given up half-way could leave a child nobody knows: it is let through,
        some hundred milliseconds, and ended then."""
        spawning = asyncio.ensure_future(self._sandbox.spawn(command, say))
        try:
            return await asyncio.shield(spawning)
        except asyncio.CancelledError:
            await (await spawning).stop(0)
            raise

    async def _tools(self, placement: Placement) -> Tools:
        try:
            node = await self._toolchains.node(placement.node)
        except UnsupportedNodeVersion as problem:
            fix = "Ask for another version in engines.node of package.json."
            raise Rejected(str(problem), fix=fix) from None
        mounts = (Mount(node.directory, str(node.directory)),)
        tools = Tools(placement.command, mounts, (str(node.binary.parent),))
        if placement.command[0] in PACKAGE_MANAGERS:
            return await self._with_npm(node, tools)
        return tools

    async def _with_npm(self, node: Node, tools: Tools) -> Tools:
        """npm as Node runs it: its own program needs no place on PATH."""
        npm = await self._toolchains.npm(node)
        name, *rest = tools.argv
        words = ("exec", *rest) if name == "npx" else tuple(rest)
        mount = Mount(npm.directory, str(npm.directory))
        return Tools((str(node.binary), str(npm.entry), *words), (*tools.mounts, mount), tools.path)


class ProcessInstance:
    """One sandboxed process."""

    def __init__(self, process: Process, doorway: Doorway, allowed: Limits) -> None:
        self._process = process
        self._memory = allowed.memory
        self._doorway = doorway
        self._inside: int | None = None
        self._network: int | None = None

    @cached_property
    def door(self) -> Door:
        """Straight into its network where we may go there, by the forwarded port otherwise."""
        inside = self._member()
        if inside is None:
            return Door(self._process.address)
        self._network = network = os.open(f"/proc/{inside}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        if not self._doorway.leads_to(network):
            return Door(self._process.address)
        return Door(("127.0.0.1", PORT), self._open_socket)

    def _open_socket(self) -> socket.socket:
        """Raises ``OSError`` once it has ended: the descriptor's number may by then be that of
        another application's network."""
        if self._network is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "the application has ended")
        return self._doorway.open(self._network)

    @property
    def alive(self) -> bool:
        return self._process.alive

    async def listening(self) -> bool:
        """Seen from inside where it has a network of its own; by connecting otherwise. One that
        has ended already is seen nowhere, while the forwarder to it may still accept."""
        inside = self._member()
        if inside is not None:
            return PORT in _ports(inside)
        return not self._process.forwarded and await _accepts(self._process.address)

    async def other_ports(self) -> tuple[int, ...]:
        inside = self._member()
        ours = {PORT, *self._process.outlet_ports}
        return () if inside is None else tuple(sorted(_ports(inside) - ours))

    async def ended(self) -> Ended:
        return ended(await self._process.wait(), self._memory)

    async def stop(self, grace: float) -> Ended:
        finished = await self._process.stop(grace)
        if self._network is not None:
            os.close(self._network)
            self._network = None
        return ended(finished, self._memory)

    def _member(self) -> int | None:
        """A process of it that has a network of its own, looked for once."""
        if self._inside is None:
            inside = (pid for pid in below(self._process.pid) if own_network(pid))
            self._inside = next(inside, None)
        return self._inside


def limits(kind: ApplicationType, settings: Settings) -> Limits:
    """What one instance may use (facts 4.1, 11): a job more than the others."""
    job = kind is ApplicationType.JOB
    memory = (settings.job_memory if job else settings.application_memory) * MIB
    return Limits(
        memory=memory,
        cpus=settings.job_cpus if job else settings.application_cpus,
        processes=settings.application_processes,
        file_size=memory,
        seconds=None,
        disk=None,
    )


def ended(finished: Finished, memory: int) -> Ended:
    """How a program with ``memory`` bytes ended. Node says itself when its heap is full."""
    if finished.cause == "memory" or HEAP in finished.tail:
        how = f"used more memory than it may have ({memory // MIB} MiB)"
        return Ended(how, finished.tail, MEMORY_FIX)
    if finished.cause == "cancelled":
        return Ended("was stopped", finished.tail)
    if finished.cause == "signal":
        return Ended(f"was ended by signal {finished.code - 128}", finished.tail)
    return Ended(f"exited with code {finished.code}", finished.tail)


async def _accepts(address: tuple[str, int]) -> bool:
    try:
        async with asyncio.timeout(PROBE):
            _, writer = await asyncio.open_connection(*address)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _ports(pid: int) -> set[int]:
    """A connection tells nothing here: pasta accepts it first and asks the application after."""
    return {one.port for one in listeners(pid)}
