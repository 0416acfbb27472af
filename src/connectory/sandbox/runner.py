"""The one runner: chooses how to isolate once, then runs everything the same way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from connectory.sandbox import boundaries, launch, layers, machine
from connectory.sandbox.children import Starter
from connectory.sandbox.destinations import Allowed
from connectory.sandbox.front import FRONT_PORT, Front
from connectory.sandbox.isolated import Isolated
from connectory.sandbox.machine import Machine
from connectory.sandbox.model import (
    Command,
    Finished,
    Isolation,
    SandboxSettings,
    SandboxUnavailable,
)
from connectory.sandbox.plain import Plain
from connectory.sandbox.process import Process
from connectory.sandbox.tarballs import Tarballs
from connectory.sandbox.watchman import Watchman

UNSAFE = (
    "Programs run WITHOUT isolation ({reason}): they can read your files and reach your network. "
    "Run only connectors you trust."
)
UNLIMITED = (
    "No control groups can be made here: memory and cpu of programs are not limited, and a fork "
    f"bomb stops at {launch.FORK_BOMB_STOPS_AT} processes."
)
SHARED = (
    "Applications share this machine's network: they can reach its loopback services, its "
    "neighbours and the cloud's metadata, must listen on PORT and see no stand-in: {reason}."
)


@dataclass
class Sandbox:
    """Runs programs that nobody vouches for; `warnings` say what is not enforced here and why."""

    settings: SandboxSettings
    isolation: Isolation
    warnings: tuple[str, ...]
    _machine: Machine | None
    _how: Isolated | Plain
    _starter: Starter
    _running: set[Process] = field(default_factory=set)
    _watchman: Watchman | None = None
    _overlays: bool | None = None

    @classmethod
    def create(cls, settings: SandboxSettings) -> Self:
        """Choose the isolation; SandboxUnavailable if bubblewrap is demanded and cannot be had."""
        if settings.isolation == "none":
            return cls._plain(settings, "as configured")
        try:
            return cls._isolated(settings, machine.prepare(settings))
        except SandboxUnavailable as reason:
            if settings.isolation == "bubblewrap":
                raise
            return cls._plain(settings, str(reason))

    @classmethod
    def _isolated(cls, settings: SandboxSettings, found: Machine) -> Self:
        starter = Starter()
        warnings = (UNLIMITED,) if found.groups is None else ()
        tarballs = Tarballs(settings.tarball_directory, settings.tarballs_size)
        front = Front(settings.npm_registry, tarballs, settings.ca_file)
        reachable = boundaries.parsed(settings.reachable)
        how = Isolated(found, Allowed.by(settings), starter, front, reachable)
        return cls(settings, "bubblewrap", warnings, found, how, starter)

    @classmethod
    def _plain(cls, settings: SandboxSettings, reason: str) -> Self:
        starter = Starter()
        how = Plain(settings, starter, machine.open_files())
        return cls(settings, "none", (UNSAFE.format(reason=reason),), None, how, starter)

    @property
    def registry(self) -> str | None:
        """Where programs with Network.REGISTRY find the configured npm registry by plain HTTP,
        without a trailing slash; None where they must go to it themselves."""
        isolated = isinstance(self._how, Isolated)
        return f"http://127.0.0.1:{FRONT_PORT}" if isolated else None

    @property
    def open_registry(self) -> str | None:
        """The same for programs with Network.OPEN that ask for it (``Command.registry``)."""
        return self.registry if self.outlets else None

    @property
    def outlets(self) -> bool:
        """Whether programs with Network.OPEN find their ``Command.outlets`` here."""
        return isinstance(self._how, Isolated) and self._how.machine.pasta is not None

    async def overlays(self) -> bool:
        """Whether a mount may have ``changes`` here. Tried out when first asked."""
        if self._overlays is None and self._is_root:
            self._overlays = await layers.possible(self.run, self.settings.directory)
        return bool(self._overlays)

    @property
    def _is_root(self) -> bool:
        return self._machine is not None and self._machine.user is not None

    async def start(self) -> None:
        """Clear away what a killed predecessor on this directory left behind, and find out what
        this machine cannot do; `warnings` are complete afterwards."""
        await asyncio.to_thread(machine.sweep, self.settings, self._machine)
        if self._machine is not None and self._machine.groups is not None:
            parents = {*self._machine.groups.parents.values()}
            self._watchman = await asyncio.to_thread(Watchman.over, parents)
        if isinstance(self._how, Isolated):
            await asyncio.to_thread(self._how.front.tarballs.sweep)
            reason = await self._how.try_pasta()
            if reason is not None:
                self.warnings += (SHARED.format(reason=reason),)
                self._how = replace(self._how, machine=replace(self._how.machine, pasta=None))

    async def stop(self) -> None:
        """End every program still running, and leave nothing behind."""
        await asyncio.gather(*(each.stop(0) for each in self._running.copy()))
        if isinstance(self._how, Isolated):
            await self._how.front.stop()
        if self._watchman is not None:
            await asyncio.to_thread(self._watchman.dismiss)
        if self._machine is not None:
            await asyncio.to_thread(machine.leave, self.settings, self._machine)
        self._starter.close()

    async def run(self, command: Command, output: Callable[[str], None] | None = None) -> Finished:
        """Run to the end, both streams as one; cancelling ends the program first."""
        heard = output or (lambda _line: None)
        return await _to_the_end(await self._begin(command, lambda _, line: heard(line)))

    async def hear(self, command: Command, output: Callable[[str, str], None]) -> Finished:
        """The same with the streams told apart, ("stdout" | "stderr", line), for which the order of
        their lines is only nearly that in which they were written."""
        return await _to_the_end(await self._begin(command, output, merged=False))

    async def spawn(self, command: Command, output: Callable[[str, str], None]) -> Process:
        """Start a long-running program; `output` gets ("stdout" | "stderr", line)."""
        return await self._begin(command, output, merged=False)

    async def _begin(
        self, command: Command, output: Callable[[str, str], None], *, merged: bool = True
    ) -> Process:
        if any(mount.changes for mount in command.mounts) and not self._is_root:
            raise SandboxUnavailable("only root can lay changes over a folder")
        started = await self._how.begin(command, merged=merged)
        process = Process(started, command, output)
        self._running.add(process)
        process.when_over(lambda: self._running.discard(process))
        return process


async def _to_the_end(process: Process) -> Finished:
    try:
        return await process.wait()
    except asyncio.CancelledError:
        await process.stop(0)
        raise
