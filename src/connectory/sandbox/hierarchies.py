"""Where control groups can be made on this machine."""

import os
from pathlib import Path

from connectory.sandbox.cgroups import Hierarchy, read

FILESYSTEM = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "pids", "cpu")


def find(instance: str, root: Path = FILESYSTEM, own: str | None = None) -> Hierarchy | None:
    """The best place this process may make groups in, with a folder `instance` of its own there.

    A place counts only when the memory and the pids controllers work in it.
    """
    places = _places(own if own is not None else read(Path("/proc/self/cgroup")))
    return _second(instance, root, places.get("", "/")) or _first(instance, root, places)


def _places(text: str) -> dict[str, str]:
    """Controller → own path, from /proc/self/cgroup; version 2 has the empty name."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        found.update(dict.fromkeys(controllers.split(","), path))
    return found


def _second(instance: str, root: Path, own: str) -> Hierarchy | None:
    place = root / own.lstrip("/")
    while place.is_dir() and place.is_relative_to(root):
        if _delegates(place) or _make_room(place):
            hierarchy = _open(instance, 2, dict.fromkeys(CONTROLLERS, place))
            if hierarchy is not None:
                return hierarchy
        place = place.parent
    return None


def _delegates(place: Path) -> bool:
    return {"memory", "pids", "cpu"} <= set(read(place / "cgroup.subtree_control").split())


def _make_room(place: Path) -> bool:
    """A group may have processes or controllers for children, not both: when only this process
    lives here (a container, a delegated service), it moves to a leaf and the rest is free."""
    if read(place / "cgroup.procs").split() != [str(os.getpid())]:
        return False
    leaf = place / "connectory-platform"
    try:
        leaf.mkdir(exist_ok=True)
        (leaf / "cgroup.procs").write_text(str(os.getpid()))
        (place / "cgroup.subtree_control").write_text("+memory +pids +cpu")
    except OSError:
        return False
    return _delegates(place)


def _first(instance: str, root: Path, places: dict[str, str]) -> Hierarchy | None:
    parents = {name: _own_place(root / name, places.get(name, "/")) for name in CONTROLLERS}
    usable = {name: place for name, place in parents.items() if (place / "tasks").exists()}
    return _open(instance, 1, usable) if {"memory", "pids"} <= set(usable) else None


def _own_place(mount: Path, own: str) -> Path:
    place = mount / own.lstrip("/")
    return place if place.is_dir() else mount


def _open(instance: str, version: int, places: dict[str, Path]) -> Hierarchy | None:
    parents = {name: place / instance for name, place in places.items()}
    try:
        for parent in parents.values():
            parent.mkdir(exist_ok=True)
            if version == 2:
                (parent / "cgroup.subtree_control").write_text("+memory +pids +cpu")
    except OSError:
        return None
    return Hierarchy(version, parents)
