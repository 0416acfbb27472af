"""``/platform/deployments/{id}/log``: searching and following, and who may."""

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection
from tests.api.conftest import Api
from tests.api.people import administrator, basic
from tests.api.released import deploy, draft, release

from connectory.api.streaming import MOST_EACH
from connectory.auth.administration import ApiClientDraft, ProjectDraft, add_api_client, add_project
from connectory.auth.store import create_organization, delete_api_client
from connectory.deployments.store import delete_deployment
from connectory.hosting.logs import keep_logs
from connectory.wire import now, timestamp

Document = dict[str, Any]


def log(api: Api, deployment: Document, *said: str, **columns: str) -> None:
    """What the application said."""
    rows = [
        {
            "deployment_id": deployment["id"],
            "application_name": "service",
            "type": "APPLICATION_TEXT",
            "severity": "INFO",
            "timestamp": timestamp(now()),
            "details": json.dumps({"message": one}),
            **columns,
        }
        for one in said
    ]
    api.database.write_blocking(lambda c: keep_logs(c, rows))


@pytest.fixture(scope="module")
def published(api_server: Any) -> Document:
    return release(api_server, api_server.create())


@pytest.fixture
def deployment(api: Api, published: Document) -> Document:
    return deploy(api, published)


def path_of(deployment: Document, query: str = "") -> str:
    return f"/platform/deployments/{deployment['id']}/log{query}"


def said(page: Document) -> list[str]:
    return [one["details"]["message"] for one in page["data"]]


def search(api: Api, deployment: Document, query: str = "") -> list[str]:
    return said(api.send("GET", path_of(deployment, query)).body)


def test_a_log_is_searched_from_either_end(api: Api, deployment: Document) -> None:
    log(api, deployment, *(f"line {number}" for number in range(5)))
    page = api.send("GET", path_of(deployment, "?limit=3")).body
    assert said(page) == ["line 0", "line 1", "line 2"]
    assert search(api, deployment, f"?pageToken={page['next']}") == ["line 3", "line 4"]
    page = api.send("GET", path_of(deployment, "?limit=3&order=newest")).body
    assert said(page) == ["line 4", "line 3", "line 2"]
    rest = search(api, deployment, f"?order=newest&pageToken={page['next']}")
    assert rest == ["line 1", "line 0"]
    log(api, deployment, "line 5")
    assert search(api, deployment, f"?pageToken={page['end']}") == ["line 5"]


def test_a_log_is_filtered(api: Api, deployment: Document) -> None:
    log(api, deployment, "all is well")
    log(api, deployment, "it Broke", severity="CRITICAL")
    log(api, deployment, "asked", type="HTTP_REQUEST")
    assert search(api, deployment, "?severity=ERROR") == ["it Broke"]
    assert search(api, deployment, "?type=HTTP_REQUEST") == ["asked"]
    assert search(api, deployment, "?text=bROKE") == ["it Broke"]
    assert search(api, deployment, "?applicationName=service&text=is") == ["all is well"]
    begun = (now() + timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert search(api, deployment, f"?startDate={begun}") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("severity=LOUD", "InvalidQueryParam"),
        ("type=x", "InvalidQueryParam"),
        ("order=sideways", "InvalidQueryParam"),
        ("limit=0", "InvalidQueryParam"),
        (f"text={'x' * 201}", "InvalidQueryParam"),
        ("text=a%00b", "InvalidQueryParam"),
        ("pageToken=x", "DeploymentLogInvalidPageToken"),
        ("startDate=yesterday", "DeploymentLogInvalidDate"),
        ("applicationName=nobody", "DeploymentApplicationDoesNotExist"),
    ],
)
def test_what_makes_no_sense_is_refused(
    api: Api, deployment: Document, query: str, code: str
) -> None:
    refused = api.send("GET", path_of(deployment, f"?{query}"))
    assert (refused.status, refused.codes) == (400, [code])
    if query.partition("=")[0] not in {"order", "limit"}:
        refused = api.send("GET", f"/platform/deployments/{deployment['id']}/log/stream?{query}")
        assert (refused.status, refused.codes) == (400, [code])


def test_a_deployment_is_named_by_its_key(api: Api, published: Document) -> None:
    log(api, deploy(api, published, key="by-its-key"), "found")
    path = "/platform/deployments/key=by-its-key/log"
    assert said(api.send("GET", path).body) == ["found"]
    assert api.send("GET", "/platform/deployments/key=no-such-key/log").status == 404
    api.database.write_blocking(lambda c: add_project(c, ProjectDraft(key="twin")))
    token = api.caller("twin", "manage_project")
    assert api.send("GET", path, token=token).status == 404
    twin = api.send("POST", "/twin/deployments", draft(published, key="by-its-key"), token=token)
    assert twin.status == 201, twin
    assert said(api.send("GET", path, token=token).body) == []
    # a token is for one Project, a person is in all of them
    person = administrator(api)
    assert person.send("GET", path).codes == ["InvalidQueryParam"]
    assert said(person.send("GET", f"{path}?projectKey=demo").body) == ["found"]
    assert said(person.send("GET", f"{path}?projectKey=twin").body) == []


