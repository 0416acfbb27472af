"""Stable and secure, with no vulnerabilities."""

from typing import Any

from connectory.certification.checklist.requirement import (
    Heading,
    Kind,
    Observation,
    OfTheReport,
    Requirement,
    Sight,
    met,
    of_findings,
    unknown,
)
from connectory.certification.evidence import Evidence
from connectory.findings.policy import Effect

BROAD = frozenset({"manage_project"})
"""Scopes that hardly any connector needs."""


class NoVulnerableDependencies(OfTheReport):
    name = "no-vulnerable-dependencies"
    heading = Heading.SECURE
    title = "No dependency has a known vulnerability that stops it."
    checks = ("dependencies",)


class NoSecrets(OfTheReport):
    name = "no-secrets"
    heading = Heading.SECURE
    title = "No passwords, tokens or keys are in the files or their history."
    checks = ("secrets",)

    def looks_at(self, evidence: Evidence) -> Any:
        return evidence.tree


class ExceptionsReviewed(Requirement):
    name = "exceptions-reviewed"
    heading = Heading.SECURE
    title = "Every exception that the creator claims is justified."

    def reads(self, evidence: Evidence) -> Any:
        return [
            [one.id, one.rule, one.exception.reason, one.exception.expires.isoformat()]
            for one in evidence.report.with_effect(Effect.EXCEPTED)
            if one.exception
        ]

    def observe(self, evidence: Evidence) -> Observation:
        claimed = evidence.report.with_effect(Effect.EXCEPTED)
        if claimed:
            return unknown(*of_findings(claimed))
        return met(True, Sight("There are none."))


class NoDebugOutput(Requirement):
    name = "no-debug-output"
    heading = Heading.SECURE
    title = "It logs by a logger, and has no code that is not meant for production."
    kind = Kind.CONFIRMED

    def reads(self, evidence: Evidence) -> Any:
        return sorted(one.id for one in evidence.findings("code/console-log", "code/logged-secret"))

    def observe(self, evidence: Evidence) -> Observation:
        found = evidence.findings("code/console-log", "code/logged-secret")
        return met(not found, *of_findings(found))


class NothingHardCoded(Requirement):
    name = "nothing-hard-coded"
    heading = Heading.SECURE
    title = "No address, name or value of one customer is written into the code."
    kind = Kind.CONFIRMED

    RULES = ("code/hard-coded-credential", "code/hard-coded-jwt-secret", "specification/local-call")

    def reads(self, evidence: Evidence) -> Any:
        found = sorted(one.id for one in evidence.findings(*self.RULES))
        return [[[one.path, one.id] for one in evidence.code], found]

    def observe(self, evidence: Evidence) -> Observation:
        found = evidence.findings(*self.RULES)
        return met(not found, *of_findings(found))


class ScopesNeeded(Requirement):
    name = "scopes-needed"
    heading = Heading.SECURE
    title = "It asks for no more scopes than it needs."
    kind = Kind.CONFIRMED

    def reads(self, evidence: Evidence) -> Any:
        return sorted(evidence.listing.scopes)

    def observe(self, evidence: Evidence) -> Observation:
        asked = evidence.listing.scopes
        sights = [Sight(f"asks for {scope}", "connect.yaml") for scope in asked]
        broad = BROAD.intersection(scope.partition(":")[0] for scope in asked)
        return met(not broad, *(sights or [Sight("It asks for no API client.")]))


REQUIREMENTS = (
    NoVulnerableDependencies(), NoSecrets(), ExceptionsReviewed(), NoDebugOutput(),
    NothingHardCoded(), ScopesNeeded(),
)  # fmt: skip
