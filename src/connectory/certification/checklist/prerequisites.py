"""What has to be in the repository before anybody looks closer (facts 8)."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from connectory.certification.checklist.requirement import (
    Heading,
    Kind,
    Observation,
    OfTheReport,
    Requirement,
    Sight,
    met,
    unknown,
)
from connectory.certification.evidence import TEST, Evidence, Text
from connectory.certification.review import Verdict

LICENCE = re.compile(r"^(licen[cs]e|copying|unlicense)([.\-][^/]*)?$", re.IGNORECASE)
INTEGRATION = re.compile(r"(^|[/._-])(integration|e2e|end-to-end)([/._-]|$)", re.IGNORECASE)
PACKAGE = re.compile(r"(^|/)package\.json$")
SCRIPT = re.compile(r"integration|e2e", re.IGNORECASE)


class Scripts(msgspec.Struct, frozen=True):
    """The part of a package.json that is looked at."""

    scripts: dict[str, Any] = {}


class SourceCode(Requirement):
    name = "source-code"
    heading = Heading.PREREQUISITES
    title = "The source code of every application is in the repository."

    def reads(self, evidence: Evidence) -> Any:
        return [[name, _count(evidence, name) > 0] for name, _ in evidence.applications]

    def observe(self, evidence: Evidence) -> Observation:
        counts = [(name, _count(evidence, name)) for name, _ in evidence.applications]
        sights = [Sight(f"{name}: {count} source files", name) for name, count in counts]
        return met(counts and all(count for _, count in counts), *sights)


class UnitTests(OfTheReport):
    name = "unit-tests"
    heading = Heading.PREREQUISITES
    title = "Every application has tests, and they pass."
    checks = ("tests",)

    def looks_at(self, evidence: Evidence) -> Any:
        return [super().looks_at(evidence), evidence.ids(TEST)]

    def observe(self, evidence: Evidence) -> Observation:
        seen = super().observe(evidence)
        if seen.verdict is Verdict.MET and evidence.findings("tests/none"):
            return Observation(Verdict.UNMET, seen.sights)
        return seen


class IntegrationTests(Requirement):
    name = "integration-tests"
    heading = Heading.PREREQUISITES
    title = "There are integration tests that need nothing from outside."
    kind = Kind.CONFIRMED

    def reads(self, evidence: Evidence) -> Any:
        return [evidence.ids(INTEGRATION, TEST), [one.text for one in _scripts(evidence)]]

    def observe(self, evidence: Evidence) -> Observation:
        files = [
            Sight(f"{one.size} bytes", one.path)
            for one in evidence.files
            if INTEGRATION.search(one.path)
        ]
        scripts = _scripts(evidence)
        return met(files or scripts, *scripts, *files)


class LicenceFile(Requirement):
    name = "licence-file"
    heading = Heading.PREREQUISITES
    title = "A licence file is in the root of the repository."

    def reads(self, evidence: Evidence) -> Any:
        return evidence.ids(LICENCE)

    def observe(self, evidence: Evidence) -> Observation:
        found = [one for one in evidence.files if LICENCE.search(one.path) and one.size]
        return met(found, *(Sight(f"{one.size} bytes", one.path, 1) for one in found))


class CreatorContact(Requirement):
    name = "creator-contact"
    heading = Heading.PREREQUISITES
    title = "The creator's name, company and email address are known."

    def reads(self, evidence: Evidence) -> Any:
        return msgspec.to_builtins(evidence.listing.creator)

    def observe(self, evidence: Evidence) -> Observation:
        said = evidence.listing.creator
        fields = {"name": said.name, "company": said.company, "email": said.email}
        missing = [name for name, value in fields.items() if not value]
        if missing:
            return met(False, *(Sight(f"creator.{name} is not set") for name in missing))
        support = said.support_url or "no support address"
        return met(True, Sight(f"{said.name}, {said.company}, {said.email}, {support}"))


class Paperwork(Requirement):
    """Facts 8: what a creator agrees on with the platform's operator before the review."""

    name = "paperwork"
    heading = Heading.PREREQUISITES
    title = "The creator and the operator of this platform have settled the paperwork."
    kind = Kind.PERSON

    def reads(self, evidence: Evidence) -> Any:
        return [evidence.listing.creator.company, evidence.listing.creator.name]

    def observe(self, evidence: Evidence) -> Observation:
        return unknown(Sight(f"The company is {evidence.listing.creator.company or 'not named'}."))


def _count(evidence: Evidence, application: str) -> int:
    return sum(one.path.startswith(f"{application}/") for one in evidence.code)


def _scripts(evidence: Evidence) -> list[Sight]:
    return [sight for text in evidence.texts_of(PACKAGE) for sight in _scripts_in(text)]


def _scripts_in(text: Text) -> Iterator[Sight]:
    try:
        scripts = msgspec.json.decode(text.text, type=Scripts).scripts
    except (msgspec.DecodeError, RecursionError):
        return  # the validation says what is wrong with it
    for name in scripts:
        if SCRIPT.search(name):
            line = text.text.count("\n", 0, text.text.find(f'"{name}"')) + 1
            yield Sight(f"script {name}", text.path, line)


REQUIREMENTS = (
    SourceCode(), UnitTests(), IntegrationTests(), LicenceFile(), CreatorContact(), Paperwork(),
)  # fmt: skip
