"""Sorting, dates and correlation ids, as every client of the contract may send them."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import insert
from tests.api.released import DEPLOYMENTS, deploy, release

from connectory.hosting.logs import deployment_logs
from connectory.wire import now, timestamp

DRAFTS, SEARCH = "/connectors/drafts", "/connectors/search"
NAMES = ("Bach", "alto", "Chor")
SORTS = [
    *((DRAFTS, one) for one in ("createdAt", "lastModifiedAt", "name", "key", "status")),
    *((SEARCH, one) for one in ("createdAt", "lastModifiedAt", "name", "key")),
    *((DEPLOYMENTS, one) for one in ("createdAt", "lastModifiedAt", "key", "status")),
]


@pytest.fixture(scope="module")
def sorted_by_hand(api_server: Any) -> dict[tuple[str, str], list[str]]:
    """The keys of three of each resource in the order of each field."""
    api = api_server
    made = [api.create(key=f"sort-{name}", name=name) for name in NAMES]
    for one in (1, 2, 0):
        release(api, made[one])
    deployed = [deploy(api, made[one], key=f"live-{NAMES[one]}") for one in (2, 0, 1)]
    waiting = api.create(key="sort-waiting", name="Zink")
    api.send("DELETE", f"{DEPLOYMENTS}/{deployed[1]['id']}")
    drafts, live = [one["key"] for one in made], [one["key"] for one in deployed]
    modified = [drafts[1], drafts[2], drafts[0]]
    return {
        (DRAFTS, "createdAt"): [*drafts, waiting["key"]],
        (DRAFTS, "lastModifiedAt"): [*modified, waiting["key"]],
        (DRAFTS, "name"): [drafts[0], drafts[2], waiting["key"], drafts[1]],
        (DRAFTS, "key"): sorted([*drafts, waiting["key"]]),
        (DRAFTS, "status"): [waiting["key"], *sorted(drafts)],
        (SEARCH, "createdAt"): modified,
        (SEARCH, "lastModifiedAt"): modified,
        (SEARCH, "name"): [drafts[0], drafts[2], drafts[1]],
        (SEARCH, "key"): sorted(drafts),
        (DEPLOYMENTS, "createdAt"): live,
        (DEPLOYMENTS, "lastModifiedAt"): [live[0], live[2], live[1]],
        (DEPLOYMENTS, "key"): sorted(live),
        (DEPLOYMENTS, "status"): [*sorted([live[0], live[2]]), live[1]],
    }


def keys(api: Any, path: str, *sort: str) -> list[str]:
    asked = "&".join(f"sort={quote(one)}" for one in sort)
    answer = api.send("GET", f"{path}?limit=500&{asked}")
    assert answer.status == 200, answer
    return [one["key"] for one in answer.body["results"]]


@pytest.mark.parametrize(("path", "field"), SORTS)
def test_a_list_is_sorted_both_ways(
    api: Any, sorted_by_hand: dict[tuple[str, str], list[str]], path: str, field: str
) -> None:
    """With a second field, repeated as the SDK sends it, where the first one is the same."""
    wanted = sorted_by_hand[path, field]
    then = [] if field != "status" else ["key asc"]
    assert keys(api, path, field, *then) == wanted
    assert keys(api, path, f"{field} asc", *then) == wanted
    if not then:
        assert keys(api, path, f"{field} desc") == wanted[::-1]
    else:
        assert set(keys(api, path, f"{field} desc", *then)[:1]) <= set(wanted[1:])


def test_without_a_sort_the_newest_come_first(
    api: Any, sorted_by_hand: dict[tuple[str, str], list[str]]
) -> None:
    for path in (DRAFTS, SEARCH, DEPLOYMENTS):
        assert keys(api, path) == sorted_by_hand[path, "createdAt"][::-1]


@pytest.fixture(scope="module")
def logged(api_server: Any) -> tuple[str, dt.datetime]:
    """The logs of a Deployment that wrote one line, and when."""
    moment = now() - dt.timedelta(days=2)
    deployment = deploy(api_server, release(api_server, api_server.create()))
    line = {
        "deployment_id": deployment["id"],
        "application_name": "service",
        "type": "APPLICATION_TEXT",
        "severity": "INFO",
        "timestamp": timestamp(moment),
        "details": '{"message": "Hello"}',
    }
    api_server.database.write_blocking(lambda c: c.execute(insert(deployment_logs).values(line)))
    return f"{DEPLOYMENTS}/{deployment['id']}/logs", moment


def elsewhere(moment: dt.datetime) -> str:
    return moment.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30))).isoformat()


FORMS: dict[str, Callable[[dt.datetime], str]] = {
    "with milliseconds and Z, as the CLI sends it": timestamp,
    "without a zone, as the documentation has it": lambda one: f"{one:%Y-%m-%dT%H:%M:%S}",
    "with a zone": lambda one: quote(elsewhere(one)),
    "with a zone, its plus sign not escaped": elsewhere,
    "with escaped colons": lambda one: quote(f"{one:%Y-%m-%dT%H:%M:%SZ}", safe=""),
}


@pytest.mark.parametrize("form", FORMS)
def test_logs_take_dates_in_both_forms(
    api: Any, logged: tuple[str, dt.datetime], form: str
) -> None:
    path, moment = logged
    write, hour = FORMS[form], dt.timedelta(hours=1)

    def found(start: dt.datetime, end: dt.datetime) -> int:
        answer = api.send("GET", f"{path}?startDate={write(start)}&endDate={write(end)}")
        assert answer.status == 200, answer
        return len(answer.body["data"])

    assert found(moment - hour, moment + hour) == 1
    assert found(moment + hour, moment + 2 * hour) == 0
    assert found(moment - 2 * hour, moment - hour) == 0
    wrong = api.send("GET", f"{path}?startDate={write(moment)}&endDate={write(moment - hour)}")
    assert wrong.codes == ["DeploymentLogInvalidDate"]
    past = api.send("GET", f"{path}?startDate={write(moment - dt.timedelta(days=31))}")
    assert past.codes == ["DeploymentLogInvalidDate"]


ANSWERS: dict[int, Callable[[Any], dict[str, Any]]] = {
    200: lambda api: {"method": "GET", "path": DRAFTS},
    201: lambda api: {"method": "POST", "path": DRAFTS, "document": api.draft()},
    202: lambda api: {
        "method": "DELETE",
        "path": f"{DEPLOYMENTS}/{deploy(api, release(api, api.create()))['id']}",
    },
    400: lambda api: {"method": "POST", "path": DRAFTS, "data": b"{"},
    401: lambda api: {"method": "GET", "path": DRAFTS, "token": "nonsense"},
    403: lambda api: {"method": "GET", "path": "/another/deployments"},
    404: lambda api: {"method": "GET", "path": f"{DRAFTS}/key=nobody"},
    405: lambda api: {"method": "PUT", "path": DRAFTS},
}


@pytest.mark.parametrize("status", ANSWERS)
def test_the_correlation_id_is_echoed_on_every_answer(api: Any, status: int) -> None:
    sent = f"commercetools-cli-{status:032x}"
    answer = api.send(**ANSWERS[status](api), headers={"X-Correlation-ID": sent})
    assert (answer.status, answer.headers["X-Correlation-ID"]) == (status, sent)
    assert answer.headers["Content-Type"] == "application/json"
    if status >= 400:
        (error,) = answer.body["errors"]
        assert (answer.body["statusCode"], answer.body["message"]) == (status, error["message"])
        assert error["code"]


@pytest.mark.parametrize("sent", ["two words", "x" * 300, "caf\xe9"])
def test_a_correlation_id_that_could_spoil_a_log_is_replaced(api: Any, sent: str) -> None:
    answer = api.send("GET", DRAFTS, headers={"X-Correlation-ID": sent})
    assert answer.headers["X-Correlation-ID"].startswith("connectory-")


def test_a_version_on_a_delete_is_accepted_and_ignored(api: Any) -> None:
    staged = release(api, api.create())
    deployment = deploy(api, staged)
    assert api.send("DELETE", f"{DEPLOYMENTS}/{deployment['id']}?version=999").status == 202
    assert api.send("DELETE", f"{DRAFTS}/{staged['id']}?version=999").status == 200


def test_an_update_of_too_many_actions_is_refused(api: Any) -> None:
    staged, action = api.create(), {"action": "setName", "name": "Renamed"}
    assert api.update(staged, *[action] * 501).codes == ["InvalidJsonInput"]
    assert api.update(staged, *[action] * 500).body["version"] == 2


def test_a_list_is_not_split_at_commas(api: Any) -> None:
    """The SDK repeats the parameter; a comma is part of a value, and no value has one."""
    for path in (DRAFTS, SEARCH, DEPLOYMENTS):
        for query in ("integrationTypes=tax,psp", "sort=createdAt,key"):
            assert api.send("GET", f"{path}?{query}").codes == ["InvalidQueryParam"], path
    assert api.send("GET", f"{SEARCH}?key=a-1,a-2").body["results"] == []
