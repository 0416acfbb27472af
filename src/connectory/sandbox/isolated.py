"""Programs in bubblewrap, with a network that is ready before their first instruction."""

import asyncio
import os
import socket
import time
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from connectory.sandbox import boundaries, bubblewrap, launch, namespaces, pasta, trees
from connectory.sandbox.cgroups import Group
from connectory.sandbox.children import Child, Starter, below, hang_up, kill, wait_gone
from connectory.sandbox.destinations import Allowed
from connectory.sandbox.front import FRONT_PORT, Front
from connectory.sandbox.handshake import Handshake
from connectory.sandbox.machine import RESOLVER_OF_THE_HOST, Machine
from connectory.sandbox.model import Command, Mount, Network, Outlet, SandboxUnavailable
from connectory.sandbox.output import printable
from connectory.sandbox.proxy import Egress
from connectory.sandbox.started import NOWHERE, Started

HOST_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
PORT_TRIES = 3
PATIENCE = 60.0


@dataclass(frozen=True)
class Isolated:
    machine: Machine
    allowed: Allowed
    starter: Starter
    front: Front
    reachable: tuple[boundaries.Network, ...] = ()

    async def try_pasta(self) -> str | None:
        """Why applications cannot have a network of their own here, None when they can."""
        if self.machine.pasta is None:
            return "pasta (package passt) is not installed"
        try:
            probe = await self.begin(Command(("true",), network=Network.OPEN), merged=True)
        except (SandboxUnavailable, OSError) as reason:
            return str(reason)
        await probe.undo.aclose()
        return None

    async def begin(self, command: Command, *, merged: bool) -> Started:
        """The program, running; SandboxUnavailable when the sandbox itself could not be made."""
        async with AsyncExitStack() as undo:
            await asyncio.to_thread(self._hand_over, command)
            group = self._group(command, undo)
            shared = self._shared_port(command)
            pipes = Handshake.open()
            undo.callback(pipes.close)
            options, staged = self._options(command, pipes, shared)
            argv = self._argv(command, group, pipes, staged)
            child = await self.starter.start(
                argv, HOST_ENVIRONMENT, merged=merged, descriptors=pipes.inherited
            )
            undo.callback(hang_up, child)
            undo.callback(kill, child)
            pipes.handed_over()
            first = await asyncio.to_thread(pipes.introduce, options)
            if first is None:
                raise SandboxUnavailable(await asyncio.to_thread(_last_words, child))
            undo.push_async_callback(asyncio.to_thread, _end, child, first)
            if command.network is not Network.NONE:
                await _settled(child, first)
            egress, address = await self._network(command, first, undo)
            pipes.go()
            pipes.close()
            return Started(
                child=child,
                undo=undo.pop_all(),
                members=partial(below, first),
                address=address if shared is None else ("127.0.0.1", shared),
                forwarded=shared is None,
                group=group,
                refused=lambda: tuple(egress.refused),
            )

    def _hand_over(self, command: Command) -> None:
        if self.machine.user is not None:
            for mount in command.mounts:
                if mount.changes is not None:
                    for name in launch.LAYER:
                        (mount.changes / name).mkdir(exist_ok=True)
                if mount.written is not None:
                    trees.hand_over(mount.written, self.machine.user)

    def _group(self, command: Command, undo: AsyncExitStack) -> Group | None:
        if self.machine.groups is None:
            return None
        group = Group(self.machine.groups, uuid4().hex)
        undo.push_async_callback(asyncio.to_thread, group.end)
        group.make(command.limits)
        return group

    def _shared_port(self, command: Command) -> int | None:
        """Without pasta an open program is on the host's network and must not hard-code a port."""
        open_here = command.network is Network.OPEN and self.machine.pasta is None
        return pasta.free_port() if open_here and command.port is not None else None

    def _options(
        self, command: Command, pipes: Handshake, shared: int | None
    ) -> tuple[tuple[str, ...], tuple[Mount, ...]]:
        command, staged = self._within_reach(command)
        variables = bubblewrap.environment(
            command,
            proxied=command.network is Network.REGISTRY,
            ca=(self.machine.etc / "ca.pem").exists(),
            port=shared,
        )
        own = command.network is not Network.OPEN or self.machine.pasta is not None
        options = bubblewrap.options(
            command,
            self.machine.etc,
            variables,
            own_network=own,
            info=pipes.info_there,
            go=pipes.go_there,
            instead=self._instead(command),
        )
        return options, staged

    def _instead(self, command: Command) -> dict[str, Path]:
        if command.network is not Network.OPEN:
            return {}
        if self.machine.pasta is None:
            return {"resolv.conf": self.machine.etc / RESOLVER_OF_THE_HOST}
        return {"hosts": self.machine.hosts(command.outlets)} if command.outlets else {}

    def _within_reach(self, command: Command) -> tuple[Command, tuple[Mount, ...]]:
        """The command with its mounts where the sandbox's user can reach them, and what must be
        staged there."""
        as_they_are = all(launch.reachable(m.source) and not m.changes for m in command.mounts)
        if self.machine.user is None or as_they_are:
            return command, ()
        moved = tuple(
            replace(mount, source=self.machine.mounts / str(n))
            for n, mount in enumerate(command.mounts)
        )
        return replace(command, mounts=moved), command.mounts

    def _argv(
        self, command: Command, group: Group | None, pipes: Handshake, mounts: tuple[Mount, ...]
    ) -> tuple[str, ...]:
        inner = (str(self.machine.bwrap), "--args", str(pipes.options_there), "--", *command.argv)
        alone = launch.dropped(inner, self.machine.user)
        placed = launch.staged(alone, mounts, self.machine.mounts, self.machine.user)
        joins = group.joins() if group is not None else ()
        return launch.limited(placed, command.limits, joins, self.machine.open_files)

    async def _network(
        self, command: Command, first: int, undo: AsyncExitStack
    ) -> tuple[Egress, tuple[str, int]]:
        egress = Egress(self.allowed)
        if command.network is Network.REGISTRY:
            here = (Outlet("127.0.0.1", bubblewrap.PROXY_PORT, egress.serve), self._registry)
            await self._fence(first, (), here, undo)
        if command.network is Network.OPEN and self.machine.pasta is not None:
            return egress, await self._open(self.machine.pasta, command, first, undo)
        return egress, NOWHERE

    async def _open(
        self, program: str, command: Command, first: int, undo: AsyncExitStack
    ) -> tuple[str, int]:
        """The way out and the fence around it are made side by side."""
        closed = boundaries.closed(boundaries.own_networks(), self.reachable)
        outlets = (*command.outlets, *((self._registry,) if command.registry else ()))
        fencing = asyncio.create_task(self._fence(first, closed, outlets, undo))
        try:
            address = await self._attach(program, command.port, first, undo)
        finally:
            await asyncio.gather(fencing, return_exceptions=True)
        await fencing
        return address

    async def _fence(
        self,
        first: int,
        closed: tuple[boundaries.Network, ...],
        outlets: tuple[Outlet, ...],
        undo: AsyncExitStack,
    ) -> None:
        places = tuple((one.address, one.port) for one in outlets)
        listeners = await asyncio.to_thread(_fenced, first, tuple(map(str, closed)), places)
        with ExitStack() as unserved:
            for listener in listeners:
                unserved.callback(listener.close)
            for outlet, listener in zip(outlets, listeners, strict=True):
                undo.push_async_callback(await outlet.serve(listener))
            unserved.pop_all()

    @property
    def _registry(self) -> Outlet:
        return Outlet("127.0.0.1", FRONT_PORT, self.front.serve)

    async def _attach(
        self, program: str, inside_port: int | None, first: int, undo: AsyncExitStack
    ) -> tuple[str, int]:
        """pasta on the sandbox's network; another port is tried when somebody was faster."""
        for left in reversed(range(PORT_TRIES)):
            port = pasta.free_port() if inside_port is not None else None
            try:
                await self._pasta(program, port, inside_port, first, undo)
            except SandboxUnavailable:
                if not left:
                    raise
            else:
                return ("127.0.0.1", port) if port is not None else NOWHERE
        raise AssertionError("unreachable")

    async def _pasta(
        self, program: str, port: int | None, target: int | None, first: int, undo: AsyncExitStack
    ) -> None:
        pid_file = self.machine.pids / uuid4().hex
        argv = pasta.arguments(
            program,
            pid_file,
            port,
            target,
            resolver=self.machine.forwards_names,
            ipv6=self.machine.ipv6,
        )
        alone = launch.dropped(argv, self.machine.user, dies_with=os.getpid())
        full = pasta.with_tun(alone, self.machine.tun)
        with namespaces.opened(first) as inside:
            child, said = await self.starter.begin(partial(pasta.start, full, inside), pasta.drop)
            undo.callback(pasta.end, child)
        await pasta.ready(child, said, pid_file)


def _fenced(
    first: int, closed: tuple[str, ...], places: tuple[tuple[str, int], ...]
) -> list[socket.socket]:
    with namespaces.opened(first) as inside:
        return namespaces.fence(inside, closed, places)


def _end(child: Child, first: int) -> None:
    """Nothing of the program is left when this returns: its process namespace has died."""
    kill(child)
    wait_gone(first)


async def _settled(child: Child, first: int) -> None:
    """Nobody may touch the network before bubblewrap is done with it, which takes it a millisecond,
    or much longer on a busy machine."""
    until = time.monotonic() + PATIENCE
    while not namespaces.settled(first):
        if child.poll() is not None or time.monotonic() > until:
            raise SandboxUnavailable(await asyncio.to_thread(_last_words, child))
        await asyncio.sleep(0.001)


def _last_words(child: Child) -> str:
    kill(child)
    said = child.stderr or child.stdout
    text = said.read(4000) if said is not None else b""
    return f"bubblewrap did not start: {printable(text) or child.returncode}"
