"""One running program, watched until nothing of it is left."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import IO

from connectory.sandbox import children, trees
from connectory.sandbox.model import Cause, Command, Finished, StreamLine
from connectory.sandbox.output import Lines, Tail
from connectory.sandbox.started import Started

CHUNK = 16 * 1024
# A program that only talks gets at most a quarter of the loop's time; then its pipe fills up and
# it has to wait.
PAUSE_PER_WORK = 3
LOOK_AT_DISK_EVERY = 1.0
LOOK_AT_DISK_AT_LEAST_EVERY = 20.0


class Process:
    """A program that runs until it ends, is stopped, or passes one of its limits.

    `address` is the host's address of its port; port 0 means that it cannot be reached.
    """

    def __init__(self, started: Started, command: Command, output: StreamLine) -> None:
        self._started = started
        self._command = command
        self._output = output
        self._tail = Tail()
        self._asked: Cause | None = None
        self._began = time.monotonic()
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.create_task(self._watch())

    @property
    def pid(self) -> int:
        return self._started.child.pid

    @property
    def address(self) -> tuple[str, int]:
        return self._started.address

    @property
    def outlet_ports(self) -> frozenset[int]:
        """Ports at which the platform, not the program, listens inside."""
        return frozenset(one.port for one in self._command.outlets)

    @property
    def alive(self) -> bool:
        return not self._ending.done() and self._started.child.poll() is None

    @property
    def forwarded(self) -> bool:
        """Whether connecting to `address` says nothing: a forwarder accepts first."""
        return self._started.forwarded

    async def wait(self) -> Finished:
        """How it ended; any loop may ask. Giving up waiting does not end it."""
        if asyncio.get_running_loop() is not self._loop:
            return await self._at_home(self.wait())
        return await asyncio.shield(self._ending)

    async def stop(self, grace: float = 5) -> Finished:
        """Ask it to end, insist after `grace` seconds; nothing of it is left afterwards. Any loop
        may ask."""
        if asyncio.get_running_loop() is not self._loop:
            return await self._at_home(self.stop(grace))
        if self.alive:
            self._asked = self._asked or "cancelled"
            children.ask_to_stop(self._started.members())
            await asyncio.wait({self._ending}, timeout=grace)
            children.kill(self._started.child)
        return await self.wait()

    async def _at_home(self, answer: Coroutine[None, None, Finished]) -> Finished:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(answer, self._loop))

    def when_over(self, call: Callable[[], None]) -> None:
        self._ending.add_done_callback(lambda _: call())

    def kill(self, cause: Cause = "cancelled") -> None:
        self._asked = self._asked or cause
        children.kill(self._started.child)

    async def _watch(self) -> Finished:
        limits = [asyncio.create_task(each) for each in (self._time_limit(), self._disk_limit())]
        pipes = {"stdout": self._started.child.stdout, "stderr": self._started.child.stderr}
        pumps = [asyncio.create_task(self._pump(name, pipe)) for name, pipe in pipes.items()]
        try:
            code = await self._code(pumps)
            return self._finished(code)
        finally:
            children.kill(self._started.child)
            for task in (*limits, *pumps):
                task.cancel()
            await asyncio.gather(*limits, *pumps, return_exceptions=True)
            await self._started.undo.aclose()

    async def _code(self, pumps: list[asyncio.Task[None]]) -> int:
        """The exit code, once all output has been read; what a listener raises ends the program."""
        ended = asyncio.create_task(children.exited(self._started.child))
        try:
            await asyncio.wait({ended, *pumps}, return_when=asyncio.FIRST_EXCEPTION)
            await asyncio.gather(*pumps)
            return await ended
        finally:
            ended.cancel()

    def _finished(self, code: int) -> Finished:
        group = self._started.group
        starved = group is not None and group.out_of_memory()
        return Finished(
            code=code,
            cause=cause(code, self._asked, starved),
            tail=self._tail.text(),
            seconds=time.monotonic() - self._began,
            peak_memory=group.peak_memory() if group is not None else None,
            refused_hosts=self._started.refused(),
        )

    async def _pump(self, name: str, pipe: IO[bytes] | None) -> None:
        if pipe is None:
            return
        reader = asyncio.StreamReader(limit=CHUNK)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            await self._read(reader, Lines(lambda line: self._say(name, line)))
        finally:
            transport.close()

    async def _read(self, reader: asyncio.StreamReader, lines: Lines) -> None:
        while chunk := await reader.read(CHUNK):
            began = time.monotonic()
            lines.feed(chunk)
            await asyncio.sleep(PAUSE_PER_WORK * (time.monotonic() - began))
        lines.close()

    def _say(self, name: str, line: str) -> None:
        self._tail.add(line)
        self._output(name, line)

    async def _time_limit(self) -> None:
        if self._command.limits.seconds is not None:
            await asyncio.sleep(self._command.limits.seconds)
            self.kill("timeout")

    async def _disk_limit(self) -> None:
        limit = self._command.limits.disk
        folders = [one for mount in self._command.mounts if (one := mount.written)]
        while limit is not None and folders:
            looked = time.monotonic()
            used = await asyncio.to_thread(lambda: sum(map(trees.size, folders)))
            if used > limit:
                self.kill("disk")
                return
            await asyncio.sleep(pause(time.monotonic() - looked))


def pause(took: float) -> float:
    """Seconds until the next look at the disk: a huge tree takes long to count, and the program
    is slower for it. A tenth of the time is enough, but nobody goes unwatched for long."""
    return min(max(LOOK_AT_DISK_EVERY, 10 * took), LOOK_AT_DISK_AT_LEAST_EVERY)


def cause(code: int, asked: Cause | None, starved: bool) -> Cause:
    """Why it ended: what we did to it comes first, then memory, then its own doing."""
    if asked is not None:
        return asked
    if starved and code != 0:
        return "memory"
    return "signal" if code > 128 else "exit"
