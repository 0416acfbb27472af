"""``auth login`` of the official CLI: its token host is hard-coded, so the platform takes its name.

Nothing of the CLI is changed. ``local-names.cjs`` stands for an entry in a hosts file, and the
certificate for one that an operator's own authority signs.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.parity.official import DASH, HERE, Cli, Official
from tests.parity.support import PROJECT, REGION, Platform
from tests.parity.tls import served_as

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

NAMES = (f"auth.{REGION}.commercetools.com", f"connect.{REGION}.commercetools.com")


@pytest.fixture
def named_cli(official: Official, platform: Platform, tmp_path: Path) -> Iterator[Cli]:
    """The CLI with an empty home, on a machine where commercetools' hosts are the platform."""
    with served_as(NAMES, platform.url, tmp_path) as (port, certificate):
        environment = {
            "CTP_CLI_CONNECT_API_URL": f"https://{NAMES[1]}",
            "NODE_EXTRA_CA_CERTS": str(certificate),
            "NODE_OPTIONS": f'--require "{HERE / "local-names.cjs"}"',
            "CONNECTORY_NAMES_PORT": str(port),
        }
        yield Cli(official, platform, tmp_path, environment)


def login(secret: str, platform: Platform, project: str = PROJECT) -> tuple[str, ...]:
    return (
        "auth", "login", "--client-credentials",
        f"--client-id={platform.credentials.client_id}", f"--client-secret={secret}",
        "--region", REGION, "--project-key", project,
    )  # fmt: skip


def test_who_logs_in_can_work(named_cli: Cli, platform: Platform) -> None:
    named_cli.run(*login(platform.credentials.client_secret, platform)).succeeded()
    who = named_cli.run("auth", "whoami").succeeded()
    who.shows(platform.credentials.client_id, PROJECT, f"manage_project:{PROJECT}")
    listed = named_cli.run("connect", "deployment", "list").succeeded()
    listed.found(rf"(Showing items \d{DASH}\d of \d\.)")


def test_a_wrong_secret_does_not_log_in(named_cli: Cli, platform: Platform) -> None:
    refused = named_cli.run(*login("wrong", platform)).failed()
    refused.shows("Invalid client credentials.")


def test_a_project_the_client_has_no_scope_for_is_refused(
    named_cli: Cli, platform: Platform
) -> None:
    refused = named_cli.run(
        *login(platform.credentials.client_secret, platform, project="other")
    ).failed()
    refused.shows('Project key "other" is not present in the token scopes.')
