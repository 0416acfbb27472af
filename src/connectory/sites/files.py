"""Reading what a stranger's build left behind: no link is followed, nothing hidden is seen."""

import json
import os
import stat
from pathlib import Path
from typing import Any

from connectory.sites import output

MODULES = "node_modules"
WELL_KNOWN = ".well-known"
LARGEST_PACKAGE = 1024 * 1024


def find(tree: Path, application: str, *, page: bool) -> str | None:
    """The folder below the application's that is to be served ("" for itself), None for none.

    ``page``: it has to have an ``index.html``. Nobody may be writing to ``tree`` any more.
    """
    if not is_folder(tree, application):
        return None
    start = _start(tree, application)
    named = output.named(start)
    names = (*output.FOLDERS, *((named,) if named is not None else ()))
    places = {name: f"{application}/{name}" if name else application for name in names}
    folders = {
        name: listing(tree / place) for name, place in places.items() if is_folder(tree, place)
    }
    return output.chosen(folders, start, page=page)


def listing(folder: Path) -> dict[str, int]:
    """The size in bytes of each regular file below ``folder``, by its path from there.

    Neither links nor devices, nor what is hidden (``.well-known`` is not), nor installed packages,
    nor names that no address can hold.
    """
    found = dict[str, int]()
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(folder / below) as entries:
            for entry in entries:
                if not _is_shown(entry.name):
                    continue
                path = f"{below}{entry.name}"
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    waiting.append(f"{path}/")
                elif stat.S_ISREG(status.st_mode):
                    found[path] = status.st_size
    return found


def is_folder(root: Path, path: str) -> bool:
    """Whether ``path`` is a folder with no link on the way to it, and below ``root``."""
    here = root
    for part in path.split("/"):
        here = here / part
        if part in {"", ".", ".."} or here.is_symlink():
            return False
    return here.is_dir()


def _is_shown(name: str) -> bool:
    if name.startswith(".") and name != WELL_KNOWN:
        return False
    return name != MODULES and name.isprintable()


def _start(tree: Path, application: str) -> str:
    document = _package(tree / application / "package.json")
    scripts = document.get("scripts") if isinstance(document, dict) else None
    start = scripts.get("start") if isinstance(scripts, dict) else None
    return start if isinstance(start, str) else ""


def _package(path: Path) -> Any:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - of a descriptor
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        try:
            return json.loads(file.read(LARGEST_PACKAGE))
        except (ValueError, RecursionError):
            return None
