"""The endpoint of connect.yaml, and the path of its health check, are in the code."""

import re
from collections.abc import Iterator

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.application import ApplicationFiles
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.agreement.lines import FILE

UNSERVED_ENDPOINT = Rule(
    "specification/unserved-endpoint",
    Severity.MAJOR,
    "No route of the code matches the endpoint",
    "Requests arrive with the whole path, endpoint included. If the application has no route for "
    "it, each of them is answered with 404.",
    "Serve the endpoint's path in the code, or set the endpoint to the path that it serves.",
)
RULES = (UNSERVED_ENDPOINT,)
ROUTE = re.compile(
    r"\.(?:use|all|get|post|put|patch|delete|route|register)\(\s*['\"`](/[^'\"`]*)['\"`]"
)
ANYTHING = re.compile(
    r"\.(?:all|use|post|get|route)\(\s*(?:['\"`]/?(?:\(?\.?\*|\{\*|:)|/)|\bprefix\s*:\s*[^\s'\"`]"
    r"|\.(?:use|post|all|register|route)\(\s*(?:`[^`]*\$\{|[\w$.]+\s*\+)"
)
"""Routes for whatever comes, and such as are put together when the program runs."""


def findings(files: ApplicationFiles) -> Iterator[Finding]:
    if not files.served or files.package is None:
        return
    sources = list(files.code.values())
    routes = {route for text in sources for route in ROUTE.findall(text)}
    if not routes or any(ANYTHING.search(text) for text in sources):
        return
    health = files.application.health_check
    wanted = {"endpoint": files.application.endpoint, "healthCheck": health and health.path}
    for name, path in wanted.items():
        segment = (path or "").strip("/").split("/")[0]
        if segment and not any(_names(segment, text) for text in sources):
            yield found(
                UNSERVED_ENDPOINT,
                f"{files.name} serves nothing at /{(path or '').strip('/')}, its {name}.",
                application=files.name,
                path=FILE,
                line=files.written.line(files.name, name),
                about=name,
                evidence="Routes in the code: " + ", ".join(sorted(routes)[:8]),
            )


def _names(segment: str, text: str) -> bool:
    return re.search(rf"['\"`/]{re.escape(segment)}(?![\w-])", text) is not None
