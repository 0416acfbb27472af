"""What connect.yaml says and the code does not do."""

import json

from tests.seeded.seed import Seed, append, edit, in_json, move, remove, rename, write

YAML = "connect.yaml"
PROCESSOR = "processor/package.json"
EVENT = "event/package.json"
JOB = "job/package.json"
SERVICE = "service/package.json"
PAGE = "orders-page/package.json"
SERVER = "processor/src/server.ts"
CONFIG = "processor/src/config.ts"
LISTEN = "const server = app.listen(PORT, () => {"
EXPRESS_LISTEN = "app.listen(process.env.PORT || 8080);"
MERGE = '<<<<<<< HEAD\n  version "5.1.0"\n=======\n  version "5.2.0"\n>>>>>>> main\n'
SCRIPT = """\
const orders = require('./orders');

async function main() {
  const sent = await orders.sendOpenOrders(Number(process.env.BATCH_SIZE ?? 50), { info() {} });
  process.stdout.write(`${sent} orders sent\\n`);
}

main().then(() => process.exit(0));
"""
PLAIN_SERVER = """\
const { createServer } = require('node:http');
const { sendOpenOrders } = require('./orders');

createServer(async (request, response) => {
  const sent = await sendOpenOrders(Number(process.env.BATCH_SIZE ?? 50), { info() {} });
  response.end(JSON.stringify({ sent }));
}).listen(Number(process.env.PORT ?? 8080));
"""
NO_DEPENDENCIES = in_json(JOB, lambda one: one.pop("dependencies"))
EMPTY_LOCK = write(
    "job/pnpm-lock.yaml", "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\npackages: {}\n"
)
SHARED = {
    "name": "@shop/shared",
    "version": "1.0.0",
    "main": "index.js",
}


def _set(path: str, *keys: str, to: object):  # type: ignore[no-untyped-def]
    """Set a member of a JSON file."""

    def work(document):  # type: ignore[no-untyped-def]
        for key in keys[:-1]:
            document = document.setdefault(key, {})
        document[keys[-1]] = to

    return in_json(path, work)


def _drop(path: str, *keys: str):  # type: ignore[no-untyped-def]
    def work(document):  # type: ignore[no-untyped-def]
        for key in keys[:-1]:
            document = document[key]
        del document[keys[-1]]

    return in_json(path, work)


