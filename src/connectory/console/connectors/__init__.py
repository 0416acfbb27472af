"""Organization connectors: create, preview, publish, certify, edit (facts 9.1 to 9.3)."""

from starlette.routing import Route

from connectory.console.connectors import (
    acting,
    certifying,
    creating,
    details,
    editing,
    listing,
    runs,
)

ONE = "/console/connectors/{id}"

ROUTES = [
    Route("/console/connectors", listing.show),
    Route("/console/connectors/new", creating.show, methods=["GET"]),
    Route("/console/connectors/new", creating.go_on, methods=["POST"]),
    Route(ONE, details.overview),
    Route(f"{ONE}/events", details.overview_events),
    Route(f"{ONE}/preview-report", details.report),
    Route(f"{ONE}/publish-report", details.report),
    Route(f"{ONE}/configuration", details.configuration),
    Route(f"{ONE}/versions", details.versions),
    Route(f"{ONE}/runs/{{run}}", runs.show),
    Route(f"{ONE}/runs/{{run}}/events", runs.events),
    Route(f"{ONE}/certification", certifying.show, methods=["GET"]),
    Route(f"{ONE}/certification/events", certifying.events),
    Route(f"{ONE}/certificate.json", certifying.certificate),
    Route(f"{ONE}/comment", acting.comment, methods=["POST"]),
    Route(f"{ONE}/withdraw", acting.withdraw, methods=["POST"]),
    Route(f"{ONE}/edit", editing.show, methods=["GET"]),
    Route(f"{ONE}/edit", editing.change, methods=["POST"]),
    Route(f"{ONE}/delete", acting.ask_deletion, methods=["GET"]),
    Route(f"{ONE}/delete", acting.delete, methods=["POST"]),
    Route(f"{ONE}/publish", details.next_step, methods=["GET"]),
    Route(f"{ONE}/{{act}}", acting.act, methods=["POST"]),
]
