"""Secret values never reach a log, a report or an error: they are replaced by asterisks. Pure.

A value is found as programs print it: as it is, inside of JSON, in a URL, line by line, and in
base64, also in the middle of something longer, such as the header ``Authorization: Basic``. Other
encodings, compression and values cut into pieces by the program itself are not seen through.
"""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from connectory.sandbox.output import CUT

SHORTEST = 6
"""A shorter value stands in ordinary text too often: masking it would make logs unreadable."""
SHORTEST_ENCODED = 8
"""The same for what is left of a value in base64 without what its neighbours share in."""
SHORTEST_BEGINNING = 3
"""Letters of a value that are masked where its rest was cut off."""


class Masking:
    """The secret values of one Deployment."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST}
        # the longest first: a secret may contain another one
        self._forms = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._forms)))

    def masked(self, text: str) -> str:
        """``text`` with every secret as a run of ``*`` of its length, as on the wire."""
        # nearly no line has one: looking for each is faster than the pattern
        if any(form in text for form in self._forms):
            text = self._pattern.sub(lambda found: "*" * len(found[0]), text)
        if CUT not in text:
            return text
        return "\n".join(map(self._uncut, text.split("\n")))

    def _uncut(self, line: str) -> str:
        """Without the beginning of a secret where the line was cut."""
        if not line.endswith(CUT):
            return line
        said = line[: -len(CUT)]
        longest = max((_overlap(said, form) for form in self._forms), default=0)
        return said[: len(said) - longest] + "*" * longest + CUT


def _overlap(text: str, form: str) -> int:
    """How many letters at the end of ``text`` are the beginning of ``form``."""
    sizes = range(min(len(form) - 1, len(text)), SHORTEST_BEGINNING - 1, -1)
    return next((size for size in sizes if text.endswith(form[:size])), 0)


def _forms(secret: str) -> Iterator[str]:
    """A value as programs print it."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield from (line.strip() for line in secret.splitlines())
    if len(secret) >= SHORTEST:
        raw = secret.encode("utf-8", "replace")
        yield quote(secret, safe="", errors="replace")
        yield quote(secret, errors="replace")
        yield quote_plus(secret, errors="replace")
        yield from _in_base64(raw)


def _in_base64(raw: bytes) -> Iterator[str]:
    """Three bytes are four letters: by where it begins, a value is written in three ways, of which
    the letters that it shares with its neighbours are left out."""
    for shift in range(3):
        padded = b"\0" * shift + raw
        first, whole = -(-shift * 4 // 3), len(padded) * 4 // 3
        for encode in (b64encode, urlsafe_b64encode):
            form = encode(padded).decode()[first:whole]
            if len(form) >= SHORTEST_ENCODED:
                yield form
