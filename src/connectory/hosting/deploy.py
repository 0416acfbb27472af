"""Deploying: routes, artifacts, processes, addresses. Every step may run twice.

A redeploy is the same: what is new starts beside what serves and takes over when all of it is
ready; if it does not get ready, what served before still does.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import reduce
from typing import Any

import msgspec
from sqlalchemy import Connection

from connectory.connectors.model import ReportEntry
from connectory.deployments.model import Deployment
from connectory.deployments.progress import deployed, failed
from connectory.deployments.revisions import keep_revision, serving
from connectory.deployments.store import StoredDeployment, deployment_with, save_deployment
from connectory.durable import Rejected, Run, RunState
from connectory.durable.journal import Journal
from connectory.durable.outcome import RunCancelled
from connectory.durable.runs import run_with_id
from connectory.hosting.host import Hosting
from connectory.hosting.placement import Placement
from connectory.hosting.placing import roster, url
from connectory.hosting.preparing import prepare
from connectory.hosting.report import (
    not_built,
    not_started,
    noted,
    platform_failed,
    unhealthy,
)
from connectory.hosting.routes import allocate, delete_routes, routes_of
from connectory.hosting.transitions import conclude, wanted

Problems = tuple[ReportEntry, ...]
PREPARING = 600.0
SPARE = 30.0
"""Seconds a step has beyond what its applications may take."""


class Findings(msgspec.Struct, frozen=True):
    """What speaks against the Deployment so far; empty: nothing."""

    problems: Problems = ()


async def deploy(hosting: Hosting, journal: Journal) -> None:
    """From a stored Deployment to running, reachable applications, or to a report that says why
    not. If it fails or is withdrawn, nothing of it is left running or reachable."""
    try:
        await _deploy(hosting, journal)
    except RunCancelled:
        await _withdraw(hosting, journal.run.resource_id)
    except Exception:
        await _retreat(hosting, journal.run.resource_id)
        raise


async def _deploy(hosting: Hosting, journal: Journal) -> None:
    run, limit = journal.run, hosting.settings.start_timeout + SPARE

    async def findings(
        name: str, work: Callable[[Hosting, Run], Coroutine[Any, Any, Findings]], timeout: float
    ) -> Problems:
        found = await journal.step(name, lambda: work(hosting, run), Findings, timeout=timeout)
        return found.problems

    problems = (
        await findings("route", _route, SPARE)
        or await findings("prepare", _prepare, PREPARING)
        or await findings("start", _start, limit)
        or await findings("open", _open, limit)
    )
    if problems:
        await journal.step("fail", lambda: _fail(hosting, run, problems), bool)


def crashed_deploy(connection: Connection, run: Run) -> None:
    """The Deployment's last word when the platform itself failed."""
    entry = platform_failed("Deployment")
    delete_routes(connection, run.resource_id, but=_serving_ids(connection, run.resource_id))
    conclude(connection, run, RunState.FAILED, lambda one: failed(noted(one, run.id, entry)))


async def _route(hosting: Hosting, run: Run) -> Findings:
    """Every service application has an address of its own, before it starts: its environment says
    which. Applications that cannot be started are reported."""

    def work(connection: Connection) -> Findings:
        stored = wanted(connection, run)
        known = roster(stored)
        services = (service.wanted for service in known.services)
        allocate(connection, hosting.settings, stored.deployment.id, services)
        entries = [not_started(one) for one in known.others]
        if entries:
            save_deployment(connection, _reported(stored.deployment, run, entries))
        return Findings(tuple(not_built(name) for name in known.missing))

    return await hosting.database.write(work)


async def _prepare(hosting: Hosting, run: Run) -> Findings:
    """Artifacts are what was built from the Connector's commit, and unpacked; tools are there."""
    commit = (await hosting.database.read(lambda c: wanted(c, run))).build.commit
    return await _for_each(hosting, run, lambda placement: prepare(hosting, placement, commit))


