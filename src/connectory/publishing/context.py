"""What the steps work with."""

import asyncio
import os
import platform
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from connectory.artifacts import ArtifactStore, DependencyStore
from connectory.database import Database
from connectory.durable import RunState
from connectory.durable.runs import runs_in
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.check import Bench
from connectory.publishing.said import Said
from connectory.publishing.workspace import RunFolder
from connectory.repositories import Repositories
from connectory.sandbox import Limits, Sandbox
from connectory.sandbox.trees import remove
from connectory.settings import Settings
from connectory.toolchains import Toolchains

MIB = 1024 * 1024


@dataclass(frozen=True)
class Publishing:
    """Everything preview and publish need. ``directory`` is theirs alone, on the file system of
    the artifact store, so that a finished workspace can be handed over by renaming it."""

    database: Database
    settings: Settings
    repositories: Repositories
    artifacts: ArtifactStore
    dependencies: DependencyStore
    sandbox: Sandbox
    toolchains: Toolchains
    directory: Path
    slots: asyncio.Semaphore = field(init=False)
    """Applications built at the same time, over all runs."""

    def __post_init__(self) -> None:
        count = self.settings.parallel_builds or os.cpu_count() or 1
        object.__setattr__(self, "slots", asyncio.Semaphore(count))
        (self.directory / "runs").mkdir(parents=True, exist_ok=True)

    @cached_property
    def bench(self) -> Bench:
        """What the checks of the files work with."""
        return Bench(self.sandbox, CheckCache(self.directory / "checks"), self.settings)

    @cached_property
    def said(self) -> Said:
        """What the programs of every run say."""
        return Said(self.settings.output_directory, self.database.changes.announce)

    def folder(self, run_id: str) -> RunFolder:
        return RunFolder(self.directory / "runs" / run_id)

    def limits(self) -> Limits:
        """Of each program that a build starts."""
        return Limits(
            memory=self.settings.build_memory * MIB,
            cpus=float(os.cpu_count() or 1),
            processes=self.settings.build_processes,
            file_size=self.settings.build_disk * MIB,
            seconds=float(self.settings.build_timeout),
            disk=self.settings.build_disk * MIB,
        )

    async def sweep(self) -> None:
        """Remove what runs left behind that are over; call it before the engine starts."""
        under_way = await self.database.read(
            lambda c: {run.id for run in runs_in(c, RunState.QUEUED, RunState.RUNNING)}
        )
        for folder in (self.directory / "runs").iterdir():
            if folder.name not in under_way:
                await asyncio.to_thread(remove, folder)


def this_platform() -> str:
    """What programs compiled here run on."""
    return f"{platform.system()} {platform.machine()} {' '.join(platform.libc_ver())}"
