"""Code that hides what goes wrong, or that readers stumble over. Nothing here stops a connector."""

from connectory.findings import Gate, Severity
from connectory.publishing.checks.code.catalogue.kind import kind

MINOR, NOWHERE = Severity.MINOR, Gate.NOWHERE

KINDS = (
    kind(
        "empty-catch",
        MINOR,
        "Errors are swallowed",
        what="Errors are caught and nothing is done, not even a comment.",
        why="When something goes wrong, nobody will know.",
        fix="Log the error, or say in a comment why nothing is to be done.",
        gate=NOWHERE,
    ),
    kind(
        "useless-catch",
        MINOR,
        "An error is caught and thrown again",
        what="The only thing done with the error is to throw it again.",
        why="The same happens without the try.",
        fix="Remove the try, or add what the error lacks.",
        gate=NOWHERE,
    ),
    kind(
        "empty-function",
        MINOR,
        "A function without content",
        what="A function has no content, not even a comment.",
        why="A reader cannot tell whether it is meant or forgotten.",
        fix="Write it, or say in a comment why it is empty.",
        gate=NOWHERE,
    ),
    kind(
        "var-declaration",
        MINOR,
        "var instead of let or const",
        what="A variable is declared with var.",
        why="It is visible in the whole function, also before its line.",
        fix="Use const, or let where it changes.",
        gate=NOWHERE,
    ),
)
