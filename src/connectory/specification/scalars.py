"""From the text of a YAML scalar to its value.

The rules are those of the YAML 1.2 core schema, and of the YAML 1.1 types for a file that says
`%YAML 1.1`. Every pattern matches in linear time.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from connectory.specification.nodes import Foreign, Value

TAG_PREFIX = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a value of a YAML type."""

    type: str
    pattern: re.Pattern[str]
    read: Callable[[str], Value]


def _form(type_: str, pattern: str, read: Callable[[str], Value]) -> Form:
    return Form(type_, re.compile(pattern, re.ASCII), read)


def _integer(digits: str, base: int) -> Value:
    """A whole number; one too large for a double is infinite, as in the official parser."""
    try:
        return _whole(float(digits) if base == 10 else float(int(digits, base)))
    except OverflowError:
        return math.inf


def _whole(number: float) -> Value:
    return int(number) if number.is_integer() else number


def _float(digits: str) -> Value:
    return _whole(float(digits))


def _special(written: str) -> Value:
    if written[-3:].lower() == "nan":
        return math.nan
    return -math.inf if written.startswith("-") else math.inf


_SPECIAL = _form("float", r"[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN", _special)
_NULL = _form("null", r"(?:~|[Nn]ull|NULL)?", lambda _: None)

YAML_1_2 = (
    _NULL,
    _form("bool", r"[Tt]rue|TRUE|[Ff]alse|FALSE", lambda written: written[0] in "tT"),
    _form("int", r"0o[0-7]+", lambda written: _integer(written[2:], 8)),
    _form("int", r"[-+]?[0-9]+", lambda written: _integer(written, 10)),
    _form("int", r"0x[0-9a-fA-F]+", lambda written: _integer(written[2:], 16)),
    _SPECIAL,
    _form("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+", _float),
    _form("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)", _float),
)


def _integer_1_1(prefix: int, base: int) -> Callable[[str], Value]:
    def read(written: str) -> Value:
        sign = "-" if written.startswith("-") else ""
        digits = written.lstrip("+-")[prefix:].replace("_", "")
        return _integer(sign + digits, base) if digits else math.nan

    return read


def _float_1_1(written: str) -> Value:
    try:
        return _float(written.replace("_", ""))
    except ValueError:
        return math.nan


def _sexagesimal(written: str) -> Value:
    total = 0.0
    for part in written.lstrip("+-").replace("_", "").split(":"):
        total = total * 60 + float(part)
    return _whole(-total if written.startswith("-") else total)


YAML_1_1 = (
    _NULL,
    _form("bool", r"Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON", lambda _: True),
    _form("bool", r"N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF", lambda _: False),
    _form("int", r"[-+]?0b[0-1_]+", _integer_1_1(2, 2)),
    _form("int", r"[-+]?0[0-7_]+", _integer_1_1(1, 8)),
    _form("int", r"[-+]?[0-9][0-9_]*", _integer_1_1(0, 10)),
    _form("int", r"[-+]?0x[0-9a-fA-F_]+", _integer_1_1(2, 16)),
    _SPECIAL,
    _form("float", r"[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+", _float_1_1),
    _form("float", r"[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*", _float_1_1),
    _form("int", r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+", _sexagesimal),
    _form("float", r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*", _sexagesimal),
    _form(
        "timestamp",
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[tT]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}"
        r"(?:\.[0-9]+)?(?:[ \t]*(?:Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?",
        lambda _: Foreign("date"),
    ),
)

_FOREIGN_TAGS = {"binary": Foreign("object"), "timestamp": Foreign("date")}


def resolve(written: str, tag: str | None, *, plain: bool, forms: tuple[Form, ...]) -> Value:
    """The value of a scalar: by its tag, by its form when plain, else its text.

    An unknown tag is ignored, as the official parser does (it only warns).
    """
    if tag is not None:
        return _by_tag(written, tag.removeprefix(TAG_PREFIX), forms)
    return _by_form(written, forms) if plain else written


def _by_form(written: str, forms: tuple[Form, ...]) -> Value:
    for form in forms:
        if form.pattern.fullmatch(written):
            return form.read(written)
    return written


def _by_tag(written: str, type_: str, forms: tuple[Form, ...]) -> Value:
    if type_ in _FOREIGN_TAGS:
        return _FOREIGN_TAGS[type_]
    return _by_form(written, tuple(form for form in forms if form.type == type_))


def as_key(value: Value) -> str:
    """The text a mapping key becomes: `1.0` is "1", null is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Foreign):
        return f"({value.kind})"
    return value if isinstance(value, str) else _number_as_key(value)


def _number_as_key(number: float) -> str:
    if math.isfinite(number):
        return str(number)
    return "NaN" if math.isnan(number) else f"{'-' if number < 0 else ''}Infinity"
