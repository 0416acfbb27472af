"""``/{projectKey}/deployments``: Connectors running in a Project."""

import uuid
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory import reactions
from connectory.api.answers import answer, page
from connectory.api.context import body, caller, context, paging, path_id, path_key
from connectory.api.routing import by_id_and_key, resource
from connectory.api.waiting import settled
from connectory.auth import Caller, require
from connectory.auth.scopes import MANAGE_API_CLIENTS, MANAGE_DEPLOYMENTS, VIEW_DEPLOYMENTS
from connectory.auth.store import create_api_client
from connectory.deployments import store
from connectory.deployments.api_client import scopes_for, variables
from connectory.deployments.create import check, create
from connectory.deployments.errors import DeploymentApplicationDoesNotExistError
from connectory.deployments.model import (
    Deployable,
    Deployment,
    DeploymentApiClient,
    DeploymentDraft,
    DeploymentStatus,
    DeploymentType,
)
from connectory.deployments.progress import undeploying
from connectory.deployments.references import resolve
from connectory.deployments.store import StoredDeployment
from connectory.errors import InvalidQueryParamError
from connectory.events import DeploymentRequested, UndeployRequested
from connectory.hosting import logs
from connectory.wire import decode

Find = Callable[[Connection], StoredDeployment]

PENDING = {DeploymentStatus.QUEUED, DeploymentStatus.DEPLOYING, DeploymentStatus.UNDEPLOYING}


async def create_deployment(request: Request) -> Response:
    who = await _caller(request, MANAGE_DEPLOYMENTS)
    draft = decode(await body(request), DeploymentDraft)
    seal, id_ = context(request).seal, str(uuid.uuid4())

    def work(connection: Connection) -> Deployment:
        target = resolve(connection, draft.connector, who.project)
        kind = check(draft, target, who.project)
        api_client, credentials = _api_client(connection, who, target, id_)
        new = create(id_, draft, target, kind, api_client, credentials)
        sealed = seal.close(msgspec.json.encode(new.secrets).decode(), id_)
        store.insert_deployment(connection, new.deployment, who.project.key, target.build, sealed)
        reactions.react(connection, [DeploymentRequested(id_)])
        return new.deployment

    return answer(await context(request).database.write(work), 201)


async def query(request: Request) -> Response:
    who = await _caller(request, VIEW_DEPLOYMENTS)
    asked, kind = paging(request), _kind(request)
    selection = await context(request).database.read(
        lambda c: store.select_deployments(
            c,
            who.project.key,
            limit=asked.limit,
            offset=asked.offset,
            order=asked.order,
            kind=kind,
        )
    )
    return page(selection, asked.limit, asked.offset)


async def read(request: Request) -> Response:
    who = await _caller(request, VIEW_DEPLOYMENTS)
    find, database = _finder(request, who), context(request).database

    async def current() -> Deployment:
        return (await database.read(find)).deployment

    return answer(await settled(request, database, current, lambda found: found.status in PENDING))


async def remove(request: Request) -> Response:
    """Asked twice, the second time answers the same: it is going."""
    who = await _caller(request, MANAGE_DEPLOYMENTS)
    find = _finder(request, who)

    def work(connection: Connection) -> Deployment:
        deployment = find(connection).deployment
        if deployment.status is DeploymentStatus.UNDEPLOYING:
            return deployment
        going = undeploying(deployment)
        store.save_deployment(connection, going)
        reactions.react(connection, [UndeployRequested(going.id)])
        return going

    return answer(await context(request).database.write(work), 202)


async def read_logs(request: Request) -> Response:
    who = await _caller(request, VIEW_DEPLOYMENTS)
    find, database = _finder(request, who), context(request).database
    deployment = (await database.read(find)).deployment
    application = request.query_params.get("applicationName") or None
    names = {one.application_name for one in deployment.applications}
    if application is not None and application not in names:
        raise DeploymentApplicationDoesNotExistError(application)
    start, end = logs.window(
        request.query_params.get("startDate"), request.query_params.get("endDate")
    )
    token = request.query_params.get("pageToken") or None
    found, following = await database.read(
        lambda c: logs.entries(c, deployment.id, application, start, end, token)
    )
    return answer({"data": found, "next": following})


def _api_client(
    connection: Connection, who: Caller, target: Deployable, deployment_id: str
) -> tuple[DeploymentApiClient | None, dict[str, str]]:
    """The generated API client, when the Connector declares one (facts 2.1: a scope of its own)."""
    if not target.api_client_scopes:
        return None, {}
    require(who, MANAGE_API_CLIENTS)
    scopes = scopes_for(target.api_client_scopes, who.project)
    name = f"Connect deployment {deployment_id}"
    client, secret = create_api_client(connection, who.project.key, name, scopes)
    shown = DeploymentApiClient(name=client.id, scopes=scopes)
    return shown, variables(client.id, secret, scopes, who.project)


async def _caller(request: Request, any_of: tuple[str, ...]) -> Caller:
    who = await caller(request)
    require(who, any_of, request.path_params["project_key"])
    return who


def _finder(request: Request, who: Caller) -> Find:
    if "id" in request.path_params:
        id_ = path_id(request)
        return lambda c: store.deployment_with(c, id=id_, project_key=who.project.key)
    key = path_key(request)
    return lambda c: store.deployment_with(c, key=key, project_key=who.project.key)


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
    *by_id_and_key("/{project_key}/deployments", GET=read, DELETE=remove),
]
