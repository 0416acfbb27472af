"""Deploying: routes, artifacts, sites, processes, addresses, scripts. Every step may run twice.

A redeploy is the same: what is new starts beside what serves and takes over when all of it is
ready; if it does not get ready, what served before still does.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import reduce
from typing import Any

import msgspec
from sqlalchemy import Connection

from connectory.connectors.model import ReportEntry
from connectory.deployments.model import Deployment
from connectory.deployments.progress import deployed, failed, serving_at
from connectory.deployments.revisions import keep_revision, newest_build, serving
from connectory.deployments.store import StoredDeployment, deployment_with, save_deployment
from connectory.durable import Rejected, Run, RunState
from connectory.durable.journal import Journal
from connectory.durable.outcome import RunCancelled
from connectory.hosting import scripting
from connectory.hosting.host import Hosting
from connectory.hosting.jobs import declare_schedules
from connectory.hosting.placement import Placement
from connectory.hosting.placing import Placing, roster, schedules, topics, url
from connectory.hosting.preparing import prepare, prepare_site
from connectory.hosting.report import (
    not_built,
    noted,
    platform_failed,
    unbuildable,
    unhealthy,
)
from connectory.hosting.routes import allocate, delete_routes, routes_of
from connectory.hosting.sites import SitePlacement
from connectory.hosting.topics.store import declare_topics
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
    run, settings = journal.run, hosting.settings
    starting, building = settings.start_timeout + SPARE, settings.build_timeout * 2 + SPARE

    async def findings(
        name: str, work: Callable[[Hosting, Run], Coroutine[Any, Any, Findings]], timeout: float
    ) -> Problems:
        found = await journal.step(name, lambda: work(hosting, run), Findings, timeout=timeout)
        return found.problems

    problems = (
        await findings("route", _route, SPARE)
        or await findings("prepare", _prepare, PREPARING)
        or await findings("build", _build, building)
        or await findings("start", _start, starting)
        or await findings("open", _open, starting + building)
    )
    if problems:
        await journal.step("fail", lambda: _fail(hosting, run, problems), bool)
        return
    await scripting.post_deploy(hosting, journal)
    await journal.step("finish", lambda: _finish(hosting, run), bool)


def crashed_deploy(connection: Connection, run: Run) -> None:
    """The Deployment's last word when the platform itself failed."""
    entry = platform_failed("Deployment")
    delete_routes(connection, run.resource_id, but=_serving_ids(connection, run.resource_id))
    conclude(connection, run, RunState.FAILED, lambda one: failed(noted(one, run.id, entry)))


async def _route(hosting: Hosting, run: Run) -> Findings:
    """Every application that can be called has an address of its own, before it starts: its
    environment says which."""

    def work(connection: Connection) -> Findings:
        stored = wanted(connection, run)
        known = roster(stored)
        needed = (one for part in known.parts if (one := part.wanted))
        allocate(connection, hosting.settings, stored.deployment.id, needed)
        return Findings(tuple(not_built(name) for name in known.missing))

    return await hosting.database.write(work)


async def _prepare(hosting: Hosting, run: Run) -> Findings:
    """Artifacts are what was built from the Connector's commit, and unpacked; tools are there."""
    commit = (await hosting.database.read(lambda c: wanted(c, run))).build.commit
    programs = await _for_each(hosting, run, lambda one: prepare(hosting, one, commit))
    sites = await _for_each_site(hosting, run, lambda one: prepare_site(hosting, one, commit))
    return Findings((*programs.problems, *sites.problems))


async def _build(hosting: Hosting, run: Run) -> Findings:
    """Sites are built with the Deployment's configuration, unless the same was built before."""

    async def build(placement: SitePlacement) -> ReportEntry | None:
        try:
            await hosting.build_site(placement)
        except Rejected as refusal:
            return unbuildable(placement.application_name, refusal)
        return None

    return await _for_each_site(hosting, run, build)


async def _start(hosting: Hosting, run: Run) -> Findings:
    """All programs run and are healthy, or the ones that are not are reported."""

    async def start(placement: Placement) -> ReportEntry | None:
        try:
            await hosting.supervisor.run(placement)
        except Rejected as refusal:
            return unhealthy(placement.application_name, refusal)
        return None

    return await _for_each(hosting, run, start)


async def _open(hosting: Hosting, run: Run) -> Findings:
    """The addresses answer, messages are delivered, jobs are due: this is what serves from now on.

    Starts what does not run: after a crash the step before is remembered, its processes are gone.
    """
    if await hosting.database.read(lambda c: newest_build(c, run.resource_id)) == run.id:
        return Findings()  # a starting platform has brought back what serves
    found = await _start(hosting, run)
    if found.problems:
        return found
    stored = await hosting.database.read(lambda c: wanted(c, run))
    ids = roster(stored).ids
    routes = await hosting.database.read(lambda c: routes_of(c, run.resource_id))
    mine = {one.application_id: one for one in routes if one.application_id in ids}
    await hosting.open_sites(await hosting.placing(stored, run.id))
    await asyncio.gather(*map(hosting.listeners.open, mine.values()))
    await hosting.supervisor.promote(run.resource_id, ids)
    await hosting.listeners.close_all_but(run.resource_id, ids)
    urls = {one.application_name: url(hosting.settings, stored.deployment, one)
            for one in mine.values()}  # fmt: skip
    await hosting.database.write(lambda c: _serves(c, run, urls, ids))
    hosting.wake()
    return Findings()


def _serves(connection: Connection, run: Run, urls: Mapping[str, str], ids: frozenset[str]) -> None:
    """The Deployment says where it is reached, and a restart brings this state of it back."""
    stored = wanted(connection, run)
    if newest_build(connection, run.resource_id) == run.id:
        return
    named = {one.application_name: one.name for one in topics(stored)}
    save_deployment(connection, serving_at(stored.deployment, run.id, urls, named))
    delete_routes(connection, run.resource_id, but=ids)
    declare_topics(connection, run.resource_id, topics(stored))
    declare_schedules(connection, run.resource_id, schedules(stored))
    keep_revision(connection, deployment_with(connection, id=run.resource_id))


async def _finish(hosting: Hosting, run: Run) -> bool:
    def work(connection: Connection) -> None:
        conclude(connection, run, RunState.SUCCEEDED, deployed)

    await hosting.database.write(work)
    return True


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
    """``work`` on every program side by side; all are finished when this returns."""
    placing = await _placing(hosting, run)
    return await _found(map(work, placing.placements))


async def _for_each_site(
    hosting: Hosting,
    run: Run,
    work: Callable[[SitePlacement], Coroutine[Any, Any, ReportEntry | None]],
) -> Findings:
    placing = await _placing(hosting, run)
    return await _found(map(work, placing.sites))


async def _placing(hosting: Hosting, run: Run) -> Placing:
    stored: StoredDeployment = await hosting.database.read(lambda c: wanted(c, run))
    return await hosting.placing(stored, run.id)


async def _found(working: Iterable[Coroutine[Any, Any, ReportEntry | None]]) -> Findings:
    found = await asyncio.gather(*working, return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return Findings(tuple(one for one in found if isinstance(one, ReportEntry)))


def _reported(deployment: Deployment, run: Run, entries: Problems) -> Deployment:
    return reduce(lambda known, entry: noted(known, run.id, entry), entries, deployment)
