"""Telling a real credential in code from a name, a placeholder and a word."""

import math
import re
from collections import Counter

LEAST_ENTROPY = 3.0
"""Bits for each character, above which a text of this length is no word."""

_PLACEHOLDER = re.compile(
    r"(?i)example|sample|placeholder|change.?me|replace|dummy|fake|mock|test|demo|default|todo|"
    r"your|my.?secret|insert|fixme|xxx|\*\*\*|\.\.\.|redacted|hidden|masked|undefined|null|secret|"
    r"passw|token|api.?key|credential|bearer|oauth|123456|abcdef|qwerty"
)
_NAME = re.compile(r"[A-Za-z]+(?:[ _.:/-][A-Za-z]+)*\d{0,2}|[A-Z][A-Z0-9_]*")
_ADDRESS = re.compile(r"(?i)^(https?|wss?|mailto|urn|file|data):|^[./@#]|^\w+/[\w.+-]+$")


def looks_real(literal: str) -> bool:
    """Whether a quoted text can be a credential: mixed characters that no person would read out,
    no placeholder, no name of a key, header or variable, no address."""
    value = literal[1:-1]
    if _PLACEHOLDER.search(value) or _NAME.fullmatch(value) or _ADDRESS.search(value):
        return False
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return mixed and _entropy(value) >= LEAST_ENTROPY


def _entropy(value: str) -> float:
    counts = Counter(value).values()
    return -sum(each / len(value) * math.log2(each / len(value)) for each in counts)
