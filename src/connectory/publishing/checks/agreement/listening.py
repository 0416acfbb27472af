"""A program that answers requests: it listens, on the right port, and others can reach it.

The platform sends requests to the port that it names in PORT, which is 8080 on commercetools
Connect, where many connectors have that number in their code (facts 4.1). A program that listens
anywhere else, or on its own machine's address only, or not at all, never becomes healthy: the
deployment fails (facts 4.4). So 8080 is fine, and any other fixed number is not.
"""

import re
from collections.abc import Iterable, Iterator

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.application import ApplicationFiles
from connectory.publishing.checks.agreement.commands import RunsFile, wishes
from connectory.publishing.checks.agreement.environment import Environment
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.agreement.scripts import started
from connectory.publishing.checks.code import Match
from connectory.specification import ApplicationType

FIXED_PORT = Rule(
    "specification/fixed-port",
    Severity.CRITICAL,
    "An application listens on a port where nobody asks",
    "The platform names the port in the variable PORT, and sends requests there. An application "
    "that listens on another port never answers, so its deployment fails.",
    "Listen on process.env.PORT: app.listen(Number(process.env.PORT) || 8080).",
)
LOOPBACK = Rule(
    "specification/loopback-only",
    Severity.MAJOR,
    "An application listens on its own machine only",
    "Requests come from outside of the application's container. A server that is bound to "
    "localhost does not get them, so its deployment fails on commercetools Connect.",
    "Listen on all addresses: leave the host out, or give 0.0.0.0 (Fastify needs it).",
)
NEVER_LISTENS = Rule(
    "specification/never-listens",
    Severity.CRITICAL,
    "An application is a program that ends instead of answering requests",
    "Services, event and job applications are HTTP servers. A job, too, must stay up and answer a "
    "POST each time it is due: one that does its work and exits fails its health check, and the "
    "deployment with it.",
    "Start an HTTP server on process.env.PORT that answers POST at the application's endpoint.",
)
RULES = (FIXED_PORT, LOOPBACK, NEVER_LISTENS)
WORKING_PORT = 8080
FIRST = re.compile(
    r"^[\w$.()\s]*?\.listen\(\s*(?:\{[^}]*?\bport\s*:\s*)?([\w$.]+)\s*[,)}]", re.DOTALL
)
HOST = re.compile(
    r"""(?P<before>(?:\?\?|\|\||\?|:\s*\S+\s*\?[^,{}]*:)\s*)?"""
    r"""['"`](?P<host>localhost|127\.0\.0\.1|::1)['"`](?P<after>\s*(?:\?\?|\|\||\?|:))?"""
)
"""An address of the machine alone, and whether it is one of several that are chosen from."""
CALLBACK = re.compile(r"=>|\bfunction\b")
SERVERS = re.compile(
    r"listen|createServer|\bserve\b|\bserver?\s*\(|https?\.Server|FastifyInstance|bootstrap"
    r"|\.start\(|functions-framework",
)
FRAMEWORK = re.compile(
    r"express|fastify|koa|hapi|restify|polka|hono|nest|next|nuxt|remix|server|serve|http|micro|h3"
    r"|nitro|uws|websocket|feathers|sails|loopback|functions-framework|moleculer|adonis|strapi"
    r"|gateway|graphql-yoga|apollo|connect|framework|astro|svelte|vite|elysia|bun|trpc|probot|app"
)


def findings(
    files: ApplicationFiles, matches: Iterable[Match], environment: Environment
) -> Iterator[Finding]:
    if not files.served or files.package is None:
        return
    calls = [one for one in matches if one.rule == "listen"]
    yield from _port(files, calls, environment)
    yield from _loopback(files, calls)
    if not calls:
        yield from _silent(files)


def _port(
    files: ApplicationFiles, calls: list[Match], environment: Environment
) -> Iterator[Finding]:
    """Only when all that listens does so on numbers that are in the code."""
    if _knows_port(files, environment) or "PORT=" in files.commands:
        return
    ports = [_port_of(files, call) for call in calls]
    if any(port is None or port in (0, WORKING_PORT) for port in ports):
        return
    for call, port in zip(calls, ports, strict=True):
        yield found(
            FIXED_PORT,
            f"{files.name} listens on port {port}; requests come to the one in PORT "
            f"({WORKING_PORT}).",
            application=files.name,
            path=call.path,
            line=call.line,
            about=str(port),
        )


def _knows_port(files: ApplicationFiles, environment: Environment) -> bool:
    read = any(one.name == "PORT" for one in environment.reads)
    return read or environment.computed or any("env.PORT" in one for one in files.code.values())


def _port_of(files: ApplicationFiles, call: Match) -> int | None:
    """The number a call listens on; None when the code works it out."""
    argument = FIRST.match(call.text)
    if argument is None:
        return None
    value = argument[1]
    if not value.isdigit():
        text = files.texts.get(call.path, "")
        pattern = rf"\b(?:const|let|var)\s+{re.escape(value)}\s*(?::\s*number\s*)?=\s*(\d+)\s*[;\n]"
        constants = re.findall(pattern, text)
        value = constants[0] if len(constants) == 1 else ""
    return int(value) if value.isdigit() and len(value) <= 5 else None


def _loopback(files: ApplicationFiles, calls: list[Match]) -> Iterator[Finding]:
    for call in calls:
        arguments = CALLBACK.split(call.text)[0]
        host = HOST.search(arguments)
        if host and not (host["before"] or host["after"]):
            what = f"{files.name} listens on {host['host']} only, where requests never come."
        elif _is_fastify(files, call):
            what = f"{files.name} lets Fastify listen on localhost, its default."
        else:
            continue
        yield found(
            LOOPBACK, what, application=files.name, path=call.path, line=call.line, about="host"
        )


def _is_fastify(files: ApplicationFiles, call: Match) -> bool:
    """Fastify binds to localhost unless it is given a host."""
    literal = re.match(r"^[\w$.]+\.listen\(\s*\{([^{}]*)\}\s*[,)]", call.text)
    plain = literal is not None and "host" not in literal[1] and "..." not in literal[1]
    return plain and re.search(r"from ['\"]fastify['\"]|require\(['\"]fastify['\"]\)",
                               files.texts.get(call.path, "")) is not None  # fmt: skip


def _silent(files: ApplicationFiles) -> Iterator[Finding]:
    """Only when Node.js runs the application's own code, and nothing in it or among its packages
    looks as if it could listen."""
    line = started(files) or ""
    runs = [one for one in wishes(line) if isinstance(one, RunsFile)]
    packages = files.depends_on(shipped=True)
    if not runs or "node_modules" in line or not files.code or len(files.folders) > 1:
        return
    if any(FRAMEWORK.search(name.rpartition("/")[2]) for name in packages):
        return
    if any(SERVERS.search(text) for text in files.code.values()):
        return
    job = files.application.type is ApplicationType.JOB
    after = "each time it is due" if job else "requests"
    yield found(
        NEVER_LISTENS,
        f"{files.name} never listens: nothing in its code starts an HTTP server to answer {after}.",
        application=files.name,
        path=files.manifest,
        line=files.member("scripts", "start"),
    )
