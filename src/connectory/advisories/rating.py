"""How bad a vulnerability is: the word of the database, or what its CVSS vectors come to."""

from collections.abc import Iterable, Mapping
from typing import Any

from connectory.advisories.model import Rating

WORDS = {word.value: word for word in Rating} | {"MODERATE": Rating.MEDIUM}
ORDER = tuple(Rating)


def rated(words: Iterable[Any], vectors: Iterable[Mapping[str, Any]]) -> Rating:
    """The first word that is one, else the worst of the vectors, else UNRATED.

    ``vectors`` are OSV's: ``{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/..."}``.
    """
    for word in words:
        if isinstance(word, str) and word.upper() in WORDS:
            return WORDS[word.upper()]
    found = [_scored(vector.get("score")) for vector in vectors]
    return min(found, key=ORDER.index, default=Rating.UNRATED)


def _scored(vector: Any) -> Rating:
    # Loading it costs more than judging a whole lockfile, and most records have a word.
    from cvss import CVSS3, CVSS4  # type: ignore[import-untyped]
    from cvss.exceptions import CVSSError  # type: ignore[import-untyped]

    if not isinstance(vector, str):
        return Rating.UNRATED
    try:
        if vector.startswith("CVSS:4"):
            word = str(CVSS4(vector).severity)
        elif vector.startswith("CVSS:3"):
            word = str(CVSS3(vector).severities()[0])
        else:
            return Rating.UNRATED
    except CVSSError:
        return Rating.UNRATED
    return WORDS.get(word.upper(), Rating.LOW)
