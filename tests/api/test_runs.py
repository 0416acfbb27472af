"""Runs, their steps and what their programs say."""

import re
import threading
import uuid
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection
from tests.api.conftest import Answer, Api
from tests.api.people import Person, administrator, founded
from tests.api.released import deploy, release

from connectory.api.platform.titles import TITLES
from connectory.durable import RunState
from connectory.durable.runs import move, request_run, runs_of, step_began, step_ended
from connectory.publishing.said import Said

RUNS = "/platform/runs"
SOURCES = Path(__file__).parents[2] / "src" / "connectory"


class World(NamedTuple):
    """A draft of ``demo`` with a run that a worker has just taken up."""

    api: Api
    draft: str
    run: str

    def write(self, work: Any) -> Any:
        return self.api.database.write_blocking(work)

    def read(self, path: str = "", wait: int = 0, token: str | None = None) -> Answer:
        headers = {"Prefer": f"wait={wait}"} if wait else {}
        return self.api.send("GET", f"{RUNS}/{self.run}{path}", headers=headers, token=token)

    def begin(self, step: str) -> None:
        self.write(lambda c: step_began(c, self.run, step))

    def end(self, step: str, outcome: str = "done", result: str | None = None) -> None:
        self.write(lambda c: step_ended(c, self.run, step, outcome, 1.5, result))

    def finish(self, state: RunState = RunState.SUCCEEDED) -> None:
        self.write(lambda c: move(c, self.run, state))

    def say(self, *lines: str) -> None:
        said = Said(self.api.data / "output", self.api.database.changes.announce)
        with said.hearing(self.run, "install", "service") as heard:
            for line in lines:
                heard(line)


@pytest.fixture
def world(api: Api) -> World:
    draft = api.create()["id"]

    def work(connection: Connection) -> str:
        run = request_run(connection, "preview", draft, {})
        move(connection, run.id, RunState.RUNNING)
        return run.id

    return World(api, draft, api.database.write_blocking(work))


def test_a_run_shows_its_steps_in_the_order_they_began(world: World) -> None:
    for step in ("fetch", "specification"):
        world.begin(step)
        world.end(step)
    world.begin("install service")
    run = world.read().body
    assert (run["workflow"], run["state"]) == ("preview", "running")
    assert (run["resourceId"], "finishedAt" in run) == (world.draft, False)
    shown = [(one["name"], one["title"], one.get("outcome")) for one in run["steps"]]
    assert shown == [
        ("fetch", "Fetch the repository", "done"),
        ("specification", "Read connect.yaml", "done"),
        ("install", "Install packages of service", None),
    ]
    assert (run["steps"][2]["application"], run["steps"][0]["seconds"]) == ("service", 1.5)
    world.finish()
    run = world.read().body
    assert (run["state"], run["finishedAt"] >= run["createdAt"]) == ("succeeded", True)


def test_a_step_that_failed_says_why_and_whose_fault_it_is(world: World) -> None:
    world.begin("build service")
    refusal = '{"type":"rejected","cause":"tsc found 3 errors.","evidence":"x","fix":"y"}'
    world.end("build service", "rejected", refusal)
    world.begin("finish")
    world.end("finish", "broken")
    build, finish = world.read().body["steps"]
    assert (build["outcome"], build["cause"]) == ("rejected", "tsc found 3 errors.")
    assert finish["cause"] == "The platform failed here, not the connector."


def test_runs_of_a_resource_come_the_newest_first(world: World) -> None:
    def again(connection: Connection) -> str:
        run = request_run(connection, "publish", world.draft, {})
        move(connection, run.id, RunState.CANCELLED)
        return run.id

    world.write(lambda c: move(c, world.run, RunState.FAILED))
    newer = world.write(again)
    page = world.api.send("GET", f"{RUNS}?resourceId={world.draft}&limit=1").body
    assert (page["total"], page["count"]) == (2, 1)
    both = world.api.send("GET", f"{RUNS}?resourceId={world.draft}").body["results"]
    assert {one["id"] for one in both} == {newer, world.run}
    assert [one["createdAt"] for one in both] == sorted(
        (one["createdAt"] for one in both), reverse=True
    )
    assert "steps" not in both[0]
    for query in ("", "?resourceId=x", f"?resourceId={world.draft}&limit=x"):
        assert world.api.send("GET", RUNS + query).codes == ["InvalidQueryParam"]


