"""A real ``connectory up`` with creators, clients and reviewers, each in an organization."""

import base64
import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection, update
from tests.browser.repository import Repository
from tests.durability.platform import Document, Platform

from connectory.auth.administration import ApiClientDraft, ProjectDraft, add_api_client, add_project
from connectory.auth.passwords import Generated, generate_now
from connectory.auth.roles import Role
from connectory.auth.store import create_organization, organization_with_key
from connectory.auth.users import create_person
from connectory.database import Database, open_database
from connectory.hosting.topics.queue import messages

REGION = "europe-west1.gcp"
CREATORS, CLIENTS = "engines", "shops"
SECONDS = 120


class Known(NamedTuple):
    """Somebody with their password."""

    name: str
    password: str


class Stage(Platform):
    """``grace`` runs the platform, ``rita`` and ``rolf`` review, ``ada`` creates, ``carl``
    installs."""

    def __init__(self, directory: Path, toolchains: Path, block: range) -> None:
        super().__init__(directory, toolchains, block)
        # every test signs in anew
        self._environment["CONNECTORY_LOGIN_TRIES"] = "10000"

    def furnish(self) -> None:
        """Everybody who comes to the console."""
        # one hash for all: each costs memory and time
        given = generate_now()
        with self._database() as database:
            database.write_blocking(lambda c: self._move_in(c, given))
        self.log_in()

    @property
    def client_id(self) -> str:
        """Of the API client that everything is made by."""
        return self._client.client_id

    def log_in(self) -> None:
        """As whoever may do everything in the Project ``demo``, and review."""
        who = f"{self._client.client_id}:{self._client.client_secret}"
        request = urllib.request.Request(
            f"{self.url}/oauth/token",
            data=b"grant_type=client_credentials",
            headers={"Authorization": f"Basic {base64.b64encode(who.encode()).decode()}"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            self._token = json.load(response)["access_token"]

    def repository(self, name: str) -> Repository:
        """A new Git repository of a creator."""
        return Repository(self.directory / "repositories", name)

    def create(self, repository: Repository, name: str, **fields: object) -> Document:
        """A draft of the Project ``demo``, from the repository's last tag, by the API."""
        body = {
            "key": repository.name,
            "name": name,
            "description": "Greets everybody who asks for it.",
            "creator": {"email": "ada@example.org", "name": "Ada", "company": "Engines"},
            "repository": {"url": repository.url, "tag": repository.last},
            "documentationUrl": "https://example.org/docs",
            "privateProjects": [f"{REGION}:demo"],
            "supportedRegions": [REGION],
            **fields,
        }
        made = self.ask("POST", "/connectors/drafts", body)
        assert made.status == 201, made
        return made.body

    def preview(self, draft: Document) -> Document:
        self.request(draft, "updatePreviewable")
        return self.previewed(draft)

    def publish(self, draft: Document) -> None:
        self.request(draft, "publish", certification=False)
        done = self.published(draft)
        assert done["status"] == "Published", done["publishingReport"]

    def ask_for_certification(self, draft: Document) -> Document:
        """The review that waits for somebody to take it."""
        self.request(draft, "publish", certification=True)
        done = self.published(draft)
        assert done["status"] == "ReadyForCertification", done["publishingReport"]
        found = self.get(f"/platform/certifications?connectorId={draft['id']}&state=Waiting")
        (review,) = found["results"]
        return dict(review)

    def certify(self, draft: Document) -> Document:
        """On the Marketplace, by the API; the granted review."""
        review = self.ask_for_certification(draft)
        path = f"/platform/certifications/{review['id']}"
        self.act(path, "take")
        for line in self.looked_at(path)["checklist"]:
            if line["decision"] == "Unknown":
                answer = {"requirement": line["requirement"], "verdict": "Met", "note": "Seen."}
                self.act(path, "answers", **answer)
        self.act(path, "grant", reason="")
        return review

    def looked_at(self, path: str) -> Document:
        """The review at ``path``, once the platform has seen where the tag is: until then it is
        open what a reviewer is asked."""
        until = time.monotonic() + SECONDS
        while "nobody has looked" in str((found := self.get(path))["checklist"]):
            assert time.monotonic() < until, f"nobody looked at the tag:\n{self.tail()}"
            time.sleep(0.1)
        return found

    def act(self, path: str, act: str, **fields: object) -> None:
        """Something that a reviewer does."""
        version = self.get(path)["review"]["version"]
        done = self.ask("POST", f"{path}/{act}", {"version": version, **fields})
        assert done.status == 200, done

    def call(self, url: str, name: str) -> None:
        """A running service, as whoever it greets."""
        with urllib.request.urlopen(f"{url}?{urlencode({'name': name})}", timeout=150) as answer:
            assert answer.status == 200

    def publish_event(self, deployment: Document, application: str, text: str) -> str:
        """A message to the application's topic; its id."""
        path = f"/platform/deployments/{deployment['id']}/topics/{application}/messages"
        data = base64.b64encode(text.encode()).decode()
        made = self.ask("POST", path, {"data": data, "attributes": {"text": text}})
        assert made.status == 201, made
        return str(made.body["messageId"])

    def refused(self, deployment: Document, application: str, count: int) -> None:
        """Returns once so many messages wait for their second attempt."""
        path = f"/platform/deployments/{deployment['id']}/topics/{application}/messages"
        until = time.monotonic() + SECONDS
        while sum(one["attempts"] == 1 for one in self.get(path)["results"]) < count:
            assert time.monotonic() < until, f"nobody refused them:\n{self.tail()}"
            time.sleep(0.05)

    def give_up(self, message_id: str) -> None:
        """As after the last attempt, for which nobody has to wait."""
        this = messages.c.id == int(message_id)
        values = {"state": "dead", "attempts": 5}
        with self._database() as database:
            database.write_blocking(
                lambda c: c.execute(update(messages).where(this).values(values)) and None
            )

    def run(self, deployment: Document, job: str) -> None:
        """Returns once the job has run."""
        path = f"/platform/deployments/{deployment['id']}/jobs/{job}/runs"
        made = self.ask("POST", path)
        assert made.status == 201, made
        until = time.monotonic() + SECONDS
        while self.get(path)["results"][0]["outcome"] in {"waiting", "running"}:
            assert time.monotonic() < until, f"it does not end:\n{self.tail()}"
            time.sleep(0.05)

    def stop(self) -> None:
        """Fails unless it ends cleanly and had no fault of its own."""
        code = self.terminate(SECONDS)
        said = self.log.read_text(errors="replace")
        assert code == 0, f"the platform did not stop cleanly:\n{self.tail()}"
        faults = [line for line in said.splitlines() if '.failed"' in line]
        assert not faults, "the platform had a fault of its own:\n" + "\n".join(faults)

    def _move_in(self, connection: Connection, given: Generated) -> None:
        scopes = ("manage_project", "manage_certifications")
        self._client = add_api_client(connection, ApiClientDraft(project_key="demo", scopes=scopes))
        own = organization_with_key(connection, "default")
        assert own is not None
        creators = create_organization(connection, CREATORS, "Engines").id
        clients = create_organization(connection, CLIENTS, "Shops").id
        add_project(connection, ProjectDraft(key="engines", region=REGION), creators)
        add_project(connection, ProjectDraft(key="boots", region=REGION), clients)
        add_project(connection, ProjectDraft(key="hats", region=REGION), clients)

        def person(name: str, organization: str, role: Role) -> Known:
            create_person(connection, name, organization, role, given.hash)
            return Known(name, given.password)

        self.grace = person("grace", own.id, Role.ADMINISTRATOR)
        self.rita = person("rita", own.id, Role.REVIEWER)
        self.rolf = person("rolf", own.id, Role.REVIEWER)
        self.ada = person("ada", creators, Role.MEMBER)
        self.carl = person("carl", clients, Role.MEMBER)

    @contextmanager
    def _database(self) -> "Iterator[Database]":
        """Beside the running platform."""
        opened = open_database("", self.data)
        try:
            yield opened
        finally:
            opened.close()
