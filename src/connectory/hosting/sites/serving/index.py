"""What a site consists of, read once: whatever is asked for later is found here or nowhere."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from connectory.hosting.sites.layout import ENCODINGS, FILES
from connectory.hosting.sites.serving.types import cache_control, media_type
from connectory.sites import listing


@dataclass(frozen=True, slots=True)
class Form:
    """One encoding of a file: where it lies, and its entity tag."""

    path: Path
    status: os.stat_result
    tag: str


@dataclass(frozen=True, slots=True)
class File:
    """A file by its address. ``forms`` are its encodings, the best first; "" is the file itself."""

    plain: Form
    forms: Mapping[str, Form]
    media_type: str
    cache_control: str
    modified: str

    @property
    def tags(self) -> frozenset[str]:
        return frozenset(one.tag for one in (self.plain, *self.forms.values()))


Index = Mapping[str, File]
"""The files of a site by their path, without a slash at the beginning."""


def read_index(tree: Path) -> Index:
    """Of the extracted tree of a site. Blocks while its files are read."""
    folders = {name: tree / folder for name, folder in ENCODINGS.items()}
    encoded = {name: listing(at) if at.is_dir() else {} for name, at in folders.items()}
    files = tree / FILES
    return {
        path: _file(path, files, {name: folders[name] for name in folders if path in encoded[name]})
        for path in (listing(files) if files.is_dir() else ())
    }


def _file(path: str, files: Path, encoded: Mapping[str, Path]) -> File:
    with (files / path).open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()[:32]
    plain = _form(files / path, digest)
    return File(
        plain,
        {name: _form(at / path, f"{digest}-{name}") for name, at in encoded.items()},
        media_type(path),
        cache_control(path),
        formatdate(plain.status.st_mtime, usegmt=True),
    )


def _form(path: Path, name: str) -> Form:
    return Form(path, path.stat(), f'"{name}"')