def test_a_held_answer_comes_with_the_next_change(world: World) -> None:
    held = Held(lambda: world.read(wait=25))
    world.begin("fetch")
    # it may have been asked before or after: either way it knows the step, or sees the next one
    while held.waits():
        world.begin("fetch")
    assert [one["name"] for one in held.answer().body["steps"]] == ["fetch"]
    world.finish()
    assert world.read(wait=25).body["state"] == "succeeded"


def test_output_is_read_as_it_comes(world: World) -> None:
    assert world.read("/output").body == {"lines": [], "next": 0, "over": False}
    held = Held(lambda: world.read("/output", wait=25))
    world.say("added 90 packages", "done")
    said = held.answer().body
    assert said["lines"][0]["text"] == "added 90 packages"
    both = world.read("/output").body
    assert [one["text"] for one in both["lines"]] == ["added 90 packages", "done"]
    assert (both["lines"][0]["step"], both["lines"][0]["application"]) == ("install", "service")
    assert both["next"] == 2
    world.finish()
    rest = world.read("/output?after=1", wait=25).body
    assert ([one["number"] for one in rest["lines"]], rest["over"]) == ([2], True)
    assert world.read("/output?after=2", wait=25).body == {"lines": [], "next": 2, "over": True}
    assert world.read("/output?after=-1").codes == ["InvalidQueryParam"]


def test_a_drafts_runs_are_its_organizations_to_see(world: World, others: dict[str, str]) -> None:
    listing = f"{RUNS}?resourceId={world.draft}"
    for who, status in (("sister", 200), ("reader", 200), ("stranger", 404), ("powerless", 403)):
        token = others[who]
        found = [world.read(path, token=token).status for path in ("", "/output")]
        assert [*found, world.api.send("GET", listing, token=token).status] == [status] * 3, who
    unknown = world._replace(run=str(uuid.uuid4()))
    assert unknown.read().codes == ["ResourceNotFound"]
    assert world.api.send("GET", f"{RUNS}/x").codes == ["InvalidPathParam"]


def test_a_deployments_runs_are_its_projects_to_see(api: Api, others: dict[str, str]) -> None:
    deployment = deploy(api, release(api, api.create()))["id"]
    (run,) = api.database.read_blocking(lambda c: runs_of(c, deployment))
    path = f"{RUNS}/{run.id}"
    assert api.send("GET", path).body["workflow"] == "deploy"
    drafts_only = api.caller("demo", "view_connectors")
    for token in (others["sister"], others["stranger"], drafts_only):
        assert api.send("GET", path, token=token).status == 404
    assert administrator(api).send("GET", path).status == 200
    assert founded(api, "outsiders").send("GET", path).status == 404


def test_reviewers_and_members_see_the_runs_their_role_is_about(world: World) -> None:
    for role in ("reviewer", "member"):
        person: Person = administrator(world.api).add(f"{role}-{world.run}", role)
        assert person.send("GET", f"{RUNS}/{world.run}").status == 200


def test_every_step_has_a_title() -> None:
    named = re.compile(r'(?:\.step|_step|findings)\(\s*"(\w+)"')
    steps = {
        name
        for folder in ("publishing", "hosting")
        for file in (SOURCES / folder).rglob("*.py")
        for name in named.findall(file.read_text())
    }
    assert len(steps) > 10
    assert steps <= TITLES.keys()


class Held:
    """A request that is under way in another thread."""

    def __init__(self, ask: Any) -> None:
        self._answers: list[Answer] = []
        self._thread = threading.Thread(target=lambda: self._answers.append(ask()))
        self._thread.start()

    def waits(self) -> bool:
        self._thread.join(0.2)
        return self._thread.is_alive()

    def answer(self) -> Answer:
        self._thread.join(90)
        (answer,) = self._answers
        return answer
