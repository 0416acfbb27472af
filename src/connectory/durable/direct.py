"""A run carried out here and now, by nobody but the caller: what a laptop needs.

Nothing is kept for a later process: who is killed starts again. On a platform the engine does this.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from connectory.database import Database
from connectory.durable.journal import Journal, sealed_failure, sealed_verdict
from connectory.durable.runs import Run, RunState, move, run_with_id

if TYPE_CHECKING:
    from connectory.durable.engine import Workflow


class Direct:
    """A journal's memory that does everything it is asked."""

    def __init__(self, run: Run, workflow: "Workflow", database: Database) -> None:
        self._run = run
        self._workflow = workflow
        self._database = database

    async def once(self, _name: str, work: Callable[[], Awaitable[str]]) -> str:
        return await work()

    async def branch(self, _run_id: str, name: str) -> str:
        if self._workflow.branch is None:
            raise TypeError(f"The workflow {self._workflow.name} has no branches")
        try:
            journal = Journal(self._run, self._database, self, name)
            return sealed_verdict(await self._workflow.branch(journal))
        except Exception as error:  # raised again in the run
            return sealed_failure(error)


async def carry_out(run: Run, workflow: "Workflow", database: Database) -> Run:
    """The run in its final state. What the workflow cannot report itself is raised."""
    await database.write(lambda c: move(c, run.id, RunState.RUNNING))
    await workflow.body(Journal(run, database, Direct(run, workflow, database)))
    return await database.read(lambda c: run_with_id(c, run.id))
