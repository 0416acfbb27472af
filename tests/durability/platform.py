"""A real ``connectory up`` that is killed and started again on the same data directory."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from tests.durability.connector import APPLICATIONS, TAG, answer, configuration, publish_connector
from tests.durability.orphans import WATCHMAN, await_none, children
from tests.ports import written

from connectory.auth.administration import Credentials

PROJECT = "demo"
REGION = "europe-west1.gcp"
START_SECONDS = 200
Document = dict[str, Any]


class Answer(NamedTuple):
    status: int
    body: Document


class Platform:
    """One data directory and, most of the time, one living process on it."""

    def __init__(self, directory: Path, toolchains: Path, block: range) -> None:
        self.directory = directory
        # the sandbox's user has to reach what it works on
        directory.chmod(0o711)
        self.data = directory / "data"
        self.log = directory / "platform.log"
        self.port = block[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self.lives = 0
        self._environment = _environment(directory, toolchains, block[1:])
        self._others = children()
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns once it says that it answers."""
        said = self._said()
        command = (_program(), "up", "--data", str(self.data), "--port", str(self.port))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.lives += 1
        until = time.monotonic() + START_SECONDS
        while "Connectory is ready at" not in self.log.read_text(errors="replace")[said:]:
            assert self._process.poll() is None, f"the platform ended:\n{self.tail()}"
            assert time.monotonic() < until, f"the platform did not get ready:\n{self.tail()}"
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL, at once."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def outlived_by_nothing(self) -> None:
        """After a kill: everything it had started has ended soon. The one who ends it goes a second
        later, and is not waited for before the next start; ``end`` does."""
        await_none(self._others, but=WATCHMAN)

    def terminate(self, seconds: float) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(seconds)

    def end(self) -> None:
        """Whatever state it is in."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        await_none(self._others)

    def tail(self, lines: int = 60) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def log_in(self) -> None:
        """With an API client of its own; a token outlives every restart."""
        command = (_program(), "api-client", "create", "--project", PROJECT, "--data",
                   str(self.data), "--json")  # fmt: skip
        made = subprocess.run(command, env=self._environment, check=True, capture_output=True)
        credentials = msgspec.json.decode(made.stdout, type=Credentials)
        who = f"{credentials.client_id}:{credentials.client_secret}"
        request = urllib.request.Request(
            f"{self.url}/oauth/token",
            data=b"grant_type=client_credentials",
            headers={"Authorization": f"Basic {base64.b64encode(who.encode()).decode()}"},
        )
        with urllib.request.urlopen(request, timeout=100) as response:
            self._token = json.load(response)["access_token"]

    def ask(self, method: str, path: str, body: Document | None = None, wait: int = 0) -> Answer:
        """One request; ``OSError`` when the platform dies meanwhile."""
        try:
            return self._ask(method, path, body, wait)
        except HTTPException as cut_off:
            raise ConnectionError(str(cut_off)) from cut_off

    def _ask(self, method: str, path: str, body: Document | None, wait: int) -> Answer:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}"}
            | ({"Prefer": f"wait={wait}"} if wait else {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=150) as response:
                return Answer(response.status, json.load(response))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, json.load(refused))

    def get(self, path: str, wait: int = 0) -> Document:
        found = self.ask("GET", path, wait=wait)
        assert found.status == 200, found
        return found.body

    def publish_connector(self, name: str) -> str:
        return publish_connector(self.directory / "repositories", name)

    def draft(self, name: str) -> Document:
        """A new draft of a connector of its own, with the key ``name``."""
        body = {
            "key": name,
            "name": name,
            "creator": {"email": "ada@example.org"},
            "repository": {"url": self.publish_connector(name), "tag": TAG},
            "privateProjects": [f"{REGION}:{PROJECT}"],
        }
        made = self.ask("POST", "/connectors/drafts", body)
        assert made.status == 201, made
        return made.body

    def request(self, draft: Document, action: str, **fields: object) -> Document:
        """An update of the draft with one action; the acknowledged document."""
        now = self.get(f"/connectors/drafts/{draft['id']}")
        body = {"version": now["version"], "actions": [{"action": action, **fields}]}
        changed = self.ask("POST", f"/connectors/drafts/{draft['id']}", body)
        assert changed.status == 201, changed
        return changed.body

    def released(self, name: str) -> Document:
        """A Connector of its own, published."""
        draft = self.draft(name)
        self.request(draft, "publish", certification=False)
        done = self.published(draft)
        assert done["status"] == "Published", done["publishingReport"]
        return draft

    def deploy(self, connector: Document, key: str) -> Document:
        body = {
            "key": key,
            "connector": {"id": connector["id"], "version": 1},
            "region": REGION,
            "configurations": configuration(),
        }
        made = self.ask("POST", f"/{PROJECT}/deployments", body)
        assert made.status == 201, made
        return made.body

    def settled(self, path: str, field: str, pending: set[str], seconds: float = 200) -> Document:
        """The document once its work is done."""
        until = time.monotonic() + seconds
        while (found := self.get(path, wait=20))[field] in pending:
            assert time.monotonic() < until, f"{path} stays {found[field]}:\n{self.tail()}"
        return found

    def previewed(self, draft: Document) -> Document:
        return self.settled(f"/connectors/drafts/{draft['id']}", "isPreviewable", {"pending"})

    def published(self, draft: Document) -> Document:
        return self.settled(f"/connectors/drafts/{draft['id']}", "status", {"Processing"})

    def deployed(self, deployment: Document) -> Document:
        path = f"/{PROJECT}/deployments/{deployment['id']}"
        return self.settled(path, "status", {"Queued", "Deploying"})

    def undeployed(self, deployment: Document, seconds: float = 200) -> None:
        """Returns once it is gone."""
        until = time.monotonic() + seconds
        path = f"/{PROJECT}/deployments/{deployment['id']}"
        while (found := self.ask("GET", path, wait=5)).status != 404:
            assert found.status == 200, found
            assert found.body["status"] == "Undeploying", found
            assert time.monotonic() < until, f"{path} stays:\n{self.tail()}"
            time.sleep(0.05)

    def answers(self, deployment: Document, salt: str) -> dict[str, str]:
        """Calls every application; their URLs. Fails unless build and configuration are intact."""
        urls = {one["applicationName"]: one["url"] for one in deployment["applications"]}
        assert set(urls) == set(APPLICATIONS)
        for name, url in urls.items():
            try:
                with urllib.request.urlopen(url, timeout=150) as response:
                    assert json.load(response) == answer(name, salt)
            except urllib.error.HTTPError as refused:
                with refused:
                    said = refused.read().decode(errors="replace")
                raise AssertionError(f"{url}: {refused.code} {said}\n{self.tail()}") from None
        return urls

    def _said(self) -> int:
        return len(self.log.read_text(errors="replace")) if self.log.exists() else 0


def _environment(directory: Path, toolchains: Path, applications: range) -> dict[str, str]:
    """The developer's own settings stay out of the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONNECTORY_")}
    return kept | {
        "CONNECTORY_GIT_MIRRORS": f"https://github.com/={directory / 'repositories'}/",
        "CONNECTORY_TOOLCHAINS": str(toolchains),
        "CONNECTORY_APPLICATION_PORTS": written(applications),
    }


def _program() -> str:
    return str(Path(sys.executable).with_name("connectory"))
