"""How bad a secret is where it lies: pure decisions, made on its text and never keeping it."""

import re
from dataclasses import dataclass

from connectory.findings import Severity
from connectory.publishing.checks.secrets.answer import Leak

NAMES = {
    "aws-access-token": "AWS access key",
    "github-pat": "GitHub personal access token",
    "stripe-access-token": "Stripe secret key",
    "slack-webhook-url": "Slack webhook address",
    "slack-bot-token": "Slack bot token",
    "private-key": "private key",
    "jwt": "JSON Web Token",
    "generic-credential-uri": "password in an address",
    "mongodb-connection-string": "password in a MongoDB address",
    "commercetools-client-secret": "commercetools API client secret",
    "npmjsaccesstoken": "npm access token",
    "sendgrid": "SendGrid API key",
    "gcp-api-key": "Google API key",
}
OFTEN_PUBLIC = frozenset({"gcp-api-key", "jwt"})
"""Google's keys for browsers are meant to be seen, and a token in a comment has mostly run out."""
UNMISTAKABLE = frozenset({"npmjsaccesstoken", "sendgrid", "mongodb-connection-string"})
"""The scanner calls them less certain, yet nothing else has their form."""
ADDRESSES = frozenset({"generic-credential-uri", "mongodb-connection-string"})
SHOWN, SHORTEST_SHOWN = 4, 16

_ASIDE = re.compile(
    r"(^|/)(__)?(tests?|specs?|e2e|cypress|fixtures?|mocks?|testdata|test-utils|stubs?|samples?"
    r"|examples?|docs?)(__)?/|\.(test|spec|mock|fixture|stories)\.[\w.]+$"
    r"|\.(md|mdx|example|sample|template|dist|snap)$|(^|/)[^/]*(example|sample|template)[^/]*\.env$"
    r"|\.env\.(example|sample|template|dist|test)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"example|change.?me|place.?holder|dummy|your[-_ ]|sample|replace|insert|redacted|fake|secret$"
    r"|password|abcdef|012345|123456|xxxx|\*{3}|\.{3}|<[^>]*>|\$\{|\{\{|%[A-Z_]+%|(.)\1{5}",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    r"@(localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal|([\w-]+\.)*example\.\w"
    r"|[\w-]+(?=[:/'\"\s]|$))"
)
_REMOTE = re.compile(r"@[\w-]+(\.[\w-]+)+[:/]")

_CODE = re.compile(r"\.([cm]?[jt]sx?|java|kt|py|go)$")
_HEXADECIMAL = re.compile(rb"[0-9a-f]{32}")


@dataclass(frozen=True)
class Weighed:
    severity: Severity
    evidence: str = ""


def name(kind: str) -> str:
    return NAMES.get(kind, kind.replace("-", " "))


def weigh(leak: Leak, line: bytes = b"") -> Weighed:
    """``line`` is the line it lies on; empty when it is not known, as in history."""
    value = line[leak.start : leak.end + 1].decode("utf-8", "replace")
    rest = line[leak.end + 1 :].decode("utf-8", "replace")
    return Weighed(_severity(leak, value, rest), _shown(leak, value))


def plausible(leak: Leak, line: bytes) -> bool:
    """A client secret is 32 random characters or hexadecimal digits: the name of a variable or a
    setting can be as long, and is neither."""
    if leak.kind != "commercetools-client-secret":
        return True
    value = line[leak.start : leak.end + 1]
    if _HEXADECIMAL.fullmatch(value):
        return True
    if not all(re.search(kind, value) for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]")):
        return False
    quoted = line[: leak.start].endswith((b"'", b'"', b"`"))
    is_name = _CODE.search(leak.path) and not quoted and len(re.findall(rb"[0-9]", value)) < 3
    return not is_name


def aside(path: str) -> bool:
    """Whether a file is a test, a fixture, an example or documentation by its name."""
    return _ASIDE.search(path) is not None


def _severity(leak: Leak, value: str, rest: str) -> Severity:
    if leak.kind != "private-key" and _PLACEHOLDER.search(value):
        return Severity.INFO
    if _local(leak, value, rest):
        return Severity.MINOR
    if aside(leak.path):
        return Severity.MINOR
    return Severity.CRITICAL if _grave(leak, rest) else Severity.MAJOR


def _grave(leak: Leak, rest: str) -> bool:
    if leak.kind in OFTEN_PUBLIC:
        return False
    if leak.kind == "generic-credential-uri" and _REMOTE.match(rest):
        return True
    return leak.confidence == "high" or leak.kind in UNMISTAKABLE


def _local(leak: Leak, value: str, rest: str) -> bool:
    """A password for a database on the developer's own machine, or of an example."""
    if leak.kind not in ADDRESSES:
        return False
    return _LOCAL.search(value if "@" in value else rest[:200]) is not None


def _shown(leak: Leak, value: str) -> str:
    """Its first characters and its length, so that its owner can tell which one it is."""
    if leak.kind == "private-key" or len(value) < SHORTEST_SHOWN:
        return ""
    if "://" in value:
        return f"{value.partition('://')[0][:SHOWN]}… ({len(value)} characters)"
    return f"{value[:SHOWN]}… ({len(value)} characters)"
