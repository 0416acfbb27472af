"""``/platform/runs``: what is done to a draft or a Deployment, step by step, as it happens."""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

from msgspec import Meta
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import UUID, context, path_id, query_int
from connectory.api.openapi import Access, Operation, Paged, Query
from connectory.api.platform.asking import Asker, asker
from connectory.api.platform.paging import page_of
from connectory.api.platform.run_answers import (
    UNDER_WAY,
    RunDetails,
    RunOutput,
    RunShown,
    details,
    output,
    shown,
)
from connectory.api.routing import resource
from connectory.api.waiting import settled
from connectory.auth.scopes import VIEW_CONNECTORS, VIEW_DEPLOYMENTS
from connectory.auth.store import project_with_key
from connectory.connectors.store import staged_with_id
from connectory.deployments.store import deployment_with
from connectory.durable import Run
from connectory.durable.runs import find_run, runs_of, steps_of
from connectory.errors import InvalidQueryParamError, ResourceNotFoundError
from connectory.publishing.said import lines_of

T = TypeVar("T")

TAG = "Runs"
VIEW_RUNS = tuple(dict.fromkeys((*VIEW_CONNECTORS, *VIEW_DEPLOYMENTS)))
MOST = 2000


@Operation(
    "queryRuns",
    "List the runs of a draft or a Deployment, the newest first",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_RUNS,
    query=(
        Query("resourceId", str, "The id of the draft or the Deployment."),
        Query("limit", Annotated[int, Meta(ge=0, le=500)], "How many results at most.", 20),
    ),
    answer=Paged(RunShown),
    errors=(ResourceNotFoundError,),
)
async def query(request: Request) -> Response:
    who = await asker(request, VIEW_RUNS)
    resource_id, limit = _resource(request), query_int(request, "limit", 20, 0, 500)

    def work(connection: Connection) -> tuple[Run, ...]:
        if not _may_see(connection, who, resource_id):
            raise ResourceNotFoundError("Resource", id=resource_id)
        return runs_of(connection, resource_id)

    found = await context(request).database.read(work)
    return page_of([shown(one) for one in found[:limit]], len(found), limit, 0)


@Operation(
    "getRun",
    "Get a run with its steps",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_RUNS,
    answer=RunDetails,
    description="With `Prefer: wait`, the answer to a run under way is held until something "
    "changes.",
)
async def read(request: Request) -> Response:
    who, run_id = await asker(request, VIEW_RUNS), path_id(request)
    database = context(request).database

    def work(connection: Connection) -> RunDetails:
        return details(_visible(connection, who, run_id), steps_of(connection, run_id))

    async def current() -> RunDetails:
        return await database.read(work)

    return answer(await settled(request, database, current, _unchanged()))


@Operation(
    "getRunOutput",
    "Read what the programs of a run say, as they say it",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_RUNS,
    query=(
        Query(
            "after",
            Annotated[int, Meta(ge=0, le=10**15)],
            "Only lines behind the one with this number.",
            0,
        ),
    ),
    answer=RunOutput,
    description="Of installs, tests and builds; the last 2,000 lines. With `Prefer: wait`, the "
    "answer is held until there are more.",
)
async def read_output(request: Request) -> Response:
    who, run_id = await asker(request, VIEW_RUNS), path_id(request)
    after = query_int(request, "after", 0, 0, 10**15)
    database, directory = context(request).database, context(request).settings.output_directory

    async def current() -> RunOutput:
        # the state first: of a run that is over by then, every line has been written
        run = await database.read(lambda c: _visible(c, who, run_id))
        lines = await asyncio.to_thread(lines_of, directory, run_id, after, MOST)
        return output(run, lines, after=after, most=MOST)

    return answer(
        await settled(request, database, current, lambda one: not (one.lines or one.over))
    )


def _unchanged() -> Callable[[RunDetails], bool]:
    """Whether a run under way is still as it was when it was first looked at."""
    first: list[RunDetails] = []

    def pending(found: RunDetails) -> bool:
        first.append(found)
        return found.state in UNDER_WAY and found == first[0]

    return pending


def _visible(connection: Connection, who: Asker, run_id: str) -> Run:
    """Raises ``ResourceNotFoundError`` for somebody else's run as for none."""
    run = find_run(connection, run_id)
    if run is None or not _may_see(connection, who, run.resource_id):
        raise ResourceNotFoundError("Run", id=run_id)
    return run


def _may_see(connection: Connection, who: Asker, resource_id: str) -> bool:
    """A draft's runs are its organization's to see, a Deployment's its Project's."""
    if not who.held.isdisjoint(VIEW_CONNECTORS):
        staged = _found(lambda: staged_with_id(connection, resource_id))
        if staged is not None and staged.organization_id == who.organization_id:
            return True
    if who.held.isdisjoint(VIEW_DEPLOYMENTS):
        return False
    deployment = _found(lambda: deployment_with(connection, id=resource_id))
    if deployment is None:
        return False
    project = project_with_key(connection, deployment.project_key)
    ours = project is not None and project.organization_id == who.organization_id
    return ours and who.project_key in {None, deployment.project_key}


def _found(find: Callable[[], T]) -> T | None:
    try:
        return find()
    except ResourceNotFoundError:
        return None


def _resource(request: Request) -> str:
    value = request.query_params.get("resourceId", "")
    if not UUID.fullmatch(value):
        raise InvalidQueryParamError("resourceId must be an id: a UUID in lower case.")
    return value


ROUTES = [
    resource("/platform/runs", GET=query),
    resource("/platform/runs/{id}", GET=read),
    resource("/platform/runs/{id}/output", GET=read_output),
]
