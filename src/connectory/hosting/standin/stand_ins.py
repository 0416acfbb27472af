"""The stand-ins of all Projects: who has one, and what its programs are given."""

import asyncio
import socket
import ssl
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from connectory.auth.model import StandIn
from connectory.auth.roles import OPERATOR
from connectory.auth.store import organization_with_id, project_with_key
from connectory.database import Database
from connectory.hosting.home import Home
from connectory.hosting.standin.authority import Authority
from connectory.hosting.standin.surroundings import HOSTS, NOTHING, Surroundings, surroundings
from connectory.sandbox import Sandbox
from connectory.sandbox.boundaries import parsed
from connectory.sandbox.model import Close
from connectory.settings import Settings

if TYPE_CHECKING:
    from connectory.hosting.standin.counter import Counter

AUTHORITY = "stand-in.pem"


class StandIns:
    """Awaitable from any loop, like the supervisor. Nothing is made before the first Project that
    has one needs it."""

    def __init__(self, settings: Settings, database: Database, sandbox: Sandbox) -> None:
        self._settings = settings
        self._database = database
        self._sandbox = sandbox
        self._home = Home()
        self._counter: Counter | None = None
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Makes the calling loop the home."""
        self._home.settle()

    async def stop(self) -> None:
        if self._counter is not None:
            await self._counter.close()

    async def for_project(self, key: str) -> Surroundings:
        """What the Project's programs are given to meet its stand-in; nothing when it has none, or
        where sandboxes have no network of their own: a warning says so at the start."""
        stand_in, trusted = await self._database.read(lambda c: _looked_up(c, key))
        if stand_in is None or not self._sandbox.outlets:
            return NOTHING
        counter = await self._home.run(self._open())

        async def serve(listener: socket.socket) -> Close:
            served = await self._home.run(counter.serve(stand_in, trusted, listener))
            return lambda: self._home.run(served.close())

        return surroundings(serve, *self._trusted)

    async def _open(self) -> "Counter":
        from connectory.hosting.standin.counter import Counter

        async with self._lock:
            if self._counter is None:
                context = await asyncio.to_thread(self._lay_out)
                self._counter = Counter(context, parsed(self._settings.reachable_networks))
            return self._counter

    def _lay_out(self) -> ssl.SSLContext:
        """The authority, and the files by which programs trust it."""
        authority = Authority.in_file(self._settings.directory / "keys" / AUTHORITY)
        configured = _certificates(self._sandbox.settings.ca_file)
        ours, everything = self._trusted
        _write(ours, configured + authority.pem)
        _write(everything, _system() + configured + authority.pem)
        return authority.server(HOSTS)

    @cached_property
    def _trusted(self) -> tuple[Path, Path]:
        folder = self._settings.directory / "stand-in"
        return folder / "added.pem", folder / "all.pem"


def _looked_up(connection: Connection, key: str) -> tuple[StandIn | None, bool]:
    """Of the operator's own organization it may be anywhere: on this machine, for example."""
    project = project_with_key(connection, key)
    if project is None or project.stand_in is None:
        return None, False
    owner = organization_with_id(connection, project.organization_id)
    return project.stand_in, owner.key == OPERATOR


def _system() -> bytes:
    """The certificates that programs of this machine trust."""
    paths = ssl.get_default_verify_paths()
    return _certificates(Path(paths.cafile or paths.openssl_cafile))


def _certificates(file: Path | None) -> bytes:
    try:
        return file.read_bytes().rstrip() + b"\n" if file is not None else b""
    except OSError:
        return b""


def _write(file: Path, data: bytes) -> None:
    """Everybody may read it: it is mounted into sandboxes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_suffix(".new")
    made.write_bytes(data)
    made.chmod(0o644)
    made.rename(file)
