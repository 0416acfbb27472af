"""Deploying again: with other values, another version, or as it was before."""

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory import reactions
from connectory.api.answers import answer
from connectory.api.auditing import record
from connectory.api.context import body, context, path_revision
from connectory.api.deployment_lookup import caller_in_project, finder, target_of, what
from connectory.api.generated_clients import Generated, adapt
from connectory.api.openapi import Operation, Paged
from connectory.api.platform.paging import LIMIT_AND_OFFSET, paged
from connectory.auth import Caller
from connectory.auth.scopes import MANAGE_DEPLOYMENTS, VIEW_DEPLOYMENTS
from connectory.deployments import errors, revisions
from connectory.deployments.model import (
    ConnectorReference,
    Deployable,
    Deployment,
    DeploymentRevision,
    DeploymentRollback,
    DeploymentUpdate,
    Redeploy,
    Secrets,
)
from connectory.deployments.redeploy import (
    redeploy,
    require_current,
    require_idle,
    rollback,
    update_failure,
)
from connectory.deployments.references import resolve
from connectory.deployments.store import StoredDeployment, save_deployment
from connectory.errors import ConnectError
from connectory.events import DeploymentRequested
from connectory.sealing import Seal
from connectory.wire import decode, encode, replace


@Operation(
    "updateDeployment",
    "Redeploy: with other values, or the Connector's latest version",
    tag="Deployment",
    scopes=MANAGE_DEPLOYMENTS,
    request=DeploymentUpdate,
    answer=Deployment,
    status=201,
    errors=(errors,),
)
async def change(request: Request) -> Response:
    who = await caller_in_project(request, MANAGE_DEPLOYMENTS)
    find = finder(request, who)
    wanted = decode(await body(request), DeploymentUpdate)
    seal = context(request).seal

    def work(connection: Connection) -> Deployment:
        stored = find(connection)
        require_current(stored.deployment, wanted.version)
        for action in wanted.actions:
            stored = _redeployed(connection, who, stored, action, seal)
        deployed = stored.deployment
        record(connection, request, who, target_of(deployed), what(deployed))
        return deployed

    return answer(await context(request).database.write(work), 201)


@Operation(
    "rollBackDeployment",
    "Deploy a revision again",
    tag="Deployment",
    scopes=MANAGE_DEPLOYMENTS,
    request=DeploymentRollback,
    answer=Deployment,
    status=201,
    errors=(errors.DeploymentRollbackNotAllowedError,),
    description="The body may be empty.",
)
async def roll_back(request: Request) -> Response:
    who = await caller_in_project(request, MANAGE_DEPLOYMENTS)
    find, number = finder(request, who), path_revision(request)
    wanted = decode(await body(request) or b"{}", DeploymentRollback)
    seal = context(request).seal

    def work(connection: Connection) -> Deployment:
        stored = find(connection)
        if wanted.version is not None:
            require_current(stored.deployment, wanted.version)
        deployed = _rolled_back(connection, who, stored, number, seal)
        detail = what(deployed) | {"revision": number}
        record(connection, request, who, target_of(deployed), detail)
        return deployed

    return answer(await context(request).database.write(work), 201)


@Operation(
    "getDeploymentRevisions",
    "List the states a Deployment ran in, newest first",
    tag="Deployment",
    scopes=VIEW_DEPLOYMENTS,
    query=LIMIT_AND_OFFSET,
    answer=Paged(DeploymentRevision),
)
async def read_revisions(request: Request) -> Response:
    who = await caller_in_project(request, VIEW_DEPLOYMENTS)
    find = finder(request, who)
    found = await context(request).database.read(
        lambda c: revisions.revisions_of(c, find(c).deployment.id)
    )
    return paged(request, [revisions.shown(one) for one in found])


@Operation(
    "getDeploymentRevision",
    "Get one state a Deployment ran in",
    tag="Deployment",
    scopes=VIEW_DEPLOYMENTS,
    answer=DeploymentRevision,
)
async def read_revision(request: Request) -> Response:
    who = await caller_in_project(request, VIEW_DEPLOYMENTS)
    find, number = finder(request, who), path_revision(request)
    found = await context(request).database.read(
        lambda c: revisions.revision_with(c, find(c).deployment.id, number)
    )
    return answer(revisions.shown(found))


def _redeployed(
    connection: Connection, who: Caller, stored: StoredDeployment, wanted: Redeploy, seal: Seal
) -> StoredDeployment:
    current = stored.deployment
    require_idle(current)
    secrets = _opened(stored, seal)
    pinned = Deployable(current.connector, stored.build, (), current.preview)
    target = _latest(connection, who, current) if wanted.update_connector else pinned
    new = redeploy(current, secrets, wanted, pinned, target)
    known = Generated(current.api_client, secrets.api_client)
    client = adapt(connection, who, known, target.api_client_scopes, current.id)
    deployment = replace(new.deployment, api_client=client.shown)
    sealed = _sealed(Secrets(new.secrets.applications, client.credentials), current.id, seal)
    save_deployment(connection, deployment, build=target.build, sealed=sealed)
    reactions.react(connection, [DeploymentRequested(current.id, wanted.skip_scripts)])
    return stored._replace(deployment=deployment, build=target.build, sealed=sealed)


def _latest(connection: Connection, who: Caller, current: Deployment) -> Deployable:
    """What the Connector has become; for a preview, the draft as its last preview built it.

    Raises ``DeploymentConnectorUpdateFailureError`` with the cause.
    """
    reference = ConnectorReference(id=current.connector.id, staged=current.preview)
    try:
        return resolve(connection, reference, who.project)
    except ConnectError as problem:
        raise update_failure(current, problem.message) from None


def _rolled_back(
    connection: Connection, who: Caller, stored: StoredDeployment, number: int, seal: Seal
) -> Deployment:
    current = stored.deployment
    revision = revisions.revision_with(connection, current.id, number)
    deployment = rollback(current, number, revision.deployment, stored.revision)
    before = revision.deployment.api_client
    known = Generated(current.api_client, _opened(stored, seal).api_client)
    client = adapt(connection, who, known, before.scopes if before else (), current.id)
    deployment = replace(deployment, api_client=client.shown)
    values = _opened(stored._replace(sealed=revision.sealed), seal).applications
    sealed = _sealed(Secrets(values, client.credentials), current.id, seal)
    save_deployment(connection, deployment, build=revision.build, sealed=sealed)
    reactions.react(connection, [DeploymentRequested(current.id)])
    return deployment


def _opened(stored: StoredDeployment, seal: Seal) -> Secrets:
    return msgspec.json.decode(seal.open(stored.sealed, stored.deployment.id), type=Secrets)


def _sealed(secrets: Secrets, deployment_id: str, seal: Seal) -> str:
    return seal.close(encode(secrets).decode(), deployment_id)
