"""``/platform/certifications/{id}/...``: what reviewers do, and a creator's withdrawal."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory import reactions
from connectory.api.answers import answer
from connectory.api.auditing import record
from connectory.api.certifications import TAG, Certification, certification_of, readable
from connectory.api.context import body, context, path_id
from connectory.api.openapi import Access, Operation
from connectory.api.reviewing import Reviewer, creator, reviewer
from connectory.api.routing import resource
from connectory.attestations.signing import signing
from connectory.auth.audit import Target
from connectory.auth.scopes import MANAGE_CERTIFICATIONS, MANAGE_CONNECTORS
from connectory.certification import acts, errors, store
from connectory.certification.acts import Act
from connectory.certification.review import Verdict
from connectory.connectors.model import NonEmpty
from connectory.events import Event
from connectory.publishing.certified import attestations_for, certify
from connectory.wire import Wire, decode

T = TypeVar("T")


Reviewing = partial(
    Operation,
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_CERTIFICATIONS,
    answer=Certification,
    errors=(errors,),
)
"""What a reviewer does to a certification."""


class CertificationVersion(Wire):
    """The version of the certification that is meant."""

    version: int


class CertificationAnswer(Wire):
    """``note`` is needed for a no, and for a yes that differs from the evidence."""

    version: int
    requirement: str
    verdict: Verdict
    note: str = ""


class CertificationRemark(Wire):
    comment: NonEmpty


class CertificationGrant(Wire):
    version: int
    reason: str = ""


class CertificationRejection(Wire):
    """``reason`` is what the creator reads in the publishing report."""

    version: int
    reason: NonEmpty


@Reviewing(
    "takeCertification",
    "Take a certification: the draft is InCertification from now on",
    request=CertificationVersion,
)
async def take(request: Request) -> Response:
    return await _done(request, CertificationVersion, lambda a, b: acts.take(a, b.version))


@Reviewing(
    "releaseCertification",
    "Put a certification back into the queue",
    request=CertificationVersion,
)
async def release(request: Request) -> Response:
    return await _done(request, CertificationVersion, lambda a, b: acts.release(a, b.version))


@Reviewing(
    "lookAtTag",
    "See again what the tag of a certification names",
    request=CertificationVersion,
)
async def look(request: Request) -> Response:
    return await _done(request, CertificationVersion, lambda a, b: acts.look(a, b.version))


@Reviewing(
    "answerRequirement",
    "Decide a requirement of the checklist",
    request=CertificationAnswer,
)
async def answer_requirement(request: Request) -> Response:
    return await _done(
        request,
        CertificationAnswer,
        lambda a, b: acts.answer(a, b.version, b.requirement, b.verdict, b.note),
    )


@Reviewing(
    "commentCertification",
    "Say something to the creator",
    request=CertificationRemark,
    errors=(),
)
async def comment(request: Request) -> Response:
    return await _done(request, CertificationRemark, lambda a, b: acts.comment(a, b.comment))


@Reviewing(
    "grantCertification",
    "Grant a certification: the Connector is published, public and certified",
    request=CertificationGrant,
)
async def grant(request: Request) -> Response:
    who, asked = await reviewer(request), decode(await body(request), CertificationGrant)
    platform, review_id = context(request), path_id(request)
    attestations = await attestations_for(
        platform.database, platform.artifacts, platform.keys, review_id
    )

    def work(connection: Connection) -> Certification:
        with signing(platform.keys) as key:
            act = Act(connection, review_id, who.who, who.user_id)
            (granted,) = acts.grant(act, asked.version, asked.reason)
            reactions.react(connection, (granted,))
            certify(connection, key, granted, attestations, platform.settings.origin)
        return _recorded(connection, request, who)

    return answer(await platform.database.write(work))


@Reviewing(
    "rejectCertification",
    "Reject a certification: the draft is Failed, and its report says why",
    request=CertificationRejection,
)
async def reject(request: Request) -> Response:
    return await _done(
        request, CertificationRejection, lambda a, b: acts.reject(a, b.version, b.reason)
    )


@Operation(
    "withdrawCertification",
    "Withdraw a certification, as its creator: the draft can be changed again",
    tag=TAG,
    scopes=MANAGE_CONNECTORS,
    request=CertificationVersion,
    answer=Certification,
    errors=(errors.CertificationMoveNotAllowedError,),
)
async def withdraw(request: Request) -> Response:
    who, review_id = await creator(request), path_id(request)
    asked = decode(await body(request), CertificationVersion)
    organization = who.project.organization_id

    def work(connection: Connection) -> Certification:
        readable(connection, review_id, organization)
        act = Act(connection, review_id, f"creator {who.project.key}")
        reactions.react(connection, acts.withdraw(act, asked.version))
        record(connection, request, who, Target("Certification", review_id))
        return certification_of(connection, readable(connection, review_id, organization))

    return answer(await context(request).database.write(work))


async def _done(
    request: Request, shape: type[T], act: Callable[[Act, T], tuple[Event, ...]]
) -> Response:
    """Carry out a reviewer's act; the certification after it."""
    who, asked = await reviewer(request), decode(await body(request), shape)
    review_id = path_id(request)

    def work(connection: Connection) -> Certification:
        act_ = Act(connection, review_id, who.who, who.user_id)
        reactions.react(connection, act(act_, asked))
        return _recorded(connection, request, who)

    return answer(await context(request).database.write(work))


def _recorded(connection: Connection, request: Request, who: Reviewer) -> Certification:
    """The certification after an act, which is in the audit log."""
    review_id = path_id(request)
    record(connection, request, who.asker, Target("Certification", review_id))
    return certification_of(connection, store.review_with_id(connection, review_id))


ROUTES = [
    resource("/platform/certifications/{id}/take", POST=take),
    resource("/platform/certifications/{id}/release", POST=release),
    resource("/platform/certifications/{id}/tag", POST=look),
    resource("/platform/certifications/{id}/answers", POST=answer_requirement),
    resource("/platform/certifications/{id}/comments", POST=comment),
    resource("/platform/certifications/{id}/grant", POST=grant),
    resource("/platform/certifications/{id}/reject", POST=reject),
    resource("/platform/certifications/{id}/withdraw", POST=withdraw),
]
