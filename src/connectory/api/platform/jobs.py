"""``/platform/deployments/{id}/jobs``: when jobs run, how they ran, and a run by hand."""

from datetime import UTC, datetime

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.auditing import record
from connectory.api.context import context, path_id
from connectory.api.deployment_lookup import target_of
from connectory.api.openapi import Access, Operation, Paged
from connectory.api.platform.asking import Asker, asker
from connectory.api.platform.paging import LIMIT_AND_OFFSET, limit_and_offset, page_of, paged
from connectory.api.platform.seen_deployments import deployment_seen
from connectory.api.routing import resource
from connectory.auth.scopes import MANAGE_DEPLOYMENTS, VIEW_DEPLOYMENTS
from connectory.errors import ResourceNotFoundError
from connectory.hosting.jobs.model import Outcome, Run, Trigger
from connectory.hosting.jobs.schedule import problem
from connectory.hosting.jobs.store import (
    JOBS,
    Planned,
    ask_for_run,
    planned_of,
    runs_of,
    this_moment,
)
from connectory.wire import Wire, timestamp

TAG = "Jobs"
JOBS_OF = "/platform/deployments/{id}/jobs"
RUNS = f"{JOBS_OF}/{{application_name}}/runs"


class JobRun(Wire):
    """``trigger``: ``schedule``, ``catch-up`` (missed while the platform was down), ``deploy``
    (``@reboot``) or ``manual``. ``outcome``: ``waiting``, ``running``, ``succeeded``, ``failed``,
    ``timeout``, ``skipped`` (the run before still ran) or ``interrupted`` (the platform stopped).
    ``status`` is what the application answered."""

    id: str
    trigger: Trigger
    outcome: Outcome
    scheduled_for: str
    started_at: str | None = None
    finished_at: str | None = None
    status: int | None = None
    message: str | None = None


class JobShown(Wire):
    """``schedule`` is in UTC; ``problem`` says why there is no ``nextRunAt``."""

    application_name: str
    schedule: str
    endpoint: str
    next_run_at: str | None = None
    problem: str | None = None
    last_run: JobRun | None = None


@Operation(
    "queryJobs",
    "List the jobs of a Deployment with their schedules",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_DEPLOYMENTS,
    query=LIMIT_AND_OFFSET,
    answer=Paged(JobShown),
)
async def query(request: Request) -> Response:
    who, id_ = await asker(request, VIEW_DEPLOYMENTS), path_id(request)

    def work(connection: Connection) -> list[JobShown]:
        deployment_seen(connection, who, id_)
        return [_job_shown(connection, one) for one in planned_of(connection, id_)]

    return paged(request, await context(request).database.read(work))


@Operation(
    "queryJobRuns",
    "List the runs of a job, the newest first",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_DEPLOYMENTS,
    query=LIMIT_AND_OFFSET,
    answer=Paged(JobRun),
    description="The last 500 are kept.",
)
async def query_runs(request: Request) -> Response:
    who = await asker(request, VIEW_DEPLOYMENTS)
    limit, offset = limit_and_offset(request)

    def work(connection: Connection) -> tuple[tuple[Run, ...], int]:
        job = _job(connection, request, who)
        return runs_of(connection, job.schedule.application_id, limit, offset)

    found, total = await context(request).database.read(work)
    return page_of([shown(one) for one in found], total, limit, offset)


@Operation(
    "runJob",
    "Run a job now",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_DEPLOYMENTS,
    answer=JobRun,
    status=201,
    description="It is skipped when a run of it is under way.",
)
async def run(request: Request) -> Response:
    who = await asker(request, MANAGE_DEPLOYMENTS)

    def work(connection: Connection) -> Run:
        job = _job(connection, request, who)
        made = ask_for_run(connection, job.schedule)
        stored = deployment_seen(connection, who, job.schedule.deployment_id)
        detail = {"applicationName": made.application_name, "runId": made.id}
        record(connection, request, who, target_of(stored.deployment), detail)
        return made

    return answer(shown(await context(request).database.write(work, JOBS)), 201)


def shown(one: Run) -> JobRun:
    return JobRun(
        id=one.id,
        trigger=one.trigger,
        outcome=one.outcome,
        scheduled_for=_moment(one.scheduled_for),
        started_at=None if one.started_at is None else _moment(one.started_at),
        finished_at=None if one.finished_at is None else _moment(one.finished_at),
        status=one.status,
        message=one.message,
    )


def _job_shown(connection: Connection, planned: Planned) -> JobShown:
    last, _ = runs_of(connection, planned.schedule.application_id, 1)
    text, next_at = planned.schedule.schedule, planned.next_at
    return JobShown(
        application_name=planned.schedule.application_name,
        schedule=text,
        endpoint=planned.schedule.endpoint,
        next_run_at=None if next_at is None else _moment(next_at),
        problem=problem(text, this_moment()) if next_at is None else None,
        last_run=shown(last[0]) if last else None,
    )


def _job(connection: Connection, request: Request, who: Asker) -> Planned:
    """The job of the address. Raises ``ResourceNotFoundError``."""
    deployment_id = path_id(request)
    deployment_seen(connection, who, deployment_id)
    name = str(request.path_params["application_name"])
    for planned in planned_of(connection, deployment_id):
        if planned.schedule.application_name == name:
            return planned
    raise ResourceNotFoundError("Job", key=name[:256])


def _moment(milliseconds: int) -> str:
    return timestamp(datetime.fromtimestamp(milliseconds / 1000, UTC))


ROUTES = [resource(JOBS_OF, GET=query), resource(RUNS, GET=query_runs, POST=run)]