FOLDERS = (
    Seed(
        "the folder has another name",
        "payments",
        "specification/missing-folder",
        (move("enabler", "payment-enabler"),),
        (move("enabler", "payment-enabler"), edit(YAML, "name: enabler", "name: payment-enabler")),
        at=YAML,
        on="name: enabler",
    ),
    Seed(
        "the folder has other capitals",
        "sync",
        "specification/missing-folder",
        (move("job", "Job"),),
        (move("job", "Job"), edit(YAML, "name: job", "name: Job")),
        at=YAML,
        on="name: job",
    ),
    Seed(
        "package.json was not committed",
        "sync",
        "specification/missing-package",
        (remove(EVENT),),
        (write("package.json", '{"private": true}'),),
        at=YAML,
        on="name: event",
    ),
    Seed(
        "package.json with a comment",
        "backoffice",
        "specification/broken-package",
        (edit(SERVICE, '"private": true,', '"private": true, // not for npm'),),
        (edit(SERVICE, '"private": true,', '"private": true,\n  "//": "not for npm",'),),
        at=SERVICE,
    ),
    Seed(
        "package.json with the marks of a merge",
        "payments",
        "specification/broken-package",
        (
            edit(
                PROCESSOR,
                '  "version": "1.4.0",\n',
                '<<<<<<< HEAD\n  "version": "1.4.0",\n=======\n  "version": "1.5.0",\n>>>>>>> x\n',
            ),
        ),
        (edit(PROCESSOR, '"version": "1.4.0"', '"version": "1.5.0"'),),
        at=PROCESSOR,
    ),
    Seed(
        "a service in Python",
        "backoffice",
        "specification/other-language",
        (
            remove("service/"),
            write("service/requirements.txt", "flask==3.0.0\n"),
            write("service/main.py", "from flask import Flask\n\napp = Flask(__name__)\n"),
        ),
        (write("service/requirements.txt", "# for the documentation only\nsphinx==8.0.0\n"),),
        at=YAML,
        on="name: service",
    ),
)
SCRIPTS = (
    Seed(
        "only a script for development",
        "payments",
        "specification/missing-start",
        (_drop(PROCESSOR, "scripts", "start"),),
        (
            _drop(PROCESSOR, "scripts", "start"),
            write("processor/Procfile", "web: node build/server.js\n"),
        ),
        at=PROCESSOR,
    ),
    Seed(
        "no start script, but a server.js elsewhere",
        "sync",
        "specification/missing-start",
        (_drop(JOB, "scripts", "start"),),
        (_drop(JOB, "scripts", "start"), write("job/server.js", "require('./src/server');\n")),
        at=JOB,
    ),
    Seed(
        "postDeploy names a script with a hyphen",
        "payments",
        "specification/missing-script",
        (edit(YAML, "npm run connector:post-deploy", "npm run connector-post-deploy"),),
        (edit(YAML, "npm run connector:post-deploy", "npm run connector:post-deploy -- --force"),),
        at=YAML,
        on="connector-post-deploy",
    ),
    Seed(
        "preUndeploy was never written",
        "sync",
        "specification/missing-script",
        (_drop(EVENT, "scripts", "connector:pre-undeploy"),),
        (
            _drop(EVENT, "scripts", "connector:pre-undeploy"),
            edit(YAML, "      preUndeploy: yarn install && yarn connector:pre-undeploy\n", ""),
        ),
        at=YAML,
        on="preUndeploy",
    ),
    Seed(
        "the build calls a script that is gone",
        "payments",
        "specification/missing-script",
        (edit(PROCESSOR, "rimraf ./build && tsc", "npm run clean && tsc"),),
        (edit(PROCESSOR, "rimraf ./build && tsc", "npm run --if-present clean && tsc"),),
        at=PROCESSOR,
        on="npm run clean",
    ),
    Seed(
        "a custom application without build",
        "backoffice",
        "specification/missing-build",
        (_drop(PAGE, "scripts", "build"),),
        (_set(PAGE, "scripts", "build", to="mc-scripts build && echo done"),),
        at=PAGE,
    ),
    Seed(
        "start runs dist, the compiler writes build",
        "payments",
        "specification/unbuilt-file",
        (edit(PROCESSOR, '"node build/server.js"', '"node dist/server.js"'),),
        (edit(PROCESSOR, '"node build/server.js"', '"node ./build/server"'),),
        at=PROCESSOR,
        on="dist/server.js",
    ),
    Seed(
        "the compiler's folder was moved",
        "payments",
        "specification/unbuilt-file",
        (edit("processor/tsconfig.json", '"outDir": "./build"', '"outDir": "./out"'),),
        (edit("processor/tsconfig.json", '"outDir": "./build",', '"outDir": "build", // here'),),
        at=PROCESSOR,
    ),
    Seed(
        "start runs a file that was renamed",
        "sync",
        "specification/unbuilt-file",
        (edit(JOB, "node src/server.js", "node src/index.js"),),
        (edit(JOB, "node src/server.js", "node --enable-source-maps src/server"),),
        at=JOB,
        on="src/index.js",
    ),
    Seed(
        "postDeploy runs a file that is not there",
        "sync",
        "specification/unbuilt-file",
        (edit(EVENT, "node src/connector/post-deploy.js", "node src/connectors/post-deploy.js"),),
        (edit(EVENT, "node src/connector/post-deploy.js", "node ./src/connector/post-deploy.js"),),
        at=EVENT,
        on="src/connectors/post-deploy.js",
    ),
)
LOCKFILES = (
    Seed(
        "the lockfile is in .gitignore",
        "backoffice",
        "specification/missing-lockfile",
        (remove("service/package-lock.json"),),
        (rename("service/package-lock.json", "service/npm-shrinkwrap.json"),),
        at=SERVICE,
    ),
    Seed(
        "a lockfile in the wrong folder",
        "sync",
        "specification/missing-lockfile",
        (remove("event/yarn.lock"), write("yarn.lock", "# yarn lockfile v1\n")),
        (write("yarn.lock", "# yarn lockfile v1\n"),),
        at=EVENT,
    ),
    Seed(
        "a dependency was added by hand, npm",
        "payments",
        "specification/lockfile-disagrees",
        (_set(PROCESSOR, "dependencies", "uuid", to="^11.0.0"),),
        (_set(PROCESSOR, "peerDependenciesMeta", to={"uuid": {"optional": True}}),),
        at="processor/package-lock.json",
    ),
    Seed(
        "a dependency was raised by hand, npm",
        "backoffice",
        "specification/lockfile-disagrees",
        (_set(SERVICE, "dependencies", "express", to="^6.0.0"),),
        (edit(SERVICE, '"express": "^5.1.0"', '"express":   "^5.1.0"'),),
        at="service/package-lock.json",
    ),
    Seed(
        "a dependency was added by hand, yarn",
        "sync",
        "specification/lockfile-disagrees",
        (_set(EVENT, "dependencies", "lodash", to="^4.17.21"),),
        (_set(EVENT, "resolutions", to={}),),
        at="event/yarn.lock",
    ),
    Seed(
        "a dependency was added by hand, pnpm",
        "sync",
        "specification/lockfile-disagrees",
        (_set(JOB, "dependencies", "pino", to="^9.0.0"),),
        (_set(JOB, "description", to="Sends open orders"),),
        at="job/pnpm-lock.yaml",
    ),
    Seed(
        "a merge left its marks in the lockfile",
        "payments",
        "specification/broken-lockfile",
        (
            edit(
                "processor/package-lock.json",
                '"lockfileVersion": 3,',
                '<<<<<<< HEAD\n  "lockfileVersion": 3,\n=======\n>>>>>>> main\n',
            ),
        ),
        (edit("processor/package-lock.json", '"lockfileVersion": 3,', '"lockfileVersion":  3,'),),
        at="processor/package-lock.json",
    ),
    Seed(
        "a merge left its marks in yarn.lock",
        "sync",
        "specification/broken-lockfile",
        (append("event/yarn.lock", f"\n{MERGE}"),),
        (append("event/yarn.lock", "\n# merged by hand on Monday =======\n"),),
        at="event/yarn.lock",
    ),
    Seed(
        "npm and yarn were both used",
        "backoffice",
        "specification/two-lockfiles",
        (write("service/yarn.lock", "# yarn lockfile v1\n\n"),),
        (write("docs/yarn.lock", "# yarn lockfile v1\n\n"),),
    ),
)
VERSIONS = (
    Seed(
        "no version of Node.js",
        "payments",
        "specification/unpinned-node",
        (_drop(PROCESSOR, "engines"),),
        (_set(PROCESSOR, "engines", "npm", to=">=10"),),
        at=PROCESSOR,
    ),
    Seed(
        "Node.js 16",
        "sync",
        "specification/end-of-life-node",
        (edit(EVENT, '"24.x"', '"16.x"'),),
        (edit(EVENT, '"24.x"', '">=16"'),),
        at=EVENT,
        on='"16.x"',
    ),
    Seed(
        "Node.js 18 or 20",
        "backoffice",
        "specification/end-of-life-node",
        (edit(SERVICE, ">=22 <27", "^18 || ^20"),),
        (edit(SERVICE, ">=22 <27", "^20 || ^22"),),
        at=SERVICE,
    ),
    Seed(
        "a version that does not exist",
        "sync",
        "specification/unusable-node-range",
        (edit(JOB, '"24.x"', '">=24 <22"'),),
        (edit(JOB, '"24.x"', '">=22 <25"'),),
        at=JOB,
    ),
    Seed(
        "a range with a word in it",
        "payments",
        "specification/unusable-node-range",
        (edit(PROCESSOR, '">=22"', '"node 22"'),),
        (edit(PROCESSOR, '">=22"', '"v22"'),),
        at=PROCESSOR,
    ),
)
MODULES = (
    Seed(
        "a shared module was not committed",
        "backoffice",
        "specification/missing-module",
        (_set(SERVICE, "dependencies", "@shop/shared", to="file:../shared"),),
        (
            _set(SERVICE, "dependencies", "@shop/shared", to="file:../shared"),
            write("shared/package.json", json.dumps(SHARED)),
            write("shared/index.js", "module.exports = {};\n"),
            _set(
                "service/package-lock.json",
                "packages",
                "",
                "dependencies",
                "@shop/shared",
                to="file:../shared",
            ),
            _set(
                "service/package-lock.json",
                "packages",
                "node_modules/@shop/shared",
                to={"resolved": "../shared", "link": True},
            ),
            _set("service/package-lock.json", "packages", "../shared", to={"version": "1.0.0"}),
        ),
        at=SERVICE,
        on="file:../shared",
    ),
    Seed(
        "an import from beside the application",
        "sync",
        "specification/outside-import",
        (
            write("shared/retry.js", "export const RETRIES = 3;\n"),
            edit(
                "event/src/delivery.js",
                "const RETRIES = 3;",
                "import { RETRIES } from '../../shared/retry.js';",
            ),
        ),
        (
            write("event/shared/retry.js", "export const RETRIES = 3;\n"),
            edit(
                "event/src/delivery.js",
                "const RETRIES = 3;",
                "import { RETRIES } from '../shared/retry.js';",
            ),
        ),
        at="event/src/delivery.js",
        on="../../shared/retry.js",
    ),
    Seed(
        "an import of what is in no folder",
        "sync",
        "specification/missing-import",
        (
            edit(
                "event/src/delivery.js",
                "const RETRIES = 3;",
                "import { RETRIES } from '../../common/retry.js';",
            ),
        ),
        (
            edit(
                "event/src/delivery.js",
                "const RETRIES = 3;",
                "// import { RETRIES } from '../../common/retry.js';\nconst RETRIES = 3;",
            ),
        ),
        at="event/src/delivery.js",
        on="common/retry.js",
    ),
    Seed(
        "an import of a file that was renamed",
        "sync",
        "specification/missing-import",
        (edit("event/src/index.js", "'./delivery.js'", "'./deliver.js'"),),
        (edit("event/src/index.js", "'./delivery.js'", "'../src/delivery.js'"),),
        at="event/src/index.js",
        on="./deliver.js",
        missed="only imports from beside the application are looked up; the first start finds it",
    ),
)
KEYS_READ = (
    Seed(
        "a variable that nobody can set",
        "payments",
        "specification/undeclared-key",
        (
            edit(
                CONFIG,
                "    clientId:",
                "    storeKey: required('STORE_KEY', process.env.STORE_KEY),\n    clientId:",
            ),
        ),
        (edit(CONFIG, "    clientId:", "    commit: process.env.K_REVISION,\n    clientId:"),),
        at=CONFIG,
        on="STORE_KEY",
    ),
    Seed(
        "a variable taken apart",
        "sync",
        "specification/undeclared-key",
        (
            edit(
                "event/src/configuration.js",
                "ERP_URL, ERP_TOKEN }",
                "ERP_URL, ERP_TOKEN, ERP_TENANT }",
            ),
        ),
        (
            edit(
                "event/src/configuration.js",
                "ERP_URL, ERP_TOKEN }",
                "ERP_URL, ERP_TOKEN, NODE_ENV }",
            ),
        ),
        at="event/src/configuration.js",
        on="ERP_TENANT",
    ),
    Seed(
        "a key of the other application",
        "sync",
        "specification/undeclared-key",
        (
            edit(
                "job/src/orders.js",
                "const open = [];",
                "const open = [];\nconst target = new URL(process.env['ERP_URL']);",
            ),
        ),
        (
            edit(
                "job/src/orders.js",
                "const open = [];",
                "const open = [];\nconst key = process.env['CTP_PROJECT_KEY'];",
            ),
        ),
        at="job/src/orders.js",
        on="ERP_URL",
    ),
    Seed(
        "a key that was left behind",
        "payments",
        "specification/unread-key",
        (
            edit(
                YAML,
                "        - key: MERCHANT_ACCOUNT\n",
                "        - key: SHOP_TITLE\n"
                "          description: The title of the shop\n        - key: MERCHANT_ACCOUNT\n",
            ),
        ),
        (
            edit(
                YAML,
                "        - key: MERCHANT_ACCOUNT\n",
                "        - key: LOG_LEVEL\n"
                "          description: How much is logged\n        - key: MERCHANT_ACCOUNT\n",
            ),
        ),
        at=YAML,
        on="SHOP_TITLE",
    ),
    Seed(
        "a letter is missing",
        "payments",
        "specification/misspelled-key",
        (
            edit(CONFIG, "process.env.MERCHANT_ACCOUNT)", "process.env.MERCHANT_ACOUNT)"),
            edit(CONFIG, "required('MERCHANT_ACCOUNT'", "required('the merchant account'"),
        ),
        (edit(CONFIG, "process.env.MERCHANT_ACCOUNT)", "process.env['MERCHANT_ACCOUNT'])"),),
        at=CONFIG,
        on="MERCHANT_ACOUNT",
    ),
    Seed(
        "a letter too many",
        "sync",
        "specification/misspelled-key",
        (edit("job/src/server.js", "process.env.BATCH_SIZE", "process.env.BATCH_SIZES"),),
        (edit("job/src/server.js", "process.env.BATCH_SIZE", "process.env?.BATCH_SIZE"),),
        at="job/src/server.js",
        on="BATCH_SIZES",
    ),
)
DECLARED = (
    Seed(
        "a key of the generated client",
        "payments",
        "specification/supplied-key",
        (
            edit(
                YAML,
                "        - key: PSP_API_KEY\n",
                "        - key: CTP_CLIENT_SECRET\n"
                "          description: The secret\n        - key: PSP_API_KEY\n",
            ),
        ),
        (
            edit(
                YAML,
                "        - key: PSP_API_KEY\n",
                "        - key: PSP_CLIENT_SECRET\n"
                "          description: The secret\n        - key: PSP_API_KEY\n",
            ),
            edit(
                CONFIG,
                "    clientId:",
                "    pspSecret: process.env.PSP_CLIENT_SECRET,\n    clientId:",
            ),
        ),
        at=YAML,
        on="CTP_CLIENT_SECRET",
    ),
    Seed(
        "the address that the platform gives",
        "sync",
        "specification/supplied-key",
        (
            edit(
                YAML,
                "        - key: BATCH_SIZE\n",
                "        - key: CONNECT_SERVICE_URL\n"
                "          description: The address\n        - key: BATCH_SIZE\n",
            ),
        ),
        (
            edit(
                YAML,
                "        - key: BATCH_SIZE\n",
                "        - key: SERVICE_URL\n"
                "          description: The address\n        - key: BATCH_SIZE\n",
            ),
            append("job/src/orders.js", "module.exports.url = process.env.SERVICE_URL;\n"),
        ),
        at=YAML,
        on="CONNECT_SERVICE_URL",
    ),
    Seed(
        "a scope with the Project in it",
        "payments",
        "specification/unknown-scope",
        (edit(YAML, "- manage_payments", "- manage_payments:my-shop"),),
        (edit(YAML, "- manage_payments", "- view_payments"),),
        at=YAML,
        on="my-shop",
    ),
    Seed(
        "a scope that there is not",
        "sync",
        "specification/unknown-scope",
        (edit(YAML, "- manage_subscriptions", "- view_subscriptions"),),
        (edit(YAML, "- manage_subscriptions", "- manage_subscriptions\n      - view_products"),),
        at=YAML,
        on="view_subscriptions",
    ),
    Seed(
        "the old name of a type",
        "backoffice",
        "specification/deprecated-type",
        (edit(YAML, "merchant-center-custom-application", "mc-app"),),
        (
            edit(YAML, "merchant-center-custom-application", "merchant-center-custom-view"),
            edit(YAML, "CUSTOM_APPLICATION_ID", "CUSTOM_VIEW_ID"),
            edit(
                YAML,
                "        - key: ENTRY_POINT_URI_PATH\n"
                "          description: The path of the custom application\n"
                "          required: true\n",
                "",
            ),
            remove("orders-page/custom-application-config.mjs"),
            write(
                "orders-page/custom-view-config.mjs",
                "export default { id: '${env:CUSTOM_VIEW_ID}', url: '${env:APPLICATION_URL}',\n"
                "  cloudIdentifier: '${env:CLOUD_IDENTIFIER}' };\n",
            ),
        ),
        at=YAML,
        on="mc-app",
    ),
    Seed(
        "an event application subscribes to nothing",
        "sync",
        "specification/no-subscription",
        (
            edit(
                YAML,
                "    scripts:\n      postDeploy: yarn install && yarn connector:post-deploy\n"
                "      preUndeploy: yarn install && yarn connector:pre-undeploy\n",
                "",
            ),
        ),
        (edit(YAML, "      preUndeploy: yarn install && yarn connector:pre-undeploy\n", ""),),
        at=YAML,
        on="name: event",
    ),
)
LISTENING = (
    Seed(
        "port 3000 in TypeScript",
        "payments",
        "specification/fixed-port",
        (edit(SERVER, "const PORT = Number(process.env.PORT) || 8080;", "const PORT = 3000;"),),
        (edit(SERVER, "const PORT = Number(process.env.PORT) || 8080;", "const PORT = 8080;"),),
        at=SERVER,
        on="app.listen",
    ),
    Seed(
        "port 8081 with Express",
        "sync",
        "specification/fixed-port",
        (edit("event/src/index.js", EXPRESS_LISTEN, "app.listen(8081);"),),
        (edit("event/src/index.js", EXPRESS_LISTEN, "app.listen(process.env.PORT ?? 8081);"),),
        at="event/src/index.js",
        on="8081",
    ),
    Seed(
        "port 4000 with Fastify",
        "sync",
        "specification/fixed-port",
        (edit("job/src/server.js", "port: Number(process.env.PORT) || 8080,", "port: 4000,"),),
        (edit("job/src/server.js", "Number(process.env.PORT) || 8080", "+process.env.PORT"),),
        at="job/src/server.js",
        on="4000",
    ),
    Seed(
        "Fastify on localhost",
        "sync",
        "specification/loopback-only",
        (edit("job/src/server.js", "'0.0.0.0'", "'localhost'"),),
        (edit("job/src/server.js", "'0.0.0.0'", "'::'"),),
        at="job/src/server.js",
        on="localhost",
    ),
    Seed(
        "Express on 127.0.0.1",
        "backoffice",
        "specification/loopback-only",
        (
            edit(
                "service/src/index.js",
                "app.listen(port, () => {",
                "app.listen(port, '127.0.0.1', () => {",
            ),
        ),
        (
            edit(
                "service/src/index.js",
                "`service listens on ${port}\\n`",
                "`service listens on http://localhost:${port}\\n`",
            ),
        ),
        at="service/src/index.js",
        on="127.0.0.1",
    ),
    Seed(
        "a job that works and ends",
        "sync",
        "specification/never-listens",
        (write("job/src/server.js", SCRIPT), NO_DEPENDENCIES, EMPTY_LOCK),
        (write("job/src/server.js", PLAIN_SERVER), NO_DEPENDENCIES, EMPTY_LOCK),
        at=JOB,
    ),
    Seed(
        "routes without the endpoint",
        "payments",
        "specification/unserved-endpoint",
        (
            edit("processor/src/app.ts", "'/processor', payments", "'/payments', payments"),
            edit("processor/src/app.ts", "'/processor/notifications'", "'/notifications'"),
        ),
        (edit("processor/src/app.ts", "'/processor', payments", "'/processor/', payments"),),
        at=YAML,
        on="endpoint: /processor",
    ),
    Seed(
        "the endpoint was renamed in connect.yaml",
        "sync",
        "specification/unserved-endpoint",
        (edit(YAML, "endpoint: /job", "endpoint: /orders-job"),),
        (edit(YAML, "endpoint: /job", "endpoint: job"),),
        at=YAML,
        on="/orders-job",
    ),
    Seed(
        "the other application by localhost",
        "sync",
        "specification/local-call",
        (
            edit(
                "job/src/orders.js",
                "    log.info(",
                "    await fetch('http://localhost:8080/event', { method: 'POST' });\n"
                "    log.info(",
            ),
        ),
        (
            edit(
                "job/src/orders.js",
                "    log.info(",
                "    // curl http://localhost:8080/job tries it\n    log.info(",
            ),
        ),
        at="job/src/orders.js",
        on="localhost",
    ),
)
COMMITTED = (
    Seed(
        "a filled-in .env",
        "payments",
        "specification/env-file",
        (write("processor/.env", "CTP_PROJECT_KEY=shop-prod\nPSP_PASSWORD=nordlicht-2931\n"),),
        (write("processor/.env.example", "CTP_PROJECT_KEY=shop-prod\nPSP_PASSWORD=\n"),),
        at="processor/.env",
    ),
    Seed(
        "node_modules were committed",
        "sync",
        "specification/committed-modules",
        (
            write("event/node_modules/ms/index.js", "module.exports = () => 0;\n"),
            write("event/node_modules/ms/package.json", '{"name": "ms", "version": "2.1.3"}'),
        ),
        (write("event/modules/ms/index.js", "export default () => 0;\n"),),
    ),
)
SEEDS = (*FOLDERS, *SCRIPTS, *LOCKFILES, *VERSIONS, *MODULES, *KEYS_READ, *DECLARED, *LISTENING,
         *COMMITTED)  # fmt: skip
