"""From a granted review to what its certificate says. Pure."""

import hashlib
from collections.abc import Iterator

import msgspec

from connectory.attestations.certificate import Application, Item, Origin, Person
from connectory.attestations.certificate import Connector as Named
from connectory.attestations.documents import digest
from connectory.attestations.granting import Granted
from connectory.certification.checklist import Sight
from connectory.certification.deciding import EVIDENCE, Line, lines
from connectory.certification.evidence import Evidence
from connectory.certification.review import Review
from connectory.connectors.model import Build
from connectory.connectors.store import StoredConnector
from connectory.findings.report import to_json

REVIEWER = "reviewer"
"""What everybody reads of who reviews: the name is a login."""


def granted(
    review: Review, evidence: Evidence, published: StoredConnector, platform: str
) -> Granted:
    """All that is certified: the review as it was granted, and what it was published as."""
    connector = published.connector
    return Granted(
        connector=Named(
            id=connector.id,
            key=connector.key or "",
            name=connector.name,
            version=connector.version,
        ),
        source=Origin(
            repository=review.url, tag=review.tag, commit=review.commit, tree=review.tree
        ),
        applications=tuple(_applications(published.build)),
        checklist=tuple(_item(one) for one in lines(evidence, review.answers)),
        report=msgspec.json.decode(to_json(evidence.report)),
        reviewer=Person(id=pseudonym(review.id, review.reviewer or ""), name=REVIEWER),
        granted_at=review.decided_at or "",
        platform=platform,
    )


def pseudonym(review_id: str, who: str) -> str:
    """Stands for a reviewer in one certificate: who knows the certification's log can confirm the
    name, nobody can read it off."""
    return hashlib.sha256(f"{review_id}\0{who}".encode()).hexdigest()


def _applications(build: Build) -> Iterator[Application]:
    for one in build.applications:
        yield Application(name=one.name, type=one.type, artifact=one.artifact or "")


def _item(line: Line) -> Item:
    by_person = line.answer is not None and line.decided_by != EVIDENCE
    answer = line.answer if by_person else None
    return Item(
        requirement=line.requirement,
        verdict=line.decision,
        by=REVIEWER if answer else "",
        at=answer.at if answer else "",
        note=answer.note if answer else "",
        evidence=tuple(dict.fromkeys(_places(line.observation.sights))),
    )


def _places(sights: tuple[Sight, ...]) -> Iterator[str]:
    """Where in the commit, which finding of the report, which log."""
    for one in sights:
        if one.path:
            yield f"{one.path}:{one.line}" if one.line else one.path
        if one.finding:
            yield f"finding {one.finding}"
        if one.log:
            yield digest(one.log.encode())
