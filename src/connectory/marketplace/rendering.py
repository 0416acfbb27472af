"""A README is rendered in a process of its own: what hangs or grows in there harms nobody.

Run as a program, it reads a ``Work`` as JSON and writes HTML.
"""

import contextlib
import subprocess
import sys

import msgspec

from connectory.marketplace.links import Place
from connectory.marketplace.readme import plain, readme
from connectory.wire import Wire, encode

SECONDS = 10
"""Of processor time; a long README takes one."""
PATIENCE = 120.0
"""Seconds on the clock, on the busiest machine."""
MEMORY = 1024 * 1024 * 1024


class Work(Wire):
    text: str
    place: Place


def rendered(text: str, place: Place, seconds: int = SECONDS) -> str:
    """Markdown as safe HTML; as plain text when it is too much for ``seconds`` or the memory.
    Blocks."""
    command = [sys.executable, "-I", "-m", __name__, str(seconds)]
    try:
        done = subprocess.run(
            command,
            input=encode(Work(text=text, place=place)),
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return plain(text)
    return done.stdout.decode() if done.returncode == 0 else plain(text)


def main() -> None:
    _limit(int(sys.argv[1]))
    work = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    sys.stdout.buffer.write(readme(work.text, work.place).encode())


def _limit(seconds: int) -> None:
    import resource

    for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MEMORY)):
        # not every system knows every limit
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
