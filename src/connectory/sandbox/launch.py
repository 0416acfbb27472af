"""The steps between the platform and bubblewrap, as argument lists: join, limit, stage, drop."""

from collections.abc import Sequence
from pathlib import Path

from connectory.sandbox.model import Limits

FORK_BOMB_STOPS_AT = 4096
OPEN_FILES = 16384

# `0` is the writing process itself, in both versions of cgroups. ulimit counts 512-byte blocks.
JOIN_AND_LIMIT = """
while [ "$1" != -- ]; do echo 0 > "$1" || exit 70; shift; done; shift
ulimit -c 0
ulimit -n "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null
[ "$3" = - ] || ulimit -u "$3" 2>/dev/null || ulimit -p "$3" 2>/dev/null
shift 3
exec "$@"
"""

# The kernel's signal comes only for a parent that dies after it was asked for.
UNLESS_ORPHANED = '[ "$PPID" = "$1" ] || exit 70; shift; exec "$@"'

# Sources below folders that only root may enter are bound to places everyone may reach, in a
# mount namespace nobody else sees and that ends with the program.
STAGE = """
at=$1; shift
mount -t tmpfs -o mode=755,size=1m connectory "$at" || exit 70
n=0
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir "$at/$n"; else : > "$at/$n"; fi
  mount --bind "$1" "$at/$n" || exit 70
  n=$((n + 1)); shift
done; shift
exec "$@"
"""


def limited(
    argv: Sequence[str], limits: Limits, joins: Sequence[Path], open_files: int
) -> tuple[str, ...]:
    """`argv` as a member of the control groups whose `cgroup.procs` are given, below rlimits."""
    blocks = max(1, limits.file_size // 512)
    tasks = "-" if joins else str(FORK_BOMB_STOPS_AT)
    files = str(min(open_files, OPEN_FILES))
    joined = [str(path) for path in joins]
    return ("sh", "-c", JOIN_AND_LIMIT, "sh", *joined, "--", files, str(blocks), tasks, *argv)


def staged(argv: Sequence[str], sources: Sequence[Path], at: Path) -> tuple[str, ...]:
    """`argv` in a mount namespace where `at`/0, `at`/1 … are the sources; needs root."""
    if not sources:
        return tuple(argv)
    inner = ("sh", "-c", STAGE, "sh", str(at), *map(str, sources), "--", *argv)
    return ("unshare", "--mount", "--propagation", "private", "--", *inner)


def dropped(
    argv: Sequence[str], user: int | None, *, dies_with: int | None = None
) -> tuple[str, ...]:
    """`argv` as `user` with no way back; None stays who we are. `dies_with`: the process id of the
    platform that starts it, and must not be outlived."""
    identity = () if user is None else (f"--reuid={user}", f"--regid={user}", "--clear-groups")
    alone = ("setpriv", *identity)
    if dies_with is None:
        return (*alone, "--no-new-privs", "--", *argv)
    guard = ("sh", "-c", UNLESS_ORPHANED, "sh", str(dies_with))
    return (*alone, "--pdeathsig", "KILL", "--no-new-privs", "--", *guard, *argv)


def reachable(path: Path) -> bool:
    """Whether anyone at all may walk down to `path`."""
    return all(parent.stat().st_mode & 0o001 for parent in path.absolute().parents)
