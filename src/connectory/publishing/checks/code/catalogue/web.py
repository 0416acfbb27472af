"""Browsers and what they are told; what was left in from debugging."""

from connectory.findings import Gate, Severity
from connectory.publishing.checks.code.catalogue.kind import kind

MAJOR, MINOR = Severity.MAJOR, Severity.MINOR

KINDS = (
    kind(
        "cors-any-with-credentials",
        MAJOR,
        "Every site may use the visitor's session",
        what="CORS allows every origin together with credentials.",
        why="Any page can act in the name of a visitor; with '*' browsers refuse altogether.",
        fix="List the origins that may call, or leave credentials out.",
    ),
    kind(
        "insecure-cookie",
        MAJOR,
        "A cookie is not protected",
        what="A cookie is set with secure or httpOnly switched off.",
        why="It travels unencrypted, or any script in the page can read it.",
        fix="Set secure: true and httpOnly: true.",
    ),
    kind(
        "message-to-anyone",
        Severity.CRITICAL,
        "A message is sent to a window of any origin",
        what="postMessage is called with the target '*'.",
        why="If the window shows another site by then, that site gets the message.",
        fix="Name the origin that the message is for.",
    ),
    kind(
        "console-log",
        MINOR,
        "Output by console instead of a logger",
        what="console output is used instead of a logger.",
        why="It has no level and no structure, so it cannot be filtered; certification asks for "
        "a logger.",
        fix="Use a logger such as the one of @commercetools-backend/loggers.",
        gate=Gate.CERTIFICATION,
        once=True,
    ),
    kind(
        "debugger",
        MAJOR,
        "A debugger statement is left",
        what="A debugger statement is left in the code.",
        why="It stops the application when a debugger is attached and has no other use.",
        fix="Remove it.",
    ),
    kind(
        "debug-server",
        MAJOR,
        "The server runs in debug mode",
        what="The development server is started with debug=True.",
        why="Its error page lets a visitor run code.",
        fix="Start it with a production server such as gunicorn, without debug.",
    ),
)
