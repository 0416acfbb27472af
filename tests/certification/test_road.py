"""The whole road on a real platform: a request, a review, a public Connector, and the next one."""

import base64
import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.conftest import git
from tests.durability.connector import BUILD, SERVER, TESTS
from tests.durability.platform import PROJECT, Answer, Document, Platform

from connectory.auth.administration import (
    ApiClientDraft,
    Credentials,
    ProjectDraft,
    add_api_client,
    add_project,
)
from connectory.auth.store import create_organization
from connectory.database import open_database

pytestmark = [pytest.mark.registry, pytest.mark.timeout(300)]

PATH = "/platform/certifications"
PROGRAM = str(Path(sys.executable).with_name("connectory"))
TAGS = ("1.0.0", "1.1.0")
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
PACKAGE = {
    "name": "service",
    "version": "1.0.0",
    "license": "MIT",
    "engines": {"node": ">=20"},
    "scripts": {"build": "node build.js", "test": "node test.js", "start": "node server.js",
                "test:integration": "node test.js"},
}  # fmt: skip
LOCK = {"name": "service", "version": "1.0.0", "lockfileVersion": 3, "requires": True,
        "packages": {"": {"name": "service", "version": "1.0.0"}}}  # fmt: skip
FILES = {
    "connect.yaml": SPECIFICATION,
    "README.md": "# Greeting\n\n## Installation\n\nDeploy it.\n\n## Usage\n\nCall it.\n",
    "LICENSE": "MIT License\n",
    "service/package.json": json.dumps(PACKAGE, indent=2),
    "service/package-lock.json": json.dumps(LOCK),
    "service/salt.json": '{"salt": "road"}',
    "service/server.js": SERVER,
    "service/build.js": BUILD,
    "service/test.js": TESTS,
}


