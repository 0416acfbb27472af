"""The scripts of a Deployment's applications, one step each, in connect.yaml's order (facts 5)."""

from functools import partial

import msgspec

from connectory.connectors.model import ReportEntry
from connectory.deployments.revisions import newest_build
from connectory.deployments.store import save_deployment
from connectory.durable import Run
from connectory.durable.journal import Journal
from connectory.hosting.host import Hosting
from connectory.hosting.logbook import Source
from connectory.hosting.placing import roster
from connectory.hosting.report import noted
from connectory.hosting.scripts import ScriptName
from connectory.hosting.scripts.report import undefined
from connectory.hosting.transitions import wanted
from connectory.specification import ApplicationType

SPARE = 300.0
"""Seconds a step has beyond what its script may take: the tree is laid out, tools are fetched."""


class Request(msgspec.Struct, frozen=True, rename="camel"):
    """What a deploy or undeploy run was asked for."""

    skip_scripts: bool = False


class Told(msgspec.Struct, frozen=True):
    """What the report says of one script; None: nothing."""

    entry: ReportEntry | None = None


async def post_deploy(hosting: Hosting, journal: Journal) -> None:
    """Once everything serves. What fails is in the report and stops nothing (facts 14.2 row 35)."""
    for name in await _names(hosting, journal.run):
        work = partial(_post_deploy, hosting, journal.run, name)
        await journal.step(f"{ScriptName.POST_DEPLOY} {name}", work, Told, timeout=_limit(hosting))


async def pre_undeploy(hosting: Hosting, journal: Journal) -> tuple[ReportEntry, ...]:
    """While everything still serves; a Deployment that never did has nothing to clear up. Gives
    what failed: the scripts after it are not run."""
    run = journal.run
    if await hosting.database.read(lambda c: newest_build(c, run.resource_id)) is None:
        return ()
    for name in await _names(hosting, run):
        work = partial(_run, hosting, run, name, ScriptName.PRE_UNDEPLOY)
        told = await journal.step(
            f"{ScriptName.PRE_UNDEPLOY} {name}", work, Told, timeout=_limit(hosting)
        )
        if told.entry is not None:
            return (told.entry,)
    return ()


async def _names(hosting: Hosting, run: Run) -> tuple[str, ...]:
    """The applications that may have scripts: assets never do (facts 3.2)."""
    if msgspec.json.decode(run.request, type=Request).skip_scripts:
        return ()
    parts = roster(await hosting.database.read(lambda c: wanted(c, run))).parts
    return tuple(one.built.name for one in parts if one.built.type is not ApplicationType.ASSETS)


async def _post_deploy(hosting: Hosting, run: Run, name: str) -> Told:
    """The report has it as soon as it is known."""
    told = await _run(hosting, run, name, ScriptName.POST_DEPLOY)
    entry = told.entry
    if entry is not None:
        await hosting.database.write(
            lambda c: save_deployment(c, noted(wanted(c, run).deployment, run.id, entry))
        )
    return told


async def _run(hosting: Hosting, run: Run, name: str, script: ScriptName) -> Told:
    stored = await hosting.database.read(lambda c: wanted(c, run))
    placing = await hosting.placing(stored, run.id)
    part = next(one for one in roster(stored).parts if one.built.name == name)
    placement = placing.script(part, script)
    if placement is None:
        return Told(undefined(script, name) if script is ScriptName.POST_DEPLOY else None)
    say = partial(hosting.logbook.line, Source(stored.deployment.id, name))
    masked = hosting.logbook.masking(stored.deployment.id).masked
    return Told(await hosting.scripts.judge(placement, say, masked))


def _limit(hosting: Hosting) -> float:
    return hosting.settings.script_timeout + SPARE
