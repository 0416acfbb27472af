"""Functionally complete, with no critical bugs."""

from typing import Any

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
from connectory.certification.evidence import Evidence
from connectory.findings.report import Verdict as Outcome


class NothingBlocks(Requirement):
    name = "nothing-blocks"
    heading = Heading.COMPLETE
    title = "The validation for certification found nothing that stops the connector."

    def reads(self, evidence: Evidence) -> Any:
        return [evidence.report.verdict, [one.id for one in evidence.report.blocking]]

    def observe(self, evidence: Evidence) -> Observation:
        said = evidence.report
        counts = f"{said.counts.blocks} stop it, {said.counts.reported} are reported"
        return met(said.verdict is Outcome.ACCEPTED, Sight(f"Report {said.digest}: {counts}"))


class NoCriticalBugs(OfTheReport):
    name = "no-critical-bugs"
    heading = Heading.COMPLETE
    title = "The code has no critical bugs."
    checks = ("code",)


class DoesWhatItSays(Requirement):
    name = "does-what-it-says"
    heading = Heading.COMPLETE
    title = "The connector does all that its description says."
    kind = Kind.PERSON

    def reads(self, evidence: Evidence) -> Any:
        return [[[one.path, one.id] for one in evidence.code], evidence.listing.description]

    def observe(self, evidence: Evidence) -> Observation:
        named = ", ".join(f"{name} ({kind})" for name, kind in evidence.applications)
        said = evidence.listing.description
        return unknown(Sight(f"Says: {said or 'nothing'}"), Sight(f"Applications: {named}"))


class TriedInADeployment(Requirement):
    """The platform's own trial has made-up configuration and no network: a person says whether
    that is enough, or tries it in a Project."""

    name = "tried-in-a-deployment"
    heading = Heading.COMPLETE
    title = "It was deployed for a trial, and worked."
    kind = Kind.CONFIRMED

    def reads(self, evidence: Evidence) -> Any:
        tried = [[one.application, one.request, one.answer] for one in evidence.trials]
        return [[[one.path, one.id] for one in evidence.code], tried]

    def observe(self, evidence: Evidence) -> Observation:
        commit = Sight(f"The commit to try is {evidence.commit}.")
        tried = [Sight(one.told) for one in evidence.trials]
        if tried and all(one.worked for one in evidence.trials):
            return met(True, commit, *tried)
        return unknown(commit, *tried)


REQUIREMENTS = (NothingBlocks(), NoCriticalBugs(), DoesWhatItSays(), TriedInADeployment())
