"""What a candidate changes since the certified version. Pure."""

import difflib
from collections.abc import Iterable, Mapping

import msgspec

from connectory.certification.evidence import (
    Change,
    Evidence,
    File,
    FileChange,
    configuration_keys,
)
from connectory.wire import Wire

MOST_PATCH = 20_000
"""Characters of one file's patch."""
MOST_PATCHES = 1_000_000
"""Characters of all patches of one review."""
MOST_LINES = 2_000


class KeyChange(Wire):
    """A configuration key; without ``application`` it is one of all applications."""

    key: str
    application: str | None = None
    change: Change


class DependencyChange(Wire):
    """A package of a lockfile, with the versions before and after."""

    lockfile: str
    name: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class FindingChange(Wire):
    id: str
    rule: str
    what: str
    path: str | None = None
    line: int | None = None
    change: Change


class Difference(Wire, omit_defaults=False):
    """From the certified version ``since`` to the candidate."""

    since: str
    before: str
    after: str
    files: tuple[FileChange, ...]
    configuration: tuple[KeyChange, ...]
    scopes_added: tuple[str, ...]
    scopes_removed: tuple[str, ...]
    dependencies: tuple[DependencyChange, ...]
    findings: tuple[FindingChange, ...]


def difference(before: Evidence, after: Evidence, since: str) -> Difference:
    old, new = set(before.listing.scopes), set(after.listing.scopes)
    return Difference(
        since=since,
        before=before.commit,
        after=after.commit,
        files=after.changes,
        configuration=_keys(before, after),
        scopes_added=tuple(sorted(new - old)),
        scopes_removed=tuple(sorted(old - new)),
        dependencies=_dependencies(before, after),
        findings=_findings(before, after),
    )


def changed_files(before: Iterable[File], after: Iterable[File]) -> tuple[FileChange, ...]:
    """By path, without patches."""
    compared = _changes({one.path: one.id for one in before}, {one.path: one.id for one in after})
    return tuple(FileChange(path=path, change=change) for path, change in compared.items())


def patch(path: str, before: str | None, after: str | None) -> str:
    """The unified diff of one file, cut after ``MOST_PATCH`` characters with a line that says so.
    None stands for a file that is not there. Files of more than ``MOST_LINES`` lines are too much
    for it: nothing to read, and a stranger's could take hours."""
    if any(text is not None and text.count("\n") > MOST_LINES for text in (before, after)):
        return ""
    lines = difflib.unified_diff(
        (before or "").splitlines(keepends=True),
        (after or "").splitlines(keepends=True),
        "/dev/null" if before is None else f"a/{path}",
        "/dev/null" if after is None else f"b/{path}",
    )
    text = ""
    for line in lines:
        text += line if line.endswith("\n") else f"{line}\n"
        if len(text) > MOST_PATCH:
            return f"{text[:MOST_PATCH]}\n[cut]\n"
    return text


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, Change]:
    found = {}
    for name in sorted({*before, *after}):
        if name not in before:
            found[name] = Change.ADDED
        elif name not in after:
            found[name] = Change.REMOVED
        elif before[name] != after[name]:
            found[name] = Change.CHANGED
    return found


def _keys(before: Evidence, after: Evidence) -> tuple[KeyChange, ...]:
    compared = _changes(_declared(before), _declared(after))
    return tuple(
        KeyChange(key=name.partition("\0")[2], application=name.partition("\0")[0] or None,
                  change=change)
        for name, change in compared.items()
    )  # fmt: skip


def _declared(evidence: Evidence) -> dict[str, object]:
    declared = configuration_keys(evidence.listing)
    return {f"{one.application}\0{one.key.key}": msgspec.to_builtins(one) for one in declared}


def _dependencies(before: Evidence, after: Evidence) -> tuple[DependencyChange, ...]:
    old, new = _versions(before), _versions(after)
    return tuple(
        DependencyChange(
            lockfile=name[0], name=name[1], before=old.get(name, ()), after=new.get(name, ())
        )
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )


def _versions(evidence: Evidence) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], set[str]] = {}
    for one in evidence.dependencies:
        found.setdefault((one.lockfile, one.name), set()).add(one.version)
    return {name: tuple(sorted(versions)) for name, versions in found.items()}


def _findings(before: Evidence, after: Evidence) -> tuple[FindingChange, ...]:
    old = {one.id: one for one in before.report.findings}
    new = {one.id: one for one in after.report.findings}
    effects = {id_: one.effect for id_, one in old.items()}
    compared = _changes(effects, {id_: one.effect for id_, one in new.items()})
    return tuple(
        FindingChange(id=id_, rule=one.rule, what=one.what, path=one.path, line=one.line,
                      change=change)
        for id_, change in compared.items()
        for one in (new.get(id_) or old[id_],)
    )  # fmt: skip
