"""``/console/reports``: the full report of a preview or a publish, beside the wire's entries.

Not part of the contract: the real platform shows the complete report in its Merchant Center only
(facts 7.1). A page to read, JSON and SARIF, for the tokens of the draft's organization and for its
administrators (HTTP Basic, so that a browser asks by itself).
"""

from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import error_answer, page_answer
from connectory.api.context import context, path_id
from connectory.api.openapi import Access, Operation
from connectory.api.platform.asking import asker
from connectory.api.routing import resource
from connectory.auth.scopes import VIEW_CONNECTORS
from connectory.errors import AuthenticationError, InvalidTokenError, ResourceNotFoundError
from connectory.findings.report import FullReport, to_json
from connectory.publishing.reports import stored_report

HTML, SARIF = "text/html", "application/sarif+json"


@Operation(
    "readReport",
    "The full report of a preview or publish, as a page to read",
    tag="Reports",
    access=Access.PERSON,
    scopes=VIEW_CONNECTORS,
    produces=HTML,
    errors=(ResourceNotFoundError,),
)
async def read(request: Request) -> Response:
    try:
        report = await _report(request)
    except (AuthenticationError, InvalidTokenError) as refused:
        response = error_answer(refused)
        response.headers["www-authenticate"] = 'Basic realm="Connectory", charset="UTF-8"'
        return response
    # loaded with the first page, for a fast start
    from connectory.findings.page import to_page

    return page_answer(to_page(report))


@Operation(
    "getReport",
    "The full report of a preview or publish",
    tag="Reports",
    access=Access.PERSON,
    scopes=VIEW_CONNECTORS,
    answer=FullReport,
    errors=(ResourceNotFoundError,),
)
async def read_json(request: Request) -> Response:
    return Response(to_json(await _report(request)), media_type="application/json")


@Operation(
    "getReportAsSarif",
    "The findings of a preview or publish, as SARIF 2.1",
    tag="Reports",
    access=Access.PERSON,
    scopes=VIEW_CONNECTORS,
    produces=SARIF,
    errors=(ResourceNotFoundError,),
)
async def read_sarif(request: Request) -> Response:
    from connectory.findings.sarif import to_sarif

    return Response(to_sarif(await _report(request)), media_type=SARIF)


async def _report(request: Request) -> FullReport:
    """Raises ``ResourceNotFoundError`` for a report of somebody else as for none."""
    organization_id = (await asker(request, VIEW_CONNECTORS)).organization_id
    run_id = path_id(request)
    found = await context(request).database.read(lambda c: stored_report(c, run_id))
    if found is None or found.organization_id != organization_id:
        raise ResourceNotFoundError("Report", id=run_id)
    return found.report


ROUTES = [
    resource("/console/reports/{id}", GET=read),
    resource("/console/reports/{id}/report.json", GET=read_json),
    resource("/console/reports/{id}/report.sarif", GET=read_sarif),
]
"""``report.json`` is what ``connectory validate --json`` prints."""
