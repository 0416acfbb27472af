"""``/platform/organizations``: who shares the platform. New ones are the operator's to make."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.auditing import record
from connectory.api.context import body, context
from connectory.api.openapi import Access, Operation, Paged
from connectory.api.platform.asking import asker
from connectory.api.platform.paging import LIMIT_AND_OFFSET, paged
from connectory.api.routing import resource
from connectory.auth import Organization, passwords
from connectory.auth.administration import (
    OrganizationCreated,
    OrganizationDraft,
    OrganizationShown,
    add_organization,
)
from connectory.auth.audit import Target
from connectory.auth.scopes import MANAGE_PROJECTS, VIEW_MEMBERS
from connectory.auth.store import all_organizations, organization_with_id
from connectory.errors import AuthorizationError, DuplicateFieldError
from connectory.wire import decode

TAG = "Administration"


@Operation(
    "queryOrganizations",
    "List the organizations: one's own, and to the operator all of them",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_MEMBERS,
    query=LIMIT_AND_OFFSET,
    answer=Paged(OrganizationShown),
)
async def query(request: Request) -> Response:
    who = await asker(request, VIEW_MEMBERS)
    operates = who.operates and not who.held.isdisjoint(MANAGE_PROJECTS)

    def work(connection: Connection) -> tuple[Organization, ...]:
        if operates:
            return all_organizations(connection)
        return (organization_with_id(connection, who.organization_id),)

    found = await context(request).database.read(work)
    return paged(request, [OrganizationShown(key=one.key, name=one.name) for one in found])


@Operation(
    "createOrganization",
    "Create an organization with its first Project and its first administrator",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_PROJECTS,
    request=OrganizationDraft,
    answer=OrganizationCreated,
    status=201,
    errors=(DuplicateFieldError,),
    description="For the operator, the organization `default`. The password is shown once.",
)
async def create(request: Request) -> Response:
    who = await asker(request, MANAGE_PROJECTS)
    if not who.operates:
        raise AuthorizationError
    draft = decode(await body(request), OrganizationDraft)
    password = await passwords.generated()

    def work(connection: Connection) -> OrganizationCreated:
        made = add_organization(connection, draft, password)
        target = Target("Organization", key=made.key)
        detail = {"administrator": made.administrator, "project": made.project.key}
        record(connection, request, who, target, detail)
        return made

    response = answer(await context(request).database.write(work), 201)
    response.headers["cache-control"] = "no-store"
    return response


ROUTES = [resource("/platform/organizations", GET=query, POST=create)]
