"""Where packages come from, whether they are sealed, and what their authors say of them."""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from connectory.findings import Finding, Rule
from connectory.publishing.checks.dependencies import rules
from connectory.publishing.checks.dependencies.lockfiles import NODE, Package
from connectory.publishing.checks.dependencies.telling import Subject, shown

REGISTRIES = ("registry.npmjs.org", "registry.yarnpkg.com")
MOST_SHOWN = 5
MOST_FINDINGS = 100


def findings(subject: Subject, hosts: frozenset[str]) -> Iterator[Finding]:
    """``hosts`` are those that an install may reach beside the public registry. Nothing is said
    of a lockfile that no application is installed from."""
    if subject.graph.place.users and subject.graph.place.name in NODE:
        yield from islice(_foreign(subject, hosts | {*REGISTRIES}), MOST_FINDINGS)
        yield from _unsealed(subject)
        yield from islice(_deprecated(subject), MOST_FINDINGS)


def place_of(source: str, hosts: frozenset[str]) -> str | None:
    """The place outside that a package comes from, in a few words; None for the registry's.

    A name and a password in an address are left out."""
    if not source or source.startswith(("file:", "link:", "workspace:", ".", "/")):
        return None
    try:
        split = urlsplit(source if "://" in source else f"git+ssh://{source.replace(':', '/', 1)}")
        host = split.hostname or ""
    except ValueError:
        return "an address that is none"
    if split.scheme == "https" and host in hosts:
        return None
    if split.scheme == "http" and host in hosts:
        return f"http://{host} (without TLS)"
    return f"{split.scheme}://{host}"


def _foreign(subject: Subject, hosts: frozenset[str]) -> Iterator[Finding]:
    """One finding for each place, however many packages come from it."""
    grouped: dict[str, list[Package]] = {}
    for package in subject.graph.lock.packages.values():
        place = None if package.local else place_of(package.source, hosts)
        if place is not None:
            grouped.setdefault(shown(place), []).append(package)
    for place, packages in grouped.items():
        what = f"{_counted(packages)} from {place}, not from the registry"
        yield _finding(rules.FOREIGN, subject, packages, what, place)


def _unsealed(subject: Subject) -> Iterator[Finding]:
    packages = [one for one in subject.graph.lock.packages.values()
                if not one.sealed and not one.local]  # fmt: skip
    if packages:
        what = f"{subject.graph.place.path} has no checksum for {len(packages)} of its packages"
        yield _finding(rules.INTEGRITY, subject, packages, what, "")


def _deprecated(subject: Subject) -> Iterator[Finding]:
    """Only what our own package.json asks for: the rest is for others to replace."""
    graph = subject.graph
    for key, package in graph.lock.packages.items():
        if package.deprecated and graph.depth(key) == 1:
            name = shown(f"{package.name}@{package.version}")
            said = " ".join(package.deprecated.split())[:200]
            what = f"{name} is deprecated: {shown(said)}"
            yield _finding(rules.DEPRECATED, subject, [package], what, name)


def _finding(
    rule: Rule, subject: Subject, packages: list[Package], what: str, about: str
) -> Finding:
    names = [shown(f"{one.name} {one.version}".strip()) for one in packages]
    more = [f"and {len(names) - MOST_SHOWN} more"] if len(names) > MOST_SHOWN else []
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        what=what,
        application=subject.owner,
        path=subject.graph.place.path,
        line=subject.line(packages[0]),
        about=about,
        evidence="\n".join([*names[:MOST_SHOWN], *more]),
        shipped=any(package.dev is not True for package in packages),
    )


def _counted(packages: list[Package]) -> str:
    if len(packages) == 1:
        return f"{shown(packages[0].name)} comes"
    return f"{shown(packages[0].name)} and {len(packages) - 1} more come"
