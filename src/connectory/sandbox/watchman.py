"""Ends what is left in our control groups when the platform is killed.

bubblewrap dies with its parent, but not at every moment: its first process has, while it is being
made, nobody whose death the kernel would tell it. The watchman learns of ours from a pipe.
"""

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# A word says that the platform stops by itself; the end of the pipe, that it was killed. What is
# just being started joins its group a little later: hence more than one look.
WATCH = """
read -r word && exit
for look in 1 2 3 4 5 6 7 8 9 10; do
  for instance in "$@"; do
    for group in "$instance"/*/cgroup.procs; do
      while read -r pid; do kill -9 "$pid"; done < "$group"
    done
  done
  sleep 0.1
done
"""


@dataclass
class Watchman:
    """A shell of one megabyte in a session of its own."""

    process: subprocess.Popen[bytes]

    @classmethod
    def over(cls, instances: Iterable[Path]) -> Self:
        """Watches over the folders of this platform's groups."""
        process = subprocess.Popen(
            ("sh", "-c", WATCH, "sh", *map(str, instances)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            start_new_session=True,
        )
        return cls(process)

    def dismiss(self) -> None:
        """It goes without doing anything."""
        self.process.communicate(b"\n")
