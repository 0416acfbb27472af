"""The check: the files of the commit, and the commits that led to it as far as they are here."""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from connectory.findings import Examination, Finding, Gate, Rule, Severity, State
from connectory.publishing.checks.candidate import Candidate, fingerprint
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.secrets import engine, history
from connectory.publishing.checks.secrets.answer import Answer, Leak
from connectory.publishing.checks.secrets.weighing import aside, name, plausible, weigh

VERSION = 1
MOST_OF_HISTORY = 200

IN_TREE = Rule(
    "secrets/in-tree",
    Severity.CRITICAL,
    "A secret is written into the repository",
    "Everyone who can read the repository, its forks or the built connector can use it. Bots find "
    "such secrets within minutes.",
    "Revoke the secret where it was issued and make a new one. Declare a securedConfiguration key "
    "in connect.yaml and read the value from process.env instead.",
)
IN_HISTORY = Rule(
    "secrets/in-history",
    Severity.MAJOR,
    "An earlier commit holds a secret",
    "Removing a secret in a later commit leaves it in the history, where everyone who can read the "
    "repository still finds it. It is reported and stops nothing: the verdict is about the files "
    "of the tag and must not depend on how much history was fetched.",
    "Revoke the secret where it was issued: then what the history holds is worth nothing.",
    Gate.NOWHERE,
)


class Secrets:
    """Finds secrets by their form, and never keeps one: the scanner's answer is redacted, and of
    the file's own text at most the first four characters are shown."""

    name = "secrets"
    rules = (IN_TREE, IN_HISTORY)

    def reads(self, candidate: Candidate, bench: Bench) -> Any:
        depth = bench.settings.history_depth
        content = fingerprint(candidate.files.values())
        return [VERSION, engine.engine(), content, history.earlier(candidate), depth]

    async def examine(self, candidate: Candidate, bench: Bench) -> Examination:
        if engine.program() is None:
            return _no_data("no scanner for secrets is installed on this system")
        try:
            await engine.warm(bench)
            files, past = await _both(candidate, bench)
        except engine.ScannerFailed as failed:
            return _no_data(str(failed))
        found = await asyncio.to_thread(_in_tree, candidate, files.leaks)
        found += _in_history(past.leaks, files.leaks)
        state = State.EXAMINED if files.whole else State.NO_DATA
        notes = await asyncio.to_thread(_notes, candidate, files, past)
        return Examination(self.name, state, tuple(found), " ".join(notes))


async def _both(candidate: Candidate, bench: Bench) -> tuple[Answer, Answer]:
    """The files and the history, side by side; what was scanned before is not scanned again."""
    content = fingerprint(candidate.files.values())
    files = _known(bench, ["files", content], engine.files_arguments(), candidate.root)
    try:
        async with asyncio.TaskGroup() as group:
            here = group.create_task(files)
            before = group.create_task(_past(candidate, bench))
    except* engine.ScannerFailed as several:
        raise _first(several) from None
    return here.result(), before.result()


def _first(several: ExceptionGroup[engine.ScannerFailed]) -> engine.ScannerFailed:
    return engine.ScannerFailed(str(several.exceptions[0]))


async def _past(candidate: Candidate, bench: Bench) -> Answer:
    """A history that cannot be looked at takes nothing from what the files say."""
    commit = await asyncio.to_thread(history.earlier, candidate)
    if not commit or candidate.repository is None:
        return Answer()
    what = ["history", commit, str(bench.settings.history_depth)]
    try:
        return await _known(bench, what, engine.history_arguments(commit), candidate.repository)
    except engine.ScannerFailed:
        return Answer(whole=False)


async def _known(bench: Bench, what: list[str], arguments: tuple[str, ...], tree: Path) -> Answer:
    key = ["secrets", VERSION, engine.engine(), *what]
    kept = await asyncio.to_thread(bench.cache.get, key, Answer)
    if kept is not None:
        return kept
    found = await engine.scan(bench, arguments, tree)
    if found.whole:
        await asyncio.to_thread(bench.cache.put, key, found)
    return found


def _in_tree(candidate: Candidate, leaks: Iterable[Leak]) -> list[Finding]:
    ours = ((leak, _line(candidate, leak)) for leak in leaks if leak.path in candidate.files)
    return [_of_file(candidate, leak, line) for leak, line in ours if plausible(leak, line)]


def _of_file(candidate: Candidate, leak: Leak, line: bytes) -> Finding:
    weighed = weigh(leak, line)
    return Finding(
        rule=IN_TREE.name,
        severity=weighed.severity,
        what=f"The file holds what looks like a secret: {name(leak.kind)}",
        application=candidate.application_of(leak.path),
        path=leak.path,
        line=leak.line or None,
        about=leak.kind,
        evidence=weighed.evidence,
    )


def _line(candidate: Candidate, leak: Leak) -> bytes:
    lines = (candidate.read(leak.path, engine.LARGEST_FILE << 20) or b"").split(b"\n")
    return lines[leak.line - 1] if 0 < leak.line <= len(lines) else b""


def _in_history(past: Iterable[Leak], files: Iterable[Leak]) -> list[Finding]:
    """What is no longer in the files: what still is has been said. Of very many, the first."""
    still = {(one.kind, one.path) for one in files}
    gone = [one for one in past if (one.kind, one.path) not in still]
    return [_of_commit(one) for one in gone[:MOST_OF_HISTORY]]


def _of_commit(leak: Leak) -> Finding:
    short = leak.commit[:12]
    return Finding(
        rule=IN_HISTORY.name,
        severity=Severity.MINOR if aside(leak.path) else IN_HISTORY.severity,
        what=f"Commit {short} holds what looks like a secret: {name(leak.kind)}",
        path=leak.path,
        about=f"{leak.kind}@{short}",
        evidence=f"commit {leak.commit}, line {leak.line}",
    )


def _notes(candidate: Candidate, files: Answer, past: Answer) -> Iterator[str]:
    """What was not looked at, a sentence each."""
    if not files.whole:
        yield "Some files could not be looked at."
    large = sum(one.size > engine.LARGEST_FILE * 1_000_000 for one in candidate.files.values())
    if large:
        yield f"Files above {engine.LARGEST_FILE} MB were not looked at: {large}."
    said = history.remark(candidate) if past.whole else history.BROKEN
    if said:
        yield said


def _no_data(reason: str) -> Examination:
    return Examination("secrets", State.NO_DATA, note=reason)
