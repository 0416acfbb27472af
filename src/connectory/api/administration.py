"""Setting up Projects and API clients from afar, for administrators (HTTP Basic).

Not part of the contract: the real platform has its Merchant Center for this.
"""

import base64
import binascii
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import body, context
from connectory.api.openapi import Access, Operation
from connectory.api.routing import resource
from connectory.auth.administration import (
    ApiClientDraft,
    Credentials,
    ProjectDraft,
    ProjectShown,
    add_api_client,
    add_project,
)
from connectory.auth.users import organization_of_user
from connectory.errors import AuthenticationError, DuplicateFieldError, ResourceNotFoundError
from connectory.wire import decode


@Operation(
    "createProject",
    "Create a Project",
    tag="Administration",
    access=Access.ADMINISTRATOR,
    request=ProjectDraft,
    answer=ProjectShown,
    status=201,
    errors=(DuplicateFieldError,),
)
async def create_project(request: Request) -> Response:
    organization_id = await administered(request)
    draft = decode(await body(request), ProjectDraft)
    shown = await context(request).database.write(lambda c: add_project(c, draft, organization_id))
    return answer(shown, 201)


@Operation(
    "createApiClient",
    "Create an API client; its secret is shown once",
    tag="Administration",
    access=Access.ADMINISTRATOR,
    request=ApiClientDraft,
    answer=Credentials,
    status=201,
    errors=(ResourceNotFoundError,),
)
async def create_api_client(request: Request) -> Response:
    organization_id = await administered(request)
    draft = decode(await body(request), ApiClientDraft)
    shown = await context(request).database.write(
        lambda c: add_api_client(c, draft, organization_id)
    )
    response = answer(shown, 201)
    response.headers["cache-control"] = "no-store"
    return response


class Administrator(NamedTuple):
    name: str
    organization_id: str


async def administered(request: Request) -> str:
    """The organization the caller administers. Raises ``AuthenticationError``."""
    return (await administrator(request)).organization_id


async def administrator(request: Request) -> Administrator:
    """Who has sent name and password (HTTP Basic). Raises ``AuthenticationError``."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        text = base64.b64decode(encoded, validate=True).decode() if kind.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    name, _, password = text.partition(":")
    found = await context(request).database.read(lambda c: organization_of_user(c, name, password))
    if found is None:
        raise AuthenticationError
    return Administrator(name, found)


ROUTES = [
    resource("/console/api/projects", POST=create_project),
    resource("/console/api/api-clients", POST=create_api_client),
]
