"""From what a build wrote to what is served: its files, and the same compressed, side by side."""

import gzip
import shutil
from pathlib import Path

from connectory.durable import Rejected
from connectory.hosting.sites.layout import ENCODINGS, FILES
from connectory.hosting.sites.serving.types import is_text
from connectory.sites import listing

MOST_FILES = 20_000
SMALLEST = 512
"""Bytes below which compressing gains nothing."""
WORTH = 0.9
THOROUGH = 2 << 20
"""Bytes up to which there is time for the best brotli can do."""


def shape(output: Path, site: Path, application: str) -> None:
    """Write to the folder ``site`` what is served of the folder ``output``. Blocks; links are not
    followed and nobody may be writing to ``output``. Raises ``Rejected``."""
    files = listing(output)
    if len(files) > MOST_FILES:
        raise Rejected(
            f"{application} has {len(files)} files to serve; {MOST_FILES} are the most.",
            fix="Leave out what no browser asks for.",
        )
    for path, size in files.items():
        target = _made(site / FILES / path)
        shutil.copyfile(output / path, target, follow_symlinks=False)
        if size >= SMALLEST and is_text(path):
            _compress(site, path, target.read_bytes())


def _compress(site: Path, path: str, data: bytes) -> None:
    """The same bytes give the same bytes, on every machine."""
    import brotli

    quality = 10 if len(data) <= THOROUGH else 5
    encoded = {
        "br": brotli.compress(data, quality=quality),
        "gzip": gzip.compress(data, 9, mtime=0),
    }
    for encoding, content in encoded.items():
        if len(content) < len(data) * WORTH:
            _made(site / ENCODINGS[encoding] / path).write_bytes(content)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
