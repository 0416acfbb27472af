"""What checks found out before, by what they read: files that are renamed into place."""

import hashlib
import os
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
DAY = 86_400.0


@dataclass(frozen=True)
class CheckCache:
    """Safe to share between threads and processes, and to lose. Every method blocks on the disk
    for well under a millisecond."""

    folder: Path

    def get(self, key: Any, shape: type[T]) -> T | None:
        """What was put under ``key``; None when nothing was, or it cannot be read as ``shape``."""
        path = self._path(key)
        try:
            found = msgspec.json.decode(path.read_bytes(), type=shape)
        except (OSError, msgspec.DecodeError):
            return None
        with suppress(OSError):
            os.utime(path)
        return found

    def put(self, key: Any, value: Any) -> None:
        """A full disk loses the value and nothing else."""
        path = self._path(key)
        fresh = path.with_name(f".{uuid.uuid4().hex}")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.encode(value))
            fresh.replace(path)

    def trim(self, days: float) -> None:
        """Remove what nobody asked for in so many days."""
        oldest = time.time() - days * DAY
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _path(self, key: Any) -> Path:
        name = hashlib.sha256(msgspec.json.encode(key)).hexdigest()
        return self.folder / name[:2] / name
