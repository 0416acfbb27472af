"""``connectory logs``: on a data directory and from afar."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.api.conftest import Api
from tests.api.released import deploy, release
from tests.api.test_logs import log
from tests.cli.test_commands import COMMAND, clean
from typer.testing import CliRunner, Result

from connectory.cli import log_places
from connectory.cli.app import app
from connectory.cli.log_places import Far
from connectory.cli.logs import moment
from connectory.deployments.store import delete_deployment
from connectory.hosting.log_wanted import Wanted
from connectory.wire import now

Document = dict[str, Any]


@pytest.fixture(scope="module")
def published(api_server: Api) -> Document:
    return release(api_server, api_server.create())


@pytest.fixture
def deployment(api_server: Api, published: Document) -> Document:
    return deploy(api_server, published)


@pytest.fixture(params=["here", "far"])
def where(request: pytest.FixtureRequest, api_server: Api) -> tuple[list[str], dict[str, str]]:
    """How the platform is named: arguments and environment."""
    if request.param == "here":
        return ["--data", str(api_server.data)], {}
    first = api_server.first
    arguments = ["--url", api_server.url, "--user", first.administrator]
    return arguments, {"CONNECTORY_PASSWORD": first.password}


Where = tuple[list[str], dict[str, str]]


def logs(*arguments: str, **environment: str) -> Result:
    """The command, in this process: a process of its own takes seconds to start."""
    return CliRunner().invoke(app, ["logs", *arguments], env=environment)


def test_the_newest_entries_are_shown(api_server: Api, deployment: Document, where: Where) -> None:
    log(api_server, deployment, *(f"line {number}" for number in range(5)))
    log(api_server, deployment, "it broke \x1b[31m", severity="ERROR")
    arguments, environment = where
    shown = logs(deployment["id"], "--last", "2", *arguments, **environment)
    assert shown.exit_code == 0, shown.output
    first, second = shown.stdout.splitlines()
    assert first.endswith("Z INFO service line 4")
    assert second.endswith("Z ERROR service it broke <U+001B>[31m")


def test_entries_are_chosen_for_a_program(api_server: Api, deployment: Document) -> None:
    log(api_server, deployment, "it Broke")
    log(api_server, deployment, "it Broke", "else", severity="ERROR")
    shown = logs(deployment["id"], "--since", "1h", "--severity", "error", "--text", "bROKE",
                "--application", "service", "--json", "--data", str(api_server.data))  # fmt: skip
    (entry,) = map(json.loads, shown.stdout.splitlines())
    assert (entry["details"], entry["severity"]) == ({"message": "it Broke"}, "ERROR")


def test_a_log_is_followed_until_its_deployment_is_gone(
    api_server: Api, deployment: Document, where: Where
) -> None:
    log(api_server, deployment, "before", "loud noise", "a hum")
    arguments, environment = where
    with started("logs", deployment["id"], "-f", "--text", "E", *arguments, **environment) as lines:
        assert "before" in next(lines)
        assert "noise" in next(lines)
        log(api_server, deployment, "a hum", "after")
        assert "after" in next(lines)
        api_server.database.write_blocking(lambda c: delete_deployment(c, deployment["id"]))
        assert list(lines) == []


@contextmanager
def started(*arguments: str, **environment: str) -> Iterator[Iterator[str]]:
    """The lines of a command that goes on, and ends well."""
    with subprocess.Popen(
        [*COMMAND, *arguments], env=clean() | environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield iter(process.stdout.readline, "")
            assert process.wait(100) == 0
        finally:
            process.kill()


def test_what_cannot_be_shown_is_told(where: Where) -> None:
    arguments, environment = where
    unknown = logs("no-such-deployment", *arguments, **environment)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "no-such-deployment" in unknown.stderr


def test_where_there_is_no_platform_none_is_made(tmp_path: Path) -> None:
    nowhere = logs("any", "--data", str(tmp_path / "nothing"))
    assert "There is no platform in" in nowhere.stderr
    assert not (tmp_path / "nothing").exists()


def test_a_length_of_time_is_a_date() -> None:
    for text, length in (("90s", 90), ("15m", 900), ("2h", 7200), ("3d", 259_200)):
        passed = (now() - datetime.fromisoformat(moment(text))).total_seconds()
        assert abs(passed - length) < 60
    assert moment("2026-11-24") == "2026-11-24"


class Line:
    """A connection to the platform that a test can cut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._there = (parts.hostname, parts.port)
        self._writers: list[asyncio.StreamWriter] = []
        self.url = ""

    @asynccontextmanager
    async def laid(self) -> AsyncIterator["Line"]:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield self
            self.cut()

    def cut(self) -> None:
        for one in self._writers:
            one.close()
        self._writers.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._there)
        self._writers += [writer, back]
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(1 << 16):
                writer.write(chunk)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


async def test_a_lost_connection_loses_no_entry(
    api_server: Api, deployment: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_places, "FIRST_PAUSE", 0.01)
    first = api_server.first
    async with Line(api_server.url).laid() as line:
        far = Far(line.url, deployment["id"], None, first.administrator, first.password)
        page = await far.newest(Wanted(), 1)
        log(api_server, deployment, "first")
        seen = list[str]()
        async for entry in far.following(Wanted(), page.end):
            seen.append(entry["details"]["message"])
            if seen == ["first"]:
                line.cut()
                log(api_server, deployment, "meanwhile", "last")
            elif seen[-1] == "last":
                break
    assert seen == ["first", "meanwhile", "last"]
