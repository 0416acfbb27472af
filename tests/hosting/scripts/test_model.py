"""What a script is given: decisions on data."""

from pathlib import Path

import pytest

from connectory.durable import Rejected
from connectory.hosting.scripts import ScriptName, ScriptPlacement
from connectory.hosting.scripts.model import environment
from connectory.hosting.scripts.tools import wanted
from connectory.toolchains.managers import Kind


def placement(directory: str = "service", **variables: str) -> ScriptPlacement:
    name = ScriptName.POST_DEPLOY
    return ScriptPlacement("a", "d", "service", name, "x", "sha256:0", directory, None, variables)


def given(**variables: str) -> dict[str, str]:
    return environment(placement(**variables), "/node/bin", "http://127.0.0.1:3129")


def test_configuration_arrives_as_it_is() -> None:
    assert given(CTP_REGION="europe-west1.gcp")["CTP_REGION"] == "europe-west1.gcp"


def test_reserved_variables_stay_the_platforms() -> None:
    assert given(PATH="/x", HOME="/x", PORT="1") == given()
    assert given()["PATH"].split(":")[:3] == [
        "/opt/connectory",
        "/workspace/service/node_modules/.bin",
        "/node/bin",
    ]


def test_development_dependencies_stay_when_it_installs() -> None:
    variables = given()

    assert "NODE_ENV" not in variables
    assert variables["npm_config_include"] == "dev"
    assert variables["npm_config_registry"] == "http://127.0.0.1:3129"
    assert variables["YARN_UNSAFE_HTTP_WHITELIST"] == "127.0.0.1"


def test_values_are_not_shown() -> None:
    assert "hidden" not in repr(placement(SECRET="hidden"))


def test_a_value_that_no_program_can_have_is_refused() -> None:
    with pytest.raises(Rejected, match="TOKEN"):
        given(TOKEN="a\0b")


@pytest.mark.parametrize("directory", ["../../etc", "/../..", "./x/../.."])
def test_it_starts_within_the_workspace(directory: str) -> None:
    assert placement(directory).working_directory.startswith("/workspace")
    assert ".." not in placement(directory).working_directory


@pytest.mark.parametrize(
    ("files", "command", "kinds"),
    [
        ({}, "npm run x", []),
        ({"package-lock.json": "{}"}, "npm ci", []),
        ({"yarn.lock": "# yarn lockfile v1\n"}, "npm run x", [Kind.YARN]),
        ({"yarn.lock": "__metadata:\n  version: 8\n"}, "yarn x", [Kind.BERRY]),
        ({"package.json": '{"packageManager": "pnpm@9.1.0"}'}, "npm run x", [Kind.PNPM]),
        ({"package.json": '{"scripts": {"x": "yarn build"}}'}, "npm run x", [Kind.YARN]),
        ({"package-lock.json": "{}"}, "yarn install && pnpm x", [Kind.YARN, Kind.PNPM]),
        ({"package.json": "[" * 5000}, "npm run x", []),
        ({"package.json": "[]"}, "npm run x", []),
        ({"package.json": '{"packageManager": 7}'}, "npm run x", []),
    ],
)
def test_managers_beside_npm_are_those_it_was_installed_with_or_names(
    tmp_path: Path, files: dict[str, str], command: str, kinds: list[Kind]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    assert [one.kind for one in wanted(tmp_path, command)] == kinds
