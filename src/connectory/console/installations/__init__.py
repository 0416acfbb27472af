"""Installing Connectors, and what runs: one Deployment in one Project each."""

from starlette.routing import Route

from connectory.console.installations import (
    configuring,
    following,
    installing,
    listing,
    logs,
    moving,
    removing,
    revisions,
    showing,
)

ONE = "/console/installations/{project}/{id}"

ROUTES = [
    Route("/console/install", installing.show, methods=["GET"]),
    Route("/console/install", installing.install, methods=["POST"]),
    Route("/console/installations", listing.show, methods=["GET"]),
    Route("/console/installations/events", listing.events, methods=["GET"]),
    Route(ONE, showing.show, methods=["GET"]),
    Route(f"{ONE}/events", showing.events, methods=["GET"]),
    Route(f"{ONE}/redeploy", configuring.redeploy_as_it_is, methods=["POST"]),
    Route(f"{ONE}/configuration", configuring.show, methods=["GET"]),
    Route(f"{ONE}/configuration", configuring.redeploy, methods=["POST"]),
    Route(f"{ONE}/version", moving.show, methods=["GET"]),
    Route(f"{ONE}/version", moving.move, methods=["POST"]),
    Route(f"{ONE}/revisions", revisions.show, methods=["GET"]),
    Route(f"{ONE}/revisions/{{revision}}/rollback", revisions.roll_back, methods=["POST"]),
    Route(f"{ONE}/uninstall", removing.show, methods=["GET"]),
    Route(f"{ONE}/uninstall", removing.uninstall, methods=["POST"]),
    Route(f"{ONE}/logs", logs.show, methods=["GET"]),
    Route(f"{ONE}/logs/events", following.events, methods=["GET"]),
    Route(f"{ONE}/logs.txt", logs.download, methods=["GET"]),
]
