"""``/platform/api-clients``: who may call the API for a Project."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.auditing import record
from connectory.api.context import body, context
from connectory.api.generated_clients import deployment_of
from connectory.api.openapi import Access, Operation, Paged, Query
from connectory.api.platform.asking import Asker, asker
from connectory.api.platform.paging import LIMIT_AND_OFFSET, paged
from connectory.api.routing import resource
from connectory.auth import ApiClient, Project
from connectory.auth.administration import ApiClientDraft, Credentials, add_api_client
from connectory.auth.audit import Target
from connectory.auth.errors import ApiClientInUseError, ScopeNotHeldError
from connectory.auth.scopes import MANAGE_API_CLIENTS
from connectory.auth.store import (
    api_client_with_id,
    api_clients_of,
    delete_api_client,
    projects_of,
)
from connectory.errors import ResourceNotFoundError
from connectory.wire import Wire, decode

TAG = "Administration"


class ApiClientShown(Wire):
    """Without its secret, which is kept nowhere."""

    client_id: str
    name: str
    project_key: str
    scopes: tuple[str, ...]
    created_at: str


@Operation(
    "queryApiClients",
    "List the API clients of a Project, the newest first",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_API_CLIENTS,
    query=(
        *LIMIT_AND_OFFSET,
        Query("projectKey", str, "The Project; without it, all that the caller may see."),
    ),
    answer=Paged(ApiClientShown),
    errors=(ResourceNotFoundError,),
)
async def query(request: Request) -> Response:
    key = request.query_params.get("projectKey")
    who = (await asker(request, MANAGE_API_CLIENTS)).within(key)

    def work(connection: Connection) -> tuple[ApiClient, ...]:
        return api_clients_of(connection, _projects(connection, who, key))

    found = await context(request).database.read(work)
    return paged(request, [_shown(one) for one in found])


@Operation(
    "createApiClient",
    "Create an API client; its secret is shown once",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_API_CLIENTS,
    request=ApiClientDraft,
    answer=Credentials,
    status=201,
    errors=(ResourceNotFoundError, ScopeNotHeldError),
)
async def create(request: Request) -> Response:
    who = await asker(request, MANAGE_API_CLIENTS)
    draft = decode(await body(request), ApiClientDraft)
    who.within(draft.project_key)

    def work(connection: Connection) -> Credentials:
        made = add_api_client(connection, draft, who.organization_id, who.held)
        target = Target("ApiClient", made.client_id, made.project_key)
        record(connection, request, who, target, {"scopes": made.scopes})
        return made

    response = answer(await context(request).database.write(work), 201)
    response.headers["cache-control"] = "no-store"
    return response


@Operation(
    "deleteApiClient",
    "Delete an API client: it and its tokens are void at once",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_API_CLIENTS,
    answer=ApiClientShown,
    errors=(ResourceNotFoundError, ApiClientInUseError),
)
async def remove(request: Request) -> Response:
    who = await asker(request, MANAGE_API_CLIENTS)
    client_id = request.path_params["client_id"]

    def work(connection: Connection) -> ApiClientShown:
        found = api_client_with_id(connection, client_id)
        if found is None or found.project_key not in _projects(connection, who):
            raise ResourceNotFoundError("ApiClient", id=client_id)
        if (deployment := deployment_of(connection, found)) is not None:
            raise ApiClientInUseError(deployment)
        delete_api_client(connection, client_id)
        target = Target("ApiClient", client_id, found.project_key)
        record(connection, request, who, target)
        return _shown(found)

    return answer(await context(request).database.write(work))


def _projects(connection: Connection, who: Asker, key: str | None = None) -> tuple[str, ...]:
    """Those whose API clients may be seen. Raises ``ResourceNotFoundError`` for a foreign one."""
    wanted, own = key or who.project_key, _keys(projects_of(connection, who.organization_id))
    if wanted is None:
        return own
    if wanted not in own:
        raise ResourceNotFoundError("Project", key=wanted)
    return (wanted,)


def _keys(found: tuple[Project, ...]) -> tuple[str, ...]:
    return tuple(one.key for one in found)


def _shown(client: ApiClient) -> ApiClientShown:
    return ApiClientShown(
        client_id=client.id,
        name=client.name,
        project_key=client.project_key,
        scopes=client.scopes,
        created_at=client.created_at,
    )


ROUTES = [
    resource("/platform/api-clients", GET=query, POST=create),
    resource("/platform/api-clients/{client_id}", DELETE=remove),
]
