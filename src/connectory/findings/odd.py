"""Characters that make a text look like what it is not: named where they are shown, never sent."""

import re

_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def pieces(text: str) -> tuple[tuple[str, bool], ...]:
    """The text in parts: ordinary ones as they are, and each control, invisible or
    direction-changing character as its name, such as ``U+202E``, marked by True."""
    found: list[tuple[str, bool]] = []
    end = 0
    for match in _ODD.finditer(text):
        if match.start() > end:
            found.append((text[end : match.start()], False))
        found.append((f"U+{ord(match[0]):04X}", True))
        end = match.end()
    if end < len(text):
        found.append((text[end:], False))
    return tuple(found)


def visible(text: str) -> str:
    """The text with every odd character as ``<U+202E>``; line breaks and tabs stay."""
    return "".join(f"<{piece}>" if odd else piece for piece, odd in pieces(text))


def one_line(text: str, limit: int = 300) -> str:
    """``visible``, on one line of at most ``limit`` characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
