"""A creator's Git repository: a small service, nothing to download, built in a moment."""

import json
import shutil
from pathlib import Path

from tests.conftest import git

BUILD = "require('node:fs').mkdirSync('dist', { recursive: true });\n"
BROKEN = "throw new Error('the currency table is missing');\n"
TESTS = "console.log('all passed');\n"
SERVER = """\
const { createServer } = require('node:http');
const { GREETING, SIGNING_KEY } = process.env;
createServer((request, answer) => {
  const name = new URL(request.url, 'http://localhost').searchParams.get('name') || 'nobody';
  process.stdout.write(`greeted ${name}\\n`);
  answer.setHeader('content-type', 'application/json');
  answer.end(JSON.stringify({ greeting: `${GREETING} ${name}`, signed: SIGNING_KEY.length }));
}).listen(8080);
"""
SPECIFICATION = """\
deployAs:
  - name: service
    applicationType: service
    endpoint: /service
    configuration:
      standardConfiguration:
        - key: GREETING
          description: What is said first
          default: Hello
      securedConfiguration:
        - key: SIGNING_KEY
          description: Signs what is said, so that nobody else says it
          required: true
"""
BUSY = """\
deployAs:
  - name: listener
    applicationType: event
    endpoint: /listener
    retryPolicy:
      strategy: exponential-backoff
      minBackoffSeconds: 600
      maxBackoffSeconds: 600
      maxAttempts: 5
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties:
      schedule: "0 4 1 1 *"
"""
ANSWERING = """\
require('node:http').createServer((request, answer) => {
  request.resume();
  request.on('end', () => { answer.statusCode = STATUS; answer.end(SAID); });
}).listen(8080);
"""
README = """\
# Greeting

Greets everybody who asks.

## Installation

Deploy it with a signing key.

## Usage

Call its URL with a `name`.
"""
LOGO = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14"/></svg>
"""


class Repository:
    """Pushed anew with every tag. ``last`` is the last one."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.last = ""
        self.url = f"https://github.com/example/{name}.git"
        self._work = folder / f"work-{name}"
        self._bare = folder / "example" / f"{name}.git"
        self._write(_files(name))
        git("init", "--quiet", "--initial-branch=main", cwd=self._work)
        git("init", "--quiet", "--bare", str(self._bare), cwd=self._work)

    def push(self, tag: str, files: "dict[str, str] | None" = None) -> str:
        """The commit that has the tag now; ``files`` are written over what there was."""
        self._write(files or {})
        git("add", ".", cwd=self._work)
        git("commit", "--quiet", "--allow-empty", "--message", tag, cwd=self._work)
        git("tag", "--force", tag, cwd=self._work)
        git("push", "--quiet", "--force", "--tags", str(self._bare), "main", cwd=self._work)
        self.last = tag
        return git("rev-parse", "HEAD", cwd=self._work)

    def remove(self) -> None:
        """Nobody can read it any more."""
        shutil.rmtree(self._bare)

    def _write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self._work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def busy_files(said: str) -> dict[str, str]:
    """An event application that refuses every message and says so in these words, and a job that
    says the same and succeeds."""
    files = {"connect.yaml": BUSY}
    for name, status in (("listener", 500), ("nightly", 200)):
        for path, text in _files("busy").items():
            if path.startswith("service/"):
                files[path.replace("service/", f"{name}/")] = text.replace("service", name)
        server = ANSWERING.replace("STATUS", str(status)).replace("SAID", json.dumps(said))
        files[f"{name}/server.js"] = server
    return files


def _files(salt: str) -> dict[str, str]:
    scripts = {"build": "node build.js", "test": "node test.js", "start": "node server.js"}
    package = {
        "name": "service",
        "version": "1.0.0",
        "license": "MIT",
        "engines": {"node": ">=20"},
        "scripts": {**scripts, "test:integration": "node test.js"},
    }
    root = {"": {"name": "service", "version": "1.0.0"}}
    lock = {"name": "service", "version": "1.0.0", "lockfileVersion": 3, "packages": root}
    return {
        "connect.yaml": SPECIFICATION,
        "README.md": README,
        "LICENSE": "MIT License\n",
        "logo.svg": LOGO,
        "service/package.json": json.dumps(package, indent=2),
        "service/package-lock.json": json.dumps({**lock, "requires": True}),
        "service/salt.json": json.dumps({"salt": salt}),
        "service/server.js": SERVER,
        "service/build.js": BUILD,
        "service/test.js": TESTS,
    }
