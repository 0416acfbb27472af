"""Mistakes that only show when an application is installed, tested, built and started. Nothing here
needs a registry: the applications are plain Node.js."""

import json

from tests.seeded.seed import Change, Seed, edit, in_json, remove, write

MANIFEST, INDEX = "service/package.json", "service/index.js"
START = "server.listen(process.env.PORT || 8080);"
HANDLER = "const { answer } = require('./answer');"


def said(member: str, name: str, line: str | None) -> Change:
    """A member of package.json, such as a script; None takes it away."""

    def work(document: dict[str, dict[str, str]]) -> None:
        if line is None:
            document[member].pop(name, None)
        else:
            document.setdefault(member, {})[name] = line

    return in_json(MANIFEST, work)


def script(name: str, line: str | None) -> Change:
    return said("scripts", name, line)


def first(line: str) -> Change:
    """What the application does before anything else."""
    return edit(INDEX, HANDLER, f"{line}\n{HANDLER}")


def listening(line: str) -> Change:
    return edit(INDEX, START, line)


def seed(rule: str, name: str, flaw: Change, twin: Change, at: str = "", on: str = "") -> Seed:
    return Seed(name, "plain", rule, (flaw,), (twin,), at, on)


TEST = "service/test/answer.test.js"
WRONG = "assert.equal(answer('/service').status, 200);"

SEEDS = (
    seed("tests/failed", "a test that expects something else",
         edit(TEST, WRONG, "assert.equal(answer('/service').status, 201);"),
         edit(TEST, WRONG, "assert.notEqual(answer('/service').status, 201);"), at=TEST),
    seed("tests/crashed", "the test runner is not installed", script("test", "jest"),
         script("test", "node --test --test-reporter=spec")),
    seed("tests/none", "nobody wrote a test", script("test", None),
         script("pretest", "node --version")),
    seed("build/failed", "the build throws",
         script("build", "node -e \"throw new Error('template.html is missing')\""),
         script("build", "node -e \"require('fs').writeFileSync('built.json', '{}')\"")),
    seed("build/failed", "the compiler is not installed", script("build", "tsc --noEmit"),
         script("build", "echo nothing to compile")),
    seed("build/failed", "a postinstall that fails", script("postinstall", "node prepare.js"),
         script("postinstall", "node -e 0")),
    seed("runtime/crashed", "a module that nobody installed", first("require('pino');"),
         first("try { require('pino'); } catch { /* text is fine */ }")),
    seed("runtime/crashed", "an import that was renamed",
         edit(INDEX, "./answer", "./answers"), edit(INDEX, "./answer", "./answer.js")),
    seed("runtime/crashed", "a certificate that is on one machine only",
         first("require('fs').readFileSync('/home/ada/certificate.pem');"),
         first("require('fs').readFileSync(__filename);")),
    seed("runtime/crashed", "a bracket is missing", first("const late = (;"),
         first("const late = () => 1;")),
    seed("runtime/wrong-port", "a port from a setting that is not there",
         listening("server.listen(Number(process.env.SERVER_PORT ?? 3000));"),
         listening("server.listen(Number(process.env.PORT ?? 3000));")),
    seed("runtime/loopback-only", "localhost by a variable",
         listening("const host = process.env.HOST || 'localhost';\nserver.listen(8080, host);"),
         listening("const host = process.env.HOST || '0.0.0.0';\nserver.listen(8080, host);")),
    seed("runtime/needs-root", "port 80",
         listening("const web = 80;\nserver.listen(web);"),
         listening("const web = 8080;\nserver.listen(web);")),
    seed("runtime/writes-outside", "a cache beside the code",
         first("try { require('fs').writeFileSync('cache.json', '{}'); } catch (error) "
               "{ console.error(error); }"),
         first("require('fs').writeFileSync(`${require('os').tmpdir()}/cache.json`, '{}');")),
    seed("runtime/undeclared-key", "a key that cannot be configured",
         first("if (!process.env.STORE_KEY) throw new Error('STORE_KEY is missing');"),
         first("if (!process.env.GREETING) throw new Error('GREETING is missing');")),
    seed("runtime/not-listening", "it waits for what never comes",
         listening("setInterval(() => {}, 60_000);"),
         listening("setTimeout(() => server.listen(process.env.PORT || 8080), 1_000);")),
    seed("specification/unreadable", "connect.yaml with a tab", write("connect.yaml",
         "deployAs:\n\t- name: service\n\t  applicationType: service\n"),
         edit("connect.yaml", "deployAs:\n", "# no tabs\ndeployAs:\n")),
    seed("specification/unreadable", "an endpoint was forgotten",
         edit("connect.yaml", "    endpoint: /service\n", ""),
         edit("connect.yaml", "endpoint: /service", "endpoint: '/service'")),
    seed("specification/unreadable", "connect.yaml in another folder",
         remove("connect.yaml"), write("docs/connect.yaml", "deployAs: []\n")),
)  # fmt: skip


def installed(name: str, **manifest: object) -> dict[str, str]:
    """A package as it lies in node_modules."""
    document = {"name": name, "version": "1.0.0", **manifest}
    return {f"node_modules/{name}/package.json": json.dumps(document)}


LICENCES = (
    ("licences/denied", installed("map", license="AGPL-3.0-only"), installed("map", license="MIT")),
    ("licences/denied", installed("search", license="SSPL-1.0 AND MIT"),
     installed("search", license="SSPL-1.0 OR Apache-2.0")),
    ("licences/denied", installed("ours", license="UNLICENSED"),
     installed("ours", license="Unlicense")),
    ("licences/unknown", installed("old"), installed("old", licenses=[{"type": "MIT"}])),
    ("licences/unknown", installed("odd", license="ask me"),
     installed("odd", license="Apache 2.0")),
)  # fmt: skip
"""A package that ships and should not, and one that may."""
