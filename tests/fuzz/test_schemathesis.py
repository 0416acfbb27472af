"""Whatever is sent, the answer is one that ``/openapi.json`` describes, and never a 500.

Schemathesis makes requests from the description: valid, at every bound, and wrong in every part.
``make fuzz`` makes many more of them; ``FUZZ_EXAMPLES`` and ``FUZZ_SEED`` say how many, and which.
"""

import base64
import json
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.api.test_certifications import World
from tests.api.test_deployments import PROJECT, draft, publish

from connectory.api.observing import REQUESTS
from connectory.auth.roles import Role, names_of
from connectory.certification.checklist import CHECKLIST
from connectory.hosting.jobs import Schedule, declare_schedules
from connectory.hosting.jobs.store import ask_for_run
from connectory.hosting.topics import Topic, declare_topics
from connectory.hosting.topics.model import Message
from connectory.hosting.topics.queue import add_messages

EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "12")
SEED = os.environ.get("FUZZ_SEED", "1")
LONGEST = 3600

CANNOT_HOLD = (
    # much of what a valid request asks for is refused: a repository that is not there, a version
    # that has passed, a Connector that is not open to the Project
    "positive_data_acceptance",
    # undeploying goes on after the answer, and DELETE answers the same when asked twice
    "use_after_free",
)
UNKNOWN = "00000000-0000-4000-8000-000000000000"

REVIEWS = 8
KNOWN = 40
"""How many there are to begin with: requests that delete come as often as any other."""

CREATED = {
    "organizations": {"key": "made-up", "name": "Made up"},
    "projects": {"key": "made-up-too"},
    "members": {"name": "somebody", "role": "member"},
    "api-clients": {"projectKey": "demo"},
}
"""What can be created: keys at random are seldom ones that can be."""

Answered = Counter[tuple[str, str, int]]


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.fixture(scope="module")
def described(api_server: Any) -> dict[str, Any]:
    """The description, narrowed to what exists: else nearly every request ends at "not found"."""
    document: dict[str, Any] = api_server.send("GET", "/openapi.json").body
    known = populate(api_server)
    tags = ["1.0.0", "2.0.0", "client", "broken", "empty", "unknown"]
    repository = {"url": {"enum": [str(api_server.repository)]}, "tag": {"enum": tags}}
    schemas = document["components"]["schemas"]
    schemas["Repository"]["properties"] = repository
    schemas["ConnectorSetRepositoryAction"]["properties"] |= repository
    schemas["ConnectorUpdate"]["properties"]["version"] = {"enum": [1, 2, 3]}
    for name in ("Version", "Answer", "Grant", "Rejection"):
        schemas[f"Certification{name}"]["properties"]["version"] = {"enum": [1, 2, 3, 4]}
    requirements = {"enum": [one.name for one in CHECKLIST]}
    schemas["CertificationAnswer"]["properties"]["requirement"] = requirements
    schemas["ConnectorReference"]["properties"] |= {
        "id": {"enum": [None, *known.connectors]},
        "key": {"enum": [None, *known.keys]},
    }
    for path in [one for one in document["paths"] if one.endswith("/stream")]:
        del document["paths"][path]  # an answer that goes on
    own = cycle(range(KNOWN))
    for path, methods in document["paths"].items():
        values = known.values(path)
        for said in methods.values():
            number = next(own)
            inside = (one for one in said["parameters"] if one["in"] == "path")
            for parameter in (one for one in inside if one["name"] in values):
                offered = values[parameter["name"]]
                parameter["schema"] = {"enum": offered}
                # each operation is tried first on one that exists and no other has deleted
                parameter["example"] = offered[number % max(1, len(offered) - 1)]
    deployable = api_server.send("GET", "/connectors/drafts?sort=status").body["results"][-1]
    of_draft, of_deployment = (
        document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        for path in ("/connectors/drafts", "/{projectKey}/deployments")
    )
    of_draft["example"] = api_server.draft()
    of_deployment["example"] = draft(deployable)
    for path, body in CREATED.items():
        asked = document["paths"][f"/platform/{path}"]["post"]["requestBody"]
        asked["content"]["application/json"]["example"] = body
    return document


class Known(NamedTuple):
    """What exists, and one of each that does not, the last. ``connectors``: drafts as well;
    ``undeletable``: drafts that no request is told of that could delete them."""

    keys: list[str]
    connectors: list[str]
    deployments: list[str]
    certifications: list[str]
    certified: list[str]
    runs: list[str]
    undeletable: list[str]
    topics: list[str]
    messages: list[str]

    def values(self, path: str) -> dict[str, list[Any]]:
        """What the parameters of an address may hold."""
        ids = self.connectors if path.startswith("/connectors") else self.deployments
        if path.startswith("/platform"):
            ids = self.certified if "/connectors/" in path else self.certifications
        if path.startswith("/platform/marketplace"):
            ids = self.certified
        if path.startswith("/platform/drafts"):
            ids = self.undeletable
        if path.startswith("/platform/deployments"):
            ids = self.deployments
        if path.startswith("/platform/runs"):
            ids = self.runs
        names: dict[str, list[Any]] = {
            "applicationName": ["service", "nobody"],
            "revision": [1, 2],
            "project": ["connectory-demo"],
            "topic": self.topics,
            "messageId": self.messages,
        }
        return {"projectKey": ["demo"], "key": self.keys, "id": ids, **names}


