"""An artifact's attestations: made when it is packed, kept beside it, asked for before it runs."""

from dataclasses import dataclass

from connectory.artifacts import ArtifactDamaged, ArtifactStore
from connectory.attestations.bundle import Attested
from connectory.attestations.documents import Malformed, canonical, decoded, digest
from connectory.attestations.envelope import Envelope
from connectory.attestations.keys import KeyRing
from connectory.attestations.problems import Fault, Problem
from connectory.attestations.provenance import PROVENANCE, SBOM_MEDIA, Built, Proven, proven
from connectory.attestations.signing import Signing
from connectory.attestations.statement import PAYLOAD, payload_of
from connectory.attestations.verify import provenance_problems, statement_in

DSSE = "application/vnd.dsse.envelope.v1+json"


class NotAttested(Exception):  # noqa: N818 - named for what happened
    """Nothing trusted shows that an artifact was built here from this commit: never to be run.

    ``problems`` say what does not match.
    """

    def __init__(self, artifact: str, problems: tuple[Problem, ...]) -> None:
        why = "; ".join(one.what for one in problems)
        super().__init__(f"Artifact {artifact} is not what was built: {why}.")
        self.artifact = artifact
        self.problems = problems


@dataclass(frozen=True)
class Kept:
    """Digests of what was stored: of the provenance's envelope, and of the bill of materials."""

    provenance: str
    sbom: str


async def attest(store: ArtifactStore, signing: Signing, built: Built, sbom: bytes) -> Kept:
    """Signs where an artifact came from and stores that, with its bill of materials, as OCI
    referrers. May run twice: nothing is stored twice. An artifact that other commits are built to
    as well has one provenance for each. Raises ``ArtifactMissing`` or ``ArtifactDamaged``."""
    statement = proven(built, digest(sbom))
    written = canonical(signing.sign(payload_of(statement), PAYLOAD))
    await store.refer(built.artifact, SBOM_MEDIA, sbom)
    await store.refer(built.artifact, DSSE, written)
    return Kept(digest(written), digest(sbom))


async def bill_of(store: ArtifactStore, artifact: str) -> bytes | None:
    """The bill of materials that an artifact got when it was packed; None when it has none."""
    found = await store.referrers(artifact, SBOM_MEDIA)
    return found[0] if found else None


async def attested(
    store: ArtifactStore, artifact: str, repository: str, commit: str, trusted: KeyRing
) -> Attested:
    """The attestations of an artifact as it was built from a commit, for a bundle.

    Raises ``NotAttested`` with the reasons when there is none that holds.
    """
    none = Problem(Fault.ATTESTATION_MISSING, artifact, f"nothing is known of commit {commit[:12]}")
    problems: list[Problem] = []
    for data in await _read(store, artifact, DSSE):
        envelope, found = matches(data, artifact, repository, commit, trusted)
        if envelope is None or found:
            problems += found
            continue
        if (bill := await _bill(store, artifact, envelope, trusted)) is not None:
            shape = dict[str, object]
            return Attested(artifact=artifact, provenance=envelope, sbom=decoded(bill, shape))
        problems.append(Problem(Fault.SBOM, artifact, "its bill of materials is missing"))
    raise NotAttested(artifact, tuple(problems) or (none,))


def matches(
    data: bytes, artifact: str, repository: str, commit: str, trusted: KeyRing
) -> tuple[Envelope | None, list[Problem]]:
    """A stored provenance, and what does not match in it. Pure."""
    try:
        envelope = decoded(data, Envelope)
    except Malformed as problem:
        return None, [Problem(Fault.UNREADABLE, artifact, str(problem))]
    source = (repository, commit)
    return envelope, list(provenance_problems(envelope, artifact, source, trusted, artifact))


async def require_attested(
    store: ArtifactStore, artifact: str, repository: str, commit: str, trusted: KeyRing
) -> None:
    """What hosting asks before it runs an artifact. Raises ``NotAttested``."""
    await attested(store, artifact, repository, commit, trusted)


async def _bill(
    store: ArtifactStore, artifact: str, envelope: Envelope, trusted: KeyRing
) -> bytes | None:
    """The bill of materials that a provenance names."""
    said, _, _ = statement_in(envelope, PROVENANCE, Proven, trusted, artifact)
    wanted = said.predicate.sbom if said else ""
    bills = await _read(store, artifact, SBOM_MEDIA)
    return next((one for one in bills if digest(one) == wanted), None)


async def _read(store: ArtifactStore, artifact: str, kind: str) -> tuple[bytes, ...]:
    try:
        return await store.referrers(artifact, kind)
    except ArtifactDamaged as problem:
        damaged = Problem(Fault.UNREADABLE, artifact, problem.cause)
        raise NotAttested(artifact, (damaged,)) from None
