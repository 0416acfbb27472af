"""A real platform in a process of its own, as a user runs it, and what the suites ask of it."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import urlencode

import msgspec
import pytest
from tests.conftest import git
from tests.ports import ports, written

from connectory.auth.administration import Credentials

EXAMPLE = Path(__file__).parents[2] / "examples" / "greeting"
PROJECT = "parity"
REGION = "europe-west1.gcp"
TAG = "1.0.0"
REPOSITORY = "https://github.com/example/greeting.git"
BROKEN = "https://github.com/example/broken.git"
START_SECONDS = 200
STOP_SECONDS = 100


@dataclass(frozen=True)
class Platform:
    """A running ``connectory up``."""

    directory: Path
    url: str
    credentials: Credentials

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def log_tail(self, lines: int = 40) -> str:
        """What the platform said last, for a failure's message."""
        return "\n".join(_log(self.directory).read_text(errors="replace").splitlines()[-lines:])

    def token(self) -> dict[str, Any]:
        """A fresh access token, as the token endpoint answers it."""
        who = f"{self.credentials.client_id}:{self.credentials.client_secret}"
        request = urllib.request.Request(
            f"{self.url}/oauth/token",
            data=urlencode({"grant_type": "client_credentials"}).encode(),
            headers={"Authorization": f"Basic {base64.b64encode(who.encode()).decode()}"},
        )
        with urllib.request.urlopen(request, timeout=100) as response:
            token: dict[str, Any] = json.load(response)
        return token

    def get(self, path: str, token: str) -> dict[str, Any] | None:
        """The document at ``path`` as it is now, None when there is none."""
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=100) as response:
                document: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as answer:
            answer.close()
            if answer.code == 404:
                return None
            raise
        return document


@contextmanager
def running_platform(toolchains: Path) -> Iterator[Platform]:
    """A platform on an empty data directory, with a Project and an API client of the test's own.

    It reads ``https://github.com/`` from a folder of bare repositories, and has to stop cleanly.
    """
    with ports() as block:
        yield from _running_platform(toolchains, block)


def _running_platform(toolchains: Path, block: range) -> Iterator[Platform]:
    directory = Path(tempfile.mkdtemp(prefix="connectory-parity-", dir="/tmp"))
    # the sandbox's user has to reach what it works on
    directory.chmod(0o711)
    publish_examples(directory / "repositories")
    port = block[0]
    environment = _environment(directory, toolchains, block[1:])
    arguments = ("up", "--data", str(directory / "data"), "--port", str(port))
    with _log(directory).open("wb") as log:
        process = _start(arguments, environment, directory, log)
        try:
            _await_ready(process, _log(directory))
            yield Platform(directory, f"http://127.0.0.1:{port}", _set_up(directory, environment))
            _stop(process, _log(directory))
        finally:
            process.kill()
            process.wait()
            shutil.rmtree(directory, ignore_errors=True)


def publish_examples(folder: Path) -> None:
    """Bare repositories with a tag: the bundled example, and one whose build fails."""
    work = folder / "work"
    shutil.copytree(EXAMPLE, work, ignore=shutil.ignore_patterns("node_modules", "dist"))
    git("init", "--quiet", "--initial-branch=main", cwd=work)
    _publish(work, folder / "example" / "greeting.git")
    build = work / "greeting" / "build.js"
    build.write_text("throw new Error('the build of this example is broken');\n")
    _publish(work, folder / "example" / "broken.git")
    shutil.rmtree(work)


def _publish(work: Path, bare: Path) -> None:
    git("add", ".", cwd=work)
    git("commit", "--quiet", "--message", "Greet people", cwd=work)
    git("tag", "--force", TAG, cwd=work)
    git("clone", "--quiet", "--bare", str(work), str(bare), cwd=work)


def _environment(directory: Path, toolchains: Path, applications: range) -> dict[str, str]:
    """The developer's own settings stay out of the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONNECTORY_")}
    return kept | {
        "CONNECTORY_GIT_MIRRORS": f"https://github.com/={directory / 'repositories'}/",
        "CONNECTORY_TOOLCHAINS": str(toolchains),
        "CONNECTORY_APPLICATION_PORTS": written(applications),
    }


def _start(
    arguments: tuple[str, ...], environment: dict[str, str], directory: Path, log: IO[bytes]
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        (_program(), *arguments),
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def _await_ready(process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while "Connectory is ready at" not in log.read_text(errors="replace"):
        assert process.poll() is None, f"the platform ended:\n{log.read_text()}"
        assert time.monotonic() < until, f"the platform did not get ready:\n{log.read_text()}"
        time.sleep(0.05)


def _set_up(directory: Path, environment: dict[str, str]) -> Credentials:
    """Through the command line, on the data directory of the running platform."""

    def connectory(*arguments: str) -> bytes:
        command = (_program(), *arguments, "--data", str(directory / "data"), "--json")
        return subprocess.run(
            command, cwd=directory, env=environment, check=True, stdout=subprocess.PIPE
        ).stdout

    connectory("project", "create", PROJECT, "--region", REGION)
    made = connectory("api-client", "create", "--project", PROJECT)
    return msgspec.json.decode(made, type=Credentials)


def _stop(process: "subprocess.Popen[bytes]", log: Path) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.fail(f"the platform did not stop:\n{log.read_text(errors='replace')}")
    said = log.read_text(errors="replace")
    assert process.returncode == 0, f"the platform did not stop cleanly:\n{said}"
    assert "request.failed" not in said, f"the platform had a fault of its own:\n{said}"


def _program() -> str:
    """The command of the environment that runs the tests."""
    return str(Path(sys.executable).with_name("connectory"))


def _log(directory: Path) -> Path:
    return directory / "platform.log"


class Watch:
    """Sees when each resource takes which value, by asking ten times a second.

    An independent clock: it tells how long after the work was done a client noticed.
    """

    def __init__(self, platform: Platform, **paths: tuple[str, str]) -> None:
        """``paths``: a name for each field, as ``(path of the resource, field)``."""
        self._platform = platform
        self._paths = paths
        self._token = str(platform.token()["access_token"])
        self._seen = dict[tuple[str, Any], float]()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def at(self, name: str, value: str) -> float:
        """When the field had this value first, by ``time.monotonic``."""
        assert (name, value) in self._seen, f"{name} never was {value}: {sorted(self._seen)}"
        return self._seen[name, value]

    def first(self, name: str) -> float:
        """When the resource was there first."""
        return min(when for (one, _), when in self._seen.items() if one == name)

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            self._look_once()
        # a held answer may have been faster than the last look
        self._look_once()

    def _look_once(self) -> None:
        for name, (path, field) in self._paths.items():
            document = self._platform.get(path, self._token)
            if document is not None:
                self._seen.setdefault((name, document[field]), time.monotonic())
