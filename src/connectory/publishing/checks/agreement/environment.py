"""Which environment variables the code reads: from matches and text to frozen data."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from connectory.publishing.checks.code import Match

NAME = re.compile(r"^[A-Za-z_]\w*$")
QUOTED = re.compile(r"^(['\"`])([A-Za-z_]\w*)\1$")
PART = re.compile(r"(?:^|[{,])\s*(?:['\"]?)([A-Za-z_]\w*)(?:['\"]?)\s*(?::\s*\w+\s*)?(=)?")
IMPORTED = re.compile(r"\benv\b(?:\s+as\s+(\w+))?")
SCHEMA = re.compile(
    r"^[ \t]*['\"]?([A-Z][A-Z0-9_]{2,})['\"]?\s*:\s*"
    r"((?:(?:z|zod|v|s|Joi|joi|Type|t|yup|envalid)\.|(?:str|num|bool|url|port|email|host|json)\()"
    r"[\s\S]{0,400}?)(?=,[ \t]*\n|\n[ \t]{0,40}[}\]A-Z'\"]|\}\)?\s|\Z)",
    re.MULTILINE,
)
OPTIONAL = re.compile(
    r"\.(default|optional|nullish|catch)\s*\(|\bdefault\s*:|Optional\(|devDefault"
)
MEMBER = re.compile(r"\.([A-Z][A-Z0-9_]+)\b(?:\s+as\s+\w+)?\s*\)?\s*(\?\?|\|\||&&|===|!==|\?)?")

WHOLE_TEXT = frozenset({"env-alias", "env-imported", "env-schema"})
MOST_SEARCHES = 3
MOST_KEYS = 500


@dataclass(frozen=True)
class Read:
    """One place that reads a variable. ``spared`` says that the code does without it."""

    name: str
    path: str
    line: int
    spared: bool = False


@dataclass(frozen=True)
class Environment:
    """``reads`` in the order of the files; ``computed`` says that some code puts names together,
    so that any variable may be read; ``set`` are the names that the code gives values itself."""

    reads: tuple[Read, ...] = ()
    computed: bool = False
    set: frozenset[str] = frozenset()


def environment(matches: Iterable[Match], texts: Mapping[str, str]) -> Environment:
    """What the matches of ``patterns.yml``, and the texts of their files by path, say."""
    found = tuple(_once(one for one in matches if one.rule.startswith("env-")))
    spared = {_spot(one) for one in found if one.rule == "env-spared"}
    reads = [read for one in found for read in _reads(one, spared, texts)]
    return Environment(
        tuple(dict.fromkeys(reads)),
        any(_is_computed(one) for one in found),
        frozenset(one.captures.get("NAME", "") for one in found if one.rule == "env-set"),
    )


def _once(matches: Iterable[Match]) -> Iterator[Match]:
    """Whatever makes the text of a file be searched is heeded a few times for each file."""
    counts: Counter[str] = Counter()
    for match in matches:
        counts[match.path] += match.rule in WHOLE_TEXT
        if match.rule not in WHOLE_TEXT or counts[match.path] <= MOST_SEARCHES:
            yield match


def _reads(
    match: Match, spared: set[tuple[str, int, str]], texts: Mapping[str, str]
) -> Iterator[Read]:
    match match.rule:
        case "env-member":
            yield Read(match.captures["NAME"], match.path, match.line, _spot(match) in spared)
        case "env-index":
            quoted = QUOTED.match(match.captures["NAME"])
            if quoted:
                yield Read(quoted[2], match.path, match.line, _spot(match) in spared)
        case "env-taken-apart":
            yield from _parts(match)
        case "env-alias":
            yield from _members(match.captures["NAME"], match, texts.get(match.path, ""))
        case "env-imported":
            name = IMPORTED.search(match.text)
            alias = name[1] if name and name[1] else "env"
            yield from _members(alias, match, texts.get(match.path, ""))
        case "env-schema":
            yield from _schema(match, texts.get(match.path, ""))


def _parts(match: Match) -> Iterator[Read]:
    """``{A, B = "x", C: c}``: each on its own line."""
    inside = match.text[: match.text.rfind("}")]
    for part in PART.finditer(inside):
        line = match.line + inside.count("\n", 0, part.start(1))
        yield Read(part[1], match.path, line, bool(part[2]))


def _members(alias: str, match: Match, text: str) -> Iterator[Read]:
    """Capital letters only: other members of the same name are something else."""
    for line, content in enumerate(text.splitlines(), 1):
        if alias not in content or content.lstrip().startswith(("//", "*", "/*")):
            continue
        for found in re.finditer(rf"(?<![\w.$]){re.escape(alias)}" + MEMBER.pattern, content):
            yield Read(found[1], match.path, line, bool(found[2]))


def _schema(match: Match, text: str) -> Iterator[Read]:
    """Keys of a schema in the file in which the environment is held against one."""
    for key in islice(SCHEMA.finditer(text), MOST_KEYS):
        line = text.count("\n", 0, key.start(1)) + 1
        yield Read(key[1], match.path, line, bool(OPTIONAL.search(key[2])))


def _is_computed(match: Match) -> bool:
    return match.rule == "env-index" and not QUOTED.match(match.captures["NAME"])


def _spot(match: Match) -> tuple[str, int, str]:
    return (match.path, match.line, match.captures.get("NAME", ""))
