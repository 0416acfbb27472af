"""Runs, their steps and their output, as ``/platform/runs`` shows them."""

from connectory.api.platform.titles import title_of
from connectory.durable import Run, RunState, StepRecord
from connectory.publishing.said import Line
from connectory.wire import Wire

UNDER_WAY = {RunState.QUEUED, RunState.RUNNING}
OURS = "The platform failed here, not the connector."


class RunShown(Wire):
    """``workflow``: ``preview``, ``publish``, ``deploy`` or ``undeploy``. ``resourceId``: the draft
    or the Deployment."""

    id: str
    workflow: str
    resource_id: str
    state: RunState
    created_at: str
    finished_at: str | None = None


class RunStep(Wire):
    """``seconds`` and ``outcome`` (``done``, ``rejected``, ``broken``, ``cancelled``) are there
    once the step is over; ``cause`` says why it did not succeed."""

    name: str
    title: str
    application: str | None = None
    attempts: int
    started_at: str
    seconds: float | None = None
    outcome: str | None = None
    cause: str | None = None


class RunDetails(RunShown):
    """With its steps in the order in which they began."""

    steps: tuple[RunStep, ...]


class RunLine(Wire):
    """A line that a program of the step said. ``number`` counts a run's lines from 1 on."""

    number: int
    moment: str
    step: str
    application: str
    text: str


class RunOutput(Wire):
    """``next`` is what to give as ``after`` for the lines that follow. ``over``: none will."""

    lines: tuple[RunLine, ...]
    next: int
    over: bool


def details(run: Run, steps: tuple[StepRecord, ...]) -> RunDetails:
    return RunDetails(
        id=run.id,
        workflow=run.workflow,
        resource_id=run.resource_id,
        state=run.state,
        created_at=run.created_at,
        finished_at=run.finished_at,
        steps=tuple(_step(one) for one in steps),
    )


def _step(record: StepRecord) -> RunStep:
    name, _, application = record.name.partition(" ")
    return RunStep(
        name=name,
        title=title_of(name, application or None),
        application=application or None,
        attempts=record.attempts,
        started_at=record.started_at,
        seconds=record.seconds,
        outcome=record.outcome,
        cause=OURS if record.outcome == "broken" else record.cause,
    )


def output(run: Run, lines: tuple[Line, ...], *, after: int, most: int) -> RunOutput:
    """``lines`` are what was said behind ``after``, at most so many."""
    return RunOutput(
        lines=tuple(
            RunLine(
                number=one.number,
                moment=one.moment,
                step=one.step,
                application=one.application,
                text=one.text,
            )
            for one in lines
        ),
        next=lines[-1].number if lines else after,
        over=run.state not in UNDER_WAY and len(lines) < most,
    )


def shown(run: Run) -> RunShown:
    return RunShown(
        id=run.id,
        workflow=run.workflow,
        resource_id=run.resource_id,
        state=run.state,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )
