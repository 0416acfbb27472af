"""What lines mean, and what never shows."""

from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import msgspec
import pytest

from connectory.hosting.lines import LogType, Severity, understood
from connectory.hosting.masking import Masking
from connectory.sandbox.output import CUT


@pytest.mark.parametrize(
    ("stream", "line", "kind", "severity"),
    [
        ("stdout", "plain", LogType.APPLICATION_TEXT, Severity.DEFAULT),
        ("stderr", "plain", LogType.APPLICATION_TEXT, Severity.ERROR),
        ("stdout", '{"level":30,"msg":"pino"}', LogType.APPLICATION_JSON, Severity.INFO),
        ("stdout", '{"level":50}', LogType.APPLICATION_JSON, Severity.ERROR),
        ("stdout", '{"level":60}', LogType.APPLICATION_JSON, Severity.CRITICAL),
        ("stdout", '{"level":"warn"}', LogType.APPLICATION_JSON, Severity.WARNING),
        ("stdout", '{"severity":"NOTICE"}', LogType.APPLICATION_JSON, Severity.NOTICE),
        ("stdout", '{"lvl":"fatal"}', LogType.APPLICATION_JSON, Severity.CRITICAL),
        ("stderr", '{"message":"no level"}', LogType.APPLICATION_JSON, Severity.ERROR),
        ("stdout", '{"level":true}', LogType.APPLICATION_JSON, Severity.DEFAULT),
        ("stdout", '{"level":"strange"}', LogType.APPLICATION_JSON, Severity.DEFAULT),
        ("stdout", "[1,2]", LogType.APPLICATION_TEXT, Severity.DEFAULT),
        ("stdout", '{"broken', LogType.APPLICATION_TEXT, Severity.DEFAULT),
        ("stdout", '{"a":' * 3000, LogType.APPLICATION_TEXT, Severity.DEFAULT),
        ("stdout", "", LogType.APPLICATION_TEXT, Severity.DEFAULT),
    ],
)
def test_a_line_is_understood(stream: str, line: str, kind: LogType, severity: Severity) -> None:
    said = understood(stream, line)
    assert (said.type, said.severity) == (kind, severity)
    details = msgspec.json.decode(said.details)
    assert details == (
        {"message": line} if kind is LogType.APPLICATION_TEXT else msgspec.json.decode(line)
    )


def test_every_form_of_a_secret_is_masked() -> None:
    masking = Masking(
        ('quo"ted-pass', "-----BEGIN\nMIIEvQIBADANB\nend", "abc", "longer-abcdef", "abcdef")
    )
    assert masking.masked('got quo"ted-pass here') == "got ************ here"
    assert "ted-pass" not in masking.masked(msgspec.json.encode({"p": 'quo"ted-pass'}).decode())
    assert masking.masked("MIIEvQIBADANB") == "*" * 13
    assert masking.masked("abc is too short to mask") == "abc is too short to mask"
    assert masking.masked("longer-abcdef abcdef") == "************* ******"


SECRET = "pa$$/w+rd=ß hunter2"


@pytest.mark.parametrize(
    "shown",
    [
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        b64encode(SECRET.encode()).decode(),
        *(b64encode(b"x" * size + SECRET.encode() + b"tail").decode() for size in range(4)),
        *(urlsafe_b64encode(b"id:"[:size] + SECRET.encode()).decode() for size in range(4)),
    ],
)
def test_an_encoded_secret_is_masked(shown: str) -> None:
    masked = Masking((SECRET,)).masked(f"Authorization: Basic {shown} and on")
    assert masked.startswith("Authorization: Basic ")
    assert masked.endswith(" and on")
    # but for letters that it shares with its neighbours
    kept = masked.removeprefix("Authorization: Basic ").removesuffix(" and on").replace("*", "")
    assert len(kept) <= 14
    assert "*" * 20 in masked


@pytest.mark.parametrize("shown", [3, 6, 12])
def test_the_beginning_of_a_secret_where_a_line_was_cut_is_masked(shown: int) -> None:
    secret = "correct-horse-battery"
    masking = Masking((secret, "another-secret"))
    line = f"it is {secret[:shown]}{CUT}"
    assert masking.masked(line) == f"it is {'*' * shown}{CUT}"
    assert masking.masked(f"first\n{line}\nlast") == f"first\nit is {'*' * shown}{CUT}\nlast"
    assert masking.masked(f"it is well{CUT}") == f"it is well{CUT}"


def test_nothing_to_mask_changes_nothing() -> None:
    assert Masking().masked("text") == "text"
    assert Masking(("", "      x"[:3])).masked("text") == "text"
