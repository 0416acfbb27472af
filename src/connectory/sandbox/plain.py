"""Programs without isolation, for systems that offer none: the user's own connectors only."""

import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from connectory.sandbox import bubblewrap, launch, pasta
from connectory.sandbox.children import Starter, below, hang_up, kill
from connectory.sandbox.model import Command, Mount, Network, SandboxSettings
from connectory.sandbox.started import NOWHERE, Started


def translated(command: Command) -> Command:
    """The command with the places it would see inside replaced by where they really are."""
    return replace(
        command,
        argv=tuple(_at_home(word, command.mounts) for word in command.argv),
        cwd=_at_home(command.cwd, command.mounts),
        environment={
            name: _at_home(value, command.mounts) for name, value in command.environment.items()
        },
    )


def environment(command: Command, settings: SandboxSettings) -> dict[str, str]:
    """The variables a program gets: the host's PATH and HOME, nothing else of its environment."""
    variables = bubblewrap.environment(command, proxied=False, ca=False)
    host = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    ca = {"NODE_EXTRA_CA_CERTS": str(settings.ca_file)} if settings.ca_file is not None else {}
    return {**variables, **host, **ca, **command.environment}


@dataclass(frozen=True)
class Plain:
    settings: SandboxSettings
    starter: Starter
    open_files: int

    async def begin(self, command: Command, *, merged: bool) -> Started:
        async with AsyncExitStack() as undo:
            command = translated(command)
            port = pasta.free_port() if command.network is Network.OPEN and command.port else None
            child = await self.starter.start(
                self._argv(command),
                self._environment(command, port),
                merged=merged,
                folder=command.cwd,
            )
            undo.callback(hang_up, child)
            undo.callback(kill, child)
            return Started(
                child=child,
                undo=undo.pop_all(),
                members=lambda: (child.pid, *_descendants(child.pid)),
                address=("127.0.0.1", port) if port is not None else NOWHERE,
            )

    def _argv(self, command: Command) -> tuple[str, ...]:
        argv = command.argv
        if sys.platform == "linux" and shutil.which("setpriv"):
            argv = launch.dropped(argv, None, dies_with=os.getpid())
        return launch.limited(argv, command.limits, (), self.open_files)

    def _environment(self, command: Command, port: int | None) -> Mapping[str, str]:
        own = {} if port is None else {"PORT": str(port)}
        return {**environment(command, self.settings), **own}


def _descendants(pid: int) -> tuple[int, ...]:
    return below(pid) if sys.platform == "linux" else ()


def _at_home(text: str, mounts: tuple[Mount, ...]) -> str:
    return ":".join(_one(part, mounts) for part in text.split(":"))


def _one(text: str, mounts: tuple[Mount, ...]) -> str:
    for mount in sorted(mounts, key=lambda each: -len(each.target)):
        if text == mount.target or text.startswith(f"{mount.target.rstrip('/')}/"):
            return str(mount.source.absolute()) + text[len(mount.target.rstrip("/")) :]
    return text
