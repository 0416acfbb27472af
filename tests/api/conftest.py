"""The API over a real socket, without workers: what a request does by itself."""

import base64
import json
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import uvicorn

from connectory.api.app import api as application
from connectory.api.context import Context
from connectory.auth.administration import (
    ApiClientDraft,
    Credentials,
    FirstStart,
    ProjectDraft,
    add_api_client,
    add_project,
    set_up,
)
from connectory.auth.store import create_organization
from connectory.database import Database, open_database
from connectory.repositories import GitSettings, Repositories
from connectory.sealing import Seal
from connectory.settings import Settings

SPECIFICATION = """\
deployAs:
  - name: service
    applicationType: service
    endpoint: /service
    configuration:
      standardConfiguration:
        - key: MODE
          description: How it works
          default: fast
      securedConfiguration:
        - key: TOKEN
          description: What it needs
          required: true
"""

API_CLIENT = """\
inheritAs:
  apiClient:
    scopes:
      - manage_orders
"""


MANY = """\
  - name: listener
    applicationType: event
    endpoint: /listener
    retryPolicy:
      strategy: immediate
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties:
      schedule: "0 0 * * *"
inheritAs:
  configuration:
    standardConfiguration:
      - key: REGION
        description: Where
        required: true
    securedConfiguration:
      - key: SHARED
        description: What all need
"""


class Answer(NamedTuple):
    status: int
    body: Any
    headers: Any

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.body["errors"]]

    @property
    def details(self) -> str:
        return " ".join(error.get("detailedErrorMessage", "") for error in self.body["errors"])


class Api:
    """A client that can send anything."""

    def __init__(
        self,
        url: str,
        database: Database,
        first: FirstStart,
        repository: Path,
        seal: Seal,
        data: Path,
    ) -> None:
        self.url = url
        self.data = data
        self.seal = seal
        self.database = database
        self.first = first
        self.repository = repository
        self.token = self.fetch_token(first.credentials)
        self._drafts = 0

    def send(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        data: bytes | None = None,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        body = data if data is not None else None if document is None else encode(document)
        request = urllib.request.Request(self.url + path, data=body, method=method)
        request.add_header("Authorization", f"Bearer {self.token if token is None else token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, load(response.read()), response.headers)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, load(error.read()), error.headers)

    def fetch_token(self, credentials: Credentials, scope: str = "") -> str:
        who = f"{credentials.client_id}:{credentials.client_secret}"
        form = f"grant_type=client_credentials&scope={scope}".encode()
        request = urllib.request.Request(f"{self.url}/oauth/token", data=form)
        request.add_header("Authorization", f"Basic {base64.b64encode(who.encode()).decode()}")
        with urllib.request.urlopen(request, timeout=60) as response:
            return str(json.loads(response.read())["access_token"])

    def caller(self, project: str, *scopes: str) -> str:
        """A token for a Project with these scopes."""
        draft = ApiClientDraft(project_key=project, scopes=scopes)
        return self.fetch_token(self.database.write_blocking(lambda c: add_api_client(c, draft)))

    def draft(self, **changes: Any) -> dict[str, Any]:
        self._drafts += 1
        return {
            "key": f"draft-{self._drafts}",
            "name": "Draft",
            "creator": {"email": "ada@example.org"},
            "repository": {"url": str(self.repository), "tag": "1.0.0"},
        } | changes

    def create(self, **changes: Any) -> dict[str, Any]:
        answer = self.send("POST", "/connectors/drafts", self.draft(**changes))
        assert answer.status == 201, answer
        return dict(answer.body)

    def update(self, staged: dict[str, Any], *actions: dict[str, Any]) -> Answer:
        body = {"version": staged["version"], "actions": actions}
        return self.send("POST", f"/connectors/drafts/{staged['id']}", body)


def encode(document: Any) -> bytes:
    return json.dumps(document).encode()


def load(data: bytes) -> Any:
    return json.loads(data) if data else None


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return laid_out(tmp_path_factory.mktemp("repository"))


def laid_out(directory: Path) -> Path:
    """A Git repository with good and bad tags."""

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *who, *arguments], cwd=directory, check=True, capture_output=True)

    def tag(name: str, text: str | None) -> None:
        file = directory / "connect.yaml"
        if text is None:
            file.unlink()
        else:
            file.write_text(text)
        git("add", "-A")
        git("commit", "--allow-empty", "-m", name)
        git("tag", name)

    git("init", "--initial-branch=main")
    tag("1.0.0", SPECIFICATION)
    tag("2.0.0", SPECIFICATION.replace("MODE", "SPEED"))
    tag("client", f"{SPECIFICATION}{API_CLIENT}")
    tag("many", f"{SPECIFICATION}{MANY}")
    tag("broken", "deployAs:\n  - name: x\n")
    tag("empty", None)
    return directory


@pytest.fixture(scope="module")
def login_tries() -> int:
    """How often a minute somebody may try a password."""
    return Settings().login_tries


@pytest.fixture(scope="module")
def api_server(
    tmp_path_factory: pytest.TempPathFactory, repository: Path, login_tries: int
) -> Iterator[Api]:
    directory = tmp_path_factory.mktemp("data")
    database = open_database("", directory)
    first = database.write_blocking(set_up)
    assert first is not None
    settings = Settings(data=str(directory), git_allow_local=True, login_tries=login_tries)
    repositories = Repositories(directory / "git", GitSettings(allow_local=True))
    seal = Seal.from_file(directory / "seal.key")
    context = Context(settings, database, repositories, seal)
    config = uvicorn.Config(
        application(context, lambda: True),
        port=0,
        log_config=None,
        lifespan="off",
        timeout_keep_alive=600,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Api(f"http://127.0.0.1:{port}", database, first, repository, seal, directory)
    server.should_exit = True
    thread.join()
    database.close()


@pytest.fixture
def api(api_server: Api) -> Api:
    return api_server


@pytest.fixture(scope="module")
def others(api_server: Api) -> dict[str, str]:
    """Tokens of callers who are not the owner: another Project, another organization."""

    def work(connection: Any) -> None:
        add_project(connection, ProjectDraft(key="sister", production=True))
        stranger = create_organization(connection, "strangers", "Strangers")
        add_project(connection, ProjectDraft(key="stranger"), stranger.id)

    api_server.database.write_blocking(work)
    return {
        "sister": api_server.caller("sister"),
        "stranger": api_server.caller("stranger"),
        "reader": api_server.caller("demo", "view_connectors", "view_connectors_deployments"),
        "powerless": api_server.caller("demo", "manage_api_clients"),
    }
