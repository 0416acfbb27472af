"""The three pipes to bubblewrap: its options in, its first process out, and the word to go on."""

import json
import os
from dataclasses import dataclass
from typing import Self


@dataclass
class Handshake:
    """Descriptors; the `_there` ends are inherited by bubblewrap and closed here once it has them.

    Options travel through a pipe because an argument list can be read by every user of the host.
    """

    options_there: int
    options: int
    info: int
    info_there: int
    block_there: int
    block: int

    @classmethod
    def open(cls) -> Self:
        return cls(*os.pipe(), *os.pipe(), *os.pipe())

    @property
    def inherited(self) -> tuple[int, int, int]:
        return self.options_there, self.info_there, self.block_there

    def handed_over(self) -> None:
        for name in ("options_there", "info_there", "block_there"):
            self._close(name)

    def introduce(self, options: tuple[str, ...]) -> int | None:
        """Blocks until bubblewrap has read its options and made its namespaces; the process id of
        its first process, None when it failed before."""
        raw = b"".join(option.encode("utf-8", "surrogateescape") + b"\0" for option in options)
        try:
            while raw:
                raw = raw[os.write(self.options, raw) :]
        except BrokenPipeError:
            return None
        self._close("options")
        said = b""
        while not said.rstrip().endswith(b"}"):
            chunk = os.read(self.info, 4096)
            if not chunk:
                return None
            said += chunk
        return int(json.loads(said)["child-pid"])

    def go(self) -> bool:
        try:
            os.write(self.block, b"x")
        except BrokenPipeError:
            return False
        return True

    def close(self) -> None:
        for name in self.__dataclass_fields__:
            self._close(name)

    def _close(self, name: str) -> None:
        descriptor = getattr(self, name)
        if descriptor >= 0:
            os.close(descriptor)
            setattr(self, name, -1)
