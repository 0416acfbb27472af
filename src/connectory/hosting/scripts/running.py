"""Running one script: a tree of its own, the tools of its build, the network, once."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from connectory.artifacts import ArtifactStore
from connectory.connectors.model import ReportEntry
from connectory.durable import Rejected
from connectory.hosting.backends.model import Say
from connectory.hosting.scripts import report, stage
from connectory.hosting.scripts.model import (
    HOME,
    PROGRAMS,
    ScriptInterrupted,
    ScriptPlacement,
    environment,
)
from connectory.hosting.scripts.stage import Stage
from connectory.hosting.scripts.tools import Tools, gather
from connectory.sandbox import Command, Finished, Limits, Mount, Network, Sandbox
from connectory.settings import Settings
from connectory.toolchains import Toolchains, programs

MIB = 1 << 20


class Scripts:
    """Runs scripts with what a build of theirs had. ``directory`` is its own alone."""

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
        self._registry = settings.npm_registry.rstrip("/")
        self._directory = settings.directory / "scripts"
        self.limits = Limits(
            memory=settings.build_memory * MIB,
            cpus=float(os.cpu_count() or 1),
            processes=settings.build_processes,
            file_size=settings.build_disk * MIB,
            seconds=float(settings.script_timeout),
            disk=settings.build_disk * MIB,
        )

    async def start(self) -> None:
        """Clear away what a killed platform left."""
        await asyncio.to_thread(stage.sweep, self._directory)

    async def judge(
        self, placement: ScriptPlacement, say: Say, masked: Callable[[str], str]
    ) -> ReportEntry | None:
        """Run it once; None when it did its work, else what the report says. ``masked`` puts
        asterisks in place of secrets.

        Raises ``ScriptInterrupted`` and whatever else is the platform's failure.
        """
        try:
            finished = await self.run(placement, say)
        except Rejected as refusal:
            return report.refused(placement, refusal)
        return report.verdict(placement, finished, self.limits, masked)

    async def run(self, placement: ScriptPlacement, say: Say) -> Finished:
        """How the script ended; ``say`` gets every line of its output that says something.

        Raises ``Rejected`` when it can never be begun, ``ScriptInterrupted`` when the platform
        stops meanwhile. Whoever cancels this ends the script.
        """
        tree = await self._artifacts.unpack(placement.artifact)
        folder = tree / placement.folder.lstrip("/")
        tools = await gather(self._toolchains, folder, placement.node, placement.command)
        layered = await self._sandbox.overlays()
        async with stage.set_up(self._directory, tree, layered=layered) as place:
            programs.lay_out(place.programs, tools.node, tools.npm, tools.others)

            def each(stream: str, line: str) -> None:
                if line.strip():
                    say(stream, self._honest(line))

            finished = await self._sandbox.hear(self._command(placement, place, tools), each)
        if finished.cause == "cancelled":
            raise ScriptInterrupted(placement.name)
        return replace(finished, tail=self._honest(finished.tail))

    def _honest(self, text: str) -> str:
        """The registry by its own name: inside, it has another one."""
        inside = self._sandbox.open_registry
        return text.replace(inside, self._registry) if inside else text

    def _command(self, placement: ScriptPlacement, place: Stage, tools: Tools) -> Command:
        registry = self._sandbox.open_registry or self._registry
        return Command(
            argv=("sh", "-c", placement.command),
            cwd=placement.working_directory,
            environment=environment(placement, str(tools.node.binary.parent), registry),
            mounts=(
                place.workspace,
                Mount(place.home, HOME, writable=True),
                Mount(place.programs, PROGRAMS),
                *_tools(tools.folders),
                *placement.mounts,
            ),
            network=Network.OPEN,
            limits=self.limits,
            registry=True,
            outlets=placement.outlets,
        )


def _tools(folders: tuple[Path, ...]) -> tuple[Mount, ...]:
    return tuple(Mount(one, str(one)) for one in folders)
