"""The strings of connect.yaml: what each may look like."""

import re
from collections.abc import Callable

from connectory.specification.problem import quoted
from connectory.specification.schedule import is_schedule
from connectory.specification.shapes import Text, TextRule

# What String.prototype.trim removes: not the same set as Python's.
_BLANKS = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_NAME = re.compile(r"[a-zA-Z0-9_-]{2,256}")
_ENDPOINT = re.compile(r"[a-zA-Z0-9_/-]+")
_KEY = re.compile(r"[a-zA-Z0-9_]{2,256}")

RESERVED_KEYS = ("PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION")


def _matching(pattern: re.Pattern[str], message: str) -> Callable[[str], str | None]:
    return lambda value: None if pattern.fullmatch(value) else message


def _blank(value: str) -> bool:
    return not value.strip(_BLANKS)


def _not_blank(message: str) -> TextRule:
    complaint: Callable[[str], str | None] = lambda value: (  # noqa: E731
        message if value and _blank(value) else None
    )
    return TextRule("more than whitespace", complaint)


def _reserved(key: str) -> str | None:
    return f'Key "{key}" is a reserved word' if key.upper() in RESERVED_KEYS else None


def _invalid_standard(key: str) -> str | None:
    if _KEY.fullmatch(key):
        return None
    return _INVALID_KEY if _blank(key) else f'{_INVALID_KEY}: "{quoted(key)}"'


def _invalid_secured(key: str) -> str | None:
    # The official parser tells a secured key from a blank one the wrong way round.
    if _KEY.fullmatch(key):
        return None
    return f'{_INVALID_KEY}: "{quoted(key)}"' if _blank(key) else _INVALID_KEY


def _unstorable(value: str) -> str | None:
    return "Value cannot contain a NUL character" if "\0" in value else None


_INVALID_KEY = "Invalid configuration key"
_CRON_MESSAGE = (
    "Please provide a valid cron schedule string following the specified format. For example, "
    "for daily, you can use '@daily' or the cron expression '0 0 * * *'."
)

_PRESENT = TextRule(
    "not empty", lambda value: None if value else "String must contain at least 1 character(s)"
)
_STORABLE = TextRule(
    "no NUL character",
    _unstorable,
    "Remove the character; no environment variable or command can hold it.",
)
_NOT_RESERVED = TextRule(
    "none of " + ", ".join(RESERVED_KEYS) + ", in upper or lower case",
    _reserved,
    "The platform sets this variable itself; choose another name.",
)
_KEY_SAYS = "2 to 256 letters, digits, or '_'"

NAME = Text(
    (TextRule("2 to 256 letters, digits, '_', or '-'", _matching(_NAME, "Invalid")),),
)
ENDPOINT = Text(
    (
        TextRule(
            "letters, digits, '_', '-', and '/', at least one", _matching(_ENDPOINT, "Invalid")
        ),
        TextRule(
            "without '//'",
            lambda value: "Double slashes are not allowed" if "//" in value else None,
        ),
    )
)
SCHEDULE = Text(
    (
        TextRule(
            "a predefined schedule (`@daily`), an interval (`@every 5m`), or cron fields",
            lambda value: None if is_schedule(value) else _CRON_MESSAGE,
            "A schedule has five fields of digits, '*', ',', '-', and '/'; names such as MON are "
            "not understood.",
        ),
    )
)
STANDARD_KEY = Text((_NOT_RESERVED, TextRule(_KEY_SAYS, _invalid_standard)))
SECURED_KEY = Text((_NOT_RESERVED, TextRule(_KEY_SAYS, _invalid_secured)))
DESCRIPTION = Text((_PRESENT, _not_blank("Description cannot be only whitespace"), _STORABLE))
DEFAULT = Text((_PRESENT, _not_blank("Default value cannot be only whitespace"), _STORABLE))
POST_DEPLOY = Text((_PRESENT, _not_blank("postDeploy value cannot be only whitespace"), _STORABLE))
PRE_UNDEPLOY = Text(
    (_PRESENT, _not_blank("preUndeploy value cannot be only whitespace"), _STORABLE)
)
SCOPE = Text((_PRESENT, _STORABLE))
EXACT = Text()
