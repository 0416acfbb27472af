"""Which code is analysed: what becomes part of a running application, as on the real platform.

There it is the folder ``src`` of every application but those of the Merchant Center, and of the
modules that they share. An application without ``src`` keeps its code beside its package.json.
"""

import re
from collections.abc import Iterator

from connectory.durable import Rejected
from connectory.publishing import package
from connectory.publishing.checks.candidate import Candidate
from connectory.publishing.checks.code.engine import Select
from connectory.publishing.checks.code.sources import is_source, is_test
from connectory.specification import ApplicationType

MERCHANT_CENTER = frozenset(
    {
        ApplicationType.MERCHANT_CENTER_CUSTOM_APPLICATION,
        ApplicationType.MERCHANT_CENTER_CUSTOM_VIEW,
    }
)
MOST_MODULES = 50
LARGEST_PACKAGE = 1024 * 1024
_TOOLING = re.compile(
    r"(^|/)(\.?[\w.-]+\.config|\.?[\w-]+rc|gulpfile|gruntfile)\.[cm]?[jt]s$", re.IGNORECASE
)


def analysed(candidate: Candidate) -> Select:
    """Tells by its path whether a file is to be analysed."""
    folders = tuple(f"{folder}/" for folder in _sources(candidate))

    def select(path: str) -> bool:
        return path.startswith(folders) and not is_test(path) and _TOOLING.search(path) is None

    return select


def _sources(candidate: Candidate) -> Iterator[str]:
    for folder in _folders(candidate):
        inside = f"{folder}/src"
        has_code = any(is_source(entry.path) for entry in candidate.within(inside))
        yield inside if has_code else folder


def _folders(candidate: Candidate) -> tuple[str, ...]:
    """The applications, and the modules that they depend on by a path."""
    applications = {one.name: one.type for one in candidate.applications}
    waiting = [name for name, kind in applications.items() if kind not in MERCHANT_CENTER]
    found: dict[str, None] = {}
    while waiting and len(found) < len(applications) + MOST_MODULES:
        folder = waiting.pop(0)
        if folder not in found:
            found[folder] = None
            waiting += [each for each in _modules(candidate, folder) if each not in applications]
    return tuple(found)


def _modules(candidate: Candidate, folder: str) -> Iterator[str]:
    try:
        data = candidate.read(f"{folder}/package.json", LARGEST_PACKAGE) or b"{}"
        local = package.parse(data, folder).local
    except Rejected:
        return
    for target in local:
        if module := package.local_folder(folder, target):
            yield module
