"""A package's tarball into a folder: plain files only, each one below the folder."""

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

from connectory.toolchains.model import ToolUnavailable

LARGEST = 2 << 30


def unpack(tarball: IO[bytes], into: Path, wanted: Callable[[str], bool]) -> None:
    """Write the wanted members, without their first folder; ToolUnavailable for any member that
    is not a file or a folder, or that would land elsewhere."""
    total = 0
    try:
        with tarfile.open(fileobj=tarball, mode="r:gz") as archive:
            for member in archive:
                path = landing(member)
                total += member.size
                if total > LARGEST:
                    raise ToolUnavailable("the archive is larger than any tool")
                if member.isfile() and wanted(str(path)):
                    _write(archive, member, into / path)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ToolUnavailable(f"the archive is broken: {error}") from error


def landing(member: tarfile.TarInfo) -> PurePosixPath:
    """Where a member goes, relative to the tool's folder."""
    path = PurePosixPath(member.name)
    if not (member.isfile() or member.isdir()):
        raise ToolUnavailable(f"the archive has something that is no file: {member.name!r}")
    if path.is_absolute() or ".." in path.parts:
        raise ToolUnavailable(f"the archive leaves its folder: {member.name!r}")
    return PurePosixPath(*path.parts[1:])


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(member)
    assert source is not None  # noqa: S101 - it is a file
    with source, path.open("xb") as target:
        shutil.copyfileobj(source, target)
    path.chmod(0o755 if member.mode & 0o100 else 0o644)
