"""Look what the tag of a review names now: it must stay, and nobody can make it (facts 1.4)."""

from sqlalchemy import Connection

from connectory.certification.store import review_with_id, save_tag
from connectory.connectors.model import Repository
from connectory.durable import Rejected, Run, RunState
from connectory.durable.engine import Workflow
from connectory.durable.journal import Journal
from connectory.durable.runs import move
from connectory.publishing.context import Publishing
from connectory.publishing.steps.fetch import fetch

LOOK = "tag"


def workflow(publishing: Publishing) -> Workflow:
    async def body(journal: Journal) -> None:
        await look(publishing, journal)

    return Workflow(LOOK, body, crashed)


async def look(publishing: Publishing, journal: Journal) -> None:
    """Keeps the commit that the tag names; nothing, when it cannot be read."""
    run = journal.run

    async def named() -> str:
        review = await publishing.database.read(lambda c: review_with_id(c, run.resource_id))
        repository = Repository(url=review.url, tag=review.tag)
        try:
            return (await fetch(publishing.repositories, repository)).commit
        except Rejected:
            return ""

    seconds = publishing.settings.git_timeout * 4.0 + 60
    commit = await journal.step("look", named, str, timeout=seconds)

    def keep(connection: Connection) -> None:
        if move(connection, run.id, RunState.SUCCEEDED):
            save_tag(connection, run.resource_id, commit)

    async def kept() -> None:
        await publishing.database.write(keep)

    await journal.step("keep", kept, type(None))


def crashed(connection: Connection, run: Run) -> None:
    """Nobody knows what the tag names: the checklist says so."""
    move(connection, run.id, RunState.FAILED)
