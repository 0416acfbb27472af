"""Read connect.yaml at the fetched commit, and lay the commit's files out for building."""

import asyncio
import uuid

from sqlalchemy import Connection

from connectory.connectors import store
from connectory.connectors.model import retry_policy
from connectory.durable import Rejected, Run
from connectory.publishing import report
from connectory.publishing.context import Publishing
from connectory.publishing.model import Plan, PlannedApplication
from connectory.publishing.moved import reread
from connectory.publishing.store import save_plan
from connectory.repositories import Repositories, RepositoryRefused, Revision
from connectory.sandbox.trees import remove
from connectory.specification import Application, Specification, SpecificationInvalid, parse

FILE = "connect.yaml"


class NoSpecification(Rejected):
    """The repository has no connect.yaml: a title of its own in the report."""


async def specify(repositories: Repositories, revision: Revision) -> Specification:
    """Raises ``Rejected`` with every problem of the file, each with its line."""
    try:
        text = await repositories.read(revision, FILE)
    except RepositoryRefused as problem:
        raise Rejected(f"{FILE} cannot be read: {problem}") from None
    if text is None:
        raise NoSpecification(
            f"There is no {FILE} in the root of the repository at {revision.tag}.",
            fix=f"Add {FILE}, commit it and move to a new tag.",
        )
    try:
        return parse(text)
    except SpecificationInvalid as invalid:
        lines = [f"line {one.line}: {one}" for one in invalid.problems]
        hints = dict.fromkeys(one.hint for one in invalid.problems if one.hint)
        first = f"in {lines[0]}" if len(lines) == 1 else f"the first in {lines[0]}"
        count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
        raise Rejected(f"{FILE} has {count}, {first}", "\n".join(lines), " ".join(hints)) from None


def plan(revision: Revision, specification: Specification) -> Plan:
    return Plan(
        url=revision.url,
        tag=revision.tag,
        commit=revision.commit,
        tree=revision.tree,
        applications=tuple(_planned(one) for one in specification.applications),
    )


async def lay_out(publishing: Publishing, run_id: str, revision: Revision) -> None:
    """The commit's files, whole or not at all. Raises ``Rejected`` for a tree that is not safe."""
    folder = publishing.folder(run_id)
    if folder.source.is_dir():
        return
    fresh = folder.folder / f"incoming-{uuid.uuid4().hex}"
    fresh.parent.mkdir(parents=True, exist_ok=True)
    try:
        await publishing.repositories.export(revision, fresh)
    except RepositoryRefused as problem:
        raise Rejected(f"The repository was refused: {problem}") from None
    if folder.source.is_dir():
        await asyncio.to_thread(remove, fresh)  # another branch was quicker
    else:
        fresh.rename(folder.source)


def specified(
    connection: Connection, run: Run, planned: Plan, specification: Specification
) -> None:
    """Keep the plan. If the tag has moved since the draft was saved, the draft says from now on
    what is really built."""
    stored = report.current(connection, run)
    if stored.commit != planned.commit:
        staged = reread(stored.staged, planned.commit, specification)
        expected = stored.staged.version
        store.save_staged(connection, staged, expected=expected, commit=planned.commit)
    save_plan(connection, run.id, planned)


def _planned(application: Application) -> PlannedApplication:
    return PlannedApplication(
        name=application.name,
        type=application.type,
        endpoint=application.endpoint,
        schedule=str(application.schedule) if application.schedule else None,
        post_deploy=application.scripts.post_deploy,
        pre_undeploy=application.scripts.pre_undeploy,
        retry_policy=retry_policy(application.retry_policy),
        health_check=application.health_check,
    )
