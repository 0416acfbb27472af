"""The pages of jobs: when they run, how they ran, and a run by hand."""

from typing import Any

import pytest
from sqlalchemy import Connection
from tests.api.released import values
from tests.console.installations.conftest import Document, Shop, messages, page_of
from tests.console.support import Browser, Page

from connectory.console.installations.job import Run
from connectory.hosting.jobs.model import Outcome
from connectory.hosting.jobs.store import (
    Change,
    Schedule,
    ask_for_run,
    change_runs,
    declare_schedules,
)

JOB = "nightly"
SAID = "It answered 500: <script>alert(1)</script>"


@pytest.fixture(scope="module")
def many(shop: Shop) -> Document:
    return shop.connector("many", name="Many")


@pytest.fixture
def planned(shop: Shop, many: Document) -> Document:
    """An installation with a job whose schedule is declared."""
    shared = {"standardConfiguration": [{"key": "REGION", "value": "north"}]}
    configured = [values(), {"applicationName": JOB}]
    deployment = shop.installed(many, configurations=configured, globalConfiguration=shared)
    return deployment | {"schedule": declare(shop, deployment, "0 4 1 1 *")}


def declare(shop: Shop, deployment: Document, text: str) -> Schedule:
    (application,) = [one for one in deployment["applications"] if one["applicationName"] == JOB]
    schedule = Schedule(application["id"], deployment["id"], JOB, f"/{JOB}", text)
    shop.site.database.write_blocking(lambda c: declare_schedules(c, deployment["id"], [schedule]))
    return schedule


def end(shop: Shop, planned: Document, outcome: Outcome, **changes: Any) -> None:
    """A run by hand that came to this."""

    def work(connection: Connection) -> None:
        run = ask_for_run(connection, planned["schedule"])
        ended = run.scheduled_for + 1500
        change_runs(connection, [Change(run.id, outcome, run.scheduled_for, ended, **changes)])

    shop.site.database.write_blocking(work)


def rows(page: Page) -> list[list[str]]:
    return [
        [one.text for one in row.find_all("th", "td")]
        for row in page.root.find("tbody").find_all("tr")
    ]


def runs_of(shop: Shop, deployment: Document) -> list[Document]:
    path = f"/platform/deployments/{deployment['id']}/jobs/{JOB}/runs"
    return list(shop.site.send("GET", path).body["results"])


def test_jobs_are_listed_with_their_schedule_and_runs(
    shop: Shop, mia: Browser, planned: Document
) -> None:
    page = mia.follow(mia.get(page_of(planned)), "Jobs")
    assert page.path == page_of(planned, "/jobs")
    assert "Schedule 0 4 1 1 *" in page.text
    assert "1 Jan" in page.text
    assert "Last run —" in page.text
    end(shop, planned, Outcome.FAILED, status=500, message=SAID)
    assert "Last run: failed" in mia.get(page_of(planned, "/jobs")).text


def test_the_history_of_a_job(shop: Shop, mia: Browser, planned: Document) -> None:
    page = mia.follow(mia.get(page_of(planned, "/jobs")), JOB)
    assert page.heading == "nightly job of Many"
    assert "It has not run yet" in page.text
    end(shop, planned, Outcome.FAILED, status=500, message=SAID)
    end(shop, planned, Outcome.SUCCEEDED, status=200)
    page = mia.get(page_of(planned, f"/jobs/{JOB}"))
    found = sorted(row[1:] for row in rows(page))
    assert found == [
        ["Failed", "1.5 s", "somebody, by hand", SAID],
        ["Succeeded", "1.5 s", "somebody, by hand", "200"],
    ]
    assert "<script>alert" not in page.source


def test_a_job_is_run_by_hand(shop: Shop, mia: Browser, planned: Document) -> None:
    page = mia.submit(mia.get(page_of(planned, f"/jobs/{JOB}")), "Run now")
    assert page.path == page_of(planned, f"/jobs/{JOB}")
    assert "nightly runs now." in messages(page)
    assert f"POST /platform/deployments/{planned['id']}/jobs/nightly/runs" in messages(page)
    (run,) = runs_of(shop, planned)
    assert (run["trigger"], run["outcome"]) == ("manual", "waiting")
    assert rows(page)[0][1:4] == ["Waiting", "—", "somebody, by hand"]


def test_a_schedule_that_means_nothing_says_so(shop: Shop, mia: Browser, planned: Document) -> None:
    declare(shop, planned, "99 99 * * *")
    assert "It never runs:" in mia.get(page_of(planned, "/jobs")).text


def test_the_page_changes_by_itself(shop: Shop, mia: Browser, planned: Document) -> None:
    (element,) = mia.get(page_of(planned, f"/jobs/{JOB}")).root.find_all(**{"sse-close": "over"})
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        lines = stream.iter_lines()
        next(lines)
        end(shop, planned, Outcome.TIMEOUT)
        for line in lines:
            if "Took too long" in line:
                break


def test_what_is_no_job_is_not_there(shop: Shop, mia: Browser, planned: Document) -> None:
    assert mia.get(page_of(planned, "/jobs/service")).status == 404
    token = dict(mia.get(page_of(planned)).form("Redeploy").filled())
    assert mia.post(page_of(planned, "/jobs/service/runs"), token).status == 404
    with shop.people.signed_in(shop.people.foreign_admin) as browser:
        for rest in ("/jobs", f"/jobs/{JOB}", "/all-jobs/events", f"/jobs/{JOB}/events"):
            assert browser.get(page_of(planned, rest)).status == 404, rest
    with shop.people.signed_in(shop.people.reviewer) as browser:
        own = dict(browser.get("/console/profile").forms[0].filled())["csrf"]
        assert browser.post(page_of(planned, f"/jobs/{JOB}/runs"), [("csrf", own)]).status == 403
    assert not runs_of(shop, planned)


def test_before_it_is_deployed_there_is_no_job(shop: Shop, mia: Browser, many: Document) -> None:
    shared = {"standardConfiguration": [{"key": "REGION", "value": "north"}]}
    configured = [values(), {"applicationName": JOB}]
    deployment = shop.begun(many, configurations=configured, globalConfiguration=shared)
    assert "There is no job yet" in mia.get(page_of(deployment, "/jobs")).text


@pytest.mark.parametrize(
    ("started", "finished", "took"),
    [
        (None, None, ""),
        ("2026-11-24T00:00:00.000Z", None, ""),
        ("2026-11-24T00:00:00.000Z", "2026-11-24T00:00:00.012Z", "12 ms"),
        ("2026-11-24T00:00:00.000Z", "2026-11-24T00:01:05.000Z", "1 min 5 s"),
    ],
)
def test_how_long_a_run_took(started: str | None, finished: str | None, took: str) -> None:
    known = {"startedAt": started, "finishedAt": finished}
    assert Run(known | {"scheduledFor": "x"}).took == took
