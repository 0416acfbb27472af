"""A seed: one mistake in a connector that is otherwise in order, and its clean twin, which looks
alike and is none. A connector is a mapping of paths to texts; a change edits one in place."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.specification import parse

CONNECTORS = Path(__file__).with_name("connectors")
Files = dict[str, str | bytes]
Change = Callable[[Files], None]


@dataclass(frozen=True)
class Seed:
    """``rule`` is to be found in the ``base`` with the ``flaw``, in the file ``at`` and on the line
    that holds ``on``, as far as they are given, and not with the ``twin``. ``missed`` says why a
    flaw is known not to be found: such a seed counts as a miss and is asserted to be one."""

    name: str
    base: str
    rule: str
    flaw: tuple[Change, ...]
    twin: tuple[Change, ...]
    at: str = ""
    on: str = ""
    missed: str = ""

    @property
    def flawed(self) -> Files:
        return changed(connector(self.base), self.flaw)

    @property
    def clean(self) -> Files:
        return changed(connector(self.base), self.twin)

    @property
    def line(self) -> int | None:
        """The line that a finding is to name; None for any."""
        if not self.on:
            return None
        lines = text(self.flawed, self.at).splitlines()
        return next(number for number, one in enumerate(lines, 1) if self.on in one)

    def __str__(self) -> str:
        return f"{self.rule}: {self.name}"


@cache
def _stored(name: str) -> tuple[tuple[str, str], ...]:
    root = CONNECTORS / name
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return tuple((path.relative_to(root).as_posix(), path.read_text()) for path in files)


def connector(name: str) -> Files:
    """The files of a clean connector."""
    return dict(_stored(name))


def changed(files: Files, changes: Iterable[Change]) -> Files:
    for change in changes:
        change(files)
    return files


def text(files: Files, path: str) -> str:
    content = files[path]
    return content if isinstance(content, str) else content.decode()


def write(path: str, content: str | bytes) -> Change:
    def change(files: Files) -> None:
        files[path] = content

    return change


def remove(*starts: str) -> Change:
    """Every file whose path begins so."""

    def change(files: Files) -> None:
        gone = [path for path in files if path.startswith(starts)]
        assert gone, starts
        for path in gone:
            del files[path]

    return change


def edit(path: str, old: str, new: str) -> Change:
    def change(files: Files) -> None:
        content = text(files, path)
        assert content.count(old) == 1, (path, old, content.count(old))
        files[path] = content.replace(old, new)

    return change


def append(path: str, more: str) -> Change:
    def change(files: Files) -> None:
        files[path] = text(files, path) + more

    return change


def cut(path: str, length: int) -> Change:
    """What is left of a file when the disk was full."""

    def change(files: Files) -> None:
        files[path] = text(files, path)[:length]

    return change


def move(old: str, new: str) -> Change:
    """A folder under another name."""

    def change(files: Files) -> None:
        for path in [one for one in files if one.startswith(f"{old}/")]:
            files[f"{new}/{path.removeprefix(f'{old}/')}"] = files.pop(path)

    return change


def rename(old: str, new: str) -> Change:
    def change(files: Files) -> None:
        files[new] = files.pop(old)

    return change


def in_json(path: str, work: Callable[[Any], object]) -> Change:
    """Change what a JSON file says, written as package managers write it."""

    def change(files: Files) -> None:
        document = json.loads(text(files, path))
        work(document)
        files[path] = json.dumps(document, indent=2) + "\n"

    return change


def laid_out(root: Path, files: Files) -> Candidate:
    """The files below ``root``, as a commit of them would be examined."""
    entries = {}
    for path, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
        entries[path] = Entry(path, hashlib.sha1(data).hexdigest(), len(data))
    return Candidate(root, entries, parse(text(files, "connect.yaml")))
