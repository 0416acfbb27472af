"""``npm``, ``npx``, ``yarn`` and ``pnpm`` as programs, for scripts that call them."""

import shlex
from collections.abc import Iterable
from pathlib import Path

from connectory.toolchains.model import Node, PackageManager


def lay_out(
    folder: Path, node: Node, npm: PackageManager, others: Iterable[PackageManager]
) -> None:
    """Write them into ``folder``; ``npm`` brings npx along. ``node`` itself is not among them."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in (npm, *others):
        program(folder / one.name, str(node.binary), str(one.entry))
    program(folder / "npx", str(node.binary), str(npm.entry.with_name("npx-cli.js")))


def program(path: Path, *words: str) -> None:
    """One that stands for ``words``, with what it is given behind them."""
    path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    path.chmod(0o755)
