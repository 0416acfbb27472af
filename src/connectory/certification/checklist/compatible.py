"""Compatible with what deploying asks of an application."""

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
from connectory.certification.evidence import Dependency, Evidence
from connectory.certification.review import Verdict

LOCKS = ("specification/missing-lockfile", "specification/lockfile-disagrees",
         "specification/broken-lockfile", "specification/outside-import",
         "dependencies/foreign-source", "dependencies/unreadable")  # fmt: skip
UNSURE = ("runtime/needs-configuration", "runtime/not-started")
STATEFUL = frozenset(
    {
        "better-sqlite3", "connect-session-knex", "cookie-session", "express-session", "level",
        "lokijs", "lowdb", "memory-cache", "memorystore", "nedb", "node-cache", "node-persist",
        "sqlite3",
    }
)  # fmt: skip
"""Packages that keep something from one request for a later one, in memory or in a file."""


class AgreesWithItsSpecification(OfTheReport):
    name = "specification-agrees"
    heading = Heading.COMPATIBLE
    title = "connect.yaml and the code say the same."
    checks = ("specification",)


class Starts(OfTheReport):
    name = "starts"
    heading = Heading.COMPATIBLE
    title = "Every application starts, listens and answers."
    checks = ("runtime",)

    def observe(self, evidence: Evidence) -> Observation:
        seen = super().observe(evidence)
        unsure = seen.verdict is Verdict.MET and evidence.findings(*UNSURE)
        tried = tuple(Sight(one.told, log=one.log or None) for one in evidence.trials)
        return Observation(Verdict.UNKNOWN if unsure else seen.verdict, (*seen.sights, *tried))


class Stateless(Requirement):
    name = "stateless"
    heading = Heading.COMPATIBLE
    title = "It keeps nothing in memory or in files from one request to the next."
    kind = Kind.CONFIRMED

    WRITES = "runtime/writes-outside"

    def reads(self, evidence: Evidence) -> Any:
        found = sorted(one.id for one in evidence.findings(self.WRITES))
        kept = [[one.name, one.version] for one in _keeping(evidence)]
        return [[[one.path, one.id] for one in evidence.code], found, kept]

    def observe(self, evidence: Evidence) -> Observation:
        found, kept = evidence.findings(self.WRITES), _keeping(evidence)
        return met(not found and not kept, *of_findings(found), *map(_depends, kept))


class SelfContained(Requirement):
    name = "self-contained"
    heading = Heading.COMPATIBLE
    title = "Every dependency is pinned by a lockfile and comes from a package registry."

    def reads(self, evidence: Evidence) -> Any:
        return [[one.id, one.rule] for one in evidence.findings(*LOCKS)]

    def observe(self, evidence: Evidence) -> Observation:
        found = evidence.findings(*LOCKS)
        if found:
            return met(False, *of_findings(found))
        files = sorted({one.lockfile for one in evidence.dependencies})
        count = len(evidence.dependencies)
        return met(True, Sight(f"{count} packages"), *(Sight("lockfile", one) for one in files))


class OpenSourceLicences(OfTheReport):
    name = "open-source-licences"
    heading = Heading.COMPATIBLE
    title = "The licences of its dependencies permit what it does with them."
    checks = ("licences",)


class SizeFits(OfTheReport):
    name = "size-fits"
    heading = Heading.COMPATIBLE
    title = "Repository and applications are of a size that can be deployed."
    checks = ("size",)


class RegionsNamed(Requirement):
    name = "regions-named"
    heading = Heading.COMPATIBLE
    title = "The regions that it supports are named."

    def reads(self, evidence: Evidence) -> Any:
        return sorted(evidence.listing.supported_regions)

    def observe(self, evidence: Evidence) -> Observation:
        regions = evidence.listing.supported_regions
        return met(regions, Sight(", ".join(regions) or "supportedRegions is empty"))


class TagStays(Requirement):
    """Facts 1.4: the tag must not be changed during the review. What is pinned is granted."""

    name = "tag-stays"
    heading = Heading.COMPATIBLE
    title = "The tag still names the commit under review."

    def reads(self, evidence: Evidence) -> Any:
        return [evidence.commit, evidence.tag_commit]

    def observe(self, evidence: Evidence) -> Observation:
        if not evidence.tag_commit:
            return unknown(Sight("The tag could not be read, or nobody has looked yet."))
        pinned = Sight(f"Under review is {evidence.commit}.")
        if evidence.tag_commit == evidence.commit:
            return met(True, pinned)
        moved = Sight(f"The tag has moved: it names {evidence.tag_commit} now.")
        return unknown(moved, pinned, Sight("A grant is for the commit under review."))


def _keeping(evidence: Evidence) -> list[Dependency]:
    return [one for one in evidence.dependencies if one.name in STATEFUL]


def _depends(one: Dependency) -> Sight:
    return Sight(f"depends on {one.name}@{one.version}", one.lockfile)


REQUIREMENTS = (
    AgreesWithItsSpecification(), Starts(), Stateless(), SelfContained(), OpenSourceLicences(),
    SizeFits(), RegionsNamed(), TagStays(),
)  # fmt: skip
