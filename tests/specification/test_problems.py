"""What a problem tells the author beyond the official message: where, and what to do."""

import pytest

from connectory.specification import Problem, check

SERVICE = """\
deployAs:
  - name: service
    applicationType: service
    endpoint: /service
"""


def _only(text: str) -> Problem:
    (problem,) = check(text)
    return problem


def _service(extra: str) -> str:
    return SERVICE + extra


def _script(written: str) -> str:
    return _service(f"    scripts:\n      postDeploy: {written}\n")


def test_a_wrong_value_is_pointed_at() -> None:
    problem = _only(SERVICE.replace("endpoint: /service", "endpoint: //service"))
    assert problem.path == ("deployAs", 0, "endpoint")
    assert (problem.line, problem.column) == (4, 15)


def test_a_missing_key_points_at_what_should_hold_it() -> None:
    problem = _only(SERVICE.replace("    endpoint: /service\n", ""))
    assert str(problem) == "[deployAs.0.endpoint]: Required"
    assert (problem.line, problem.column) == (2, 5)
    assert problem.hint == "Add 'endpoint': the path the application serves"


def test_an_unknown_key_is_pointed_at() -> None:
    problem = _only(_service("    memory: 1\n"))
    assert (problem.line, problem.column) == (5, 5)
    assert problem.hint is not None
    assert "endpoint, configuration, scripts" in problem.hint


def test_a_second_name_is_pointed_at_where_it_repeats() -> None:
    problem = _only(SERVICE + SERVICE.removeprefix("deployAs:\n"))
    assert problem.message == "Duplicate application name found: service"
    assert problem.line == 5


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (SERVICE.replace("e: service\n  ", "e: services\n  ", 2), "Did you mean 'service'?"),
        (SERVICE.replace("endpoint: ", "endPoint: "), "Did you mean 'endpoint'?"),
        (_service("    scripts: {postdeploy: x}\n"), "Did you mean 'postDeploy'?"),
        (SERVICE.replace("name: service", "name: 0x10"), "Put the value in quotes."),
        (_service("    scripts:\n"), "Give it a value, or leave the key out."),
        (
            _service("    healthCheck: {path: /h, timeoutSeconds: '3'}\n"),
            "Write the value without quotes.",
        ),
        (_script("*/5"), "A value that starts with '*' must be in quotes."),
    ],
)
def test_a_hint_says_how_to_fix_it(text: str, hint: str) -> None:
    assert hint in [problem.hint for problem in check(text)]


def test_the_type_unknown_is_refused_although_the_official_parser_takes_it() -> None:
    problem = _only(SERVICE.replace("applicationType: service", "applicationType: unknown"))
    assert str(problem) == (
        "[deployAs.0.applicationType]: Application type 'unknown' cannot be deployed"
    )


def test_text_that_no_environment_can_hold_is_refused() -> None:
    assert _only(_script(r'"a\0b"')).message == "Value cannot contain a NUL character"


@pytest.mark.parametrize("name", ["constructor", "toString", "__proto__"])
def test_names_that_confuse_javascript_are_still_unique(name: str) -> None:
    one = SERVICE.removeprefix("deployAs:\n").replace("name: service", f"name: {name}")
    problem = _only("deployAs:\n" + one + one)
    assert problem.message == f"Duplicate application name found: {name}"


def test_names_that_are_numbers_come_first_as_in_javascript() -> None:
    names = ["zz", "12", "zz", "7x", "12", "7x"]
    apps = ", ".join(f"{{name: '{name}', applicationType: assets}}" for name in names)
    problem = _only(f"deployAs: [{apps}]")
    assert problem.message == "Duplicate application name found: 12,zz,7x"


def test_each_repeated_key_of_a_mapping_is_reported() -> None:
    problems = check("deployAs: []\ndeployAs: []\ninheritAs: {}\ninheritAs: {}\n")
    assert [(problem.line, problem.column) for problem in problems] == [(2, 1), (4, 1)]


def test_a_long_value_is_not_repeated_in_full() -> None:
    entry = f"{{key: {'x' * 10_000}, description: d}}"
    problem = _only(_service(f"    configuration: {{standardConfiguration: [{entry}]}}\n"))
    assert len(problem.message) < 400