def populate(api: Any) -> Known:
    """Drafts, each published and deployed once, and some under review."""
    known = Known([], [], [], *under_review(api), [], [], [], [])
    for number in range(KNOWN):
        staged = publish(api, api.create(key=f"known-{number}", privateProjects=[PROJECT]))
        deployment = api.send("POST", "/demo/deployments", draft(staged, key=staged["key"]))
        assert deployment.status == 201, deployment
        known.keys.append(staged["key"])
        known.connectors.append(staged["id"])
        known.deployments.append(deployment.body["id"])
        add_work(api, known, deployment.body)
    asked = f"/platform/runs?resourceId={known.deployments[0]}"
    known.runs.extend(one["id"] for one in api.send("GET", asked).body["results"])
    known.undeletable.append(publish(api, api.create(key="undeletable"))["id"])
    known.keys.append("unknown")
    known.topics.append("event-unknown")
    known.messages.append("1")
    for ids in (known.connectors, known.deployments, known.runs, known.undeletable):
        ids.append(UNKNOWN)
    return known


def add_work(api: Any, known: Known, deployment: dict[str, Any]) -> None:
    """Its application takes events, and there is one; it is a job as well, and has run."""
    (application,) = deployment["applications"]
    topic = Topic(
        application["id"],
        deployment["id"],
        "service",
        f"event-{application['id']}",
        "connectory-demo",
        "/service",
        None,
    )

    job = Schedule(application["id"], deployment["id"], "service", "/service", "@daily")

    def work(connection: Any) -> int:
        declare_topics(connection, deployment["id"], [topic])
        declare_schedules(connection, deployment["id"], [job])
        ask_for_run(connection, job)
        return add_messages(connection, topic.application_id, [Message(b"{}")])[0]

    known.messages.append(str(api.database.write_blocking(work)))
    known.topics.append(topic.name)


def under_review(api: Any) -> tuple[list[str], list[str]]:
    """Certifications, each waiting or taken but the first, which is granted; the connector that is
    certified by it."""
    world = World(api)
    certified, granted = world.ready()
    world.granted(granted)
    reviews = [world.ready()[1] for _ in range(REVIEWS)]
    for review in reviews[::2]:
        assert world.do(review, "take").status == 200
    known = [str(one["id"]) for one in (granted, *reviews)]
    return [*known, UNKNOWN], [str(certified["id"]), UNKNOWN]


def answered() -> Answered:
    """How many requests were answered, by method, address and status."""
    return Counter(
        {
            (one.labels["method"], one.labels["path"], int(one.labels["status"])): int(one.value)
            for family in REQUESTS.collect()
            for one in family.samples
            if one.name.endswith("_total")
        }
    )


def fuzz(api: Any, described: dict[str, Any], where: str, credentials: str, to: Path) -> Answered:
    """Run schemathesis on the addresses that match ``where``; what was answered meanwhile."""
    file = to / "openapi.json"
    file.write_text(json.dumps(described))
    before = answered()
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(file), "--url", api.url),
        *("--header", f"Authorization: {credentials}", "--include-path-regex", where),
        *("--seed", SEED, "--max-examples", EXAMPLES, "--exclude-checks", ",".join(CANNOT_HOLD)),
        *("--warnings", "off", "--no-color", "--continue-on-failure", "--request-timeout", "120"),
    ]
    # with the directory as its own: it keeps what it learns in files there
    ran = subprocess.run(
        command, cwd=to, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    return answered() - before


RESOURCES = r"^/(?!oauth|platform)"
CERTIFICATIONS = r"^/platform/certifications"
ADMINISTRATION = r"^/platform/(?!certifications|api-clients/)"
"""But deleting API clients: the one that asks is among them."""
TOKENS = r"^/oauth"
ADMINISTRATOR = sorted(names_of(Role.ADMINISTRATOR, "default"))


@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize(
    "where",
    [RESOURCES, CERTIFICATIONS, ADMINISTRATION, TOKENS],
    ids=["resources", "certifications", "administration", "tokens"],
)
def test_every_answer_is_one_that_is_described(
    api_server: Any, described: dict[str, Any], where: str, tmp_path: Path
) -> None:
    first = api_server.first
    credentials = {
        CERTIFICATIONS: f"Bearer {api_server.caller('demo', 'manage_certifications')}",
        ADMINISTRATION: f"Bearer {api_server.caller('demo', *ADMINISTRATOR)}",
        TOKENS: basic(first.credentials.client_id, first.credentials.client_secret),
    }.get(where, f"Bearer {api_server.token}")
    found = fuzz(api_server, described, where, credentials, tmp_path)
    assert [one for one in found if one[2] >= 500] == []
    done = {(method, path) for method, path, status in found if status < 300}
    asked = {(method, path) for method, path, _ in found if path != "unknown"}
    assert {one for one in asked - done if not beyond_reach(*one)} == set()


def beyond_reach(method: str, path: str) -> bool:
    """An update needs the current version and the right status, the rest a worker's doing."""
    return (
        "/revisions/" in path
        or "/reports/" in path
        or path == "/platform/runs"
        or path.startswith("/platform/marketplace/connectors/")
        or re.search(r"\{(name|project_key|client_id)\}$|/members/", path) is not None
        or (method == "POST" and re.search(r"\{(id|key)\}", path) is not None)
    )
