"""Look an application up by its content: what was built before is not built again."""

import asyncio
from dataclasses import dataclass

from connectory.publishing.content import Subject, build_key, digest, study
from connectory.publishing.context import Publishing
from connectory.publishing.model import Plan, Prepared, Product
from connectory.publishing.steps.attest import attest_known
from connectory.publishing.steps.package import command_of
from connectory.publishing.store import product_of
from connectory.publishing.task import Tools, gather_tools

FOUND_OUT = 2
"""Raise it when the same content would be found to be something else: by its tests, its size, its
first start."""


@dataclass(frozen=True)
class Examined:
    """An application of the commit and the tools for it, read anew whenever a run goes on."""

    subject: Subject
    tools: Tools


async def examine(publishing: Publishing, run_id: str, plan: Plan, name: str) -> Examined:
    """Raises ``Rejected`` for what cannot be built whatever runs."""
    root = publishing.folder(run_id).source
    others = [one.name for one in plan.applications if one.name != name]
    subject = await asyncio.to_thread(study, root, plan.application(name), others)
    command_of(subject)
    return Examined(subject, await gather_tools(publishing.toolchains, subject))


async def prepare(publishing: Publishing, plan: Plan, examined: Examined) -> Prepared:
    """What is known of the application's content."""
    key = await key_of(publishing, plan, examined)
    known = await publishing.database.read(lambda c: product_of(c, key))
    usable = known and (not known.artifact or await _is_there(publishing, plan, examined, known))
    return Prepared(known if usable else None)


async def _is_there(publishing: Publishing, plan: Plan, examined: Examined, known: Product) -> bool:
    """Whether its artifact is, attested as what this commit is built to as well."""
    artifact = known.artifact
    if artifact is None or not publishing.artifacts.exists(artifact):
        return False
    return await attest_known(publishing, plan, examined.subject, examined.tools, artifact)


async def key_of(publishing: Publishing, plan: Plan, examined: Examined) -> str:
    """Names the application's content, all it is built with, and what is found out about it."""
    entries = await publishing.repositories.tree(plan.revision)
    registry = publishing.settings.npm_registry
    key = build_key(examined.subject, entries, examined.tools.names, registry)
    settings = publishing.settings
    judged_by = (settings.application_memory, settings.licences_denied)
    return digest("found out", FOUND_OUT, judged_by, key)
