"""Finding patterns in a candidate's code: ast-grep over what no earlier run has seen."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.code import running
from connectory.publishing.checks.code.output import Found, Result, Unread
from connectory.publishing.checks.code.patterns import Patterns
from connectory.publishing.checks.code.sources import (
    LARGEST,
    grammar,
    is_source,
    is_written_by_hand,
)

__all__ = ["Match", "Patterns", "Scan", "engine", "matches", "scan", "subjects"]

BY_A_TOOL = "its lines are too long to be written by hand"
Select = Callable[[str], bool]


class Match(msgspec.Struct, frozen=True):
    """One place where a pattern fits. ``rule`` is its id, ``line`` counts from 1, ``text`` is the
    source that fits and ``captures`` what the single metavariables stand for (``$KEY`` by
    ``KEY``), both cut off after 2,000 characters."""

    rule: str
    path: str
    line: int
    text: str
    captures: dict[str, str]


@dataclass(frozen=True)
class Scan:
    """All matches by path and line, and the files that could not be looked at, with the reason."""

    matches: tuple[Match, ...]
    unread: Mapping[str, str] = field(default_factory=dict)


async def matches(
    candidate: Candidate, bench: Bench, patterns: Patterns, select: Select
) -> tuple[Match, ...]:
    """Where ``patterns`` fit in the source files whose path ``select`` takes: see ``scan``."""
    return (await scan(candidate, bench, patterns, select)).matches


async def scan(candidate: Candidate, bench: Bench, patterns: Patterns, select: Select) -> Scan:
    """Look at every source file that ``select`` takes. What was found in a file is kept by its
    content, the patterns and the engine's version; all others go through one run of the engine.

    Tools' output, files over 1 MiB and links are left out. Raises ``running.EngineFailed`` when
    the engine itself does not work, ``SandboxUnavailable`` when it cannot be isolated.
    """
    entries = subjects(candidate, select)
    wanted = {_name(entry): entry for entry in entries}
    kept = await asyncio.to_thread(_kept, bench, patterns, wanted)
    fresh = {name: entry for name, entry in wanted.items() if name not in kept}
    results = {**kept, **await _searched(candidate, bench, patterns, fresh)}
    return Scan(
        tuple(
            Match(one.rule, entry.path, one.line, one.text, one.captures)
            for entry in entries
            if not isinstance(result := results[_name(entry)], Unread)
            for one in result
        ),
        {
            entry.path: result.reason
            for entry in entries
            if isinstance(result := results[_name(entry)], Unread)
        },
    )


def subjects(candidate: Candidate, select: Select) -> tuple[Entry, ...]:
    """The files that ``scan`` looks at, by path."""
    return tuple(
        entry
        for path, entry in sorted(candidate.files.items())
        if not entry.link and entry.size <= LARGEST and is_source(path) and select(path)
    )


def engine() -> str:
    """The engine and its version: another one may find other things."""
    return f"ast-grep {running.version()}"


def _name(entry: Entry) -> str:
    """What the engine sees a file as: nothing of the stranger's own name."""
    return f"{entry.id}.{grammar(entry.path)}"


def _key(patterns: Patterns, name: str) -> tuple[str, str, str, str]:
    return ("matches", engine(), patterns.digest, name)


def _kept(bench: Bench, patterns: Patterns, wanted: Mapping[str, Entry]) -> dict[str, Result]:
    found = {name: bench.cache.get(_key(patterns, name), tuple[Found, ...]) for name in wanted}
    return {name: each for name, each in found.items() if each is not None}


async def _searched(
    candidate: Candidate, bench: Bench, patterns: Patterns, fresh: Mapping[str, Entry]
) -> dict[str, Result]:
    if not fresh:
        return {}
    contents = await asyncio.to_thread(_contents, candidate, fresh)
    readable = {name: data for name, data in contents.items() if is_written_by_hand(data)}
    found = await running.search(bench.sandbox, patterns.text, readable)
    await asyncio.to_thread(_keep, bench, patterns, found)
    return {name: found.get(name, Unread(BY_A_TOOL)) for name in fresh}


def _contents(candidate: Candidate, fresh: Mapping[str, Entry]) -> dict[str, bytes]:
    read = {name: candidate.read(entry.path, LARGEST) for name, entry in fresh.items()}
    return {name: data for name, data in read.items() if data is not None}


def _keep(bench: Bench, patterns: Patterns, found: Mapping[str, Result]) -> None:
    for name, result in found.items():
        if not isinstance(result, Unread):
            bench.cache.put(_key(patterns, name), result)
