"""Each rule finds its flaw in a connector that is otherwise in order, at the right place; and what
looks like the flaw and is none is left alone."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import pytest

from connectory.findings import Finding
from connectory.publishing.checks.agreement import Agreement

Examine = Callable[[Mapping[str, str]], Awaitable[tuple[Finding, ...]]]


@dataclass(frozen=True)
class Case:
    """Files to write (None: to remove), texts to replace, and what must come of it: a rule's name
    and severity, the place, and words of the sentence. No rule: nothing at all is to be found."""

    name: str
    rule: str = ""
    severity: str = ""
    place: str = ""
    says: str = ""
    write: Mapping[str, str | None] = field(default_factory=dict)
    replace: tuple[tuple[str, str, str], ...] = ()
    all_of: str | None = None

    def apply(self, files: dict[str, str]) -> dict[str, str]:
        for path, text in self.write.items():
            if text is None:
                files.pop(path, None)
            else:
                files[path] = text
        for path, old, new in self.replace:
            assert old in files[path], (path, old)
            files[path] = files[path].replace(old, new)
        if self.all_of is not None:
            files = {path: text for path, text in files.items() if not path.startswith(self.all_of)}
        return files


PACKAGE = "event/package.json"
INDEX = "event/src/index.js"
LISTEN = "app.listen(process.env.PORT || 8080);"

LINKED = (
    '{"packages": {"": {}, "node_modules/express": {"version": "5.1.0"},'
    ' "node_modules/shared": {"link": true}}}'
)


def scripts(**named: str) -> str:
    return json.dumps(
        {"name": "a", "engines": {"node": ">=22"}, "scripts": named,
         "dependencies": {"express": "^5.1.0"}}, indent=1
    )  # fmt: skip


def needs(**kinds: Mapping[str, str]) -> str:
    return json.dumps(
        {"name": "a", "engines": {"node": "24"}, "scripts": {"start": "node src/index.js"},
         **kinds}, indent=1
    )  # fmt: skip


def reading(code: str) -> dict[str, str]:
    return {"event/src/config.ts": code}


FLAWS = (
    Case("no folder", "missing-folder", "BLOCKER", "connect.yaml:15",
         "The application event has no folder event", all_of="event/"),
    Case("a folder in other letters", "missing-folder", "BLOCKER", "connect.yaml:15", "no folder",
         write={"Event/package.json": "{}"}, all_of="event/"),
    Case("no package.json", "missing-package", "BLOCKER", "connect.yaml:15", "no package.json",
         write={PACKAGE: None}),
    Case("Java", "other-language", "BLOCKER", "connect.yaml:15", "written in Java",
         write={PACKAGE: None, "event/pom.xml": "<project/>"}),
    Case("package.json with a last comma", "broken-package", "BLOCKER", PACKAGE, "not valid JSON",
         write={PACKAGE: '{"name": "a",}'}),
    Case("package.json is a list", "broken-package", "BLOCKER", PACKAGE, "not a JSON object",
         write={PACKAGE: "[]"}),
    Case("nothing to start", "missing-start", "BLOCKER", f"{PACKAGE}:6", "how to start",
         write={PACKAGE: scripts(dev="node src/index.js")}),
    Case("postDeploy names no script", "missing-script", "CRITICAL", "connect.yaml:19",
         "postDeploy of event runs the script connector:post-deploy",
         replace=(("connect.yaml", "node src/post-deploy.js",
                   "npm install && npm run connector:post-deploy"),)),
    Case("postDeploy with yarn names no script", "missing-script", "CRITICAL", "connect.yaml:19",
         "connector:post-deploy",
         replace=(("connect.yaml", "node src/post-deploy.js",
                   "yarn install && yarn connector:post-deploy"),)),
    Case("the build names no script", "missing-script", "CRITICAL", f"{PACKAGE}:8",
         "The script build of event runs the script compile",
         write={PACKAGE: scripts(start="node src/index.js", build="npm run compile")}),
    Case("start runs what no build makes", "unbuilt-file", "CRITICAL", f"{PACKAGE}:7",
         "dist/index.js, which is not there and which no build makes",
         write={PACKAGE: scripts(start="node dist/index.js")}),
    Case("start runs what the build puts elsewhere", "unbuilt-file", "CRITICAL", f"{PACKAGE}:7",
         "the build writes to build",
         write={PACKAGE: scripts(start="node dist/index.js", build="rimraf build && tsc"),
                "event/tsconfig.json": '{"compilerOptions": {"outDir": "build"}} // x'}),
    Case("postDeploy runs a file that is not there", "unbuilt-file", "CRITICAL", "connect.yaml:19",
         "src/deploy.js", replace=(("connect.yaml", "src/post-deploy.js", "src/deploy.js"),)),
    Case("a Merchant Center application without build", "missing-build", "CRITICAL",
         "center/package.json", "no build script", write={"center/package.json": scripts()}),
    Case("no lockfile", "missing-lockfile", "MAJOR", PACKAGE, "no lockfile",
         write={"event/package-lock.json": None}),
    Case("a dependency is not in package-lock.json", "lockfile-disagrees", "CRITICAL",
         "event/package-lock.json", "axios (^1.0.0) is not in it",
         write={PACKAGE: needs(dependencies={"express": "^5", "axios": "^1.0.0"})}),
    Case("another major version in package-lock.json", "lockfile-disagrees", "CRITICAL",
         "event/package-lock.json", "express 5.1.0 is in it, package.json asks for ^4.18.0",
         write={PACKAGE: needs(dependencies={"express": "^4.18.0"})}),
    Case("a dependency is not in yarn.lock", "lockfile-disagrees", "CRITICAL", "event/yarn.lock",
         "axios@^1.0.0 is not in it",
         write={PACKAGE: needs(devDependencies={"axios": "^1.0.0"}),
                "event/package-lock.json": None,
                "event/yarn.lock": '# yarn lockfile v1\n\n"a@^1", axios@^2.0.0:\n  version "1"\n'}),
    Case("a dependency is not in a modern yarn.lock", "lockfile-disagrees", "CRITICAL",
         "event/yarn.lock", "axios@^1.0.0",
         write={PACKAGE: needs(dependencies={"axios": "^1.0.0"}), "event/package-lock.json": None,
                "event/yarn.lock":
                    '__metadata:\n  version: 8\n\n"axios@npm:^2.0.0":\n  version: 2.0.0\n'}),
    Case("another specifier in pnpm-lock.yaml", "lockfile-disagrees", "CRITICAL",
         "event/pnpm-lock.yaml", "express was locked for ^5.0.0, package.json asks for ^5.1.0",
         write={PACKAGE: needs(dependencies={"express": "^5.1.0"}), "event/package-lock.json": None,
                "event/pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n"
                "    dependencies:\n      express:\n        specifier: ^5.0.0\n"
                "        version: 5.1.0\n\npackages:\n"}),
    Case("package-lock.json with the marks of a merge", "broken-lockfile", "CRITICAL",
         "event/package-lock.json", "cannot be read",
         write={"event/package-lock.json": '{\n<<<<<<< HEAD\n"a": 1\n=======\n>>>>>>> b\n}'}),
    Case("two lockfiles", "two-lockfiles", "MINOR", "event/yarn.lock", "package-lock.json is used",
         write={"event/yarn.lock": "# yarn lockfile v1\n\nexpress@^5.1.0:\n  version 5\n"}),
    Case("no Node.js is asked for", "unpinned-node", "MINOR", PACKAGE, "engines.node",
         replace=((PACKAGE, '"node": "24.x"', '"npm": "10"'),)),
    Case("Node.js 18", "end-of-life-node", "MAJOR", f"{PACKAGE}:6", "^18.0.0",
         replace=((PACKAGE, "24.x", "^18.0.0"),)),
    Case("Node.js up to 20", "end-of-life-node", "MAJOR", f"{PACKAGE}:6", "no security fixes",
         replace=((PACKAGE, "24.x", ">=16 <21"),)),
    Case("a Node.js that is no range", "unusable-node-range", "BLOCKER", f"{PACKAGE}:6",
         "no range of versions", replace=((PACKAGE, "24.x", "twenty"),)),
    Case("a Node.js that does not exist", "unusable-node-range", "BLOCKER", f"{PACKAGE}:6",
         "No Node.js is in the range", replace=((PACKAGE, "24.x", ">=99"),)),
    Case("a local module that was forgotten", "missing-module", "BLOCKER", f"{PACKAGE}:10",
         "shared in ../shared",
         write={PACKAGE: needs(dependencies={"shared": "file:../shared"}),
                "event/package-lock.json": LINKED}),
    Case("a local archive that was forgotten", "missing-module", "BLOCKER", f"{PACKAGE}:10",
         "shared-1.0.0.tgz",
         write={PACKAGE: needs(dependencies={"shared": "file:./shared-1.0.0.tgz"}),
                "event/package-lock.json": LINKED}),
    Case("a local module outside of the repository", "missing-module", "BLOCKER", f"{PACKAGE}:10",
         "../../shared", write={PACKAGE: needs(dependencies={"shared": "file:../../shared"}),
                "event/package-lock.json": LINKED}),
    Case("an import that leaves the application", "outside-import", "MINOR",
         "event/src/config.ts:2", "outside of event",
         write={"shared/money.ts": "export const a = 1;\n",
                **reading("\nimport { a } from '../../shared/money';\n")}),
    Case("an import of what is not there", "missing-import", "CRITICAL", "event/src/config.ts:1",
         "not in the repository", write=reading("import { a } from '../../shared/money';\n")),
    Case("a key that the API client generates", "supplied-key", "MAJOR", "connect.yaml:9",
         "CTP_SCOPE is declared, but inheritAs.apiClient generates it",
         replace=(("connect.yaml", "key: GREETING", "key: CTP_SCOPE"),
                  ("service/src/config.ts", "GREETING", "CTP_SCOPE"))),
    Case("a key that the platform sets", "supplied-key", "MAJOR", "connect.yaml:9",
         "CONNECT_SERVICE_URL",
         replace=(("connect.yaml", "key: GREETING", "key: CONNECT_SERVICE_URL"),
                  ("service/src/config.ts", "GREETING", "CONNECT_SERVICE_URL"))),
    Case("a scope with its Project", "unknown-scope", "MAJOR", "connect.yaml:43", "manage_orders:x",
         replace=(("connect.yaml", "- manage_orders", '- "manage_orders:x"'),)),
    Case("a scope that does not exist", "unknown-scope", "MAJOR", "connect.yaml:43",
         "view_extensions", replace=(("connect.yaml", "- manage_orders", "- view_extensions"),)),
    Case("the old name of a type", "deprecated-type", "INFO", "connect.yaml:28", "mc-app",
         replace=(("connect.yaml", "merchant-center-custom-application", "mc-app"),)),
    Case("an event application that subscribes to nothing", "no-subscription", "INFO",
         "connect.yaml:15", "postDeploy",
         replace=(("connect.yaml",
                   "    scripts:\n      postDeploy: node src/post-deploy.js\n", ""),)),
    Case("a key that is not declared", "undeclared-key", "MAJOR", "event/src/config.ts:1",
         "event reads STORE_KEY (once), which",
         write=reading("export const a = process.env.STORE_KEY as string;\n")),
    Case("a key in brackets that is not declared", "undeclared-key", "MAJOR",
         "event/src/config.ts:2", "event reads STORE_KEY (2 times)",
         write=reading("\nexport const a = process.env['STORE_KEY'] + process.env.STORE_KEY\n"
                       "export const b = process.env.STORE_KEY;\n")),
    Case("a key that is taken out of the environment", "undeclared-key", "MAJOR",
         "event/src/config.ts:3", "STORE_KEY",
         write=reading("const {\n  LANGUAGE,\n  STORE_KEY: key,\n} = process.env;\n")),
    Case("a key of a name for the environment", "undeclared-key", "MAJOR", "event/src/config.ts:2",
         "STORE_KEY", write=reading("const env = process.env;\nuse(env.STORE_KEY);\n")),
    Case("a key of the imported environment", "undeclared-key", "MAJOR", "event/src/config.ts:2",
         "STORE_KEY", write=reading("import { env } from 'node:process';\nuse(env.STORE_KEY);\n")),
    Case("a key of a schema", "undeclared-key", "MAJOR", "event/src/config.ts:2", "STORE_KEY",
         write=reading("const schema = z.object({\n  STORE_KEY: z.string(),\n});\n"
                       "export const config = schema.parse(process.env);\n")),
    Case("a key of a schema that can be left out", "undeclared-key", "MINOR",
         "event/src/config.ts:2", "STORE_KEY",
         write=reading("export const config = cleanEnv(process.env, {\n"
                       "  STORE_KEY: str({ default: 'main' }),\n});\n")),
    Case("a key with something in its place", "undeclared-key", "MINOR", "event/src/config.ts:1",
         "with something in its place",
         write=reading("export const a = process.env.STORE_KEY ?? 'main';\n")),
    Case("a key with something in its place, cast", "undeclared-key", "MINOR",
         "event/src/config.ts:1", "STORE_KEY",
         write=reading("export const a = (process.env.STORE_KEY as string) || 'main';\n")),
    Case("a key of the configuration of a Merchant Center application", "undeclared-key", "MAJOR",
         "center/custom-application-config.mjs:1", "MY_PLACE",
         replace=(("center/custom-application-config.mjs", "APPLICATION_URL", "MY_PLACE"),)),
    Case("a variable in assets", "undeclared-key", "MINOR", "assets/src/main.ts:1", "VITE_ADDRESS",
         replace=(("assets/src/main.ts", "env.MODE", "env.VITE_ADDRESS"),)),
    Case("a key that nothing reads", "unread-key", "MINOR", "connect.yaml:9",
         "The configuration of service has GREETING, which it never reads",
         write={"service/src/config.ts": "use(process.env.API_SECRET, process.env.LANGUAGE);\n"}),
    Case("a shared key that nothing reads", "unread-key", "MINOR", "connect.yaml:46",
         "inheritAs has LANGUAGE",
         replace=(("service/src/config.ts", "LANGUAGE, ", ""),)),
    Case("a key in other letters", "misspelled-key", "MAJOR", "service/src/config.ts:2",
         "reads API_SECRTE, but connect.yaml declares API_SECRET",
         replace=(("service/src/config.ts", "API_SECRET", "API_SECRTE"),)),
    Case("a key in small letters", "misspelled-key", "MAJOR", "service/src/config.ts:1", "GREETING",
         replace=(("service/src/config.ts", "env.GREETING", "env.greeting"),)),
    Case("a fixed port", "fixed-port", "CRITICAL", f"{INDEX}:5", "listens on port 3000",
         replace=((INDEX, LISTEN, "app.listen(3000, () => console.log('up'));"),)),
    Case("a fixed port with a name", "fixed-port", "CRITICAL", f"{INDEX}:6", "port 4000",
         replace=((INDEX, LISTEN, "const port = 4000;\napp.listen(port);"),)),
    Case("a fixed port in an object", "fixed-port", "CRITICAL", f"{INDEX}:5", "port 5000",
         replace=((INDEX, LISTEN, "app.listen({ host: '0.0.0.0', port: 5000 });"),)),
    Case("its own machine only", "loopback-only", "MAJOR", f"{INDEX}:5", "127.0.0.1",
         replace=((INDEX, LISTEN, "app.listen(process.env.PORT, '127.0.0.1');"),)),
    Case("Fastify without a host", "loopback-only", "MAJOR", f"{INDEX}:5", "Fastify",
         replace=((INDEX, "from 'express'", "from 'fastify'"),
                  (INDEX, LISTEN, "await app.listen({ port: 8080 });"))),
    Case("a job that ends", "never-listens", "CRITICAL", "job/package.json:7",
         "job never listens",
         write={"job/package.json": needs(dependencies={"axios": "^1.0.0"}),
                "job/package-lock.json":
                    '{"packages": {"": {}, "node_modules/axios": {"version": "1.0.0"}}}',
                "job/src/index.js": "import axios from 'axios';\nawait axios.get('https://a.b');\n"}),
    Case("an endpoint that is not served", "unserved-endpoint", "MAJOR", "connect.yaml:17",
         "serves nothing at /event",
         replace=((INDEX, "'/event'", "'/events'"),)),
    Case("a call of its own machine", "local-call", "MAJOR", "event/src/config.ts:1",
         "http://localhost:3001/orders",
         write=reading("await axios.get('http://localhost:3001/orders');\n")),
    Case("a filled-in .env file", "env-file", "MAJOR", "event/.env", "CTP_CLIENT_SECRET",
         write={"event/.env": "PORT=8080\nCTP_CLIENT_SECRET=3fk2k3l4j5\n"}),
    Case("an .env file without secrets", "env-file", "MINOR", "event/.env", "CTP_REGION",
         write={"event/.env": "CTP_REGION=europe-west1.gcp\n"}),
    Case("installed packages", "committed-modules", "MINOR", "event/node_modules", "is committed",
         write={"event/node_modules/ms/index.js": "module.exports = process.env.MS;\n"}),
)  # fmt: skip


@pytest.mark.parametrize("case", FLAWS, ids=lambda case: case.name)
async def test_a_flaw_is_found_where_it_is(
    case: Case, clean: dict[str, str], findings_in: Examine
) -> None:
    found = await findings_in(case.apply(clean))

    assert [one.rule for one in found] == [f"specification/{case.rule}"], found
    assert (found[0].severity, found[0].place) == (case.severity, case.place)
    assert case.says in found[0].what
    assert "\n" not in found[0].what


TWINS = (
    Case("nothing changed"),
    Case("started by a Procfile",
         write={PACKAGE: scripts(dev="x"), "event/Procfile": "web: node src/index.js\n"}),
    Case("started by server.js",
         write={PACKAGE: scripts(dev="x"), "event/server.js": "import './src/index.js';\n"}),
    Case("a script whose failure is expected",
         replace=(("connect.yaml", "node src/post-deploy.js", "npm run missing || true"),)),
    Case("a script that runs if it is there",
         replace=(("connect.yaml", "node src/post-deploy.js", "npm run missing --if-present"),)),
    Case("a script of another folder", replace=(
        ("connect.yaml", "node src/post-deploy.js", "cd ../service && npm run anything"),)),
    Case("a program that yarn finds", replace=(
        ("connect.yaml", "node src/post-deploy.js", "yarn install && yarn tsx src/x.ts"),)),
    Case("start runs what a build makes in its own way",
         write={PACKAGE: scripts(start="node dist/index.js", build="tsup src/index.ts")}),
    Case("start runs what is made after the install",
         write={PACKAGE: scripts(start="node dist/index.js", postinstall="tsc")}),
    Case("start runs a file without its ending", write={PACKAGE: scripts(start="node src/index")}),
    Case("postDeploy makes what it runs", replace=(
        ("connect.yaml", "node src/post-deploy.js", "npm ci && npm run compile && npm run x:y"),),
        write={PACKAGE: scripts(start="node src/index.js", compile="tsc", **{"x:y": "node o/a"})}),
    Case("start makes what it runs", write={
        PACKAGE: scripts(start="npm run compile && node dist/index.js", compile="tsc")}),
    Case("two builds write to two folders", replace=(
        ("connect.yaml", "node src/post-deploy.js", "npm run build && node dist/deploy.js"),),
        write={PACKAGE: scripts(**{"start": "node build/index.js", "gcp-build": "tsc",
                                   "build": "webpack"}),
               "event/tsconfig.json": '{"compilerOptions": {"outDir": "build"}}'}),
    Case("start runs a folder", write={PACKAGE: scripts(start="node src")}),
    Case("the compiler's settings come from elsewhere",
         write={PACKAGE: scripts(start="node dist/index.js", build="tsc"),
                "event/tsconfig.json": '{"extends": "../tsconfig.json"}'}),
    Case("a lockfile that is newer than needed", write={PACKAGE: needs(
        dependencies={"express": "^5.0.0 || ^4"})}),
    Case("a lockfile with more than is needed", write={PACKAGE: needs()}),
    Case("a dependency that npm cannot compare by version", write={
        PACKAGE: needs(dependencies={"express": "npm:other@^1.0.0"})}),
    Case("an overridden dependency", write={
        PACKAGE: needs(dependencies={"express": "^4.0.0"}, overrides={"express": "^5.0.0"})}),
    Case("a lockfile of a workspace", write={
        "package.json": '{"workspaces": ["event"]}', "package-lock.json": "{}",
        "event/package-lock.json": None}),
    Case("a modern yarn.lock that fits", write={
        "event/package-lock.json": None,
        "event/yarn.lock": '__metadata:\n  version: 8\n\n'
        '"express@npm:^5.0.0, express@npm:^5.1.0":\n  version: 5.1.0\n'}),
    Case("a pnpm-lock.yaml that fits", write={
        "event/package-lock.json": None,
        "event/pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n"
        "      express:\n        specifier: ^5.1.0\n        version: 5.1.0\n\npackages:\n"}),
    Case("Node.js from 18 on", replace=((PACKAGE, "24.x", ">=18"),)),
    Case("Node.js 20 or 22", replace=((PACKAGE, "24.x", "^20 || ^22"),)),
    Case("one Node.js", replace=((PACKAGE, "24.x", "22.14.0"),)),
    Case("a Node.js by its name", replace=((PACKAGE, "24.x", "lts/jod"),)),
    Case("a local module that is there", write={
        PACKAGE: needs(dependencies={"shared": "file:../shared", "express": "^5"}),
        "event/package-lock.json": LINKED,
        "shared/package.json": "{}", "shared/index.ts": "export const a = 1;\n",
        **reading("import { a } from '../../shared';\n")}),
    Case("a local module reads a shared key", write={
        PACKAGE: needs(dependencies={"shared": "file:../shared", "express": "^5"}),
        "event/package-lock.json": LINKED,
        "shared/package.json": "{}", "shared/index.ts": "export const a = process.env.LANGUAGE;\n",
        "service/src/config.ts":
            "use(process.env.API_SECRET, process.env.GREETING);\n"}),
    Case("a path given to require is meant from the build", write=reading(
        "const { version } = require('../../../package.json');\n")),
    Case("an import of what a build makes", write=reading(
        "import { a } from '../../shared/generated/client';\n")
        | {"shared/generated/client.ts": ""}, rule="outside-import"),
    Case("a variable in a test", write={"event/src/a.spec.ts": "use(process.env.STORE_KEY);\n"}),
    Case("a variable of a tool", write={"event/jest.config.js": "use(process.env.STORE_KEY);\n"}),
    Case("a variable in a comment", write=reading("// process.env.STORE_KEY\n")),
    Case("a variable in a text", write=reading("use('set process.env.STORE_KEY');\n")),
    Case("a variable that the code sets", write=reading(
        "process.env.STORE_KEY ??= 'a';\nuse(process.env.STORE_KEY);\n")),
    Case("a variable that start sets", write={
        PACKAGE: scripts(start="STORE_KEY=a node src/index.js"),
        **reading("use(process.env.STORE_KEY);\n")}),
    Case("variables that are always there", write=reading(
        "use(process.env.TZ, process.env.npm_package_version, process.env.K_SERVICE);\n")),
    Case("a variable of the generated API client", write=reading(
        "use(process.env.CTP_AUTH_URL, process.env.CTP_CLIENT_REGION);\n")),
    Case("names that code puts together may be any", write={"service/src/config.ts":
        "export const read = (name: string) => process.env[`CTP_${name}`];\n"
        "use(process.env.LANGUAGE);\n"}),
    Case("a key that is read by way of a list", write={"service/src/config.ts":
        "const all = new Map(Object.entries(process.env));\n"
        "use(all.get('GREETING'), all.get('API_SECRET'), all.get('LANGUAGE'));\n"}),
    Case("the port that works everywhere", replace=(
        (INDEX, LISTEN, "const PORT = 8080;\napp.listen(PORT);"),)),
    Case("a port in place of a missing one", replace=(
        (INDEX, LISTEN, "const port = process.env.PORT ?? 3000;\napp.listen(port);"),)),
    Case("a port from a module", replace=((INDEX, LISTEN, "app.listen(config.port);"),)),
    Case("Fastify on all addresses", replace=(
        (INDEX, "from 'express'", "from 'fastify'"),
        (INDEX, LISTEN, "await app.listen({ port: 8080, host: '0.0.0.0' });"))),
    Case("a server that is started by a framework", write={
        INDEX: "import { NestFactory } from '@nestjs/core';\nbootstrap('/event');\n"}),
    Case("an endpoint of two parts, served in two", replace=(
        ("connect.yaml", "endpoint: /event", "endpoint: /event/orders"),
        (INDEX, "app.post('/event'", "router.post('/orders', f); app.use('/event'"))),
    Case("a route for whatever comes", replace=((INDEX, "'/event'", "'*'"),)),
    Case("a route that is put together", replace=((INDEX, "'/event'", "`/${name}`"),)),
    Case("an endpoint at the root", replace=(("connect.yaml", "endpoint: /event", "endpoint: /"),)),
    Case("an address for developers", write=reading(
        "export const page = 'http://localhost:3000';\n")),
    Case("an .env file without values", write={"event/.env": "CTP_CLIENT_SECRET=\n"}),
    Case("an .env file with an example", write={"event/.env.example": "A_SECRET=jfk2j3lk4\n"}),
    Case("an .env file with what is public", write={"assets/.env": "VITE_ADDRESS=https://a.b\n"}),
    Case("an .env file with words to replace", write={"event/.env": "API_KEY=<your key>\n"}),
)  # fmt: skip


@pytest.mark.parametrize("case", TWINS, ids=lambda case: case.name)
async def test_what_only_looks_like_a_flaw_is_left_alone(
    case: Case, clean: dict[str, str], findings_in: Examine
) -> None:
    found = await findings_in(case.apply(clean))

    assert [one.rule.partition("/")[2] for one in found if one.severity != "INFO"] == (
        [case.rule] if case.rule else []
    ), found


def test_every_rule_has_a_flaw_in_this_corpus() -> None:
    assert {rule.name for rule in Agreement().rules} == {
        f"specification/{case.rule}" for case in FLAWS
    }
