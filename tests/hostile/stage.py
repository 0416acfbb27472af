"""Where a case is met: a whole publishing line, beside a host with something to lose."""

import asyncio
import contextlib
import hashlib
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
from tests.hostile.case import (
    SECRET,
    Asked,
    Attack,
    Case,
    Connector,
    Contained,
    Found,
    Package,
    Refused,
    Served,
    Written,
)
from tests.publishing.conftest import Line
from tests.repositories.conftest import Origin

from connectory.connectors.model import ConnectorStaged
from connectory.durable import Run
from connectory.findings.odd import visible
from connectory.findings.page import to_page
from connectory.findings.report import FullReport, to_json
from connectory.findings.sarif import to_sarif
from connectory.publishing.reports import report_of
from connectory.publishing.steps.finish import CRASHED
from connectory.repositories import GitSettings, Repositories
from connectory.sandbox import Command
from connectory.settings import Settings

ENDED = {"Failed", "Published"}
MIB = 1024 * 1024


@dataclass
class Host:
    """Files and services of the machine that no connector may touch."""

    folder: Path
    workspace: Path
    met: list[str] = field(default_factory=list)
    sockets: dict[str, socket.socket] = field(default_factory=dict)

    @classmethod
    @contextlib.contextmanager
    def beside(cls, place: Path) -> "Iterator[Host]":
        host = cls(place / "neighbour", place / "line/publishing/runs/another")
        for folder in (host.folder, host.workspace / "source"):
            folder.mkdir(parents=True)
            (folder / "secret").write_text(SECRET)
            (folder / "secret").chmod(0o644)
        host._listen()
        try:
            yield host
        finally:
            for one in host.sockets.values():
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()

    @property
    def words(self) -> dict[str, str]:
        """What stands for the host in a hostile file."""
        return {
            "@FOLDER@": str(self.folder),
            "@WORKSPACE@": str(self.workspace),
            "@SOCKET@": str(self.folder / "docker.sock"),
            "@ABSTRACT@": self.sockets["abstract"].getsockname()[1:].decode(),
            "@PORT@": str(self.port),
        }

    @property
    def port(self) -> int:
        return int(self.sockets["loopback"].getsockname()[1])

    def state(self) -> dict[str, str]:
        """All that is in its folders, with their permissions."""
        return {
            str(path): f"{path.lstat().st_mode:o} {path.lstat().st_uid} {_content(path)}"
            for folder in (self.folder, self.workspace)
            for path in sorted(folder.rglob("*"))
        }

    def _listen(self) -> None:
        self.sockets["loopback"] = socket.create_server(("127.0.0.1", 0))
        for name, address in (
            ("file", str(self.folder / "docker.sock")),
            ("abstract", f"\0hostile-{os.getpid()}-{time.monotonic_ns()}"),
        ):
            made = socket.socket(socket.AF_UNIX)
            made.bind(address)
            made.listen()
            self.sockets[name] = made
        (self.folder / "docker.sock").chmod(0o777)
        for name, one in self.sockets.items():
            threading.Thread(target=self._accept, args=(name, one), daemon=True).start()

    def _accept(self, name: str, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.met.append(name)
            connection.close()


@dataclass
class Registry:
    """An npm registry on the loopback that knows a few packages."""

    packages: dict[str, Package] = field(default_factory=dict)
    url: str = ""


@dataclass
class Stage:
    """Meets one case."""

    line: Line
    host: Host
    registry: Registry
    folder: Path

    async def meet(self, case: Case) -> None:
        """Run the pipeline over it; see that it ends as it must, and that nothing else did."""
        before, began = self.host.state(), time.monotonic()
        with self._attacking(case.attack) as (url, tag, git):
            line = self._line(git, case)
            staged, run, full = await _validated(line, url, tag)
        took = time.monotonic() - began
        self._ended(staged, took, case)
        await self._unharmed(before, staged, run, full)
        _as_expected(case.ends, staged, full)

    def _line(self, git: GitSettings, case: Case) -> Line:
        publishing = self.line.publishing
        changed = msgspec.structs.replace(publishing.settings, **case.settings)
        repositories = Repositories(self.folder / "git", git)
        return replace(
            self.line, publishing=replace(publishing, settings=changed, repositories=repositories)
        )

    @contextlib.contextmanager
    def _attacking(self, attack: Attack) -> Iterator[tuple[str, str, GitSettings]]:
        here = GitSettings(allow_local=True, timeout=100, max_bytes=64 * MIB)
        match attack:
            case Asked(url, tag):
                yield url.replace("@SECRET@", SECRET), tag, GitSettings(timeout=10)
            case Served(answer):
                with serving(answer, self.host.words) as served:
                    mirrors = {"https://git.test/": served}
                    settings = GitSettings(mirrors=mirrors, timeout=5)
                    yield "https://git.test/owner/name.git", "v1", settings
            case Written(write):
                origin = Origin(self.folder / "origin.git")
                write(origin)
                yield str(origin.path), "v1", here
            case Connector(files, packages):
                self.registry.packages.update(
                    (path, replace(one, body=self._told(one.body), headers=self._headers(one)))
                    for path, one in packages.items()
                )
                filled = {name: self._told(_bytes(text)) for name, text in files.items()}
                yield self.line.repository(filled), "v1", here

    def _told(self, data: bytes) -> bytes:
        for word, value in {**self.host.words, "@REGISTRY@": self.registry.url}.items():
            data = data.replace(word.encode(), value.encode())
        return data

    def _headers(self, package: Package) -> dict[str, str]:
        return {
            name: self._told(value.encode()).decode() for name, value in package.headers.items()
        }

    def _ended(self, staged: ConnectorStaged, took: float, case: Case) -> None:
        entries = staged.publishing_report.entries if staged.publishing_report else ()
        assert staged.status in ENDED, staged.status
        assert CRASHED not in {one.title for one in entries}, entries
        assert took < case.seconds
        for one in entries:
            text = f"{one.title}\n{one.message or ''}\n{one.application or ''}"
            assert visible(text) == text

    async def _unharmed(
        self, before: dict[str, str], staged: ConnectorStaged, run: Run, full: FullReport
    ) -> None:
        assert self.host.state() == before
        assert self.host.met == []
        await nobody_left(self.folder)
        runs = self.line.publishing.directory / "runs"
        assert [one.name for one in runs.iterdir()] == ["another"]
        shown = [
            to_json(full).decode(),
            msgspec.json.encode(staged.publishing_report).decode(),
            to_page(full),
            to_sarif(full).decode(),
        ]
        assert [text for text in shown if SECRET in text] == []
        if staged.status == "Published":
            tree = await self.line.tree(staged.id)
            assert [path for path in tree.rglob("*") if SECRET in _content(path)] == []
        assert (await self.line.publishing.sandbox.run(Command(("true",)))).ok


async def _validated(line: Line, url: str, tag: str) -> tuple[ConnectorStaged, Run, FullReport]:
    connector = await line.draft(url, tag)
    run = await line.carry_out(await line.request(connector, "publish"))
    staged = await line.staged(connector)
    full = await line.publishing.database.read(lambda c: report_of(c, run.id))
    assert full is not None, staged.publishing_report
    return staged, run, full


def _as_expected(
    ends: Refused | Found | Contained, staged: ConnectorStaged, full: FullReport
) -> None:
    entries = staged.publishing_report.entries if staged.publishing_report else ()
    said = [(one.title, one.message or "") for one in entries]
    match ends:
        case Refused(title, says):
            told = [message for name, message in said if name == title]
            assert staged.status == "Failed", said
            assert any(re.search(says, message) for message in told), said
        case Found(rule, says):
            found = [one.what for one in full.findings if one.rule == rule]
            assert any(re.search(says, what) for what in found), full.findings
        case Contained(status, says, never):
            assert status in {"", staged.status}, said
            assert re.search(says, "\n".join(message for _, message in said)), said
            assert not never or not re.search(never, f"{said} {full.findings}"), said


def leftovers(folder: Path) -> list[int]:
    """Processes that see any of the files below ``folder``: every sandboxed one of a test does."""
    shown = str(folder).encode()
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(one.name) != os.getpid() and shown in (one / "mountinfo").read_bytes():
                found.append(int(one.name))
    return found


async def nobody_left(folder: Path) -> None:
    """What has been killed takes a moment to go when the machine is busy."""
    until = time.monotonic() + 60
    while left := leftovers(folder):
        assert time.monotonic() < until, left
        await asyncio.sleep(0.02)


@contextlib.contextmanager
def serving(answer: Callable[..., Any], words: dict[str, str]) -> Iterator[str]:
    """A Git server as hostile as ``answer``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, pieces = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value.replace("@PORT@", words.get("@PORT@", "")))
            self.end_headers()
            with contextlib.suppress(OSError):
                for piece in pieces():
                    self.wfile.write(piece)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *arguments: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _content(path: Path) -> str:
    if path.is_symlink():
        return str(path.readlink())
    if not path.is_file():
        return ""
    data = path.read_bytes()
    return data.decode(errors="replace") if SECRET.encode() in data else _digest(data)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


SETTINGS = Settings(
    build_timeout=20, build_memory=512, build_disk=128, build_processes=128, start_timeout=5
)