async def _start(hosting: Hosting, run: Run) -> Findings:
    """All applications run and accept connections, or the ones that do not are reported."""

    async def start(placement: Placement) -> ReportEntry | None:
        try:
            await hosting.supervisor.run(placement)
        except Rejected as refusal:
            return unhealthy(placement.application_name, refusal)
        return None

    return await _for_each(hosting, run, start)


async def _open(hosting: Hosting, run: Run) -> Findings:
    """The addresses answer and the Deployment says so; from now on this is what serves.

    Starts what does not run: after a crash the step before is remembered, its processes are gone.
    """
    known = await hosting.database.read(lambda c: run_with_id(c, run.id))
    if known.state is RunState.SUCCEEDED:
        return Findings()  # a starting platform has brought back what serves
    found = await _start(hosting, run)
    if found.problems:
        return found
    stored = await hosting.database.read(lambda c: wanted(c, run))
    ids = {service.application.id for service in roster(stored).services}
    routes = await hosting.database.read(lambda c: routes_of(c, run.resource_id))
    mine = [route for route in routes if route.application_id in ids]
    await asyncio.gather(*map(hosting.listeners.open, mine))
    await hosting.supervisor.promote(run.resource_id, ids)
    await hosting.listeners.close_all_but(run.resource_id, ids)
    urls = {
        route.application_name: url(hosting.settings, stored.deployment, route) for route in mine
    }
    await hosting.database.write(lambda c: _deployed(c, run, urls, ids))
    return Findings()


def _deployed(connection: Connection, run: Run, urls: dict[str, str], ids: set[str]) -> None:
    if conclude(connection, run, RunState.SUCCEEDED, lambda one: deployed(one, run.id, urls)):
        delete_routes(connection, run.resource_id, but=ids)
        keep_revision(connection, deployment_with(connection, id=run.resource_id))


async def _fail(hosting: Hosting, run: Run, problems: Problems) -> bool:
    """Nothing is left of it but the report."""
    await _retreat(hosting, run.resource_id)

    def work(connection: Connection) -> None:
        conclude(
            connection, run, RunState.FAILED, lambda one: failed(_reported(one, run, problems))
        )

    await hosting.database.write(work)
    return True


async def _retreat(hosting: Hosting, deployment_id: str) -> None:
    """What served before goes on alone; without such a thing, nothing runs or answers."""
    ids = await hosting.database.read(lambda c: _serving_ids(c, deployment_id))
    if not ids:
        await _withdraw(hosting, deployment_id)
        return
    await hosting.supervisor.retreat(deployment_id)
    await hosting.listeners.close_all_but(deployment_id, ids)
    await hosting.database.write(lambda c: delete_routes(c, deployment_id, but=ids))


def _serving_ids(connection: Connection, deployment_id: str) -> set[str]:
    """The applications that served before, unless the Deployment is going away."""
    before = serving(connection, deployment_id)
    return {one.id for one in before.deployment.applications} if before else set()


async def _withdraw(hosting: Hosting, deployment_id: str) -> None:
    await hosting.clear(deployment_id)
    await hosting.database.write(lambda c: delete_routes(c, deployment_id))


async def _for_each(
    hosting: Hosting,
    run: Run,
    work: Callable[[Placement], Coroutine[Any, Any, ReportEntry | None]],
) -> Findings:
    """``work`` on every service application side by side; all are finished when this returns."""
    stored: StoredDeployment = await hosting.database.read(lambda c: wanted(c, run))
    placements = await hosting.placements(stored, run.id)
    found = await asyncio.gather(*map(work, placements), return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return Findings(tuple(one for one in found if isinstance(one, ReportEntry)))


def _reported(
    deployment: Deployment, run: Run, entries: Problems | list[ReportEntry]
) -> Deployment:
    return reduce(lambda known, entry: noted(known, run.id, entry), entries, deployment)
