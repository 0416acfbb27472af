"""YAML as the official parser reads it: version 1.2, tabs as blanks, and nothing guessed."""

import pytest

from connectory.specification import check, parse


def _kind(written: str) -> str:
    """The type a value is read as, by way of the message that refuses it."""
    head = "" if not written.startswith("1.1 ") else "%YAML 1.1\n---\n"
    (problem,) = check(f"{head}deployAs: {written.removeprefix('1.1 ')}\n")
    return problem.message.removeprefix("Expected array, received ")


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("no", "string"),
        ("Yes", "string"),
        ("on", "string"),
        ("y", "string"),
        ("0b1", "string"),
        ("12:30:45", "string"),
        ("1_000", "string"),
        ("2024-01-01", "string"),
        ("<<", "string"),
        ("=", "string"),
        ("+.NaN", "string"),
        ("0O17", "string"),
        ("tRUE", "string"),
        ("!env NAME", "string"),
        ("! 12", "string"),
        ("!!str 12", "string"),
        ("!!int twelve", "string"),
        ("'12'", "string"),
        ("true", "boolean"),
        ("False", "boolean"),
        ("TRUE", "boolean"),
        ("", "null"),
        ("~", "null"),
        ("Null", "null"),
        ("!!null ''", "null"),
        ("12", "number"),
        ("-0", "number"),
        ("0o17", "number"),
        ("0x1F", "number"),
        (".5", "number"),
        ("5.", "number"),
        ("1e3", "number"),
        ("-.INF", "number"),
        ("9" * 5000, "number"),
        ("0x" + "f" * 5000, "number"),
        ("!!int '12'", "number"),
        (".nan", "nan"),
        ("!!timestamp 2024-01-01", "date"),
        ("!!binary aGk=", "object"),
        ("{}", "object"),
        ("1.1 yes", "boolean"),
        ("1.1 off", "boolean"),
        ("1.1 0b1", "number"),
        ("1.1 12:30:45", "number"),
        ("1.1 -12:30.5", "number"),
        ("1.1 1_000", "number"),
        ("1.1 010", "number"),
        ("1.1 2024-01-01", "date"),
        ("1.1 maybe", "string"),
    ],
)
def test_the_type_of_a_value(written: str, kind: str) -> None:
    assert _kind(written) == kind


def _health(seconds: str) -> str:
    return (
        "deployAs: [{name: svc, applicationType: service, endpoint: /s, "
        f"healthCheck: {{path: /h, intervalSeconds: {seconds}}}}}]"
    )


@pytest.mark.parametrize("seconds", ["5", "5.0", "0x5", "0o5", "5e0", "+5", "!!int '5'"])
def test_every_way_to_write_a_whole_number(seconds: str) -> None:
    (application,) = parse(_health(seconds)).applications
    assert application.health_check is not None
    assert application.health_check.interval_seconds == 5


def test_infinity_is_no_whole_number() -> None:
    assert [problem.message for problem in check(_health(".inf"))] == [
        "Expected integer, received float",
        "Number must be less than or equal to 20",
    ]


def _endpoint(written: str) -> str:
    head = "deployAs:\t\n- name: svc\t # a comment\n  applicationType:\tservice\n  endpoint:"
    return f"{head}{written}\n  scripts: \t\n    postDeploy: npm\tci \t&& npm  test\t\n"


def test_tabs_are_blanks() -> None:
    (application,) = parse(_endpoint("\t/a \t")).applications
    assert application.endpoint == "/a"
    assert application.scripts.post_deploy == "npm\tci \t&& npm  test"


@pytest.mark.parametrize(
    "text",
    [
        "deployAs:\n\t- name: svc\n",
        "deployAs:\n- name: svc\n \tapplicationType: assets\n",
        "deployAs: []# attached\n",
        "deployAs: 'one\ntwo'\n",
        "deployAs: []\n--- \nagain\n",
        "deployAs: >\n      \n  text\n",
        "deployAs: !" + "x" * 5000 + "\n",
        'deployAs: "\\UFFFFFFFF"\n',
        'deployAs: "\\q"\n',
        "%YAML 1.2\n",
        "deployAs: [}\n",
        "deployAs: @x\n",
        "*a : 1\n",
    ],
)
def test_what_is_no_yaml(text: str) -> None:
    (problem,) = check(text)
    assert problem.path == ()
    assert "received" not in problem.message


def test_characters_that_break_no_line_in_yaml_1_2_stay() -> None:
    odd = "a\x85b\u2028c\u2029d\rf"
    text = "deployAs: [{name: svc, applicationType: service, endpoint: /, configuration: {"
    text += f"securedConfiguration: [{{key: AB, description: {odd}}}]}}}}]"
    assert parse(text).applications[0].configuration.secured[0].description == odd


def test_a_noncharacter_is_never_read_as_what_it_stands_for() -> None:
    text = "deployAs: [{name: svc, applicationType: service, endpoint: /, scripts: {"
    (application,) = parse(text + "postDeploy: 'a\ufdd0b'}}]").applications
    assert application.scripts.post_deploy == "a\ufffdb"


@pytest.mark.parametrize(
    ("written", "read"), [(r"\ud83d\ude00", "\U0001f600"), (r"\ud83d", "\ufffd"), (r"\x41", "A")]
)
def test_escapes(written: str, read: str) -> None:
    text = "deployAs: [{name: svc, applicationType: service, endpoint: /, scripts: {"
    (application,) = parse(f'{text}postDeploy: "{written}"}}}}]').applications
    assert application.scripts.post_deploy == read
