"""Installing Connectors, and what runs: one Deployment in one Project each."""

from starlette.routing import Route

from connectory.console.installations import (
    configuring,
    following,
    health,
    installing,
    jobs,
    listing,
    logs,
    messages,
    moving,
    removing,
    revisions,
    showing,
    topics,
)

ONE = "/console/installations/{project}/{id}"
TOPIC = f"{ONE}/topics/{{application}}"
JOB = f"{ONE}/jobs/{{application}}"
MESSAGE = f"{TOPIC}/messages/{{message}}"

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
    Route(f"{ONE}/revisions/{{revision}}", revisions.show_one, methods=["GET"]),
    Route(f"{ONE}/revisions/{{revision}}/rollback", revisions.roll_back, methods=["POST"]),
    Route(f"{ONE}/topics", topics.show, methods=["GET"]),
    Route(f"{ONE}/all-topics/events", topics.events, methods=["GET"]),
    Route(TOPIC, topics.show_one, methods=["GET"]),
    Route(f"{TOPIC}/events", topics.events_of_one, methods=["GET"]),
    Route(f"{TOPIC}/messages", topics.publish, methods=["POST"]),
    Route(f"{TOPIC}/replay", topics.replay_all, methods=["POST"]),
    Route(MESSAGE, messages.show, methods=["GET"]),
    Route(f"{MESSAGE}/events", messages.events, methods=["GET"]),
    Route(f"{MESSAGE}/replay", messages.replay, methods=["POST"]),
    Route(f"{MESSAGE}/discard", messages.ask, methods=["GET"]),
    Route(f"{MESSAGE}/discard", messages.discard, methods=["POST"]),
    Route(f"{ONE}/jobs", jobs.show, methods=["GET"]),
    Route(f"{ONE}/all-jobs/events", jobs.events, methods=["GET"]),
    Route(JOB, jobs.show_one, methods=["GET"]),
    Route(f"{JOB}/events", jobs.events_of_one, methods=["GET"]),
    Route(f"{JOB}/runs", jobs.run_now, methods=["POST"]),
    Route(f"{ONE}/health", health.show, methods=["GET"]),
    Route(f"{ONE}/health/events", health.events, methods=["GET"]),
    Route(f"{ONE}/uninstall", removing.show, methods=["GET"]),
    Route(f"{ONE}/uninstall", removing.uninstall, methods=["POST"]),
    Route(f"{ONE}/logs", logs.show, methods=["GET"]),
    Route(f"{ONE}/logs/events", following.events, methods=["GET"]),
    Route(f"{ONE}/logs.txt", logs.download, methods=["GET"]),
]
