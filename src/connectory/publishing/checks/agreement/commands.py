"""What a shell line asks for, as far as it is certain: pure decisions on text."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

CUT = re.compile(r"(&&|\|\||;|\||\n|&)")
LONGEST = 4_000
"""Characters of a line that is looked into at all."""
SETTING = re.compile(r"^[A-Za-z_]\w*=")
RUNNERS = frozenset({"npm", "yarn", "pnpm"})
RUN = frozenset({"run", "run-script"})
SHORT = frozenset({"start", "test", "stop", "restart"})
QUIET = frozenset({"-s", "--silent", "--quiet", "-q"})
PLAIN = re.compile(r"^[\w@./:-]+$")
ELSEWHERE = frozenset({"cd", "pushd"})
WRAPPERS = frozenset({"cross-env", "env", "exec", "dotenv", "--"})
SCRIPT_NAMES = re.compile(r":|^(build|start|test|compile|deploy|predeploy|postdeploy)$")
"""yarn and pnpm look for an installed program of that name too: these are never programs."""
SOURCE = re.compile(r"\.[cm]?js$")
NO_FILE = frozenset({"-e", "--eval", "-p", "--print", "--test", "--run", "-v", "--version", "-"})
ANOTHER = (
    "--if-present",
    "-w",
    "--workspace",
    "--prefix",
    "-C",
    "--cwd",
    "--filter",
    "-F",
    "-r",
    "--recursive",
)
"""Options after which a script may be another package's, or missing."""
WITH_VALUE = frozenset({"-r", "--require", "--import", "--loader", "--env-file", "-C"})


@dataclass(frozen=True)
class RunsScript:
    """``npm run name`` and its like."""

    name: str


@dataclass(frozen=True)
class RunsFile:
    """``node path``, relative to the application's folder."""

    path: str


Wish = RunsScript | RunsFile


def wishes(line: str) -> tuple[Wish, ...]:
    """Scripts and files that the line surely needs. A command whose failure is expected
    (``a || b``), and all that runs in another folder, ask for nothing."""
    return tuple(_wishes(line))


def commands(line: str) -> list[list[str]]:
    """The words of each command of a line, without what it sets; none of a very long line."""
    return [_words(part) for part in _parts(line)[::2]]


def _wishes(line: str) -> Iterator[Wish]:
    parts = _parts(line)
    for number in range(0, len(parts), 2):
        words = _words(parts[number])
        follows = parts[number + 1] if number + 1 < len(parts) else ""
        if (words and words[0] in ELSEWHERE) or "(" in parts[number]:
            return
        wish = _wish(words)
        if wish is not None and follows != "||":
            yield wish


def _parts(line: str) -> list[str]:
    """Commands, and between them what joins them."""
    return [part.strip() for part in CUT.split(line)] if len(line) <= LONGEST else []


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    while words and (SETTING.match(words[0]) or words[0] in WRAPPERS):
        words.pop(0)
    return words


def _wish(words: list[str]) -> Wish | None:
    if not words:
        return None
    program, rest = words[0], [word for word in words[1:] if word not in QUIET]
    if program == "node":
        return _file(rest)
    if program in RUNNERS and rest:
        return _script(program, rest)
    return None


def _file(words: list[str]) -> RunsFile | None:
    """Behind options, any of which may take a value, only what looks like a file is one."""
    plain = not words or not words[0].startswith("-")
    while words and words[0].startswith("-"):
        if words[0] in NO_FILE:
            return None
        words = words[2:] if words[0] in WITH_VALUE else words[1:]
    path = words[0] if words else ""
    certain = PLAIN.match(path) and not path.startswith("/") and (plain or SOURCE.search(path))
    return RunsFile(path) if certain else None


def _script(program: str, words: list[str]) -> RunsScript | None:
    """Options before the name may lead to another folder, ``--if-present`` to nothing."""
    if any(word.startswith(ANOTHER) for word in words):
        return None
    named = words[1:2] if words[0] in RUN else words[:1]
    name = named[0] if named else ""
    if not PLAIN.match(name) or name.startswith("-"):
        return None
    if program == "npm":
        return RunsScript(name) if words[0] in RUN or name in SHORT - {"restart"} else None
    return RunsScript(name) if SCRIPT_NAMES.search(name) else None
