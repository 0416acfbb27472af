"""The full report over HTTP: a page, JSON and SARIF, for those whose Connector it is."""

import base64
import urllib.error
import urllib.request
import uuid
from typing import Any

import pytest
from tests.api.conftest import Api
from tests.findings.samples import EVAL
from tests.findings.samples import report as report_on

from connectory.durable import Run, RunState
from connectory.findings.report import FullReport, to_json
from connectory.publishing.reports import KEPT, report_of, save_report

REPORT = report_on(EVAL)


@pytest.fixture
def kept(api: Api) -> str:
    """The run of a report on a draft of the token's organization."""
    return keep(api, api.create()["id"])


def keep(api: Api, connector: str, number: int = 0) -> str:
    run = Run(str(uuid.uuid4()), "preview", connector, "{}", RunState.SUCCEEDED, f"{number}")
    api.database.write_blocking(lambda c: save_report(c, run, REPORT))
    return run.id


def page(api: Api, run: str, password: str | None = None) -> tuple[int, str, Any]:
    request = urllib.request.Request(f"{api.url}/console/reports/{run}")
    if password is not None:
        who = f"{api.first.administrator}:{password}"
        request.add_header("Authorization", f"Basic {base64.b64encode(who.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode(), refused.headers


def test_json_and_sarif_are_the_report_that_was_kept(api: Api, kept: str) -> None:
    answer = api.send("GET", f"/console/reports/{kept}/report.json")
    assert answer.status == 200
    assert answer.body["format"] == "connectory-report/1"
    assert answer.body["digest"] == REPORT.digest
    sarif = api.send("GET", f"/console/reports/{kept}/report.sarif")
    assert sarif.headers["content-type"] == "application/sarif+json"
    assert sarif.body["version"] == "2.1.0"


def test_an_administrator_reads_the_page_in_a_browser(api: Api, kept: str) -> None:
    status, text, headers = page(api, kept, api.first.password)
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "eval runs what a request says" in text
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("password", [None, "wrong"])
def test_a_browser_is_told_to_ask_for_the_password(
    api: Api, kept: str, password: str | None
) -> None:
    status, text, headers = page(api, kept, password)
    assert status == 401
    assert headers["www-authenticate"].startswith("Basic ")
    assert "eval" not in text


def test_a_report_is_for_its_organization_only(api: Api, others: dict[str, str], kept: str) -> None:
    path = f"/console/reports/{kept}/report.json"
    assert api.send("GET", path, token=others["sister"]).status == 200
    assert api.send("GET", path, token=others["stranger"]).status == 404
    assert api.send("GET", path, token=others["powerless"]).status == 403
    assert api.send("GET", path, token="x").status == 401


def test_a_report_that_is_not_there_is_not_found(api: Api) -> None:
    answer = api.send("GET", f"/console/reports/{uuid.uuid4()}/report.json")
    assert (answer.status, answer.codes) == (404, ["ResourceNotFound"])
    assert api.send("GET", "/console/reports/../report.json").status in {400, 404}


def test_the_newest_reports_of_a_connector_are_kept(api: Api) -> None:
    connector = api.create()["id"]
    runs = [keep(api, connector, number) for number in range(KEPT + 2)]

    def held(run: str) -> FullReport | None:
        return api.database.read_blocking(lambda c: report_of(c, run))

    assert sum(held(run) is not None for run in runs) == KEPT
    last = held(runs[-1])
    assert last is not None
    assert to_json(last) == to_json(REPORT)
