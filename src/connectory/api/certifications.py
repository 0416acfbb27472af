"""``/platform/certifications``: the reviewers' queue, and what creators may see of it.

Not part of the contract: on the real platform, the Connect team does this behind the scenes. For
administrators of the organization ``default`` (HTTP Basic) and tokens of its Projects with a scope
of our own; a creator's token reads the certifications of its own organization.
"""

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import UUID, context, path_id, query_int
from connectory.api.openapi import Access, Operation, Paged, Query, page_parameters
from connectory.api.reviewing import PEOPLE, SHOWN, reader, reviewer
from connectory.api.routing import resource
from connectory.auth.scopes import MANAGE_CERTIFICATIONS, READ_CERTIFICATIONS
from connectory.certification import store
from connectory.certification.certificates import Issued, issued_for
from connectory.certification.deciding import Line, lines
from connectory.certification.difference import Difference, difference
from connectory.certification.review import Review, ReviewState
from connectory.certification.store import ReviewEvent
from connectory.connectors.model import CertificationComment
from connectory.connectors.store import staged_with_id
from connectory.errors import InvalidQueryParamError, ResourceNotFoundError
from connectory.findings.report import FullReport, to_json
from connectory.wire import Page, Wire, encode, replace

TAG = "Certification"


class Certification(Wire, omit_defaults=False):
    """A review with its checklist as it stands, what was said between creator and reviewer, what
    has changed since the certified version, if there is one, and the certificate once it is
    granted."""

    review: Review
    checklist: tuple[Line, ...]
    comments: tuple[CertificationComment, ...]
    difference: Difference | None
    certificate: Issued | None


class CertificationLog(Wire):
    """Who did what when, oldest first."""

    events: tuple[ReviewEvent, ...]


@Operation(
    "queryCertifications",
    "Query certifications: who has waited longest comes first",
    tag=TAG,
    access=Access.PERSON,
    scopes=READ_CERTIFICATIONS,
    query=(
        *page_parameters()[:2],
        Query("state", tuple[ReviewState, ...], "In one of these states."),
        Query("connectorId", str, "Of this connector."),
    ),
    answer=Paged(Review),
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
    access=Access.PERSON,
    scopes=READ_CERTIFICATIONS,
    answer=Certification,
)
async def read(request: Request) -> Response:
    organization, review_id = await reader(request), path_id(request)

    def work(connection: Connection) -> Certification:
        return certification_of(connection, readable(connection, review_id, organization))

    return answer(await context(request).database.read(work))


@Operation(
    "getCertificationReport",
    "The full report that a certification rests on",
    tag=TAG,
    access=Access.PERSON,
    scopes=READ_CERTIFICATIONS,
    answer=FullReport,
)
async def read_report(request: Request) -> Response:
    organization, review_id = await reader(request), path_id(request)

    def work(connection: Connection) -> FullReport:
        review = readable(connection, review_id, organization)
        return store.evidence_of(connection, review).report

    report = await context(request).database.read(work)
    return Response(to_json(report), media_type="application/json")


@Operation(
    "getCertificationLog",
    "Who did what when in a certification",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_CERTIFICATIONS,
    answer=CertificationLog,
)
async def read_log(request: Request) -> Response:
    await reviewer(request)
    review_id = path_id(request)

    def work(connection: Connection) -> CertificationLog:
        store.review_with_id(connection, review_id)
        return CertificationLog(events=store.events_of(connection, review_id))

    return answer(await context(request).database.read(work))


def certification_of(connection: Connection, review: Review) -> Certification:
    evidence = store.evidence_of(connection, review)
    return Certification(
        review=review,
        checklist=lines(evidence, review.answers),
        comments=_comments(connection, review.connector_id),
        difference=_difference(connection, evidence.since, review),
        certificate=issued_for(connection, review.id),
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


def readable(connection: Connection, review_id: str, organization: str | None) -> Review:
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
        replace(one, by=SHOWN) if one.by.startswith(PEOPLE) else one for one in review.checklist
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
]
