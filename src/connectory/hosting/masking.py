"""Secret values never reach a log, a report or an error: they are replaced by asterisks. Pure."""

import json
import re
from collections.abc import Iterable, Iterator

SHORTEST = 6
"""A shorter value stands in ordinary text too often: masking it would make logs unreadable."""


class Masking:
    """The secret values of one Deployment."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST}
        # the longest first: a secret may contain another one
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def masked(self, text: str) -> str:
        """``text`` with every secret as a run of ``*`` of its length, as on the wire."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: "*" * len(found[0]), text)


def _forms(secret: str) -> Iterator[str]:
    """A value as programs print it: as it is, inside JSON, and line by line (a PEM key)."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield from (line.strip() for line in secret.splitlines())
