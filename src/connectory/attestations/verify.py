"""Does a certificate hold? Every answer is a list of what does not match; empty: it holds."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import TypeVar

from connectory.attestations import certificate as certificates
from connectory.attestations.bundle import Attested, Bundle, Certified, attested_digests, from_json
from connectory.attestations.certificate import CERTIFICATION, Certificate
from connectory.attestations.documents import Malformed, decoded, digest_of
from connectory.attestations.envelope import Envelope, Opened, opened
from connectory.attestations.images import Files, Missing, image_problems, listed
from connectory.attestations.keys import KeyRing
from connectory.attestations.problems import Fault, Problem
from connectory.attestations.proofs import Head, fork_problems, head_of, inclusion_problems
from connectory.attestations.provenance import BUILD, BUILDER, PROVENANCE, Proven, same_source
from connectory.attestations.statement import PAYLOAD, STATEMENT, Statement

S = TypeVar("S")


def verify(
    data: bytes,
    trusted: KeyRing,
    artifact: Files | None = None,
    only: str = "",
    known: Head | None = None,
) -> list[Problem]:
    """What does not match in a bundle, an OCI layout beside it, and a head of the log that was
    kept from an earlier day. ``only`` is the digest of the one image of the layout that is meant;
    without it every image in it has to be certified."""
    try:
        bundle = from_json(data)
    except Malformed as problem:
        return [Problem(Fault.UNREADABLE, "bundle", str(problem))]
    found = list(_keys(bundle))
    certificate, problems = _certificate(bundle, trusted)
    found += problems
    found += _guarded("log", _log(bundle, certificate, trusted, known))
    if certificate is not None:
        found += _grounds(bundle, certificate)
        found += _attestations(bundle, certificate, trusted)
        if artifact is not None:
            found += _guarded("artifact", _images(artifact, certificate, only))
    return found


def statement_in(envelope: Envelope, kind: str, shape: type[S], trusted: KeyRing, where: str) -> (
    tuple[S | None, Opened | None, list[Problem]]
):  # fmt: skip
    """A signed statement, who signed it, and what is wrong with it. It is read even if nobody
    trusted has signed it, so that all else that is wrong can be told."""
    try:
        found = opened(envelope, PAYLOAD, trusted, where)
        if any(one.fault is Fault.PAYLOAD_TYPE for one in found.problems):
            return None, found, list(found.problems)
        said = decoded(found.payload, Statement[dict[str, object]])
        if (said.type, said.predicate_type) != (STATEMENT, kind):
            what = f"it states a {said.predicate_type[:80]!r} where a {kind!r} should be"
            return None, found, [*found.problems, Problem(Fault.STATEMENT, where, what)]
        return decoded(found.payload, shape), found, list(found.problems)
    except Malformed as problem:
        return None, None, [Problem(Fault.UNREADABLE, where, str(problem))]


def _guarded(where: str, problems: Iterable[Problem]) -> Iterator[Problem]:
    try:
        yield from problems
    except (Malformed, Missing) as problem:
        fault = Fault.ARTIFACT_LAYOUT if where == "artifact" else Fault.UNREADABLE
        yield Problem(fault, where, str(problem))


def _keys(bundle: Bundle) -> Iterator[Problem]:
    for number, key in enumerate(bundle.keys):
        if not key.honest:
            what = f"the key {key.id[:16]!r} has not the name that its bytes have"
            yield Problem(Fault.KEY_FALSE, f"keys[{number}]", what)


def _certificate(bundle: Bundle, trusted: KeyRing) -> tuple[Certificate | None, list[Problem]]:
    where = "certificate"
    said, found, problems = statement_in(
        bundle.certificate, CERTIFICATION, Certified, trusted, where
    )
    if said is None:
        return None, problems
    granted = said.predicate.granted_at
    if found is not None and found.signer is not None and not found.signer.signs_at(granted):
        what = f"the key {found.signer.id[:16]} does not sign at {granted[:24]}"
        problems.append(Problem(Fault.KEY_EXPIRED, where, what))
    if said.subject != certificates.subjects_of(said.predicate):
        what = "its subjects are not the artifacts and the commit that it speaks of"
        problems.append(Problem(Fault.SUBJECT, where, what))
    return said.predicate, problems


def _log(
    bundle: Bundle, certificate: Certificate | None, trusted: KeyRing, known: Head | None
) -> Iterator[Problem]:
    head, problems = head_of(bundle.log.head, trusted, "log.head")
    yield from problems
    if any(one.fault is Fault.PAYLOAD_TYPE for one in problems):
        return
    yield from inclusion_problems(bundle.log, bundle.certificate, head, "log")
    if certificate is not None and head.time < certificate.granted_at:
        what = f"it is of {head.time[:24]}, before the certificate was granted"
        yield Problem(Fault.LOG_TIME, "log.head", what)
    if known is not None:
        yield from fork_problems(bundle.log, head, known, "log")


def _grounds(bundle: Bundle, certificate: Certificate) -> Iterator[Problem]:
    yield from _report(bundle.report, certificate)
    pairs = zip_longest(certificates.answers(bundle.checklist), certificate.verdicts)
    for number, (shown, signed) in enumerate(pairs):
        if shown != signed:
            name = (signed or shown).requirement
            what = f"{name[:80]} is answered in another way than in the certificate"
            yield Problem(Fault.CHECKLIST, f"checklist[{number}]", what)
    if certificates.checklist_digest(bundle.checklist) != certificate.checklist:
        what = "it is not the checklist that was signed"
        yield Problem(Fault.CHECKLIST, "checklist", what)


def _report(report: dict[str, object], certificate: Certificate) -> Iterator[Problem]:
    if report.get("digest") != certificate.report.digest:
        yield Problem(Fault.REPORT, "report.digest", "it is the digest of another report")
    if digest_of(report) != certificate.report.content:
        yield Problem(Fault.REPORT, "report", "it is not the report that was signed")
    if report.get("verdict") != "accepted":
        yield Problem(Fault.REPORT, "report.verdict", "it does not accept the connector")
    source = report.get("connector")
    if not isinstance(source, dict) or source.get("commit") != certificate.source.commit:
        yield Problem(Fault.SOURCE, "report.connector.commit", "it is of another commit")


def _attestations(bundle: Bundle, certificate: Certificate, trusted: KeyRing) -> Iterator[Problem]:
    certified = [one for one in certificate.applications if one.artifact]
    for application in certified:
        where = f"attestations[{application.name[:80]}]"
        shown = bundle.attested(application.artifact)
        if shown is None:
            what = "there is none for this artifact"
            yield Problem(Fault.ATTESTATION_MISSING, where, what)
            continue
        provenance, sbom = attested_digests(shown)
        if provenance != application.provenance:
            what = "it is not the one that the certificate names"
            yield Problem(Fault.PROVENANCE, f"{where}.provenance", what)
        if sbom != application.sbom:
            what = "it is not the one that the certificate names"
            yield Problem(Fault.SBOM, f"{where}.sbom", what)
        yield from _attested(shown, certificate, trusted, where)
    names = {one.artifact for one in certified}
    for number, one in enumerate(bundle.attestations):
        if one.artifact not in names:
            what = f"{one.artifact[:80]} is not certified"
            yield Problem(Fault.SUBJECT, f"attestations[{number}]", what)


def _attested(
    shown: Attested, certificate: Certificate, trusted: KeyRing, where: str
) -> Iterator[Problem]:
    source = certificate.source
    yield from provenance_problems(
        shown.provenance, shown.artifact, (source.repository, source.commit), trusted,
        f"{where}.provenance", digest_of(shown.sbom),
    )  # fmt: skip


def provenance_problems(
    envelope: Envelope,
    artifact: str,
    source: tuple[str, str],
    trusted: KeyRing,
    where: str,
    sbom: str = "",
) -> Iterator[Problem]:
    """Whether a signed provenance is that of an artifact from a repository's commit, with the
    bill of materials of that digest (any, when it is empty)."""
    said, _, problems = statement_in(envelope, PROVENANCE, Proven, trusted, where)
    yield from problems
    if said is None:
        return
    if len(said.subject) != 1 or not said.subject[0].is_image(artifact):
        yield Problem(Fault.SUBJECT, where, "it is about another artifact")
    predicate = said.predicate
    if predicate.run_details.builder.id != BUILDER:
        yield Problem(Fault.BUILDER, where, "the artifact was not built by Connectory")
    if predicate.build_definition.build_type != BUILD:
        yield Problem(Fault.BUILDER, where, "the artifact was built in a way unknown here")
    if not same_source(predicate, *source):
        yield Problem(Fault.SOURCE, where, "the artifact was built from another commit")
    if sbom and predicate.sbom != sbom:
        yield Problem(Fault.SBOM, where, "it names another bill of materials")


def _images(files: Files, certificate: Certificate, only: str) -> Iterator[Problem]:
    certified = {one.artifact for one in certificate.applications if one.artifact}
    there = listed(files)
    wanted = {only} if only else certified
    for digest in sorted(({only} if only else there) - certified):
        yield Problem(
            Fault.ARTIFACT_UNKNOWN, digest[:80], "the certificate is not about this image"
        )
    for digest in sorted(wanted - there):
        yield Problem(Fault.ARTIFACT_MISSING, digest[:80], "the layout does not list this image")
    for digest in sorted(wanted & there & certified):
        yield from image_problems(files, digest)
