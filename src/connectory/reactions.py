"""What follows from what: one table, read top to bottom.

A reaction runs in the transaction of the fact it reacts to, so a run is asked for exactly when its
reason is kept.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import Connection

from connectory.certification import acts
from connectory.connectors.store import unlist_connector
from connectory.durable.runs import cancel_runs, request_run
from connectory.events import (
    CertificationEnded,
    CertificationGranted,
    ConnectorUnlisted,
    DeploymentRequested,
    DraftDeleted,
    Event,
    PreviewRequested,
    PublishRequested,
    RepositoryChanged,
    ReviewTaken,
    UndeployRequested,
)
from connectory.marketplace import presentation
from connectory.publishing import certified

E = TypeVar("E", bound=Event)
Reaction = Callable[[Connection, Any], None]

REACTIONS: dict[type[Event], list[Reaction]] = {}


def on(event: type[E], reaction: Callable[[Connection, E], None]) -> None:
    REACTIONS.setdefault(event, []).append(reaction)


def react(connection: Connection, events: Iterable[Event]) -> None:
    for event in events:
        for reaction in REACTIONS.get(type(event), ()):
            reaction(connection, event)


def start_preview(connection: Connection, event: PreviewRequested) -> None:
    request_run(connection, "preview", event.resource_id, {})


def cancel_preview(connection: Connection, event: RepositoryChanged | DraftDeleted) -> None:
    cancel_runs(connection, event.resource_id, "preview")


def start_publishing(connection: Connection, event: PublishRequested) -> None:
    request_run(connection, "publish", event.resource_id, {"certification": event.certification})


def take_off_searches(connection: Connection, event: ConnectorUnlisted) -> None:
    unlist_connector(connection, event.resource_id)


def look_at_tag(connection: Connection, event: ReviewTaken) -> None:
    request_run(connection, "tag", event.resource_id, {})


def start_deploying(connection: Connection, event: DeploymentRequested) -> None:
    request_run(connection, "deploy", event.resource_id, {"skipScripts": event.skip_scripts})


def stop_deploying(connection: Connection, event: UndeployRequested) -> None:
    cancel_runs(connection, event.resource_id, "deploy")


def start_undeploying(connection: Connection, event: UndeployRequested) -> None:
    request_run(connection, "undeploy", event.resource_id, {"skipScripts": event.skip_scripts})


on(PreviewRequested, start_preview)
on(RepositoryChanged, cancel_preview)
on(DraftDeleted, cancel_preview)
on(PublishRequested, start_publishing)
on(ConnectorUnlisted, take_off_searches)
on(DraftDeleted, acts.withdraw_of_deleted)
on(DraftDeleted, presentation.forget)
on(ReviewTaken, look_at_tag)
on(CertificationGranted, certified.release)
on(CertificationEnded, certified.drop)
on(DeploymentRequested, start_deploying)
on(UndeployRequested, stop_deploying)
on(UndeployRequested, start_undeploying)
