"""The reviewers' pages: the board, and the page of each certification."""

from starlette.routing import BaseRoute, Route

from connectory.console.certifications import acting, board, calls, showing
from connectory.console.certifications.acting import pressed

BOARD = "/console/certifications"
ONE = f"{BOARD}/{{id}}"

ROUTES: list[BaseRoute] = [
    Route(BOARD, board.board),
    Route(f"{BOARD}/events", board.events),
    Route(ONE, showing.show),
    Route(f"{ONE}/events", showing.events),
    Route(f"{ONE}/difference", showing.difference),
    Route(f"{ONE}/certificate.json", showing.certificate),
    Route(f"{ONE}/take", pressed(calls.take, "It is yours now."), methods=["POST"]),
    Route(f"{ONE}/release", pressed(calls.release, "Back in the queue."), methods=["POST"]),
    Route(f"{ONE}/tag", pressed(calls.look, "Looking at the tag."), methods=["POST"]),
    Route(f"{ONE}/answers", acting.answer, methods=["POST"]),
    Route(f"{ONE}/comments", acting.comment, methods=["POST"]),
    Route(f"{ONE}/grant", acting.grant, methods=["POST"]),
    Route(f"{ONE}/reject", acting.reject, methods=["POST"]),
]
