"""``/{projectKey}/deployments``: Connectors running in a Project."""

import uuid

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory import reactions
from connectory.api import redeploying
from connectory.api.answers import answer, page
from connectory.api.auditing import record
from connectory.api.context import body, context, paging, query_bool, query_types
from connectory.api.deployment_lookup import caller_in_project, finder, target_of, what
from connectory.api.generated_clients import generate
from connectory.api.openapi import Operation, Paged, Query, page_parameters
from connectory.api.routing import by_id_and_key, resource
from connectory.api.waiting import settled
from connectory.auth.scopes import MANAGE_DEPLOYMENTS, VIEW_DEPLOYMENTS
from connectory.connectors.model import IntegrationType
from connectory.deployments import errors, store
from connectory.deployments.create import check, create
from connectory.deployments.errors import (
    DeploymentApplicationDoesNotExistError,
    DeploymentLogMissingApplicationNameError,
)
from connectory.deployments.model import (
    Deployment,
    DeploymentDraft,
    DeploymentStatus,
    DeploymentType,
)
from connectory.deployments.progress import undeploying
from connectory.deployments.references import resolve
from connectory.errors import DuplicateFieldError, InvalidQueryParamError
from connectory.events import DeploymentRequested, UndeployRequested
from connectory.hosting import log_search, log_wanted, logs
from connectory.wire import Wire, decode

AWS = ".aws"
"""Regions whose logs are kept for each application apart (facts 10)."""
SKIP_SCRIPTS = Query(
    "skipScripts", bool, "Leave out `preUndeploy` scripts: one that fails keeps it.", False
)
PENDING = {DeploymentStatus.QUEUED, DeploymentStatus.DEPLOYING, DeploymentStatus.UNDEPLOYING}


@Operation(
    "createDeployment",
    "Deploy a Connector, or a previewable draft",
    tag="Deployment",
    scopes=MANAGE_DEPLOYMENTS,
    request=DeploymentDraft,
    answer=Deployment,
    status=201,
    errors=(DuplicateFieldError, errors),
)
async def create_deployment(request: Request) -> Response:
    who = await caller_in_project(request, MANAGE_DEPLOYMENTS)
    draft = decode(await body(request), DeploymentDraft)
    seal, id_ = context(request).seal, str(uuid.uuid4())

    def work(connection: Connection) -> Deployment:
        target = resolve(connection, draft.connector, who.project)
        kind = check(draft, target, who.project)
        client = generate(connection, who, target.api_client_scopes, id_)
        new = create(id_, draft, target, kind, client.shown, client.credentials)
        sealed = seal.close(msgspec.json.encode(new.secrets).decode(), id_)
        store.insert_deployment(connection, new.deployment, who.project.key, target.build, sealed)
        reactions.react(connection, [DeploymentRequested(id_)])
        record(connection, request, who, target_of(new.deployment), what(new.deployment))
        return new.deployment

    return answer(await context(request).database.write(work), 201)


@Operation(
    "queryDeployments",
    "Query the Deployments of a Project",
    tag="Deployment",
    scopes=VIEW_DEPLOYMENTS,
    query=(
        *page_parameters(),
        Query("deploymentType", DeploymentType, "Only Deployments of this type."),
        Query(
            "integrationTypes",
            tuple[IntegrationType, ...],
            "Of Connectors with at least one of these.",
        ),
    ),
    answer=Paged(Deployment),
)
async def query(request: Request) -> Response:
    who = await caller_in_project(request, VIEW_DEPLOYMENTS)
    asked, kind, types = paging(request), _kind(request), query_types(request)
    selection = await context(request).database.read(
        lambda c: store.select_deployments(
            c,
            who.project.key,
            limit=asked.limit,
            offset=asked.offset,
            order=asked.order,
            kind=kind,
            integration_types=types,
        )
    )
    return page(selection, asked.limit, asked.offset)


@Operation(
    "getDeployment",
    "Get a Deployment",
    tag="Deployment",
    scopes=VIEW_DEPLOYMENTS,
    answer=Deployment,
)
async def read(request: Request) -> Response:
    who = await caller_in_project(request, VIEW_DEPLOYMENTS)
    find, database = finder(request, who), context(request).database

    async def current() -> Deployment:
        return (await database.read(find)).deployment

    return answer(await settled(request, database, current, lambda found: found.status in PENDING))


