"""Building a Merchant Center application for one Deployment: its own copy of the installed tree,
its configuration, the network of a build, once."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from connectory.durable import Rejected
from connectory.hosting.backends.model import Say
from connectory.hosting.placement import WORKSPACE
from connectory.hosting.scripts import stage
from connectory.hosting.scripts.model import HOME, PROGRAMS
from connectory.hosting.scripts.stage import Stage
from connectory.hosting.scripts.tools import Tools, gather
from connectory.hosting.sites.model import (
    SiteInterrupted,
    SitePlacement,
    environment,
    working_directory,
)
from connectory.hosting.sites.verdict import refusal
from connectory.sandbox import Command, Limits, Mount, Network, Sandbox
from connectory.settings import Settings
from connectory.sites import LOOKED_FOR, PAGE, find
from connectory.toolchains import Toolchains, managers, programs

MIB = 1 << 20
Masked = Callable[[str], str]


class Workbench:
    """Runs the builds of sites with the limits of every build, below ``directory``."""

    def __init__(
        self, sandbox: Sandbox, toolchains: Toolchains, settings: Settings, directory: Path
    ) -> None:
        self._sandbox = sandbox
        self._toolchains = toolchains
        self._registry = settings.npm_registry
        self._directory = directory
        self._limits = Limits(
            memory=settings.build_memory * MIB,
            cpus=float(os.cpu_count() or 1),
            processes=settings.build_processes,
            file_size=settings.build_disk * MIB,
            seconds=float(settings.build_timeout),
            disk=settings.build_disk * MIB,
        )

    async def sweep(self) -> None:
        """Clear away what a killed platform left."""
        await asyncio.to_thread(stage.sweep, self._directory)

    @asynccontextmanager
    async def built(
        self, placement: SitePlacement, tree: Path, say: Say, masked: Masked
    ) -> AsyncIterator[Path]:
        """The folder that the build wrote, while the context lasts.

        Raises ``Rejected`` when it wrote none, ``SiteInterrupted`` when it could not be tried.
        """
        folder, line = tree / placement.folder, " ".join(placement.command)
        tools = await gather(self._toolchains, folder, placement.node, line)
        async with stage.set_up(self._directory, tree) as place:
            programs.lay_out(place.programs, tools.node, tools.npm, tools.others)
            await self._run(placement, place, tools, say, masked)
            found = await asyncio.to_thread(find, place.tree, placement.folder, page=True)
            if found is None:
                raise Rejected(
                    f"The build of {placement.application_name} left no {PAGE} in {LOOKED_FOR}.",
                    fix="Let the build script write the site to one of these folders.",
                )
            yield place.tree / placement.folder / found

    async def _run(
        self, placement: SitePlacement, place: Stage, tools: Tools, say: Say, masked: Masked
    ) -> None:
        command = self._command(placement, place, tools)
        finished = await self._sandbox.run(command, lambda line: say("stdout", line))
        if finished.ok:
            return
        if finished.cause == "cancelled":
            raise SiteInterrupted("the platform stops")
        if not finished.refused_hosts and managers.registry_is_away(finished.tail):
            raise SiteInterrupted("the npm registry could not be reached")
        raise refusal(placement, finished, self._limits, masked)

    def _command(self, placement: SitePlacement, place: Stage, tools: Tools) -> Command:
        return Command(
            argv=placement.command,
            cwd=working_directory(placement),
            environment=environment(placement, str(tools.node.binary.parent), self._registry),
            mounts=(
                Mount(place.tree, WORKSPACE, writable=True),
                Mount(place.home, HOME, writable=True),
                Mount(place.programs, PROGRAMS),
                *(Mount(one, str(one)) for one in tools.folders),
            ),
            network=Network.REGISTRY,
            limits=self._limits,
        )
