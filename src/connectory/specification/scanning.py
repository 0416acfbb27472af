"""From bytes to YAML events, with every failure of the scanner turned into a Problem."""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from connectory.specification.problem import Problem, SpecificationInvalid
from connectory.specification.whitespace import AnyCharacter, TabTolerant

MAX_BYTES = 2 * 1024 * 1024

# The scanner ends a text at NUL, and breaks lines at characters that break none in YAML 1.2 or
# for the official parser. They travel through the scanner as Unicode noncharacters, which no
# text may contain for another purpose.
_ORDINARY = "\0\x85\u2028\u2029\ufeff\r"
_STAND_INS = "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5"
_HIDE = str.maketrans(_ORDINARY + _STAND_INS, _STAND_INS + "\ufffd" * len(_STAND_INS))
_SHOW = str.maketrans(_STAND_INS, _ORDINARY)


def decode(content: bytes | str) -> str:
    """The text of a file: UTF-8, with or without a byte order mark.

    Bytes that are no UTF-8 become U+FFFD, as they do for the official parser.
    Raises SpecificationInvalid for more than MAX_BYTES.
    """
    if len(content) > MAX_BYTES:
        raise _refused(f"The file is larger than {MAX_BYTES} bytes")
    text = content if isinstance(content, str) else content.decode("utf-8", errors="replace")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").translate(_HIDE)


def shown(text: str) -> str:
    """Text of a scalar with its ordinary characters back.

    Escapes may spell a character as a surrogate pair, which is joined; half a pair is U+FFFD.
    """
    plain = text.translate(_SHOW)
    if any("\ud800" <= character <= "\udfff" for character in plain):
        return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return plain


def events(text: str) -> Iterator[Any]:
    """The YAML events of a decoded text. Raises SpecificationInvalid where the syntax breaks."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Reader = AnyCharacter
    yaml.Scanner = TabTolerant
    try:
        yield from yaml.parse(text)
    except MarkedYAMLError as error:
        raise _syntax(error) from None
    except (YAMLError, ValueError, OverflowError) as error:
        raise _refused(f"The file is not valid YAML: {error}") from None


def _syntax(error: MarkedYAMLError) -> SpecificationInvalid:
    mark = error.problem_mark or error.context_mark
    said = ", ".join(part for part in (error.context, error.problem) if part)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message = f"The file is not valid YAML: {said} at line {line}, column {column}"
    return SpecificationInvalid((Problem((), shown(message), line, column),))


def _refused(message: str) -> SpecificationInvalid:
    return SpecificationInvalid((Problem((), shown(message)),))
