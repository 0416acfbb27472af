"""What lines mean, and what never shows."""

import msgspec
import pytest

from connectory.hosting.lines import LogType, Severity, understood
from connectory.hosting.masking import Masking


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


def test_nothing_to_mask_changes_nothing() -> None:
    assert Masking().masked("text") == "text"
    assert Masking(("", "      x"[:3])).masked("text") == "text"
