"""The runs of a Deployment: what was asked of the platform, and how far it is."""

from collections.abc import Mapping
from typing import Any, Final

from connectory.console.calls import Call, Calls, located
from connectory.console.connectors.running import Shown, shown

Run = Mapping[str, Any]
RUNS: Final = "/platform/runs"


async def latest_run(calls: Calls, deployment_id: str) -> Shown | None:
    """With its steps. None when nothing is known: a page without it is still worth showing."""
    newest = await newest_run(calls, deployment_id)
    if newest is None:
        return None
    answer = await calls.send(Call("GET", f"{RUNS}/{newest['id']}"))
    return shown(answer.document) if answer.ok else None


async def newest_run(calls: Calls, deployment_id: str) -> Run | None:
    """As it is in the list: when it began, and whether it is over."""
    path = located(RUNS, {"resourceId": deployment_id, "limit": 1})
    answer = await calls.send(Call("GET", path))
    results = answer.document["results"] if answer.ok else ()
    return next(iter(results), None)


def last_change(run: Run | None) -> str | None:
    """When a Deployment changed last: every change of it is a run."""
    return (run.get("finishedAt") or run["createdAt"]) if run else None


def doing(run: Shown | None) -> str:
    """The step under way, for whoever listens to the page."""
    steps = run.steps if run and not run.is_over else ()
    return ", ".join(one.title for one in steps if not one.time)
