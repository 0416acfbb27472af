"""The command line as a person and a program use it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ports import silent_port

COMMAND = (sys.executable, "-m", "connectory")


def clean() -> dict[str, str]:
    """The environment without settings."""
    return {name: value for name, value in os.environ.items() if "CONNECTORY" not in name}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=clean() | environment,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


@pytest.fixture
def platform(tmp_path: Path, free_port: int) -> Iterator[tuple[str, Path, str]]:
    """A running platform: its URL, its data directory, what it said at its first start."""
    data, said = tmp_path / "data", tmp_path / "said"
    with said.open("w") as log:
        process = subprocess.Popen(
            [*COMMAND, "up", "--data", str(data), "--port", str(free_port)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == f"Connectory is ready at http://127.0.0.1:{free_port}\n", said.read_text()
    yield f"http://127.0.0.1:{free_port}", data, said.read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(100) == 0
    process.stdout.close()


def value(said: str, name: str) -> str:
    return next(line.split()[-1] for line in said.splitlines() if line.strip().startswith(name))


def test_projects_and_api_clients_are_made_on_a_running_platform(
    platform: tuple[str, Path, str],
) -> None:
    _, data, _ = platform
    made = run("project", "create", "shop", "--production", "--json", "--data", str(data))
    assert json.loads(made.stdout) == {
        "key": "shop",
        "region": "europe-west1.gcp",
        "production": True,
        "standIn": None,
    }
    client = run(
        "api-client", "create", "--project", "shop", "--scope", "view_connectors",
        "--json", "--data", str(data),
    )  # fmt: skip
    credentials: dict[str, Any] = json.loads(client.stdout)
    assert set(credentials) == {"clientId", "clientSecret", "projectKey", "scopes"}
    assert credentials["scopes"] == ["view_connectors:shop"]


def test_the_same_from_afar_with_the_administrators_password(
    platform: tuple[str, Path, str],
) -> None:
    url, _, said = platform
    password = value(said, "password")
    made = run("project", "create", "far", "--url", url, "--json", CONNECTORY_PASSWORD=password)
    assert json.loads(made.stdout)["key"] == "far"
    client = run(
        "api-client", "create", "--project", "far", "--url", url, "--json",
        CONNECTORY_PASSWORD=password,
    )  # fmt: skip
    assert json.loads(client.stdout)["projectKey"] == "far"
    stood = run(
        "project", "stand-in", "far", "http://127.0.0.1:8989", "--url", url, "--json",
        CONNECTORY_PASSWORD=password,
    )  # fmt: skip
    assert json.loads(stood.stdout)["standIn"] == {"apiUrl": "http://127.0.0.1:8989"}
    refused = run("project", "create", "x2", "--url", url, CONNECTORY_PASSWORD="wrong")
    assert refused.returncode == 1
    assert "Bad credentials" in refused.stderr


def test_an_organization_begins_with_an_administrator_who_goes_on_from_afar(
    platform: tuple[str, Path, str],
) -> None:
    url, data, said = platform
    made = run("organization", "create", "guild", "--name", "Guild", "--json", "--data", str(data))
    guild = json.loads(made.stdout)
    assert (guild["administrator"], guild["project"]["key"]) == ("guild-admin", "guild")
    project = run(
        "project", "create", "guild-two", "--url", url, "--user", "guild-admin", "--json",
        CONNECTORY_PASSWORD=guild["password"],
    )  # fmt: skip
    assert json.loads(project.stdout)["key"] == "guild-two"
    far = run("organization", "create", "far-guild", "--url", url,
              CONNECTORY_PASSWORD=value(said, "password"))  # fmt: skip
    assert "far-guild-admin" in far.stderr
    assert "shown once" in far.stderr
    refused = run("organization", "create", "no", "--url", url, "--user", "guild-admin",
                  CONNECTORY_PASSWORD=guild["password"])  # fmt: skip
    assert "Access denied" in refused.stderr


def test_one_platform_for_each_directory_and_port(
    platform: tuple[str, Path, str], tmp_path: Path
) -> None:
    url, data, _ = platform
    port = url.rpartition(":")[2]
    again = run("up", "--data", str(data), "--port", "0")
    assert (again.returncode, "Another platform is running" in again.stderr) == (1, True)
    taken = run("up", "--data", str(tmp_path / "other"), "--port", port)
    assert (taken.returncode, "Cannot listen" in taken.stderr) == (1, True)


def test_the_first_command_on_an_empty_directory_shows_its_secrets(tmp_path: Path) -> None:
    made = run("project", "create", "shop", "--json", "--data", str(tmp_path / "new"))
    assert json.loads(made.stdout)["key"] == "shop"
    assert value(made.stderr, "password")
    assert value(made.stderr, "client secret")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (("up",), {"CONNECTORY_PROT": "1"}, "CONNECTORY_PROT"),
        (("up",), {"CONNECTORY_PORT": "x"}, "port"),
        (("up", "--port", "99999"), {}, "port"),
    ],
)
def test_a_wrong_setting_is_named(
    arguments: tuple[str, ...], environment: dict[str, str], says: str, tmp_path: Path
) -> None:
    done = run(*arguments, "--data", str(tmp_path), **environment)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("project", "create", "a"), "2 to 36"),
        (("project", "create", "ok", "--region", "mars"), "region"),
        (("api-client", "create", "--project", "none"), "does not exist"),
        (("api-client", "create", "--project", "demo", "--scope", "x:y"), "not a scope"),
    ],
)
def test_a_wrong_argument_is_told(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = run(*arguments, "--data", str(tmp_path))
    assert done.returncode == 1
    assert says in done.stderr


def test_a_platform_that_is_not_there_is_said_so() -> None:
    with silent_port() as port:
        url = f"http://127.0.0.1:{port}"
        done = run("project", "create", "shop", "--url", url, CONNECTORY_PASSWORD="x")
    assert (done.returncode, "cannot be reached" in done.stderr) == (1, True)
