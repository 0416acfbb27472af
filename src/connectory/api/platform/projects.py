"""``/platform/projects``: where Connectors are deployed to."""

from typing import Any

from msgspec import UNSET
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
from connectory.auth.administration import (
    ProjectChange,
    ProjectDraft,
    ProjectShown,
    add_project,
    change_project,
)
from connectory.auth.administration import shown_project as shown
from connectory.auth.audit import Target
from connectory.auth.scopes import MANAGE_PROJECTS, VIEW_PROJECTS
from connectory.auth.store import projects_of
from connectory.errors import DuplicateFieldError, ResourceNotFoundError
from connectory.wire import decode

TAG = "Administration"


@Operation(
    "queryProjects",
    "List the Projects of the organization",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_PROJECTS,
    query=LIMIT_AND_OFFSET,
    answer=Paged(ProjectShown),
)
async def query(request: Request) -> Response:
    who = await asker(request, VIEW_PROJECTS)
    found = await context(request).database.read(lambda c: projects_of(c, who.organization_id))
    return paged(request, [shown(one) for one in found])


@Operation(
    "createProject",
    "Create a Project",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_PROJECTS,
    request=ProjectDraft,
    answer=ProjectShown,
    status=201,
    errors=(DuplicateFieldError,),
)
async def create(request: Request) -> Response:
    who = await asker(request, MANAGE_PROJECTS)
    draft = decode(await body(request), ProjectDraft)

    def work(connection: Connection) -> ProjectShown:
        made = add_project(connection, draft, who.organization_id)
        detail = {"region": made.region, "production": made.production}
        record(connection, request, who, Target("Project", key=made.key), detail)
        return made

    return answer(await context(request).database.write(work), 201)


@Operation(
    "updateProject",
    "Mark a Project as in production, or give it a stand-in for the commerce API",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_PROJECTS,
    request=ProjectChange,
    answer=ProjectShown,
    errors=(ResourceNotFoundError,),
)
async def change(request: Request) -> Response:
    who = await asker(request, MANAGE_PROJECTS)
    key, wanted = request.path_params["project_key"], decode(await body(request), ProjectChange)

    def work(connection: Connection) -> ProjectShown:
        made = change_project(connection, key, wanted, who.organization_id)
        record(connection, request, who, Target("Project", key=key), _changed(wanted))
        return made

    return answer(await context(request).database.write(work))


def _changed(wanted: ProjectChange) -> dict[str, Any]:
    """For the audit log: what was said, nothing else."""
    said: dict[str, Any] = {} if wanted.production is UNSET else {"production": wanted.production}
    if wanted.stand_in is not UNSET:
        said["standIn"] = wanted.stand_in.api_url if wanted.stand_in else None
    return said


ROUTES = [
    resource("/platform/projects", GET=query, POST=create),
    resource("/platform/projects/{project_key}", POST=change),
]
