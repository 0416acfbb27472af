"""The three pipes to bubblewrap: its options in, its first process out, and the word to go on."""

import json
import os
import struct
from dataclasses import dataclass
from typing import Self

EVERY_CALL = struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000)
"""A seccomp filter of one instruction: return SECCOMP_RET_ALLOW."""


@dataclass
class Handshake:
    """Descriptors; the `_there` ends are inherited by bubblewrap and closed here once it has them.

    Options travel through a pipe because an argument list can be read by every user of the host.
    """

    options_there: int
    options: int
    info: int
    info_there: int
    go_there: int
    go_here: int

    @classmethod
    def open(cls) -> Self:
        info, info_writer = os.pipe()
        # readable too: should we die, bubblewrap must not die of writing to nobody, or the first
        # process that it has just made would wait for it for ever
        info_there = os.open(f"/proc/self/fd/{info}", os.O_RDWR | os.O_CLOEXEC)
        os.close(info_writer)
        return cls(*os.pipe(), info, info_there, *os.pipe())

    @property
    def inherited(self) -> tuple[int, int, int]:
        return self.options_there, self.info_there, self.go_there

    def handed_over(self) -> None:
        for name in ("options_there", "info_there", "go_there"):
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
        """bubblewrap waits for its filter up to the end of the pipe; should we die before this, it
        finds an empty one, which it cannot set, and gives up."""
        try:
            os.write(self.go_here, EVERY_CALL)
        except BrokenPipeError:
            return False
        self._close("go_here")
        return True

    def close(self) -> None:
        for name in self.__dataclass_fields__:
            self._close(name)

    def _close(self, name: str) -> None:
        descriptor = getattr(self, name)
        if descriptor >= 0:
            os.close(descriptor)
            setattr(self, name, -1)
