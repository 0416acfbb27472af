"""Tools on disk: each version once, complete or not at all, however many ask at the same time."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from connectory.toolchains.registry import Dist, Registry
from connectory.toolchains.unpack import unpack


@dataclass(frozen=True)
class Shelf:
    directory: Path
    registry: Registry

    def place(self, package: str, version: str) -> Path:
        return self.directory / package.replace("/", "+") / version

    def has(self, package: str, version: str) -> bool:
        return self.place(package, version).is_dir()

    async def put(
        self, package: str, version: str, wanted: Callable[[str], bool] = lambda _: True
    ) -> Path:
        """The tool's folder; downloaded when it is not there yet. ToolUnavailable if it cannot."""
        place = self.place(package, version)
        if not place.is_dir():
            place.parent.mkdir(parents=True, exist_ok=True)
            async with locked(place.with_name(f"{version}.lock")):
                if not place.is_dir():
                    releases = await self.registry.releases(package)
                    await self._install(releases.versions[version].dist, place, wanted)
        return place

    async def _install(self, dist: Dist, place: Path, wanted: Callable[[str], bool]) -> None:
        fresh = Path(tempfile.mkdtemp(prefix=".unpacking", dir=place.parent))
        try:
            with tempfile.TemporaryFile(dir=place.parent) as tarball:
                await self.registry.download(dist, tarball)
                tarball.seek(0)
                await asyncio.to_thread(unpack, tarball, fresh, wanted)
            _open_to_all(fresh)
            fresh.rename(place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """One at a time among all threads and processes of this machine; a crash lets go."""
    import fcntl

    with file.open("wb") as held:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.05)
        yield


def _open_to_all(folder: Path) -> None:
    """Whoever runs the programs of a sandbox is not who unpacked them."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