Headers = dict[str, str]


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


class Event(NamedTuple):
    kind: str
    place: str
    data: str


@contextmanager
def following(
    api: Api, deployment: Document, query: str = "", headers: Headers | None = None
) -> Iterator[Iterator[Event]]:
    """The events of a stream, from its first sign of life on."""
    url = f"{api.url}/platform/deployments/{deployment['id']}/log/stream{query}"
    request = urllib.request.Request(url, headers=bearer(api.token) | (headers or {}))
    with urllib.request.urlopen(request, timeout=100) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.readline() == b": here\n"
        yield events(answer)


def events(answer: Any) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for raw in answer:
        name, _, value = raw.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif fields.keys() - {""}:
            yield Event(fields.get("event", ""), fields.get("id", ""), fields.get("data", ""))
            fields = {}


def test_a_log_is_followed_from_now_on(api: Api, deployment: Document) -> None:
    log(api, deployment, "before")
    with following(api, deployment) as stream:
        log(api, deployment, "first", "second")
        found = [one for one in (next(stream) for _ in range(3)) if one.kind]
    assert [json.loads(one.data)["details"]["message"] for one in found] == ["first", "second"]
    log(api, deployment, "third")
    # after a break, behind the first: nothing is missed, nothing comes twice
    with following(api, deployment, headers={"Last-Event-ID": found[0].place}) as stream:
        again = [next(stream) for _ in range(2)]
    assert [json.loads(one.data)["details"]["message"] for one in again] == ["second", "third"]


def test_a_stream_lets_through_what_is_wanted(api: Api, deployment: Document) -> None:
    page = api.send("GET", path_of(deployment)).body
    log(api, deployment, "noise", "the ORDER came", "noise")
    with following(api, deployment, f"?text=order&pageToken={page['end']}") as stream:
        assert json.loads(next(stream).data)["details"]["message"] == "the ORDER came"


def test_a_stream_ends_with_its_deployment(api: Api, deployment: Document) -> None:
    with following(api, deployment) as stream:
        api.database.write_blocking(lambda c: delete_deployment(c, deployment["id"]))
        assert [one.kind for one in stream][-1] == "over"


def test_a_stream_ends_when_its_reader_loses_access(api: Api, deployment: Document) -> None:
    client = ApiClientDraft(project_key="demo", scopes=("view_connectors_deployments",))
    made = api.database.write_blocking(lambda c: add_api_client(c, client))
    token = api.fetch_token(made)
    with following(api, deployment, headers=bearer(token)) as stream:
        api.database.write_blocking(lambda c: delete_api_client(c, made.client_id))
        assert [one.kind for one in stream][-1] == "over"


def test_a_stream_ends_when_a_person_is_removed(api: Api, deployment: Document) -> None:
    boss = administrator(api)
    kim = boss.add("kim-who-follows")
    headers = basic(kim.name, kim.password)
    with following(api, deployment, headers=headers) as stream:
        assert boss.send("DELETE", f"/platform/members/{kim.name}").status == 200
        assert [one.kind for one in stream][-1] == "over"


def test_nobody_follows_without_end(api: Api, deployment: Document) -> None:
    token = api.caller("demo", "view_connectors_deployments")
    path = f"/platform/deployments/{deployment['id']}/log/stream"
    with ExitStack() as streams:
        for _ in range(MOST_EACH):
            streams.enter_context(following(api, deployment, headers=bearer(token)))
        refused = api.send("GET", path, token=token)
        assert (refused.status, refused.codes) == (429, ["TooManyStreams"])
    until = time.monotonic() + 100
    while api.send("HEAD", path, token=token).status == 429:
        assert time.monotonic() < until
        log(api, deployment, "whoever is gone is noticed")


def test_only_who_may_see_the_deployment_may_see_its_log(
    api: Api, published: Document, deployment: Document
) -> None:
    def projects(connection: Connection) -> None:
        add_project(connection, ProjectDraft(key="beside"))
        foreign = create_organization(connection, "outsiders", "Outsiders")
        add_project(connection, ProjectDraft(key="outside"), foreign.id)

    api.database.write_blocking(projects)
    callers = {
        api.caller("demo", "view_connectors_deployments"): 200,
        api.caller("demo", "view_connectors"): 403,
        api.caller("beside", "manage_project"): 404,
        api.caller("outside", "manage_project"): 404,
        "x" * 43: 401,
    }
    stream = f"/platform/deployments/{deployment['id']}/log/stream"
    for token, status in callers.items():
        assert api.send("GET", path_of(deployment), token=token).status == status
        assert api.send("HEAD", stream, token=token).status == status
