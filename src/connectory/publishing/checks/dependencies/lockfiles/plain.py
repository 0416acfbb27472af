"""The plain YAML that package managers write: mappings by indentation, lists, quoted words.

Nothing here refers to another place in the file, so a hostile one is no larger than it looks. A
line that no package manager would write is passed over. Both yarns and pnpm are read with this: in
a yarn.lock of version 1 a blank stands where YAML has a colon.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from connectory.publishing.checks.dependencies.lockfiles.model import Unreadable, bounded

DEEPEST = 20
LONGEST_LINE = 20_000
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
BLOCK = re.compile(r"[|>][+-]?")
FLOW = re.compile(r"([\w@/.\-]+):\s+('(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"|[^,}]+)")


@dataclass
class Level:
    """An open mapping or list, and how far its lines are indented."""

    indent: int
    content: dict[str, Any] | list[Any]


def read(data: bytes) -> dict[str, Any]:
    """The file as nested mappings and lists of texts. Raises ``Unreadable``."""
    root: dict[str, Any] = {}
    open_levels = [Level(0, root)]
    pending: tuple[int, dict[str, Any], str] | None = None
    lines = _lines(data)
    for indent, text in lines:
        if pending is not None:
            _open(open_levels, pending, indent, text)
            pending = None
        while len(open_levels) > 1 and indent < open_levels[-1].indent:
            open_levels.pop()
        content = open_levels[-1].content
        if isinstance(content, list):
            if text.startswith("- "):
                content.append(_scalar(text[2:].strip()))
                continue
            open_levels.pop()
            content = open_levels[-1].content
        if isinstance(content, dict):
            pending = _take(content, indent, text, lines)
            bounded(len(content))
    return root


def _open(
    levels: list[Level], pending: tuple[int, dict[str, Any], str], indent: int, text: str
) -> None:
    """A key without a value opens what is indented below it; a list may stand right below."""
    at, around, key = pending
    is_list = text.startswith("- ")
    if indent > at or (is_list and indent == at):
        if len(levels) > DEEPEST:
            raise Unreadable("it is nested too deeply")
        around[key] = [] if is_list else {}
        levels.append(Level(indent, around[key]))


def _take(
    around: dict[str, Any], indent: int, text: str, lines: "Lines"
) -> tuple[int, dict[str, Any], str] | None:
    """One line of a mapping. Gives the key whose value is still to come."""
    if text.startswith("? "):
        key = str(_scalar(text[2:].strip()))
        at, following = lines.peek()
        if at != indent or not following.startswith(":"):
            return None
        next(lines)
        value = following[1:].strip()
    else:
        key, value = _pair(text)
    if not key:
        return None
    if BLOCK.fullmatch(value):
        around[key] = lines.block(indent)
        return None
    around[key] = _value(value) if value else ""
    return None if value else (indent, around, key)


def _pair(text: str) -> tuple[str, str]:
    """Key and value. A yarn.lock of version 1 has several keys before one colon."""
    match = WORD.match(text)
    if match is None:
        head, colon, rest = text.partition(": ")
        if colon:
            return head, rest.strip()
        if text.endswith(":"):
            return text[:-1], ""
        head, _, rest = text.partition(" ")
        return head, rest.strip()
    rest = text[match.end() :]
    if rest.startswith(",") and text.endswith(":"):
        return text[:-1], ""
    return str(_scalar(match[0])), rest.removeprefix(":").strip()


def _value(text: str) -> Any:
    """``{integrity: sha512-x}`` is a mapping; nobody here asks for lists on one line."""
    if text.startswith("{"):
        return {str(_scalar(key)): _scalar(value.strip()) for key, value in FLOW.findall(text)}
    return _scalar(text)


def _scalar(text: str) -> str:
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        try:
            return str(json.loads(text))
        except ValueError:
            return text[1:-1]
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1].replace("''", "'")
    return text


class Lines:
    """The lines that say something, with their indentation."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._at = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> tuple[int, str]:
        found = self.peek()
        if found[0] < 0:
            raise StopIteration
        self._at += 1
        return found

    def peek(self) -> tuple[int, str]:
        """The next line; an indentation of -1 when there is none."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if len(line) > LONGEST_LINE:
                raise Unreadable("a line is longer than any package manager writes")
            text = line.strip()
            if text and not text.startswith("#") and text != "---":
                return len(line) - len(line.lstrip(" ")), text
            self._at += 1
        return -1, ""

    def block(self, indent: int) -> str:
        """A text over several lines, each indented more than its key."""
        taken: list[str] = []
        while (found := self.peek())[0] > indent:
            taken.append(found[1])
            self._at += 1
        return " ".join(taken)


def _lines(data: bytes) -> Lines:
    try:
        return Lines(data.decode().removeprefix("\ufeff"))
    except UnicodeDecodeError:
        raise Unreadable("it is not written in UTF-8") from None
