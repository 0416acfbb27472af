"""Runs of a draft as its pages show them: each step with its outcome, and what it says."""

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from connectory.console.visit import Visit

WORKFLOWS: Final = {"preview": "Preview", "publish": "Publish"}
STATES: Final = {
    "queued": ("Waiting", "busy"),
    "running": ("Running", "busy"),
    "succeeded": ("Succeeded", "good"),
    "failed": ("Failed", "bad"),
    "cancelled": ("Withdrawn", ""),
}
OUTCOMES: Final = {
    "done": ("done", "good", "✓"),
    "rejected": ("failed", "bad", "✕"),
    "broken": ("the platform failed", "bad", "!"),
    "cancelled": ("withdrawn", "", "-"),
    None: ("running", "busy", "●"),
}
MOST_RUNS: Final = 50
MOST_LINES: Final = 200
"""Lines of output beside a run that goes on."""
ALL_LINES: Final = 2000
"""Lines on a run's own page once it is over: as many as are kept."""


@dataclass(frozen=True)
class Step:
    """``time`` is how long it took, empty while it runs; ``mark`` is a sign beside ``said``."""

    title: str
    started_at: str
    time: str
    said: str
    tone: str
    mark: str
    cause: str
    again: bool


@dataclass(frozen=True)
class Shown:
    """A run to look at."""

    id: str
    kind: str
    said: str
    tone: str
    created_at: str
    finished_at: str | None
    steps: tuple[Step, ...]

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @property
    def now(self) -> str:
        """What goes on, in one line."""
        busy = [one.title for one in self.steps if not one.time]
        if self.is_over:
            return f"{self.kind}: {self.said.lower()}."
        return f"{self.kind}: {', '.join(busy) or self.said.lower()}."


async def runs_of(visit: Visit, draft_id: str) -> list[Shown]:
    """Previews and publishes, the newest first, without their steps."""
    query = {"resourceId": draft_id, "limit": MOST_RUNS}
    page = await visit.calls.get("/platform/runs", query)
    return [shown(one) for one in page["results"] if one["workflow"] in WORKFLOWS]


async def run_with(visit: Visit, run_id: str) -> Shown:
    """A run with its steps. Raises ``CallRefused``."""
    return shown(await visit.calls.get(f"/platform/runs/{run_id}"))


class Tail:
    """The last lines of a run's output, read on from where it was read to."""

    def __init__(self, run_id: str, most: int = MOST_LINES) -> None:
        self.lines: deque[dict[str, Any]] = deque(maxlen=most)
        self._path = f"/platform/runs/{run_id}/output"
        self._after = 0

    async def read(self, visit: Visit) -> list[dict[str, Any]]:
        while found := (await visit.calls.get(self._path, {"after": self._after}))["lines"]:
            self.lines.extend(found)
            self._after = found[-1]["number"]
        return list(self.lines)


def shown(run: dict[str, Any]) -> Shown:
    said, tone = STATES[run["state"]]
    return Shown(
        id=run["id"],
        kind=WORKFLOWS.get(run["workflow"], run["workflow"]),
        said=said,
        tone=tone,
        created_at=run["createdAt"],
        finished_at=run.get("finishedAt"),
        steps=tuple(_step(one) for one in run.get("steps", ())),
    )


def _step(one: dict[str, Any]) -> Step:
    said, tone, mark = OUTCOMES.get(one.get("outcome"), OUTCOMES["broken"])
    return Step(
        title=one["title"],
        started_at=one["startedAt"],
        time="" if one.get("seconds") is None else length(one["seconds"]),
        said=said,
        tone=tone,
        mark=mark,
        cause=one.get("cause") or "",
        again=one["attempts"] > 1,
    )


def length(seconds: float) -> str:
    """As a person says it."""
    if seconds < 10:
        return f"{max(seconds, 0.1):.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
