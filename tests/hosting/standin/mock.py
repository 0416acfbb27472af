"""@labdigital/commercetools-mock from npm, as a program of this machine."""

import asyncio
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = ("mock.mjs", "extend.mjs")


class Mock:
    """One that listens: ``asked`` is a line for each request it got."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.said: list[str] = []

    @property
    def asked(self) -> list[str]:
        return [line for line in self.said if line.startswith("asked ")]

    async def url(self) -> str:
        return f"http://127.0.0.1:{await self._listening}"

    async def hear(self) -> None:
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            line = raw.decode().strip()
            self.said.append(line)
            if match := re.fullmatch(r"port (\d+)", line):
                self._listening.set_result(int(match[1]))
        if not self._listening.done():
            self._listening.set_exception(AssertionError("\n".join(self.said)))


def install() -> Path:
    """The packages of the lock file, installed once on this machine, with the programs here."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = home / "connectory-tests"
    parts = [(HERE / name).read_bytes() for name in ("package-lock.json", *PROGRAMS)]
    directory = cache / f"stand-in-{hashlib.sha256(b'|'.join(parts)).hexdigest()[:16]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "install-stand-in.lock").open("w") as file:
        # test processes side by side install once
        fcntl.flock(file, fcntl.LOCK_EX)
        if not directory.exists():
            _install(directory)
    return directory


@asynccontextmanager
async def running(port: int = 0) -> AsyncIterator[Mock]:
    directory = await asyncio.to_thread(install)
    process = await asyncio.create_subprocess_exec(
        *("node", "mock.mjs", str(port)),
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    mock = Mock(process)
    hearing = asyncio.create_task(mock.hear())
    try:
        yield mock
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await hearing
        await process.wait()


def _install(directory: Path) -> None:
    work = Path(tempfile.mkdtemp(prefix="installing-", dir=directory.parent))
    for name in ("package.json", "package-lock.json", *PROGRAMS):
        shutil.copy(HERE / name, work)
    # none of these packages needs its install script
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(
        ("npm", "ci", *options), cwd=work, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"npm ci failed:\n{done.stdout}\n{done.stderr}"
    work.chmod(0o755)  # programs in a sandbox read it
    work.rename(directory)
