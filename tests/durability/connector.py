"""A small connector with two services: nothing to download, half a second to build."""

import json
import shutil
from pathlib import Path

from tests.conftest import git

TAG = "1.0.0"
APPLICATIONS = ("hare", "tortoise")
SECRET = "a-signing-key-that-must-stay-sealed"

SERVER = """
const { createServer } = require('node:http');
const { GREETING, SIGNING_KEY } = process.env;
const built = require('./dist/built.json');
createServer((request, answer) => answer.end(JSON.stringify({ GREETING, SIGNING_KEY, built })))
  .listen(8080);
"""
BUILD = """
const fs = require('node:fs');
setTimeout(() => {
  fs.mkdirSync('dist');
  fs.writeFileSync('dist/built.json', fs.readFileSync('salt.json'));
}, 400);
"""
TESTS = "setTimeout(() => console.log('all passed'), 250);\n"


def publish_connector(folder: Path, name: str) -> str:
    """A bare repository below ``folder`` whose content no other one has; its URL."""
    work, bare = folder / f"work-{name}", folder / "example" / f"{name}.git"
    for application in APPLICATIONS:
        _write_application(work / application, application, salt=name)
    (work / "connect.yaml").write_text(_specification())
    git("init", "--quiet", "--initial-branch=main", cwd=work)
    git("add", ".", cwd=work)
    git("commit", "--quiet", "--message", "Run", cwd=work)
    git("tag", TAG, cwd=work)
    git("clone", "--quiet", "--bare", str(work), str(bare), cwd=work)
    shutil.rmtree(work)
    return f"https://github.com/example/{name}.git"


def configuration() -> list[dict[str, object]]:
    """What a Deployment of it is given."""
    return [
        {
            "applicationName": name,
            "standardConfiguration": [{"key": "GREETING", "value": f"I am {name}"}],
            "securedConfiguration": [{"key": "SIGNING_KEY", "value": SECRET}],
        }
        for name in APPLICATIONS
    ]


def answer(application: str, salt: str) -> dict[str, object]:
    """What a deployed application answers when its build and its configuration are intact."""
    return {"GREETING": f"I am {application}", "SIGNING_KEY": SECRET, "built": {"salt": salt}}


def _write_application(folder: Path, name: str, salt: str) -> None:
    folder.mkdir(parents=True)
    scripts = {"build": "node build.js", "test": "node test.js", "start": "node server.js"}
    package = {"name": name, "version": "1.0.0", "engines": {"node": ">=20"}, "scripts": scripts}
    locked = {"name": name, "version": "1.0.0", "lockfileVersion": 3, "requires": True}
    root = {"": {"name": name, "version": "1.0.0", "engines": {"node": ">=20"}}}
    files = {
        "package.json": json.dumps(package),
        "package-lock.json": json.dumps({**locked, "packages": root}),
        "salt.json": json.dumps({"salt": salt}),
        "server.js": SERVER,
        "build.js": BUILD,
        "test.js": TESTS,
    }
    for file, text in files.items():
        (folder / file).write_text(text)


def _specification() -> str:
    applications = "".join(
        f"  - name: {name}\n"
        "    applicationType: service\n"
        f"    endpoint: /{name}\n"
        "    configuration:\n"
        "      standardConfiguration:\n"
        "        - key: GREETING\n"
        "          description: What it says\n"
        "      securedConfiguration:\n"
        "        - key: SIGNING_KEY\n"
        "          description: What it signs with\n"
        "          required: true\n"
        for name in APPLICATIONS
    )
    return f"deployAs:\n{applications}"
