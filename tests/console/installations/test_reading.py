"""Fields, log lines and what was sent already: decisions on plain data."""

import pytest
from starlette.datastructures import QueryParams

from connectory.console.calls import Answer, Call
from connectory.console.installations import fields, problems, values
from connectory.console.installations.lines import Wanted, line
from connectory.console.visit import Form
from connectory.hosting.log_text import plain

UNKNOWN_NOTE = (
    "Deployment does not require standard configuration with key NOTE for application named "
    "service."
)
CONNECTOR = {
    "configurations": [
        {
            "applicationName": "service",
            "applicationType": "service",
            "standardConfiguration": [
                {"key": "MODE", "description": "How", "default": "fast", "required": True},
                {"key": "NOTE", "description": "Any", "required": False},
            ],
            "securedConfiguration": [{"key": "TOKEN", "description": "What", "required": True}],
        },
        {"applicationName": "assets", "applicationType": "assets"},
    ],
    "globalConfiguration": {
        "standardConfiguration": [{"key": "PLACE", "description": "Where", "required": True}],
        "securedConfiguration": [],
    },
}
DEPLOYMENT = {
    "applications": [
        {
            "applicationName": "service",
            "standardConfiguration": [{"key": "MODE", "value": "a\r\nb"}],
            "securedConfiguration": [{"key": "TOKEN", "value": "***"}],
        }
    ],
    "globalConfiguration": {
        "standardConfiguration": [{"key": "PLACE", "value": "north"}],
        "securedConfiguration": [],
    },
}


def form(**given: str) -> Form:
    return Form(tuple((name.replace("__", "."), value) for name, value in given.items()))


def test_every_application_is_in_the_values_of_a_new_deployment() -> None:
    groups = fields.groups_of(CONNECTOR, "p")
    given = form(p__service__MODE="slow", p____PLACE="south", p__service__NOTE="")
    empty: dict[str, object] = {"standardConfiguration": [], "securedConfiguration": []}
    assert values.all_values(groups, given) == {
        "configurations": [
            {
                "applicationName": "service",
                "standardConfiguration": [{"key": "MODE", "value": "slow"}],
                "securedConfiguration": [],
            },
            {"applicationName": "assets", **empty},
        ],
        "globalConfiguration": {
            "standardConfiguration": [{"key": "PLACE", "value": "south"}],
            "securedConfiguration": [],
        },
    }


def test_a_redeploy_says_only_what_differs() -> None:
    known = fields.with_deployed(fields.groups_of(CONNECTOR, "p", only=["service"]), DEPLOYMENT)
    same = form(p__service__MODE="a\r\nb", p____PLACE="north", p__service__TOKEN="")
    assert values.changed_values(known, same) == {}
    other = form(p__service__MODE="", p____PLACE="north", p__service__TOKEN="new")
    assert values.changed_values(known, other) == {
        "configurationValues": [
            {
                "applicationName": "service",
                "standardConfiguration": [{"key": "MODE", "value": ""}],
                "securedConfiguration": [{"key": "TOKEN", "value": "new"}],
            }
        ]
    }


def test_a_secured_value_is_never_in_a_field() -> None:
    known = fields.with_deployed(fields.groups_of(CONNECTOR, "p"), DEPLOYMENT)
    typed = values.with_typed(known, form(p__service__TOKEN="hunter2"))
    (token,) = [one for group in typed for one in group.fields if one.secured]
    assert (token.value, token.is_set, token.must_be_typed) == ("", True, False)


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("Deployment requires secret configuration with key TOKEN for application named service.",
         "TOKEN"),
        ("Deployment global configuration requires standard with key PLACE.", "PLACE"),
        ("Deployment requires a non empty value for standard global configuration with key PLACE.",
         "PLACE"),
        (UNKNOWN_NOTE, "NOTE"),
        ("Deployments to production are disabled for this Project.", ""),
    ],
)  # fmt: skip
def test_messages_find_their_fields(message: str, key: str) -> None:
    document = {"message": message, "errors": [{"code": "x", "message": message}]}
    answer = Answer(Call("POST", "/"), 400, document)
    groups, others = problems.with_problems(fields.groups_of(CONNECTOR, "p"), answer)
    found = [one.key for group in groups for one in group.fields if one.problems]
    assert found == ([key] if key else [])
    assert others == (() if key else (message,))


def test_the_exact_text_of_an_error_is_told() -> None:
    error = {"code": "InvalidJsonInput", "message": "No JSON.", "detailedErrorMessage": "key: no"}
    assert problems.told(Answer(Call("POST", "/"), 400, {"errors": [error]})) == ("key: no",)
    assert problems.told(Answer(Call("POST", "/"), 502, "gone")) == (
        "The platform could not do this now. Try again.",
    )


def entry(text: str, moment: str = "2026-11-23T10:00:00.000Z") -> dict[str, object]:
    return {
        "type": "APPLICATION_TEXT",
        "severity": "INFO",
        "applicationName": "service",
        "timestamp": moment,
        "details": {"message": text},
    }


def test_details_that_are_no_object_are_shown() -> None:
    odd = entry("") | {"details": ["a", 1]}
    assert line(odd).text == '["a",1]'
    assert plain(odd) == '2026-11-23T10:00:00.000Z INFO service ["a",1]\n'


def test_lines_of_the_text_stay_apart() -> None:
    assert plain(entry("one\ntwo")).splitlines() == [
        "2026-11-23T10:00:00.000Z INFO service one", "    two",
    ]  # fmt: skip


def test_a_long_line_is_cut_on_the_page_only() -> None:
    long = entry("x" * 5000)
    assert len(line(long).text) == 2001
    assert "x" * 5000 in plain(long)


def test_unknown_filters_count_as_none() -> None:
    wanted = Wanted.of(QueryParams("severity=LOUD&type=x&text=%20"))
    assert not wanted.narrow
