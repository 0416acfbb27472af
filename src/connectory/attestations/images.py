"""Images of an OCI layout on a stranger's disk, a folder or a tar, held to their digests."""

import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from connectory.artifacts import layout
from connectory.artifacts.blobs import DIGEST
from connectory.attestations.documents import Malformed, decoded
from connectory.attestations.problems import Fault, Problem

CHUNK = 1024 * 1024
LARGEST = 16 * 1024 * 1024
"""Bytes of an index or manifest."""
INDEX = "index.json"


class Files(Protocol):
    """What a layout is made of, by names such as ``blobs/sha256/...``."""

    def open(self, name: str) -> BinaryIO | None:
        """None when it is not there, or no regular file."""


class Folder:
    """A layout that lies open."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def open(self, name: str) -> BinaryIO | None:
        path = self.root / name
        return path.open("rb") if path.is_file() else None


class Archive:
    """A layout in a tar. Raises ``Malformed`` for one that says two things."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self.archive = archive
        self.members: dict[str, tarfile.TarInfo] = {}
        for member in archive:
            name = member.name.removeprefix("./")
            if name in self.members and not member.isdir():
                raise Malformed(f"the archive holds {name[:100]!r} twice")
            self.members[name] = member

    def open(self, name: str) -> BinaryIO | None:
        member = self.members.get(name)
        if member is None or not member.isreg():
            return None
        return self.archive.extractfile(member)  # type: ignore[return-value]


@contextmanager
def files_of(path: Path) -> Iterator[Files]:
    """The layout at ``path``. Raises ``Malformed``, or ``OSError`` when nothing is there."""
    if path.is_dir():
        yield Folder(path)
        return
    try:
        with tarfile.open(path) as archive:
            yield Archive(archive)
    except tarfile.TarError as problem:
        raise Malformed(f"it is no tar archive: {problem}") from None


def listed(files: Files) -> frozenset[str]:
    """The digests of the images in the index. Attestations are listed there too, and are no
    images: what has an empty configuration cannot be run.

    Raises ``Malformed`` or ``Missing``.
    """
    index = decoded(_whole(files, INDEX), layout.Document)
    lines = index.get("manifests")
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise Malformed("its index lists no images")
    return frozenset(
        str(line.get("digest"))
        for line in lines
        if "artifactType" not in line or not _is_referrer(files, str(line.get("digest")))
    )


def _is_referrer(files: Files, digest: str) -> bool:
    """By the manifest itself: anybody can write anything into an index."""
    try:
        config = decoded(_blob(files, digest), layout.Document).get("config")
    except (Malformed, Missing):
        return False
    return isinstance(config, dict) and config.get("mediaType") == layout.EMPTY


def image_problems(files: Files, digest: str) -> Iterator[Problem]:
    """Every byte of an image against its digest."""
    try:
        manifest = decoded(_blob(files, digest), layout.Document)
        config, layers = manifest["config"], manifest["layers"]
        pointed = [(Fault.ARTIFACT_CONFIG, config), *((Fault.ARTIFACT_LAYER, e) for e in layers)]
    except Missing as problem:
        yield Problem(Fault.ARTIFACT_MISSING, digest, str(problem))
        return
    except (Malformed, KeyError, TypeError) as problem:
        yield Problem(Fault.ARTIFACT_MANIFEST, digest, f"its manifest is damaged: {problem}")
        return
    for fault, descriptor in pointed:
        yield from _pointed(files, digest, fault, descriptor)


def _pointed(files: Files, image: str, fault: Fault, descriptor: Any) -> Iterator[Problem]:
    named = descriptor if isinstance(descriptor, dict) else {}
    digest = str(named.get("digest"))
    try:
        size = _checked(files, digest)
    except (Malformed, Missing) as problem:
        yield Problem(fault, image, f"{digest[:80]}: {problem}")
        return
    if size != named.get("size"):
        yield Problem(fault, image, f"{digest}: it has {size} bytes, which is not what it says")


class Missing(LookupError):  # noqa: N818 - says it better
    """A file of the layout is not there."""


def _checked(files: Files, digest: str) -> int:
    """The size of a blob that is what its name says. Raises ``Malformed`` or ``Missing``."""
    size, hashed = 0, hashlib.sha256()
    with _opened(files, _name(digest)) as file:
        while data := file.read(CHUNK):
            hashed.update(data)
            size += len(data)
    if f"sha256:{hashed.hexdigest()}" != digest:
        raise Malformed("its bytes are not those of its digest")
    return size


def _blob(files: Files, digest: str) -> bytes:
    data = _whole(files, _name(digest))
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
        raise Malformed("its bytes are not those of its digest")
    return data


def _name(digest: str) -> str:
    if not DIGEST.fullmatch(digest):
        raise Malformed("it is no SHA-256 digest")
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


def _whole(files: Files, name: str) -> bytes:
    with _opened(files, name) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Malformed(f"it has more than {LARGEST >> 20} MiB")
    return data


def _opened(files: Files, name: str) -> BinaryIO:
    file = files.open(name)
    if file is None:
        raise Missing(f"there is no {name}")
    return file
