"""Which commits came before, as far as they are here."""

import os
import subprocess
from pathlib import Path

from connectory.publishing.checks.candidate import Candidate

ALONE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "HOME": "/nonexistent",
}
SECONDS = 20.0
NOT_FETCHED = "Git history was not fetched: only the files of the commit were looked at."
BROKEN = "Git history could not be looked at completely."
CUT = "Git history was looked at as far as it was fetched."


def parents_arguments(repository: Path, commit: str) -> tuple[str, ...]:
    """Asks for the commits right before one; a commit at the edge of a shallow copy has none."""
    return ("git", f"--git-dir={repository}", "rev-parse", f"{commit}^@")


def earlier(candidate: Candidate) -> str:
    """The commit to begin with; empty when nothing came before, or it is not here.

    It is the one before, so that what was found out about it holds for every change made on top of
    it; for a merge it is the merge itself.
    """
    if candidate.repository is None or not candidate.commit:
        return ""
    parents = _parents(candidate.repository, candidate.commit)
    return parents[0] if len(parents) == 1 else candidate.commit if parents else ""


def remark(candidate: Candidate) -> str:
    """How far the history was looked at, in a sentence; empty when all of it was."""
    if candidate.repository is None or not candidate.commit:
        return NOT_FETCHED
    edges = _edges(candidate.repository)
    if candidate.commit in edges:
        return NOT_FETCHED
    return CUT if edges else ""


def _parents(repository: Path, commit: str) -> list[str]:
    try:
        done = subprocess.run(
            parents_arguments(repository, commit),
            env={"PATH": os.environ.get("PATH", ""), **ALONE},
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.decode("ascii", "replace").split() if done.returncode == 0 else []


def _edges(repository: Path) -> frozenset[str]:
    """The commits whose parents were not fetched."""
    try:
        return frozenset((repository / "shallow").read_text("ascii", "replace").split())
    except OSError:
        return frozenset()
