"""Jobs and their runs, as people look at them and ask for one."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.people import Person, administrator
from tests.api.released import deploy, release

from connectory.hosting.jobs import Schedule, declare_schedules
from connectory.hosting.jobs.model import Outcome
from connectory.hosting.jobs.store import Change, change_runs, waiting_runs

NOON = 1_800_000_000_000 // 86_400_000 * 86_400_000 + 43_200_000


@pytest.fixture(scope="module")
def deployment(api_server: Any) -> str:
    return str(deploy(api_server, release(api_server, api_server.create()))["id"])


@pytest.fixture
def jobs(api: Any, deployment: str) -> Iterator[str]:
    """The address of a Deployment's jobs: one that runs each night, and one that never does."""
    declared = [
        Schedule("n" * 24, deployment, "nightly", "/nightly", "@daily"),
        Schedule("r" * 24, deployment, "rubbish", "/rubbish", "61 25 32 13 8"),
    ]
    api.database.write_blocking(lambda c: declare_schedules(c, deployment, declared, NOON))
    yield f"/platform/deployments/{deployment}/jobs"
    api.database.write_blocking(lambda c: declare_schedules(c, deployment, []))


def test_a_job_says_when_it_runs_next_or_why_it_never_does(api: Any, jobs: str) -> None:
    nightly, rubbish = api.send("GET", jobs).body["results"]
    assert nightly == {
        "applicationName": "nightly",
        "schedule": "@daily",
        "endpoint": "/nightly",
        "nextRunAt": "2027-01-16T00:00:00.000Z",
    }
    assert "nextRunAt" not in rubbish
    assert rubbish["problem"].startswith("Bad minute.")


def test_a_run_by_hand_is_written_down_and_remembered(api: Any, jobs: str) -> None:
    runs = f"{jobs}/nightly/runs"
    asked = api.send("POST", runs)
    assert asked.status == 201
    assert (asked.body["trigger"], asked.body["outcome"]) == ("manual", "waiting")
    assert [one["id"] for one in api.send("GET", runs).body["results"]] == [asked.body["id"]]

    def end(connection: Any) -> None:
        (run,) = waiting_runs(connection)
        change_runs(connection, [Change(run.id, Outcome.FAILED, NOON, NOON + 1500, 500, "No.")])

    api.database.write_blocking(end)
    assert api.send("POST", runs).status == 201
    page = api.send("GET", f"{runs}?limit=1&offset=1").body
    (first,) = page["results"]
    assert (page["total"], page["count"]) == (2, 1)
    assert first["id"] == asked.body["id"]
    assert first["startedAt"] == "2027-01-15T12:00:00.000Z"
    assert first["finishedAt"] == "2027-01-15T12:00:01.500Z"
    assert (first["outcome"], first["status"], first["message"]) == ("failed", 500, "No.")
    (nightly, _) = api.send("GET", jobs).body["results"]
    assert nightly["lastRun"]["outcome"] == "waiting"


def test_only_the_project_that_owns_it_sees_a_job_and_only_managers_run_it(
    api: Any, jobs: str, others: dict[str, str]
) -> None:
    runs = f"{jobs}/nightly/runs"
    for method, path in (("GET", jobs), ("GET", runs), ("POST", runs)):
        assert api.send(method, path, token="nobody").status == 401
        assert api.send(method, path, token=others["powerless"]).status == 403
        for stranger in ("sister", "stranger"):
            assert api.send(method, path, token=others[stranger]).codes == ["ResourceNotFound"]
    assert api.send("GET", runs, token=others["reader"]).status == 200
    assert api.send("POST", runs, token=others["reader"]).status == 403
    assert api.send("GET", runs).body["total"] == 0


def test_a_job_that_is_not_there_is_not_found(api: Any, jobs: str) -> None:
    for method in ("GET", "POST"):
        assert api.send(method, f"{jobs}/nobody/runs").codes == ["ResourceNotFound"]


def test_a_person_runs_a_job_and_the_audit_log_says_so(api: Any, jobs: str) -> None:
    ada: Person = administrator(api)
    assert ada.send("POST", f"{jobs}/nightly/runs").status == 201
    (entry, *_) = ada.send("GET", "/platform/audit-log").body["results"]
    assert (entry["action"], entry["detail"]["applicationName"]) == ("runJob", "nightly")
