"""The composition root: settings → database → processes → faces, started and stopped in order."""

import asyncio
import contextlib
import importlib
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cached_property
from pathlib import Path

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from connectory.api.app import api
from connectory.api.context import Context
from connectory.attestations import tables as _attestation_tables  # noqa: F401 - declares its table
from connectory.auth.administration import FirstStart, set_up
from connectory.console import is_page
from connectory.database import Database, open_database
from connectory.durable.engine import Engine
from connectory.hosting import Hosting, open_hosting
from connectory.hosting import workflows as hosting_workflows
from connectory.housekeeping import every_day
from connectory.publishing import Publishing
from connectory.publishing import workflows as publishing_workflows
from connectory.sandbox import Sandbox
from connectory.sealing import Seal
from connectory.settings import Settings
from connectory.workshop import lock, publishing_of, sandbox_settings

log = structlog.get_logger()


SETTLED = 20.0
"""Seconds after which a platform that has started is likely to have nothing to do."""


class Platform:
    """Everything of one running platform, from its settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        directory = settings.directory
        self.database = open_database(settings.database_url, directory)
        self.first_start: FirstStart | None = self.database.write_blocking(set_up)
        self.seal = Seal.from_file(directory / "keys" / "seal.key")
        self.sandbox = Sandbox.create(sandbox_settings(settings))
        self.publishing = publishing_of(settings, self.database, self.sandbox)
        self.hosting = open_hosting(
            settings,
            self.database,
            self.seal,
            self.sandbox,
            self.publishing.artifacts,
            self.publishing.toolchains,
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
        repositories, supervisor = self.publishing.repositories, self.hosting.supervisor
        context = Context(self.settings, self.database, repositories, self.seal, supervisor)
        return Faces(context, api(context, lambda: True), self.hosting)


class Faces:
    """One origin: an application's host name leads to the gateway, a page's address to the console,
    all else to the API."""

    def __init__(self, context: Context, app: ASGIApp, hosting: Hosting) -> None:
        self._context = context
        self._app = app
        self._hosting = hosting

    @cached_property
    def _pages(self) -> ASGIApp:
        # what pages need takes a quarter of a second to load: not while the platform starts
        from connectory.console.app import console

        return console(self._context, self._app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and self._hosting.gateway.route_for(scope):
            await self._hosting.gateway(scope, receive, send)
        elif scope["type"] == "http" and is_page(scope["path"]):
            await self._pages(scope, receive, send)
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
        self.platform.database.changes.end()
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
            background = (
                asyncio.create_task(every_day(platform.publishing)),
                asyncio.create_task(_make_ready(platform.publishing)),
            )
            running = Running(platform, server, task)
            try:
                yield running
            finally:
                for one in background:
                    one.cancel()
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
        "connectory.console.app",
        "connectory.hosting.gateway.sockets",
        "connectory.sandbox.desk",
        "connectory.specification.reading",
        "connectory.toolchains.registry",
    ):
        importlib.import_module(module)


async def _make_ready(publishing: Publishing) -> None:
    """What the first validation on this machine would otherwise wait for; one that comes sooner
    does it itself. It keeps a core busy for seconds, so not while everything starts."""
    from connectory.publishing.checks.secrets import ScannerFailed, warm

    await asyncio.sleep(SETTLED)
    try:
        await warm(publishing.bench)
    except ScannerFailed as reason:
        log.warning("secrets.scanner", reason=str(reason))


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
