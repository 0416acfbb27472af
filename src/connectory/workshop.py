"""What publishing works with, made from the settings: for a platform, and for a laptop alone."""

import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from connectory.artifacts import ArtifactStore, DependencyStore
from connectory.database import Database, open_database
from connectory.durable.runs import withdraw_all
from connectory.housekeeping import clear_up
from connectory.publishing import Publishing
from connectory.repositories import GitSettings, Repositories
from connectory.sandbox import Sandbox, SandboxSettings
from connectory.settings import Settings
from connectory.toolchains import Toolchains

MEBIBYTE = 1024 * 1024
HOUR = 3600.0


class AlreadyRunningError(Exception):
    """Another platform works on this data directory."""


@contextlib.asynccontextmanager
async def validating(settings: Settings) -> AsyncIterator[Publishing]:
    """What validates a folder on this machine: no server, no engine, no applications.

    Raises ``AlreadyRunningError`` when another one works on the same directory.
    """
    with lock(settings.directory):
        database = open_database("", settings.directory)
        sandbox = Sandbox.create(sandbox_settings(settings))
        publishing = publishing_of(settings, database, sandbox)
        await sandbox.start()
        await database.write(withdraw_all)
        await publishing.sweep()
        try:
            yield publishing
            # a changed file is a new artifact: a laptop would fill up with yesterday's
            kept = (database, publishing.artifacts, publishing.bench.cache)
            await clear_up(*kept, timedelta(days=1), grace=HOUR)
        finally:
            await sandbox.stop()
            database.close()


def publishing_of(settings: Settings, database: Database, sandbox: Sandbox) -> Publishing:
    directory = settings.directory
    return Publishing(
        settings=settings,
        database=database,
        repositories=Repositories(directory / "git", _git_settings(settings)),
        artifacts=ArtifactStore(directory / "artifacts"),
        dependencies=DependencyStore(directory / "dependencies"),
        sandbox=sandbox,
        toolchains=Toolchains(settings.toolchain_directory, settings.npm_registry),
        directory=directory / "publishing",
    )


@contextlib.contextmanager
def lock(directory: Path) -> Iterator[TextIO]:
    """One platform for each data directory; the kernel frees it when the process dies."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / "platform.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(
                f"Another platform is running on {directory}. Stop it, or choose --data."
            ) from None
        yield file


def sandbox_settings(settings: Settings) -> SandboxSettings:
    directory = settings.directory / "sandbox"
    ca_file = os.environ.get("NODE_EXTRA_CA_CERTS") or os.environ.get("SSL_CERT_FILE")
    hosts = tuple(dict.fromkeys((*SandboxSettings(directory).registry_hosts,
                                 *settings.registry_hosts)))  # fmt: skip
    return SandboxSettings(
        directory=directory,
        isolation=settings.isolation,
        registry_hosts=hosts,
        private_hosts=settings.registry_hosts,
        npm_registry=settings.npm_registry,
        ca_file=Path(ca_file) if ca_file else None,
        reachable=settings.reachable_networks,
    )


def _git_settings(settings: Settings) -> GitSettings:
    return GitSettings(
        mirrors=settings.git_mirrors,
        allow_local=settings.git_allow_local,
        ssh_key=Path(settings.git_ssh_key) if settings.git_ssh_key else None,
        known_hosts=Path(settings.git_known_hosts) if settings.git_known_hosts else None,
        timeout=settings.git_timeout,
        max_bytes=settings.git_max_size * MEBIBYTE,
    )
