"""An application's own files: what every rule about its code looks at."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connectory.durable import Rejected
from connectory.publishing import package
from connectory.publishing.checks.agreement.lines import Written, json_line
from connectory.publishing.checks.agreement.shipped import is_code, is_text
from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.content import MOST_MODULES
from connectory.publishing.package import Package
from connectory.specification import SERVED, Application

MOST_TEXT = 32 * 1024 * 1024
SHIPPED = ("dependencies", "optionalDependencies")


@dataclass(frozen=True)
class ApplicationFiles:
    """One application and the folder named like it, with the local modules that it depends on.

    ``package`` is None when there is no package.json that could be read.
    """

    candidate: Candidate
    application: Application
    written: Written
    package: Package | None

    @property
    def name(self) -> str:
        return self.application.name

    @property
    def served(self) -> bool:
        """Whether it is started as a program that answers requests (facts 4.1)."""
        return self.application.type in SERVED

    @property
    def manifest(self) -> str:
        return f"{self.name}/package.json"

    @cached_property
    def _manifest_text(self) -> str:
        return self.candidate.text(self.manifest) or ""

    @cached_property
    def document(self) -> Mapping[str, Any]:
        return self.candidate.json(self.manifest) or {}

    @cached_property
    def names(self) -> frozenset[str]:
        """Names right in its folder."""
        return names_in(self.candidate, self.name)

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """Its folder, and those of its local modules in this repository."""
        return tuple(_modules(self.candidate, self.name, self.package))

    @cached_property
    def commands(self) -> str:
        """The text of all that the platform runs, or may run, of its package.json."""
        names = ("start", "build", "gcp-build", "postinstall", "prepare")
        scripts = self.package.scripts if self.package else {}
        hooks = self.application.scripts
        kept = [text for name, text in scripts.items() if name in names or ":" in name]
        return "\n".join([*kept, hooks.post_deploy or "", hooks.pre_undeploy or ""])

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Everything that may name what it uses, by path; no more than ``MOST_TEXT`` bytes."""
        texts, size = dict[str, str](), 0
        for entry in self.entries():
            if entry.link or size > MOST_TEXT or not is_text(entry.path):
                continue
            text = self.candidate.text(entry.path)
            if text is not None:
                texts[entry.path] = text
                size += entry.size
        return texts

    def is_code(self, path: str) -> bool:
        """Whether this is source code that runs as part of it."""
        folder = next((one for one in self.folders if path.startswith(f"{one}/")), None)
        return folder is not None and is_code(folder, path, self.commands)

    @cached_property
    def code(self) -> Mapping[str, str]:
        return {path: text for path, text in self.texts.items() if self.is_code(path)}

    def member(self, *names: str) -> int | None:
        """The line of a member of package.json."""
        return json_line(self._manifest_text, *names)

    def depends_on(self, *, shipped: bool = False) -> frozenset[str]:
        """Names of packages it depends on itself; without development ones if ``shipped``."""
        kinds = SHIPPED if shipped else package.DEPENDENCIES
        return frozenset(name for kind in kinds for name in _object(self.document.get(kind)))

    def entries(self) -> Iterator[Entry]:
        for folder in self.folders:
            yield from self.candidate.within(folder)


def study(candidate: Candidate, application: Application, written: Written) -> ApplicationFiles:
    return ApplicationFiles(
        candidate, application, written, package_in(candidate, application.name)
    )


def package_in(candidate: Candidate, folder: str) -> Package | None:
    path = f"{folder}/package.json" if folder else "package.json"
    data = candidate.read(path)
    try:
        return None if data is None else package.parse(data, path)
    except Rejected:
        return None


def names_in(candidate: Candidate, folder: str) -> frozenset[str]:
    start = len(folder) + 1 if folder else 0
    return frozenset(one.path[start:].split("/")[0] for one in candidate.within(folder))


def below(folder: str, path: str) -> str:
    """A path relative to ``folder`` as one of the repository; ``..`` first when it leaves it."""
    return posixpath.normpath(posixpath.join(folder, path))


def _modules(candidate: Candidate, folder: str, start: Package | None) -> Iterator[str]:
    seen, waiting = {folder}, [(folder, start)]
    while waiting and len(seen) <= MOST_MODULES:
        path, parsed = waiting.pop(0)
        yield path
        for target in parsed.local if parsed else ():
            module = package.local_folder(path, target)
            if module and module not in seen:
                seen.add(module)
                waiting.append((module, package_in(candidate, module)))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