@Operation(
    "undeploy",
    "Undeploy: its applications stop, then it is gone",
    tag="Deployment",
    scopes=MANAGE_DEPLOYMENTS,
    query=(SKIP_SCRIPTS,),
    answer=Deployment,
    status=202,
    errors=(errors.DeploymentInvalidStatusTransitionError,),
)
async def remove(request: Request) -> Response:
    """Asked twice, the second time answers the same: it is going."""
    who = await caller_in_project(request, MANAGE_DEPLOYMENTS)
    find, skip = finder(request, who), query_bool(request, SKIP_SCRIPTS.name) is True

    def work(connection: Connection) -> Deployment:
        deployment = find(connection).deployment
        if deployment.status is DeploymentStatus.UNDEPLOYING:
            return deployment
        going = undeploying(deployment)
        store.save_deployment(connection, going)
        reactions.react(connection, [UndeployRequested(going.id, skip)])
        record(connection, request, who, target_of(going))
        return going

    return answer(await context(request).database.write(work), 202)


class LogAnswer(Wire):
    """DeploymentLogCursorPagedQueryResponse. ``next`` is the next page's token, "" at the end."""

    data: tuple[logs.DeploymentLog, ...]
    next: str


LOG_PARAMETERS = (
    Query("applicationName", str, "Only what this application wrote."),
    Query("startDate", str, "From this moment on, at most 30 days ago; ISO 8601."),
    Query("endDate", str, "Up to this moment; ISO 8601."),
    Query("pageToken", str, "The page that follows the one that gave this as `next`."),
)


@Operation(
    "getDeploymentLogs",
    "Read what the applications and the platform logged, oldest first",
    tag="Deployment",
    scopes=VIEW_DEPLOYMENTS,
    query=LOG_PARAMETERS,
    answer=LogAnswer,
    errors=(
        DeploymentApplicationDoesNotExistError,
        errors.DeploymentLogInvalidDateError,
        errors.DeploymentLogInvalidPageTokenError,
        DeploymentLogMissingApplicationNameError,
    ),
)
async def read_logs(request: Request) -> Response:
    who = await caller_in_project(request, VIEW_DEPLOYMENTS)
    find, database = finder(request, who), context(request).database
    deployment = (await database.read(find)).deployment
    application = request.query_params.get("applicationName") or None
    if application is None and deployment.deployed_region.endswith(AWS):
        raise DeploymentLogMissingApplicationNameError
    names = {one.application_name for one in deployment.applications}
    if application is not None and application not in names:
        raise DeploymentApplicationDoesNotExistError(application)
    start, end = log_wanted.window(
        request.query_params.get("startDate"), request.query_params.get("endDate")
    )
    token = request.query_params.get("pageToken") or None
    page = await log_search.read(
        database, lambda c: log_search.entries(c, deployment.id, application, start, end, token)
    )
    return answer(LogAnswer(data=page.entries, next=page.next))


def _kind(request: Request) -> DeploymentType | None:
    text = request.query_params.get("deploymentType")
    if text is None:
        return None
    if text not in set(DeploymentType):
        raise InvalidQueryParamError(f"deploymentType takes one of {', '.join(DeploymentType)}.")
    return DeploymentType(text)


ROUTES = [
    resource("/{project_key}/deployments", GET=query, POST=create_deployment),
    *by_id_and_key("/{project_key}/deployments", "/logs", GET=read_logs),
    *by_id_and_key(
        "/{project_key}/deployments", "/revisions/{revision}/rollback", POST=redeploying.roll_back
    ),
    *by_id_and_key(
        "/{project_key}/deployments", "/revisions/{revision}", GET=redeploying.read_revision
    ),
    *by_id_and_key("/{project_key}/deployments", "/revisions", GET=redeploying.read_revisions),
    *by_id_and_key("/{project_key}/deployments", GET=read, POST=redeploying.change, DELETE=remove),
]
