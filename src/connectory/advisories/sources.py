"""OSV records out of a file, an archive or a folder, one at a time and within bounds."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

LARGEST_RECORD = 8 << 20
LARGEST_LIST = 256 << 20
LARGEST_TOTAL = 32 << 30
MOST_RECORDS = 3_000_000
"""Several times what all of OSV has for the ecosystems we read."""


class SourceRefused(Exception):  # noqa: N818 - says it better
    """The source cannot be read, or is larger than any honest one."""


def records(source: Path) -> Iterator[bytes]:
    """The raw records below ``source``: a zip, a folder of either, a JSON record, a JSON list or
    one record a line (``.jsonl``, ``.ndjson``). What is larger than a record is left out.

    Raises ``SourceRefused``.
    """
    total = 0
    for number, raw in enumerate(_any(source)):
        total += len(raw)
        if number >= MOST_RECORDS or total > LARGEST_TOTAL:
            raise SourceRefused(f"{source.name} holds more than any set of advisories.")
        yield raw


def _any(source: Path) -> Iterator[bytes]:
    try:
        yield from _folder(source) if source.is_dir() else _file(source)
    except (OSError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as problem:
        raise SourceRefused(f"{source.name} cannot be read: {problem}") from problem


def _folder(folder: Path) -> Iterator[bytes]:
    """In the order of names, links left alone."""
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(files):
            file = Path(path) / name
            if name.endswith((".json", ".zip")) and not file.is_symlink():
                yield from _file(file)


def _file(file: Path) -> Iterator[bytes]:
    if zipfile.is_zipfile(file):
        yield from _archive(file)
    elif file.suffix in {".jsonl", ".ndjson"}:
        with file.open("rb") as lines:
            yield from iter(lambda: lines.readline(LARGEST_RECORD), b"")
    elif file.suffix == ".zip":
        raise SourceRefused(f"{file.name} is no zip archive, or only a part of one.")
    elif file.stat().st_size <= LARGEST_LIST:
        yield from _listed(file.read_bytes())


def _archive(file: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.filename.endswith(".json") and member.file_size <= LARGEST_RECORD:
                # What an archive says of its sizes need not be true.
                with archive.open(member) as content:
                    yield content.read(LARGEST_RECORD)


def _listed(data: bytes) -> Iterator[bytes]:
    if not data.lstrip().startswith(b"["):
        yield data
        return
    try:
        yield from (bytes(one) for one in msgspec.json.decode(data, type=list[msgspec.Raw]))
    except (msgspec.DecodeError, RecursionError) as problem:
        raise SourceRefused(f"This is no list of records: {problem}") from problem
