"""Hostile archives."""

import io
import tarfile
from pathlib import Path

import pytest

from connectory.toolchains import ToolUnavailable
from connectory.toolchains.unpack import unpack


def archive(*members: tarfile.TarInfo) -> io.BytesIO:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    raw.seek(0)
    return raw


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, 0o755
    info.size = 3 if kind == tarfile.REGTYPE else 0
    return info


def test_the_first_folder_is_left_out_and_programs_stay_programs(tmp_path: Path) -> None:
    unpack(archive(member("package/bin/node"), member("package/share/x")), tmp_path, _programs)
    assert (tmp_path / "bin/node").stat().st_mode & 0o777 == 0o755
    assert not (tmp_path / "share").exists()


@pytest.mark.parametrize(
    "hostile",
    [
        member("package/../../out"),
        member("/absolute/out"),
        member("package/link", tarfile.SYMTYPE, "/etc/passwd"),
        member("package/hard", tarfile.LNKTYPE, "../../etc/passwd"),
        member("package/device", tarfile.CHRTYPE),
    ],
)
def test_what_would_leave_the_folder_is_refused(tmp_path: Path, hostile: tarfile.TarInfo) -> None:
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(ToolUnavailable, match="archive"):
        unpack(archive(hostile), place, lambda _: True)
    assert list(tmp_path.iterdir()) == [place]


def test_a_broken_archive_is_ours_to_report(tmp_path: Path) -> None:
    with pytest.raises(ToolUnavailable, match="broken"):
        unpack(io.BytesIO(b"\x1f\x8bnonsense"), tmp_path, lambda _: True)


def _programs(path: str) -> bool:
    return path.startswith("bin/")