class Road:
    """A creator, a reviewer and a stranger on one platform."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.work = platform.directory / "repositories" / "work"
        self.bare = platform.directory / "repositories" / "example" / "road.git"
        self.reviewer = self._token(self._client("manage_certifications"))
        self.stranger = self._token(self._foreign())

    def commit(self, tag: str, files: dict[str, str]) -> str:
        """These files under ``tag`` in the creator's repository; the commit."""
        if not self.work.exists():
            self.work.mkdir(parents=True)
            git("init", "--quiet", "--initial-branch=main", cwd=self.work)
        for name, text in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        git("add", ".", cwd=self.work)
        git("commit", "--quiet", "--message", tag, cwd=self.work)
        git("tag", "--force", tag, cwd=self.work)
        shutil.rmtree(self.bare, ignore_errors=True)
        git("clone", "--quiet", "--bare", str(self.work), str(self.bare), cwd=self.work)
        return git("rev-parse", "HEAD", cwd=self.work)

    def draft(self) -> Document:
        body = {
            "key": "road",
            "name": "Road",
            "description": "Greets everybody who asks for it.",
            "creator": {"email": "ada@example.org", "name": "Ada", "company": "Engines"},
            "repository": {"url": "https://github.com/example/road.git", "tag": TAGS[0]},
            "supportedRegions": ["europe-west1.gcp"],
            "documentationUrl": "https://example.org/road",
        }
        made = self.platform.ask("POST", "/connectors/drafts", body)
        assert made.status == 201, made
        return made.body

    def certify(self, draft: Document) -> Document:
        """Publish with certification; the review that begins."""
        self.platform.request(draft, "publish", certification=True)
        done = self.platform.published(draft)
        assert done["status"] == "ReadyForCertification", done["publishingReport"]
        page = self.ask("GET", f"?connectorId={draft['id']}&state=Waiting")
        (review,) = page.body["results"]
        return dict(review)

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        return self.send(method, f"{PATH}{path}", body, self.reviewer)

    def send(self, method: str, path: str, body: Any, token: str) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.platform.url + path, data=data, method=method)
        request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=40) as response:
                return Answer(response.status, json.load(response))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, json.load(refused))

    def read(self, review: Document) -> Document:
        return self.ask("GET", f"/{review['id']}").body

    def do(self, review: Document, act: str, **fields: Any) -> Document:
        version = self.read(review)["review"]["version"]
        done = self.ask("POST", f"/{review['id']}/{act}", {"version": version} | fields)
        assert done.status == 200, done
        return done.body

    def answer_all(self, review: Document) -> list[str]:
        """Every open requirement is met; their names."""
        lines = self.read(review)["checklist"]
        still = [one["requirement"] for one in lines if one["decision"] == "Unknown"]
        for name in still:
            self.do(review, "answers", requirement=name, verdict="Met", note="Seen")
        return still

    def looked(self, review: Document) -> Document:
        """What the checklist says of the tag, once somebody has looked."""
        for _ in range(200):
            lines = self.read(review)["checklist"]
            seen: Document = next(one for one in lines if one["requirement"] == "tag-stays")
            if "nobody has looked" not in str(seen["observation"]):
                return seen
            self.platform.get("/connectors/drafts", wait=1)
        raise AssertionError(f"nobody looked at the tag:\n{self.platform.tail()}")

    def finds(self, token: str, draft: Document) -> bool:
        found = self.send("GET", f"/connectors/search?id={draft['id']}", None, token)
        return bool(found.body["results"])

    def holds(self, draft: Document, commit: str) -> None:
        """What a stranger downloads is proven by what a stranger downloads."""
        certificate, keys = self.platform.directory / "cert.json", self.platform.directory / "keys"
        about = f"/platform/connectors/{draft['id']}"
        certificate.write_bytes(self.open_to_all(f"{about}/certificate.json"))
        keys.write_bytes(self.open_to_all("/platform/log/keys.json"))
        artifacts = str(self.platform.data / "artifacts")
        said = json.loads(self.open_to_all(f"{about}/sboms/service.json"))
        (hashed,) = said["metadata"]["component"]["hashes"]
        command = (PROGRAM, "verify", str(certificate), "--key", str(keys), "--artifact", artifacts,
                   "--only", f"sha256:{hashed['content']}")  # fmt: skip
        checked = subprocess.run(command, check=False, capture_output=True, text=True)
        assert (checked.returncode, checked.stderr.strip()) == (0, "The certificate holds.")
        document = json.loads(certificate.read_text())
        assert document["report"]["connector"]["commit"] == commit
        tampered = certificate.read_text().replace(commit, "0" * 40)
        certificate.write_text(tampered)
        assert subprocess.run(command, check=False, capture_output=True).returncode == 1

    def open_to_all(self, path: str) -> bytes:
        with urllib.request.urlopen(self.platform.url + path, timeout=40) as response:
            return bytes(response.read())

    def _client(self, scope: str) -> Credentials:
        command = (PROGRAM, "api-client", "create", "--project", PROJECT, "--scope", scope,
                   "--data", str(self.platform.data), "--json")  # fmt: skip
        made = subprocess.run(command, check=True, capture_output=True)
        return msgspec.json.decode(made.stdout, type=Credentials)

    def _foreign(self) -> Credentials:
        """A Project of another organization, made beside the running platform."""
        database = open_database("", self.platform.data)
        try:
            other = database.write_blocking(lambda c: create_organization(c, "o", "Others"))
            project = ProjectDraft(key="others")
            database.write_blocking(lambda c: add_project(c, project, other.id))
            draft = ApiClientDraft(project_key="others")
            return database.write_blocking(lambda c: add_api_client(c, draft))
        finally:
            database.close()

    def _token(self, credentials: Credentials) -> str:
        who = f"{credentials.client_id}:{credentials.client_secret}"
        request = urllib.request.Request(
            f"{self.platform.url}/oauth/token",
            data=b"grant_type=client_credentials",
            headers={"Authorization": f"Basic {base64.b64encode(who.encode()).decode()}"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return str(json.load(response)["access_token"])


def test_from_the_request_to_a_certified_public_connector_and_on(platform: Platform) -> None:
    road = Road(platform)
    first = road.commit(TAGS[0], FILES)
    draft = road.draft()
    path = f"/connectors/drafts/{draft['id']}"
    review = road.certify(draft)
    assert review["commit"] == first
    starts = next(one for one in road.read(review)["checklist"] if one["requirement"] == "starts")
    assert "answered GET /service with 200 OK" in starts["observation"]["sights"][-1]["text"]

    road.do(review, "take")
    assert platform.get(path)["status"] == "InCertification"
    assert road.looked(review)["observation"]["verdict"] == "Met"
    said = road.ask("POST", f"/{review['id']}/comments", {"comment": "Nice"})
    assert said.status == 200
    platform.request(draft, "addCertificationComment", comment="Thank you")
    talk = platform.get(path)["certificationInfo"]["comments"]
    assert [one["comment"] for one in talk] == ["Nice", "Thank you"]

    moved = road.commit(TAGS[0], {"service/extra.js": "// not reviewed\n"})
    road.do(review, "tag")
    for _ in range(200):
        if moved in str(road.looked(review)["observation"]):
            break
        platform.get("/connectors/drafts", wait=1)
    assert road.looked(review)["observation"]["verdict"] == "Unknown"

    road.answer_all(review)
    assert not road.finds(road.stranger, draft)
    platform.kill()
    platform.start()
    road.do(review, "grant")
    now = platform.get(path)
    assert (now["status"], now["private"], now["alreadyListed"]) == ("Published", False, True)
    assert road.finds(road.stranger, draft)
    live = road.send("GET", f"/connectors/{draft['id']}", None, road.stranger).body
    assert (live["certified"], live["version"]) == (True, 1)
    road.holds(draft, first)

    road.commit(TAGS[1], {"README.md": FILES["README.md"] + "Well met.\n"})
    platform.request(draft, "setRepository", tag=TAGS[1])
    second = road.certify(draft)
    assert second["previous"] == review["id"]
    seen = road.read(second)
    # the file that came with the moved tag is in the new version, and not in the certified one
    changed = {one["path"]: one["change"] for one in seen["difference"]["files"]}
    assert changed == {"README.md": "Changed", "service/extra.js": "Added"}
    assert seen["difference"]["before"] == first
    road.do(second, "take")
    assert road.looked(second)["observation"]["verdict"] == "Met"
    still = set(road.answer_all(second))
    assert {"installation-guide", "usage-instructions"} <= still
    assert not {"scopes-needed", "paperwork", "no-debug-output"} & still
    assert road.send("GET", f"/connectors/{draft['id']}", None, road.stranger).body["version"] == 1
    road.do(second, "reject", reason="The README is too short")
    entry = platform.get(path)["publishingReport"]["entries"][-1]
    assert (entry["title"], entry["message"]) == (
        "Certification rejected", "The README is too short",
    )  # fmt: skip
    assert road.finds(road.stranger, draft)
