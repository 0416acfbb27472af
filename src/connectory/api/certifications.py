"""``/platform/certifications``: the reviewers' work, and what creators may see of it.

Not part of the contract: on the real platform, the Connect team does this behind the scenes. For
administrators of the organization ``default`` (HTTP Basic) and tokens of its Projects with a scope
of our own; a creator's token reads the certifications of its own organization.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory import reactions
from connectory.api.answers import answer
from connectory.api.context import UUID, body, context, path_id, query_int
from connectory.api.openapi import Operation, Paged, Query, page_parameters
from connectory.api.reviewing import SHOWN, creator, reader, reviewer
from connectory.api.routing import resource
from connectory.auth.scopes import MANAGE_CERTIFICATIONS, MANAGE_CONNECTORS, READ_CERTIFICATIONS
from connectory.certification import acts, errors, store
from connectory.certification.acts import Act
from connectory.certification.deciding import Line, lines
from connectory.certification.difference import Difference, difference
from connectory.certification.review import Review, ReviewState, Verdict
from connectory.certification.store import ReviewEvent
from connectory.connectors.model import CertificationComment, NonEmpty
from connectory.connectors.store import staged_with_id
from connectory.errors import (
    AuthenticationError,
    InvalidQueryParamError,
    ResourceNotFoundError,
)
from connectory.events import Event
from connectory.findings.report import FullReport, to_json
from connectory.wire import Page, Wire, decode, encode, replace

T = TypeVar("T")

TAG = "Certification"
DECIDING = (AuthenticationError, errors)


class Certification(Wire, omit_defaults=False):
    """A review with its checklist as it stands, what was said between creator and reviewer, and
    what has changed since the certified version, if there is one."""

    review: Review
    checklist: tuple[Line, ...]
    comments: tuple[CertificationComment, ...]
    difference: Difference | None


class CertificationLog(Wire):
    """Who did what when, oldest first."""

    events: tuple[ReviewEvent, ...]


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


@Operation(
    "queryCertifications",
    "Query certifications: who has waited longest comes first",
    tag=TAG,
    scopes=READ_CERTIFICATIONS,
    query=(
        *page_parameters()[:2],
        Query("state", tuple[ReviewState, ...], "In one of these states."),
        Query("connectorId", str, "Of this connector."),
    ),
    answer=Paged(Review),
    errors=(AuthenticationError,),
)
async def query(request: Request) -> Response:
    organization = await reader(request)
    limit, offset = _page(request)
    states, connector = _states(request), _connector(request)
    found = await context(request).database.read(
        lambda c: store.select_reviews(
            c,
            limit=limit,
            offset=offset,
            organization_id=organization,
            states=states,
            connector_id=connector,
        )
    )
    shown = tuple(msgspec.Raw(encode(_shown(one, organization))) for one in found.reviews)
    count = len(shown)
    return answer(Page(limit=limit, offset=offset, count=count, total=found.total, results=shown))


@Operation(
    "getCertification",
    "Get a certification with its checklist",
    tag=TAG,
    scopes=READ_CERTIFICATIONS,
    answer=Certification,
    errors=(AuthenticationError,),
)
async def read(request: Request) -> Response:
    organization, review_id = await reader(request), path_id(request)

    def work(connection: Connection) -> Certification:
        return _certification(connection, _readable(connection, review_id, organization))

    return answer(await context(request).database.read(work))


@Operation(
    "getCertificationReport",
    "The full report that a certification rests on",
    tag=TAG,
    scopes=READ_CERTIFICATIONS,
    answer=FullReport,
    errors=(AuthenticationError,),
)
async def read_report(request: Request) -> Response:
    organization, review_id = await reader(request), path_id(request)

    def work(connection: Connection) -> FullReport:
        review = _readable(connection, review_id, organization)
        return store.evidence_of(connection, review).report

    report = await context(request).database.read(work)
    return Response(to_json(report), media_type="application/json")


@Operation(
    "getCertificationLog",
    "Who did what when in a certification",
    tag=TAG,
    scopes=MANAGE_CERTIFICATIONS,
    answer=CertificationLog,
    errors=(AuthenticationError,),
)
async def read_log(request: Request) -> Response:
    await reviewer(request)
    review_id = path_id(request)

    def work(connection: Connection) -> CertificationLog:
        store.review_with_id(connection, review_id)
        return CertificationLog(events=store.events_of(connection, review_id))

    return answer(await context(request).database.read(work))


@Operation(
    "takeCertification",
    "Take a certification: the draft is InCertification from now on",
    tag=TAG,
    scopes=MANAGE_CERTIFICATIONS,
    request=CertificationVersion,
    answer=Certification,
    errors=DECIDING,
)
async def take(request: Request) -> Response:
    return await _done(request, CertificationVersion, lambda a, b: acts.take(a, b.version))


@Operation(
    "releaseCertification",
    "Put a certification back into the queue",
    tag=TAG,
    scopes=MANAGE_CERTIFICATIONS,
    request=CertificationVersion,
    answer=Certification,
    errors=DECIDING,
)
async def release(request: Request) -> Response:
    return await _done(request, CertificationVersion, lambda a, b: acts.release(a, b.version))


@Operation(
    "lookAtTag",
    "See again what the tag of a certification names",
    tag=TAG,
    scopes=MANAGE_CERTIFICATIONS,
    request=CertificationVersion,
    answer=Certification,
    errors=DECIDING,
)
async def look(request: Request) -> Response:
    return await _done(request, CertificationVersion, lambda a, b: acts.look(a, b.version))


@Operation(
    "answerRequirement",
    "Decide a requirement of the checklist",
    tag=TAG,
    scopes=MANAGE_CERTIFICATIONS,
    request=CertificationAnswer,
    answer=Certification,
    errors=DECIDING,
)
async def answer_requirement(request: Request) -> Response:
    return await _done(
        request,
        CertificationAnswer,
        lambda a, b: acts.answer(a, b.version, b.requirement, b.verdict, b.note),
    )


@Operation(
    "commentCertification",
    "Say something to the creator",
    tag=TAG,
    scopes=MANAGE_CERTIFICATIONS,
    request=CertificationRemark,
    answer=Certification,
    errors=(AuthenticationError,),
)
async def comment(request: Request) -> Response:
    return await _done(request, CertificationRemark, lambda a, b: acts.comment(a, b.comment))


@Operation(
    "grantCertification",
    "Grant a certification: the Connector is published, public and certified",
    tag=TAG,
    scopes=MANAGE_CERTIFICATIONS,
    request=CertificationGrant,
    answer=Certification,
    errors=DECIDING,
)
async def grant(request: Request) -> Response:
    return await _done(request, CertificationGrant, lambda a, b: acts.grant(a, b.version, b.reason))


@Operation(
    "rejectCertification",
    "Reject a certification: the draft is Failed, and its report says why",
    tag=TAG,
    scopes=MANAGE_CERTIFICATIONS,
    request=CertificationRejection,
    answer=Certification,
    errors=DECIDING,
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
        _readable(connection, review_id, organization)
        act = Act(connection, review_id, f"creator {who.project.key}")
        reactions.react(connection, acts.withdraw(act, asked.version))
        return _certification(connection, _readable(connection, review_id, organization))

    return answer(await context(request).database.write(work))


async def _done(
    request: Request, shape: type[T], act: Callable[[Act, T], tuple[Event, ...]]
) -> Response:
    """Carry out a reviewer's act; the certification after it."""
    who, review_id = await reviewer(request), path_id(request)
    asked = decode(await body(request), shape)

    def work(connection: Connection) -> Certification:
        act_ = Act(connection, review_id, who.who, who.user_id)
        reactions.react(connection, act(act_, asked))
        return _certification(connection, store.review_with_id(connection, review_id))

    return answer(await context(request).database.write(work))


