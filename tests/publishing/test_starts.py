"""What a first start says about an application: the decisions, on plain data."""

import pytest

from connectory.findings import Severity
from connectory.publishing.tools import placeholders
from connectory.publishing.tools.starts import Start, complaints, judged
from connectory.sandbox.listening import Listener, rows
from connectory.specification import parse

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 00000000:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1
   2: 0100007F:1F91 0100007F:0BB8 01 00000000:00000000 00:00000000 00000000     0        0 3 1
"""
TABLE6 = """\
  sl  local_address                         remote_address                        st
   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0:0
   1: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 0:0
"""
UNCAUGHT = "./service/index.js:1\ncode\n^\n\n{0}\n    at x (./service/config/required.js:1:2)\n"


def test_listeners_are_read_from_the_kernel() -> None:
    assert rows(TABLE) == {Listener(8080, loopback=True), Listener(3000, loopback=False)}
    assert rows(TABLE6) == {Listener(8080, loopback=True), Listener(8081, loopback=False)}


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (Start("", listening=True), []),
        (Start("", listening=True, ports=frozenset({9229})), []),
        (Start("", listening=True, loopback=True), ["loopback-only MAJOR"]),
        (Start("", waited=20), ["not-listening HIGH"]),
        (Start("", waited=20, busy=True), ["not-listening MAJOR"]),
        (Start("", waited=20, made_up=frozenset({"K"})), ["needs-configuration INFO"]),
        (Start("getaddrinfo ENOTFOUND x", waited=20), ["needs-configuration INFO"]),
        (Start("", ports=frozenset({3000})), ["wrong-port CRITICAL"]),
        (Start("retry: ECONNREFUSED", ports=frozenset({9090})), ["needs-configuration INFO"]),
        (Start("", code=0, cause="exit", made_up=frozenset({"K"})), ["crashed CRITICAL"]),
        (Start("", code=137, cause="memory"), ["crashed CRITICAL"]),
        (Start("", code=139, cause="signal", made_up=frozenset({"K"})), ["crashed MAJOR"]),
        (Start("sh: 1: tsx: not found", code=127, cause="exit"), ["crashed BLOCKER"]),
        (Start(UNCAUGHT.format("Error: Cannot find module 'x'"), code=1, cause="exit",
               made_up=frozenset({"K"})), ["crashed BLOCKER"]),
        (Start(UNCAUGHT.format("SyntaxError: Unexpected token ';'"), code=1, cause="exit",
               made_up=frozenset({"K"})), ["crashed BLOCKER"]),
        (Start(UNCAUGHT.format('SyntaxError: "placeholder" is not valid JSON'), code=1,
               cause="exit", made_up=frozenset({"K"})), ["needs-configuration INFO"]),
        (Start("Cannot find module 'pino-pretty'\nError: Invalid URL", code=1, cause="exit",
               made_up=frozenset({"K"})), ["needs-configuration INFO"]),
        (Start("listen EACCES: permission denied 0.0.0.0:80", code=1, cause="exit"),
         ["needs-root CRITICAL"]),
        (Start("EROFS: read-only file system, open 'a.db'", code=1, cause="exit"),
         ["writes-outside MAJOR", "crashed CRITICAL"]),
        (Start("SHOP_KEY is not set", code=1, cause="exit", unset=frozenset({"SHOP_KEY"})),
         ["undeclared-key HIGH"]),
        (Start("SHOP_KEY is not set\nECONNREFUSED", code=1, cause="exit",
               unset=frozenset({"SHOP_KEY"})), ["undeclared-key MAJOR"]),
    ],
)  # fmt: skip
def test_what_a_start_leads_to(start: Start, expected: list[str]) -> None:
    found = judged("service", start)
    assert [f"{one.rule.partition('/')[2]} {one.severity}" for one in found] == expected


def test_nothing_that_may_be_our_doing_blocks() -> None:
    made_up = frozenset({"API_TOKEN"})
    for words in ("fetch failed", "Invalid configuration", "401 Unauthorized", "socket hang up"):
        for code in (0, 1, None):
            (found,) = judged("s", Start(words, code=code, cause="exit", made_up=made_up))
            assert found.severity is Severity.INFO


def test_moments_and_durations_are_no_part_of_the_evidence() -> None:
    said = "2026-11-23T18:44:52.123Z started in 12 ms\nTypeError: x"
    (found,) = judged("s", Start(said, code=1, cause="exit"))
    assert "2026" not in found.evidence
    assert "12 ms" not in found.evidence


def test_a_variable_with_a_default_is_not_missed() -> None:
    text = "LOG_LEVEL not set, using info\nMissing environment variable SHOP_KEY\nA_B is fine"
    assert complaints(text) == {"SHOP_KEY"}


def test_made_up_values_fit_the_names() -> None:
    given = {key: placeholders.value(key) for key in (
        "CTP_CLIENT_ID", "CTP_CLIENT_SECRET", "CTP_REGION", "WEBHOOK_URL", "CLOUD_EMAIL",
        "FEATURE_ENABLED", "FIELD_MAPPING", "MERCHANT_NAME",
    )}  # fmt: skip
    assert len(given["CTP_CLIENT_ID"]) == 24
    assert len(given["CTP_CLIENT_SECRET"]) == 32
    assert given["CTP_REGION"] == "europe-west1.gcp"
    assert given["WEBHOOK_URL"].startswith("https://")
    assert "@" in given["CLOUD_EMAIL"]
    assert given["FEATURE_ENABLED"] == "false"
    assert given["FIELD_MAPPING"] == "{}"
    assert given["MERCHANT_NAME"] == "placeholder"


def test_defaults_and_the_generated_client_are_given() -> None:
    text = """
inheritAs:
  apiClient:
    scopes: [manage_orders]
  configuration:
    standardConfiguration:
      - key: SHARED
        description: x
        default: common
deployAs:
  - name: one
    applicationType: service
    endpoint: /one
    configuration:
      securedConfiguration:
        - key: OWN
          description: x
  - name: two
    applicationType: service
    endpoint: /two
    configuration:
      standardConfiguration:
        - key: FOREIGN
          description: x
"""
    given, made_up = placeholders.environment(parse(text), "one")
    assert given["SHARED"] == "common"
    assert "FOREIGN" not in given
    assert {"CTP_PROJECT_KEY", "CTP_API_URL", "CTP_SCOPE", "OWN"} <= given.keys()
    assert made_up == {"OWN"}
