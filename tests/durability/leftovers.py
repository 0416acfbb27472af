"""What must not be there once a platform has nothing left to do."""

import fnmatch
import hashlib
import os
import sqlite3
import time
from pathlib import Path

from tests.durability.connector import APPLICATIONS
from tests.durability.history import History
from tests.durability.platform import Platform

LISTENS = "0A"


def assert_tidy(platform: Platform, deployments: int, seconds: float = 100) -> None:
    """The platform runs, with ``deployments`` deployed and no run under way: nothing else is left
    of all that was begun, killed and begun again. What a run's end is seen by comes a moment
    before the run has put everything away."""
    until = time.monotonic() + seconds
    while True:
        try:
            _assert_tidy(platform, deployments)
        except (AssertionError, FileNotFoundError):  # what goes while we look is as good as gone
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _assert_tidy(platform: Platform, deployments: int) -> None:
    assert _sandboxes(platform) == deployments * len(APPLICATIONS)
    _assert_one_place(platform)
    _assert_nothing_half_made(platform.data)
    with History(platform.data) as history:
        routes = {int(str(port)) for port in history.column("SELECT port FROM routes")}
        assert len(routes) == deployments * len(APPLICATIONS)
        assert history.count("deployments") == deployments
        assert history.count("runs", "state IN ('queued', 'running')") == 0
        assert history.count("publishing_plans") == 0
        assert history.count("run_steps", "outcome IS NULL OR outcome = 'broken'") == 0
    assert _listening(platform.pid) == routes | {platform.port}


def assert_databases_whole(platform: Platform) -> None:
    for name in ("connectory.db", "workflows.db"):
        connection = sqlite3.connect(f"file:{platform.data / name}?mode=ro", uri=True)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], name
        connection.close()


def groups_of(platform: Platform) -> set[Path]:
    """The control groups of every platform that ever ran on this directory."""
    digest = hashlib.sha256(str((platform.data / "sandbox").absolute()).encode()).hexdigest()[:10]
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    roots = {Path(line.split()[1]) for line in mounts if line.split()[2].startswith("cgroup")}
    # not rglob: it fails when the group of somebody else goes while it looks
    return {
        Path(folder, name)
        for root in roots
        for folder, names, _ in os.walk(root)
        for name in fnmatch.filter(names, f"connectory-{digest}-*")
    }


def _sandboxes(platform: Platform) -> int:
    """How many programs run, by the control groups of the living platform; others have none."""
    found = groups_of(platform)
    strangers = {one for one in found if f"-{platform.pid}-" not in one.name}
    assert not strangers, "control groups of dead platforms"
    names = {run.name for one in found for run in one.iterdir() if run.is_dir()}
    return len(names)


def _assert_one_place(platform: Platform) -> None:
    notes = list((platform.data / "sandbox" / "places").iterdir())
    assert [f"-{platform.pid}-" in note.name for note in notes] == [True], notes
    place = Path(notes[0].read_text())
    assert not list((place / "pids").iterdir())


def _assert_nothing_half_made(data: Path) -> None:
    folders = ("publishing/runs", "artifacts/incoming", "dependencies/incoming")
    assert not [found for name in folders for found in (data / name).iterdir()]
    assert not list((data / "git").glob("new-*"))


def _listening(pid: int) -> set[int]:
    """The ports the platform itself listens on."""
    mine = {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()}
    found = set()
    for row in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = row.split()
        if fields[3] == LISTENS and f"socket:[{fields[9]}]" in mine:
            found.add(int(fields[1].rpartition(":")[2], 16))
    return found
