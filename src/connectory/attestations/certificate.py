"""The certificate: who granted what to which artifacts, and on what grounds."""

from connectory.attestations.documents import digest_of
from connectory.attestations.statement import Resource, Statement, sha256, stated
from connectory.wire import Wire

CERTIFICATION = "https://connectory.dev/certification/v1"


class Connector(Wire):
    """``version`` is the one that the grant published."""

    id: str
    key: str = ""
    name: str = ""
    version: int = 0


class Origin(Wire):
    """The commit under review; ``tree`` is Git's name for its files."""

    repository: str
    tag: str
    commit: str
    tree: str = ""


class Application(Wire):
    """``artifact`` is empty for a type that is built for each Deployment. ``provenance`` is the
    digest of its envelope, ``sbom`` that of the CycloneDX document."""

    name: str
    type: str
    artifact: str = ""
    provenance: str = ""
    sbom: str = ""


class Item(Wire):
    """One requirement of the checklist. ``by`` is the reviewer who decided or confirmed it, empty
    for what the platform decided alone. ``evidence`` are digests, or places in the repository."""

    requirement: str
    verdict: str
    by: str = ""
    at: str = ""
    note: str = ""
    evidence: tuple[str, ...] = ()


class Answered(Wire):
    """What a certificate itself says of one requirement; the rest is in the checklist."""

    requirement: str
    verdict: str
    by: str = ""


class Examined(Wire):
    """``digest`` is the one in the report: the same for the same files, databases and version.
    ``content`` is the SHA-256 of the whole report in its canonical form."""

    digest: str
    content: str


class Person(Wire):
    """``id`` may stand for the person without naming it."""

    id: str
    name: str = ""


class Certificate(Wire):
    """The predicate of ``CERTIFICATION``. ``granted_at`` is ISO 8601 in UTC, with milliseconds.
    ``checklist`` is the SHA-256 of the checklist in its canonical form."""

    connector: Connector
    source: Origin
    applications: tuple[Application, ...]
    report: Examined
    checklist: str
    verdicts: tuple[Answered, ...]
    reviewer: Person
    granted_at: str
    platform: str = ""


def certified(certificate: Certificate) -> Statement[Certificate]:
    """A certificate over its artifacts and the commit they were built from."""
    return stated(CERTIFICATION, subjects_of(certificate), certificate)


def subjects_of(certificate: Certificate) -> tuple[Resource, ...]:
    """in-toto's subjects: each artifact by the application's name, then the commit."""
    images = (
        Resource(name=one.name, digest=sha256(one.artifact))
        for one in certificate.applications
        if one.artifact
    )
    source = certificate.source
    commit = Resource(name=source.repository, digest={"gitCommit": source.commit})
    return (*images, commit)


def answers(checklist: tuple[Item, ...]) -> tuple[Answered, ...]:
    return tuple(
        Answered(requirement=one.requirement, verdict=one.verdict, by=one.by) for one in checklist
    )


def checklist_digest(checklist: tuple[Item, ...]) -> str:
    return digest_of(checklist)
