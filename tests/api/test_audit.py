"""The audit log: whatever changes something is in it."""

import base64
from typing import Any

import pytest
from tests.api.conftest import Api
from tests.api.people import MEMBERS, Person, administrator, basic, founded
from tests.api.released import deploy, finish, redeploy, release, values
from tests.api.test_certifications import World
from tests.api.test_openapi import ENDPOINTS
from tests.api.test_topics import APPLICATION, POLICY, failed

from connectory.hosting.jobs import Schedule, declare_schedules
from connectory.hosting.topics import Topic, declare_topics
from connectory.hosting.topics.policy import State

LOG = "/platform/audit-log"
CHANGE_NOTHING = {"fetchToken", "introspectToken", "publishMessages"}
"""Programs do these all the time, and what is published is in its topic."""
SECRET = "a-secret-of-the-shop"


@pytest.fixture(scope="module")
def boss(api_server: Api) -> Person:
    return founded(api_server, "watched")


@pytest.fixture(scope="module")
def world(api_server: Api) -> World:
    return World(api_server)


def events(person: Person, /, **wanted: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    answer = person.send("GET", f"{LOG}?limit=500&{query}")
    assert answer.status == 200, answer
    return list(answer.body["results"])


def change_drafts_and_deployments(api: Api) -> None:
    staged = api.create()
    staged = api.update(staged, {"action": "setName", "name": SECRET}).body
    staged = release(api, staged)
    secret = values(securedConfiguration=[{"key": "TOKEN", "value": SECRET}])
    deployed = deploy(api, staged, configurations=[secret])
    again = finish(api, redeploy(api, deployed, configurationValues=[secret]).body)
    path, body = f"/demo/deployments/{deployed['id']}", {"version": again["version"]}
    assert api.send("POST", f"{path}/revisions/1/rollback", body).status == 201
    assert api.send("DELETE", path).status == 202
    assert api.send("DELETE", f"/connectors/drafts/{api.create()['id']}").status == 200


def certify(world: World) -> None:
    _, review = world.ready()
    world.do(review, "take")
    for act, said in (
        ("comments", {"comment": "Well"}),
        ("tag", {}),
        ("release", {}),
        ("take", {}),
        ("reject", {"reason": "Not yet"}),
    ):
        assert world.do(review, act, **said).status == 200, act
    _, review = world.ready()
    assert world.do(review, "withdraw", token=world.creator).status == 200
    world.granted(world.ready()[1])


def act_on_what_runs(api: Api) -> None:
    deployment = str(deploy(api, release(api, api.create()))["id"])
    topic = Topic(APPLICATION, deployment, "listener", "events", "p", "/listener", POLICY)
    job = Schedule("j" * 24, deployment, "nightly", "/nightly", "@daily")
    api.database.write_blocking(lambda c: declare_topics(c, deployment, [topic]))
    api.database.write_blocking(lambda c: declare_schedules(c, deployment, [job]))
    here = f"/platform/deployments/{deployment}"
    messages = f"{here}/topics/listener/messages"
    said = {"data": base64.b64encode(SECRET.encode()).decode()}
    made = api.send("POST", messages, said).body["messageId"]
    dead = failed(api, State.DEAD)
    assert api.send("POST", f"{messages}/{dead}/replay").status == 200
    assert api.send("POST", f"{here}/topics/listener/replay").status == 200
    assert api.send("DELETE", f"{messages}/{made}").status == 200
    assert api.send("POST", f"{here}/jobs/nightly/runs").status == 201


def administer(boss: Person, api: Api) -> None:
    founded(api, "another")
    boss.send("POST", "/platform/projects", {"key": "watched-two"})
    boss.send("POST", "/platform/projects/watched-two", {"production": True})
    boss.add("max")
    boss.send("POST", f"{MEMBERS}/max/role", {"role": "reviewer"})
    boss.send("POST", f"{MEMBERS}/max/disabled", {"disabled": True})
    boss.send("POST", f"{MEMBERS}/max/password", {})
    boss.send("DELETE", f"{MEMBERS}/max")
    made = boss.send("POST", "/platform/api-clients", {"projectKey": "watched"}).body
    boss.send("DELETE", f"/platform/api-clients/{made['clientId']}")


def test_whatever_changes_something_is_in_the_log(api: Api, boss: Person, world: World) -> None:
    change_drafts_and_deployments(api)
    act_on_what_runs(api)
    certify(world)
    administer(boss, api)
    creators = Person(api, "eve", world.creators_password)
    logs = [*events(administrator(api)), *events(boss), *events(creators)]
    changing = {one.operation.id for one in ENDPOINTS if one.method != "get"}
    assert {one["action"] for one in logs} >= changing - CHANGE_NOTHING
    for one in logs:
        assert one["who"].startswith(("user:", "api-client:"))
        assert one["target"]["type"]
        assert one["correlationId"]
    said = str(logs)
    assert SECRET not in said
    assert boss.password not in said


def test_the_log_is_the_organizations_own_the_newest_first(api: Api, boss: Person) -> None:
    boss.send("POST", "/platform/projects", {"key": "watched-three"})
    found = events(boss)
    assert found[0]["target"] == {"type": "Project", "key": "watched-three"}
    assert found[0]["who"] == f"user:{boss.name}"
    assert found[0]["detail"] == {"region": "europe-west1.gcp", "production": False}
    numbers = [one["number"] for one in found]
    assert numbers == sorted(numbers, reverse=True)
    assert "watched-three" not in str(events(administrator(api)))


def test_the_log_is_looked_through(api: Api, boss: Person) -> None:
    boss.add("ned")
    for wanted, value in (("target", "ned"), ("who", f"user:{boss.name}"), ("target", "Member")):
        assert "ned" in [one["target"].get("key") for one in events(boss, **{wanted: value})]
    assert {one["action"] for one in events(boss, action="createMember")} == {"createMember"}
    page = boss.send("GET", f"{LOG}?limit=1&offset=1").body
    assert (page["count"], page["offset"], page["total"] > 1) == (1, 1, True)
    assert page["results"] == events(boss)[1:2]
    assert events(boss, action="nothing") == []


def test_a_refused_change_is_not_in_the_log(api: Api, boss: Person) -> None:
    before = len(events(boss))
    assert boss.send("POST", "/platform/projects", {"key": "watched"}).codes == ["DuplicateField"]
    assert boss.send("POST", f"{MEMBERS}/nobody/role", {"role": "member"}).status == 404
    assert len(events(boss)) == before


def test_a_wrong_password_is_told_to_whose_it_is(api: Api, boss: Person) -> None:
    def wrong(name: str) -> None:
        headers = basic(name, "wrong") | {"X-Correlation-ID": f"try-{name}"}
        assert api.send("GET", "/platform/projects", headers=headers).status == 401

    wrong(boss.name)
    wrong("hunter2")
    (refused,) = events(boss, action="signInRefused")
    assert (refused["who"], refused["correlationId"]) == (f"user:{boss.name}", f"try-{boss.name}")
    (unknown,) = events(administrator(api), action="signInRefused", who="unknown")
    assert "hunter2" not in str(unknown["target"]) + unknown["who"]
