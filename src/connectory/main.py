"""The composition root: settings → database → processes → faces, started and stopped in order."""

import asyncio
import contextlib
import fcntl
import importlib
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TextIO

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from connectory.api.app import api
from connectory.api.context import Context
from connectory.artifacts import ArtifactStore, DependencyStore
from connectory.auth.administration import FirstStart, set_up
from connectory.database import Database, open_database
from connectory.durable.engine import Engine
from connectory.hosting import Hosting, open_hosting
from connectory.hosting import workflows as hosting_workflows
from connectory.housekeeping import every_day
from connectory.publishing import Publishing
from connectory.publishing import workflows as publishing_workflows
from connectory.repositories import GitSettings, Repositories
from connectory.sandbox import Sandbox, SandboxSettings
from connectory.sealing import Seal
from connectory.settings import Settings
from connectory.toolchains import Toolchains

log = structlog.get_logger()

MEBIBYTE = 1024 * 1024


class AlreadyRunningError(Exception):
    """Another platform works on this data directory."""


class Platform:
    """Everything of one running platform, from its settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        directory = settings.directory
        self.database = open_database(settings.database_url, directory)
        self.first_start: FirstStart | None = self.database.write_blocking(set_up)
        self.seal = Seal.from_file(directory / "keys" / "seal.key")
        self.sandbox = Sandbox.create(_sandbox_settings(settings))
        self.repositories = Repositories(directory / "git", _git_settings(settings))
        self.artifacts = ArtifactStore(directory / "artifacts")
        self.toolchains = Toolchains(settings.toolchain_directory, settings.npm_registry)
        self.publishing = Publishing(
            settings=settings,
            database=self.database,
            repositories=self.repositories,
            artifacts=self.artifacts,
            dependencies=DependencyStore(directory / "dependencies"),
            sandbox=self.sandbox,
            toolchains=self.toolchains,
            directory=directory / "publishing",
        )
        self.hosting = open_hosting(
            settings, self.database, self.seal, self.sandbox, self.artifacts, self.toolchains
        )
        self.engine = self._engine(self.database, directory)
        self.app = self._faces()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know about this machine, one sentence each."""
        return self.sandbox.warnings

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Processes up on entry, down on exit; the order matters."""
        await self.sandbox.start()
        await self.publishing.sweep()
        await self.hosting.start()
        await self.hosting.restore()
        try:
            yield
        finally:
            await asyncio.to_thread(self.engine.stop)
            await self.hosting.stop()
            await self.sandbox.stop()
            self.database.close()

    def _engine(self, database: Database, directory: Path) -> Engine:
        engine = Engine(database, self.settings.database_url, directory)
        for workflow in (
            *publishing_workflows(self.publishing),
            *hosting_workflows(self.hosting),
        ):
            engine.register(workflow)
        return engine

    def _faces(self) -> ASGIApp:
        context = Context(self.settings, self.database, self.repositories, self.seal)
        return Faces(api(context, lambda: True), self.hosting)


class Faces:
    """One origin: an application's host name leads to the gateway, all else to the API."""

    def __init__(self, app: ASGIApp, hosting: Hosting) -> None:
        self._app = app
        self._hosting = hosting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and self._hosting.gateway.route_for(scope):
            await self._hosting.gateway(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class Server(uvicorn.Server):
    """uvicorn that leaves signals to us: it would raise them again before we have cleaned up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def until_started(self, serving: "asyncio.Task[None]") -> None:
        # uvicorn says that it has started in a flag only
        while not self.started and not serving.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Running:
    """A platform that answers requests."""

    def __init__(self, platform: Platform, server: Server, serving: "asyncio.Task[None]") -> None:
        self.platform = platform
        self._server = server
        self._serving = serving

    def stop(self) -> None:
        self._server.should_exit = True

    async def ended(self) -> None:
        await self._serving


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Running]:
    """The whole platform, answering on entry and cleanly stopped on exit.

    Raises ``AlreadyRunningError``, and ``OSError`` when the port is taken.
    """
    with lock(settings.directory), listening(settings) as listener:
        platform = Platform(settings)
        server = Server(_server_config(platform))
        async with platform.running():
            task = asyncio.create_task(server.serve(sockets=[listener]))
            await server.until_started(task)
            # last: loading it keeps a core busy for a second, requests are answered meanwhile
            platform.engine.launch()
            threading.Thread(target=_load_ahead, name="loading", daemon=True).start()
            clearing = asyncio.create_task(every_day(platform.database, platform.artifacts))
            running = Running(platform, server, task)
            try:
                yield running
            finally:
                clearing.cancel()
                running.stop()
                await running.ended()


async def serve(settings: Settings, announce: Callable[[Platform], None]) -> None:
    """Run the platform until SIGTERM or SIGINT; ``announce`` is called once it answers."""
    loop = asyncio.get_running_loop()
    async with serving(settings) as running:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, running.stop)
        announce(running.platform)
        await running.ended()


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


@contextlib.contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The platform's socket, bound before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.set_inheritable(False)
        yield listener


def _load_ahead() -> None:
    """Load what was put off for a fast start, before the first request that needs it."""
    for module in (
        "connectory.hosting.gateway.sockets",
        "connectory.sandbox.desk",
        "connectory.specification.reading",
        "connectory.toolchains.registry",
    ):
        importlib.import_module(module)


def _server_config(platform: Platform) -> uvicorn.Config:
    return uvicorn.Config(
        platform.app,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        ws="websockets-sansio",
        timeout_graceful_shutdown=5,
    )


def _sandbox_settings(settings: Settings) -> SandboxSettings:
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
