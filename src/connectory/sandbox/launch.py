"""The steps between the platform and bubblewrap, as argument lists: join, limit, stage, drop."""

import sys
from collections.abc import Sequence
from pathlib import Path

from connectory.sandbox.model import Limits, Mount

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
# mount namespace nobody else sees and that ends with the program. What is changed in one behind
# `over` goes to the folder after it. Names are relative there: options of an overlay are separated
# by characters that a path may hold.
STAGE = """
at=$1; python=$2; mapped=$3; user=$4; shift 4
mount -t tmpfs -o mode=755,size=1m connectory "$at" || exit 70
cd "$at" || exit 70
n=0
while [ "$1" != -- ]; do
  if [ "$1" = over ]; then
    mkdir "$n" "$n.below" "$n.changes" || exit 70
    mount --bind "$2" "$n.changes" || exit 70
    "$python" -I -S "$mapped" "$user" "$3" "$n.below" || exit 70
    layers="lowerdir=$n.below,upperdir=$n.changes/made,workdir=$n.changes/work"
    mount -t overlay -o "$layers" connectory "$n" || exit 70
    shift 2
  else
    if [ -d "$1" ]; then mkdir "$n"; else : > "$n"; fi
    mount --bind "$1" "$n" || exit 70
  fi
  n=$((n + 1)); shift
done; shift
# whoever is inside can read them of its first process
cd / && unset PWD OLDPWD && exec "$@"
"""
CHANGE_OWNER = Path(__file__).with_name("change_owner.py")
LAYER = ("made", "work")
"""The folders that an overlay wants to find in the one for changes."""


def limited(
    argv: Sequence[str], limits: Limits, joins: Sequence[Path], open_files: int
) -> tuple[str, ...]:
    """`argv` as a member of the control groups whose `cgroup.procs` are given, below rlimits."""
    blocks = max(1, limits.file_size // 512)
    tasks = "-" if joins else str(FORK_BOMB_STOPS_AT)
    files = str(min(open_files, OPEN_FILES))
    joined = [str(path) for path in joins]
    return ("sh", "-c", JOIN_AND_LIMIT, "sh", *joined, "--", files, str(blocks), tasks, *argv)


def staged(
    argv: Sequence[str], mounts: Sequence[Mount], at: Path, user: int | None
) -> tuple[str, ...]:
    """`argv` in a mount namespace where `at`/0, `at`/1 … are the mounts' sources; needs root."""
    if not mounts:
        return tuple(argv)
    sources = (word for mount in mounts for word in _source(mount))
    own = (str(at), sys.executable, str(CHANGE_OWNER), str(user))
    inner = ("sh", "-c", STAGE, "sh", *own, *sources, "--", *argv)
    return ("unshare", "--mount", "--propagation", "private", "--", *inner)


def _source(mount: Mount) -> tuple[str, ...]:
    """Absolute, so that none can be taken for a word of ours."""
    source = str(mount.source.absolute())
    return (source,) if mount.changes is None else ("over", str(mount.changes.absolute()), source)


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
