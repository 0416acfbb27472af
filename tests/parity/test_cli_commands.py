"""Every command of the official CLI that talks to the API is driven; the hidden ones here."""

import ast
import datetime as dt
import json
import shutil
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.parity.official import HERE, Cli, Official, Outcome, run
from tests.parity.support import PROJECT, REGION, TAG, Platform
from tests.parity.test_official_cli import UUID, draft

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

OTHER_APIS = {
    "@commercetools/cli-topic-import": "talks to the Import API",
    "@commercetools/cli-topic-sphere": "talks to the HTTP API",
    "@oclif/plugin-plugins": "installs npm packages",
}
LOCAL = {
    "connect:application:add": "writes files of a template",
    "connect:application:build": "builds with Docker",
    "connect:application:start": "runs with Docker",
    "connect:application:test": "runs with Docker",
    "connect:bundle": "builds with Docker",
    "connect:init": "writes files of a template",
    "connect:validate": "checks with Docker",
}
DRIVERS = ("test_official_cli.py", "test_official_login.py", Path(__file__).name)
KEY = "stepwise"
DEPLOYMENT = "stepwise-preview"


class Command(NamedTuple):
    """``authorized``: the CLI asks for a token before it runs."""

    id: str
    plugin: str
    authorized: bool


@pytest.fixture(scope="module")
def commands(official: Official, platform: Platform) -> list[Command]:
    """What the CLI itself finds, hidden commands as well."""
    script = official.directory / "cli-commands.mjs"
    shutil.copy(HERE / script.name, script)
    cli = official.program.parents[1]
    outcome = run(official, platform, (str(script),), {"CLI": str(cli)}).succeeded()
    return [Command(**one) for one in json.loads(outcome.output)]


def driven(known: set[str]) -> set[str]:
    """The commands that the tests' own code names: the texts that a call or a tuple begins with."""
    found = set[str]()
    for file in DRIVERS:
        for node in ast.walk(ast.parse((HERE / file).read_text())):
            words = leading(node.args if isinstance(node, ast.Call) else getattr(node, "elts", []))
            found |= {":".join(words[:end]) for end in range(2, 4)} & known
    return found


def leading(nodes: list[Any]) -> list[str]:
    words = list[str]()
    for node in nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            break
        words.append(node.value)
    return words


def test_every_command_that_talks_to_the_api_is_driven(commands: list[Command]) -> None:
    """Drive a new command in one of ``DRIVERS``, or say in ``LOCAL`` why it cannot be."""
    ours = {one.id for one in commands if one.plugin not in OTHER_APIS}
    assert ours == driven(ours) | set(LOCAL)
    assert driven(ours) & set(LOCAL) == set()


def test_what_is_called_local_asks_for_no_token(commands: list[Command]) -> None:
    assert [one for one in commands if one.authorized and one.id in LOCAL] == []
    assert {one.plugin for one in commands} >= set(OTHER_APIS)


@pytest.fixture(scope="module")
def validated(cli: Cli) -> Outcome:
    """The first half of ``preview``, by id."""
    created = cli.run("connect", "connectorstaged", "create", *draft(KEY))
    id_ = created.succeeded().found(rf"\(id: ({UUID})\)")
    return cli.run("connect", "connectorstaged", "validate", "--id", id_)


@pytest.fixture(scope="module")
def deployed(cli: Cli, validated: Outcome) -> Outcome:
    """Its second half."""
    return cli.run(
        "connect", "connectorstaged", "deploy", "--key", KEY, "--deployment-key", DEPLOYMENT,
        "--region", REGION, "--configuration", "greeting.SIGNING_KEY=parity",
    )  # fmt: skip


def test_validate_waits_for_the_report(validated: Outcome) -> None:
    validated.succeeded().shows(
        "Starting validation for Connector with ID", f"and Git tag '{TAG}' succeeded!"
    )


def test_deploy_waits_for_the_preview(deployed: Outcome) -> None:
    deployed.succeeded().shows(
        f"The preview Deployment with key '{DEPLOYMENT}' for Git tag '{TAG}' was successfully"
    )


def test_deployment_create_takes_a_staged_connector(cli: Cli, deployed: Outcome) -> None:
    created = cli.run(
        "connect", "deployment", "create", "--key", "staged", "--connector-key", KEY,
        "--connector-staged", "--type", "preview", "--region", REGION,
        "--configuration", "greeting.SIGNING_KEY=parity",
    ).succeeded()  # fmt: skip
    created.found(rf"created with ID: ({UUID}) and it's currently in Deploying status")
    deleted = cli.run("connect", "deployment", "delete", "--key", "staged", typed="y\n")
    deleted.succeeded()


def test_logs_go_on_to_the_next_page_between_two_dates(
    cli: Cli, platform: Platform, deployed: Outcome
) -> None:
    url = deployed.found(r"(http://\S+/greeting)")
    # each is logged by the gateway and by the application: two pages of a hundred lines
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(greet, [url] * 60))
    path = f"/{PROJECT}/deployments/key={DEPLOYMENT}/logs"
    token, until = str(platform.token()["access_token"]), time.monotonic() + 100
    while not (platform.get(path, token) or {})["next"] and time.monotonic() < until:
        time.sleep(0.1)
    day, now = dt.timedelta(days=1), dt.datetime.now()  # noqa: DTZ005  the CLI reads local time
    shown = cli.run(
        "connect", "deployment", "logs", "--key", DEPLOYMENT, "--application", "greeting",
        "--startDate", f"{now - day:%Y-%m-%dT%H:%M:%S}",
        "--endDate", f"{now + day:%Y-%m-%d %H:%M:%S}", typed="y\n",
    )  # fmt: skip
    shown.succeeded().shows("Do you want to see the next page?", "No more logs found")
    assert shown.text.count("Logs from") == 2
    nothing = cli.run(
        "connect", "deployment", "logs", "--key", DEPLOYMENT,
        "--startDate", f"{now + day:%Y-%m-%dT%H:%M:%S}",
    ).succeeded()  # fmt: skip
    nothing.shows("No logs found for Deployment")


def greet(url: str) -> None:
    urllib.request.urlopen(url, timeout=100).close()
