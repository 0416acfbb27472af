"""The official clients, unmodified from npm, on a Node.js from the registry."""

import asyncio
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.parity.support import PROJECT, REGION, Platform

from connectory.toolchains import Node, PackageManager, Toolchains

HERE = Path(__file__).parent
# what the CLI's README asks for, bounded so that a new major version is tried on purpose
NODE = ">=20 <23"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
ACCOUNT_SECONDS = 3600
# how the CLI marks each line of an error, and writes "from - to"
BULLET, DASH = "\u203a", "\u2013"


@dataclass(frozen=True)
class Official:
    """The installed packages and the Node.js that runs them."""

    node: Node
    directory: Path

    @property
    def program(self) -> Path:
        return self.directory / "node_modules" / "@commercetools" / "cli" / "bin" / "run.js"


@dataclass(frozen=True)
class Outcome:
    """What one call of a client did. ``ended`` is by ``time.monotonic``."""

    command: str
    code: int
    output: str
    seconds: float
    ended: float
    platform: Platform = field(repr=False)

    @property
    def text(self) -> str:
        """The output as one line: the CLI breaks and indents by the width of the terminal."""
        return " ".join(self.output.replace(BULLET, " ").split())

    def succeeded(self) -> "Outcome":
        assert self.code == 0, f"exit code {self.code}{self}"
        return self

    def failed(self) -> "Outcome":
        assert self.code != 0, f"exit code 0{self}"
        return self

    def shows(self, *wanted: str) -> "Outcome":
        for one in wanted:
            assert one in self.text, f"{one!r} is not shown{self}"
        return self

    def found(self, pattern: str) -> str:
        """The first group of the pattern in the output."""
        match = re.search(pattern, self.text)
        assert match, f"{pattern!r} does not match{self}"
        return match[1]

    def __str__(self) -> str:
        return (
            f"\n--- {self.command}\n{self.output}\n"
            f"--- the platform's log ends with\n{self.platform.log_tail()}"
        )


@dataclass(frozen=True)
class Cli:
    """The official CLI in a home of its own."""

    official: Official
    platform: Platform
    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def log_in(self) -> None:
        """Write the credentials file that ``auth login`` writes: its token host is hard-coded."""
        token, now = self.platform.token(), int(time.time() * 1000)
        account = {
            "authentication": "client-credentials",
            "clientId": self.platform.credentials.client_id,
            "clientSecret": self.platform.credentials.client_secret,
            "projectKey": PROJECT,
            "scope": token["scope"],
            "region": REGION,
            "accessToken": token["access_token"],
            "refreshToken": None,
            "issuedAt": now,
            "expiresAt": now + ACCOUNT_SECONDS * 1000,
        }
        file = self.home / ".commercetools" / "credentials"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(account))

    def run(self, *arguments: str, typed: str = "", timeout: float = 300) -> Outcome:
        """One command. ``typed`` is what a person answers to its questions."""
        environment = {
            "PATH": f"{self.official.node.binary.parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "NO_COLOR": "1",
            "CTP_CLI_CONNECT_API_URL": self.platform.url,
            **self.environment,
        }
        command = (str(self.official.program), *arguments)
        return run(self.official, self.platform, command, environment, typed, timeout)


def run(
    official: Official,
    platform: Platform,
    command: tuple[str, ...],
    environment: Mapping[str, str],
    typed: str = "",
    timeout: float = 300,
) -> Outcome:
    """A Node.js program; its two output streams as one."""
    began = time.monotonic()
    with subprocess.Popen(
        (str(official.node.binary), *command),
        env=dict(environment),
        cwd=official.directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            said, _ = process.communicate(typed, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            said = process.communicate()[0] + f"\n(killed after {timeout} s)"
    ended = time.monotonic()
    shown = " ".join(Path(one).name if one.startswith("/") else one for one in command)
    output = ESCAPES.sub("", said)
    return Outcome(shown, process.returncode, output, ended - began, ended, platform)


def install(cache: Path) -> Official:
    """The packages of the lock file under ``cache``, installed once for each lock file."""
    node, npm = asyncio.run(_tools(cache / "toolchains"))
    lock = (HERE / "package-lock.json").read_bytes()
    name = hashlib.sha256(lock + node.version.encode()).hexdigest()[:16]
    directory = cache / f"official-{name}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "install.lock").open("w") as file:
        # test processes side by side install once
        fcntl.flock(file, fcntl.LOCK_EX)
        if not directory.exists():
            _install(directory, node, npm)
    return Official(node, directory)


async def _tools(directory: Path) -> tuple[Node, PackageManager]:
    toolchains = Toolchains(directory)
    node = await toolchains.node(NODE)
    return node, await toolchains.npm(node)


def _install(directory: Path, node: Node, npm: PackageManager) -> None:
    work = Path(tempfile.mkdtemp(prefix="installing-", dir=directory.parent))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, work)
    # none of these packages needs its install script
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    environment = os.environ | {"PATH": f"{node.binary.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        (str(node.binary), str(npm.entry), "ci", *options),
        cwd=work,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"npm ci failed:\n{done.stdout}\n{done.stderr}"
    work.rename(directory)
