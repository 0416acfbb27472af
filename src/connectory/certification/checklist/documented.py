"""Fully documented, with an installation guide and usage instructions."""

import re
from typing import Any, ClassVar

import msgspec

from connectory.certification.checklist.headings import README, all_headings
from connectory.certification.checklist.requirement import (
    Heading,
    Kind,
    Observation,
    Requirement,
    Sight,
    met,
)
from connectory.certification.evidence import Evidence, configuration_keys

SHORTEST = 20
"""Characters of a description that says something."""


class Guide(Requirement):
    """A part of the README, or of a page below ``docs``, under a heading of its own."""

    heading = Heading.DOCUMENTED
    kind = Kind.CONFIRMED
    wanted: ClassVar[re.Pattern[str]]

    def reads(self, evidence: Evidence) -> Any:
        return [[one.path, one.text] for one in evidence.texts_of(README)]

    def observe(self, evidence: Evidence) -> Observation:
        found = all_headings(evidence.texts_of(README), self.wanted)
        read = [Sight("has no such heading", one.path) for one in evidence.texts_of(README)]
        return met(found, *(found or read or [Sight("There is no README.")]))


class InstallationGuide(Guide):
    name = "installation-guide"
    title = "An installation guide says what is needed and how it is set up."
    wanted = re.compile(r"install|set[- ]?up|getting started|deploy|quick ?start", re.IGNORECASE)


class UsageInstructions(Guide):
    name = "usage-instructions"
    title = "Usage instructions say what it does and how it is worked with."
    wanted = re.compile(
        r"usage|how (to|it)|using|features|overview|functional|api\b", re.IGNORECASE
    )


class ConfigurationDescribed(Requirement):
    name = "configuration-described"
    heading = Heading.DOCUMENTED
    title = "Every configuration key says what it is for."

    def reads(self, evidence: Evidence) -> Any:
        return [msgspec.to_builtins(one) for one in configuration_keys(evidence.listing)]

    def observe(self, evidence: Evidence) -> Observation:
        keys = list(configuration_keys(evidence.listing))
        silent = [key.key for *_, key in keys if not _says_something(key.key, key.description)]
        if silent:
            return met(False, *(Sight(f"{key} says nothing", "connect.yaml") for key in silent))
        return met(True, Sight(f"{len(keys)} keys", "connect.yaml"))


class DescriptionGiven(Requirement):
    name = "description-given"
    heading = Heading.DOCUMENTED
    title = "The connector's description says what it is for."

    def reads(self, evidence: Evidence) -> Any:
        return [evidence.listing.name, evidence.listing.description]

    def observe(self, evidence: Evidence) -> Observation:
        said = evidence.listing.description.strip()
        if len(said) < SHORTEST:
            shown = f"{len(said)} characters, of at least {SHORTEST}"
            return met(False, Sight(f"The description has {shown}."))
        return met(True, Sight(said[:500]))


class DocumentationLinked(Requirement):
    name = "documentation-linked"
    heading = Heading.DOCUMENTED
    title = "A documentation address (https) is given."

    def reads(self, evidence: Evidence) -> Any:
        return evidence.listing.documentation_url

    def observe(self, evidence: Evidence) -> Observation:
        url = evidence.listing.documentation_url or ""
        return met(re.match(r"https://[^\s/]+", url), Sight(url or "documentationUrl is not set"))


def _says_something(key: str, description: str) -> bool:
    said = re.sub(r"[\W_]", "", description).lower()
    return bool(said) and said != re.sub(r"[\W_]", "", key).lower()


REQUIREMENTS = (
    InstallationGuide(), UsageInstructions(), ConfigurationDescribed(), DescriptionGiven(),
    DocumentationLinked(),
)  # fmt: skip
