"""How bad a secret is where it lies."""

import pytest

from connectory.findings import Severity
from connectory.publishing.checks.secrets.answer import Leak
from connectory.publishing.checks.secrets.weighing import aside, plausible, weigh

TOKEN = "ghp_" + "q7Rt2Lx9" * 4 + "Wm4K"


def weighed(kind: str, value: str, rest: str = "", path: str = "a.ts", sure: str = "high") -> str:
    line = f"x = '{value}{rest}'".encode()
    leak = Leak(kind, sure, path, 1, 5, 5 + len(value.encode()) - 1)
    return str(weigh(leak, line).severity)


@pytest.mark.parametrize(
    "path",
    [
        "processor/test/a.ts",
        "processor/src/a.spec.ts",
        "processor/__tests__/a.ts",
        "processor/test/fixtures/key.pem",
        "processor/.env.example",
        "README.md",
        "docs/setup.ts",
        "enabler/src/__mocks__/a.ts",
    ],
)
def test_tests_examples_and_documentation_stop_nothing(path: str) -> None:
    assert aside(path)
    assert weighed("github-pat", TOKEN, path=path) == Severity.MINOR


@pytest.mark.parametrize(
    "path", ["processor/src/contest.ts", "processor/.env", "latest/a.ts", "src/tests.ts", "a.json"]
)
def test_other_files_are_looked_at_in_earnest(path: str) -> None:
    assert not aside(path)
    assert weighed("github-pat", TOKEN, path=path) == Severity.CRITICAL


@pytest.mark.parametrize(
    "value", ["ghp_EXAMPLE", "<token>", "ghp_xxxxxxxxxxxx", "${TOKEN}", "changeme"]
)
def test_placeholders_are_only_mentioned(value: str) -> None:
    assert weighed("github-pat", value) == Severity.INFO


@pytest.mark.parametrize(
    ("rest", "severity"),
    [
        ("@localhost:5432/shop", Severity.MINOR),
        ("@db:5432/shop", Severity.MINOR),
        ("@127.0.0.1/shop", Severity.MINOR),
        ("@db.example.com/shop", Severity.MINOR),
        ("@db.prod.acme.io:5432/shop", Severity.CRITICAL),
    ],
)
def test_a_password_matters_where_others_can_reach(rest: str, severity: Severity) -> None:
    assert weighed("generic-credential-uri", "q7Rt2Lx9Wm4K", rest, sure="medium") == severity


def test_what_is_often_meant_to_be_seen_does_not_stop() -> None:
    assert weighed("gcp-api-key", "AIza" + "q7Rt2Lx" * 5) == Severity.MAJOR
    assert weighed("jwt", "eyJh.q7Rt2Lx9.Wm4K") == Severity.MAJOR


def test_the_evidence_is_four_characters_and_a_length() -> None:
    line = f"tökén = '{TOKEN}'".encode()
    start = line.index(b"ghp_")
    leak = Leak("github-pat", "high", "a.ts", 1, start, start + len(TOKEN) - 1)
    assert weigh(leak, line).evidence == "ghp_… (40 characters)"


def test_short_secrets_and_keys_show_nothing() -> None:
    line = b"postgres://u:q7Rt2Lx9@db.acme.io/"
    assert weigh(Leak("generic-credential-uri", "medium", "a", 1, 13, 20), line).evidence == ""
    key = b"-----BEGIN PRIVATE KEY-----MIIEvQIBADANBgkqhkiG9w0BAQ"
    assert weigh(Leak("private-key", "high", "a", 1, 0, 50), key).evidence == ""


def test_an_address_shows_its_scheme_alone() -> None:
    line = b"mongodb+srv://app:q7Rt2Lx9Wm4K@c.ab1cd.mongodb.net"
    leak = Leak("mongodb-connection-string", "high", "a", 1, 0, len(line) - 1)
    assert weigh(leak, line).evidence == f"mong… ({len(line)} characters)"


@pytest.mark.parametrize(
    ("value", "likely"),
    [
        ("hV7pQ2xZ9tLw4Ns8Kd3Rb6Yf1Gm5Jc0A", True),
        ("9f86d081884c7d659a2feaa0c55ad015", True),
        ("ourOwnClientSecretOfThisProjects", False),
        ("STRIPE_2_CLIENT_SECRET_OF_TENANT", False),
        ("the-client-secret-of-version-2-of", False),
    ],
)
def test_a_name_is_no_client_secret(value: str, likely: bool) -> None:
    leak = Leak("commercetools-client-secret", "high", "a.ts", 1, 0, 31)
    assert plausible(leak, value.encode()) is likely