def _certification(connection: Connection, review: Review) -> Certification:
    evidence = store.evidence_of(connection, review)
    return Certification(
        review=review,
        checklist=lines(evidence, review.answers),
        comments=_comments(connection, review.connector_id),
        difference=_difference(connection, evidence.since, review),
    )


def _comments(connection: Connection, connector_id: str) -> tuple[CertificationComment, ...]:
    try:
        info = staged_with_id(connection, connector_id).staged.certification_info
    except ResourceNotFoundError:  # the draft is deleted, the review stays
        return ()
    return info.comments if info else ()


def _difference(connection: Connection, since: str | None, review: Review) -> Difference | None:
    if since is None:
        return None
    before = store.evidence_of(connection, store.review_with_id(connection, since))
    return difference(before, store.evidence_of(connection, review), since)


def _readable(connection: Connection, review_id: str, organization: str | None) -> Review:
    """A review of somebody else does not exist. Raises ``ResourceNotFoundError``."""
    found = store.review_with_id(connection, review_id)
    if organization not in {None, found.organization_id}:
        raise ResourceNotFoundError("Certification", id=review_id)
    return _shown(found, organization)


def _shown(review: Review, organization: str | None) -> Review:
    """For creators, without the names of those who review."""
    if organization is None:
        return review
    answers = tuple(replace(one, by=SHOWN) for one in review.answers)
    checklist = tuple(
        replace(one, by=SHOWN) if one.by.startswith(("administrator ", "API client ")) else one
        for one in review.checklist
    )
    reviewing = SHOWN if review.reviewer else None
    return replace(review, reviewer=reviewing, answers=answers, checklist=checklist)


def _page(request: Request) -> tuple[int, int]:
    limit = query_int(request, "limit", 20, 0, 500)
    return limit, query_int(request, "offset", 0, 0, 10_000)


def _states(request: Request) -> tuple[ReviewState, ...]:
    given = request.query_params.getlist("state")
    if unknown := set(given) - set(ReviewState):
        known = ", ".join(ReviewState)
        raise InvalidQueryParamError(f"'{min(unknown)[:100]}' is no state; state takes {known}.")
    return tuple(ReviewState(one) for one in given)


def _connector(request: Request) -> str | None:
    value = request.query_params.get("connectorId")
    if value is not None and not UUID.fullmatch(value):
        raise InvalidQueryParamError("connectorId must be an id: a UUID in lower case.")
    return value


ROUTES = [
    resource("/platform/certifications", GET=query),
    resource("/platform/certifications/{id}", GET=read),
    resource("/platform/certifications/{id}/report.json", GET=read_report),
    resource("/platform/certifications/{id}/log", GET=read_log),
    resource("/platform/certifications/{id}/take", POST=take),
    resource("/platform/certifications/{id}/release", POST=release),
    resource("/platform/certifications/{id}/tag", POST=look),
    resource("/platform/certifications/{id}/answers", POST=answer_requirement),
    resource("/platform/certifications/{id}/comments", POST=comment),
    resource("/platform/certifications/{id}/grant", POST=grant),
    resource("/platform/certifications/{id}/reject", POST=reject),
    resource("/platform/certifications/{id}/withdraw", POST=withdraw),
]
