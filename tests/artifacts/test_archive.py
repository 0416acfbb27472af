"""The same content gives the same bytes, and only what an image may carry is packed."""

import io
import os
import socket
import tarfile
from pathlib import Path

import pytest

from connectory.artifacts import ArtifactRefused
from connectory.artifacts.archive import header, write_archive
from connectory.artifacts.entries import Entry, Kind, check_links, leaves_tree
from connectory.artifacts.scanning import scan

LONG = "deep/" * 30 + "file"


def packed(tree: Path, prefix: str = "workspace") -> bytes:
    sink = io.BytesIO()
    write_archive(tree, scan(tree), prefix, sink)
    return sink.getvalue()


def build(tree: Path, names: list[str]) -> Path:
    for name in names:
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tree


def test_order_time_and_umask_leave_no_trace(tmp_path: Path) -> None:
    names = ["b/x", "a", "b-c", "ü/ö", LONG]
    one = build(tmp_path / "one", names)
    before = os.umask(0o077)
    try:
        other = build(tmp_path / "other", names[::-1])
    finally:
        os.umask(before)
    os.utime(other / "a", (1, 1))
    assert packed(one) == packed(other)


def test_an_executable_bit_is_content(tmp_path: Path) -> None:
    tree = build(tmp_path / "tree", ["run"])
    before = packed(tree)
    (tree / "run").chmod(0o700)
    after = packed(tree)
    (tree / "run").chmod(0o4775)
    assert before != after == packed(tree)


@pytest.mark.parametrize(
    "entry",
    [
        Entry("file", Kind.FILE, 1234),
        Entry("run", Kind.FILE, 0, executable=True),
        Entry("folder", Kind.DIRECTORY),
        Entry("link", Kind.LINK, target="file"),
        Entry("x" * 100, Kind.FILE, 8**11 - 1),
        Entry("x" * 101, Kind.FILE, 5),
        Entry("big", Kind.FILE, 8**11),
        Entry("naïve", Kind.LINK, target="ü" * 90),
    ],
)
def test_headers_are_those_of_tarfile(entry: Entry) -> None:
    info = tarfile.TarInfo(entry.path + ("/" if entry.kind is Kind.DIRECTORY else ""))
    kinds = {Kind.DIRECTORY: b"5", Kind.FILE: b"0", Kind.LINK: b"2"}
    info.type, info.size, info.linkname = kinds[entry.kind], entry.size, entry.target
    info.mode = 0o644 if entry.kind is Kind.FILE and not entry.executable else 0o755
    assert header(entry, entry.path) == info.tobuf(tarfile.PAX_FORMAT, "utf-8")


def test_tarfile_reads_what_was_written(tmp_path: Path) -> None:
    tree = build(tmp_path / "tree", ["a", "b/c", LONG])
    (tree / "to-a").symlink_to("a")
    with tarfile.open(fileobj=io.BytesIO(packed(tree, "opt/app"))) as tar:
        assert tar.getnames()[:3] == ["opt", "opt/app", "opt/app/a"]
        assert tar.getmember("opt/app/to-a").linkname == "a"
        content = tar.extractfile("opt/app/" + LONG)
        assert content is not None
        assert content.read() == LONG.encode()
        assert {(member.uid, member.gid, member.mtime) for member in tar} == {(0, 0, 0)}


def test_sockets_and_pipes_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArtifactRefused, match="pipe: only files"):
        scan(tmp_path)
    (tmp_path / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        with pytest.raises(ArtifactRefused, match="socket: only files"):
            scan(tmp_path)


def test_names_that_are_not_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff")).touch()
    with pytest.raises(ArtifactRefused, match="not valid UTF-8"):
        scan(tmp_path)


def test_a_very_deep_tree_is_refused_not_a_crash(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("dd", dir_fd=here)
        below = os.open("dd", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    with pytest.raises(ArtifactRefused, match="longer than"):
        scan(tmp_path)
    os.system(f"rm -rf {tmp_path}/dd")


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    entries = scan(tmp_path)
    (tmp_path / "file").write_text("longer")
    with pytest.raises(ArtifactRefused, match="changed while"):
        write_archive(tmp_path, entries, "", io.BytesIO())
    (tmp_path / "file").unlink()
    (tmp_path / "file").symlink_to("/etc/passwd")
    with pytest.raises(ArtifactRefused, match="cannot be read"):
        write_archive(tmp_path, entries, "", io.BytesIO())


@pytest.mark.parametrize(
    ("links", "path", "leaves"),
    [
        ({"a": "b"}, "a", False),
        ({"a": "."}, "a", False),
        ({"d/a": "../b"}, "d/a", False),
        ({"a": "../b"}, "a", True),
        ({"a": "/etc/passwd"}, "a", True),
        ({"d/e/up": "../..", "d/e/a": "up/../x"}, "d/e/up", False),
        ({"d/e/up": "../..", "d/e/a": "up/../x"}, "d/e/a", True),
        ({"a": "b", "b": "/"}, "a", True),
        ({"a": "a"}, "a", True),
        ({"a": "missing/../.."}, "a", True),
    ],
)
def test_links_are_followed_to_see_where_they_end(
    links: dict[str, str], path: str, leaves: bool
) -> None:
    assert leaves_tree(path, links) is leaves


def test_the_link_that_leaves_is_named() -> None:
    with pytest.raises(ArtifactRefused, match=r"a/b: the symbolic link to '\.\./\.\./c'"):
        check_links([Entry("a/b", Kind.LINK, target="../../c")])


def test_exclusion_takes_whole_folders(tmp_path: Path) -> None:
    build(tmp_path, ["a/x", "b/x", "c"])
    entries = scan(tmp_path, frozenset({"a", "c", "b/y"}))
    assert [entry.path for entry in entries] == ["b", "b/x"]
