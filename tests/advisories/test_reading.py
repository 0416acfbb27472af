"""OSV records, and whether they are about a version."""

import json
from typing import Any

import pytest

from connectory.advisories import Advisories, Advisory, Rating, affects, osv
from connectory.advisories.osv import NotARecord


def record(**changes: Any) -> bytes:
    affected = {
        "package": {"ecosystem": "npm", "name": "left"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "1.4.2"}]}],
    }
    whole = {"id": "GHSA-x", "modified": "2025-01-01T00:00:00Z", "summary": "It breaks",
             "affected": [affected]}  # fmt: skip
    return json.dumps(whole | changes).encode()


def only(raw: bytes) -> Advisory:
    (advisory,) = osv.advisories(raw)
    return advisory


def ranged(*events: dict[str, str], **more: Any) -> bytes:
    affected = {"package": {"ecosystem": "npm", "name": "left"},
                "ranges": [{"type": "SEMVER", "events": list(events)}], **more}  # fmt: skip
    return record(affected=[affected])


@pytest.mark.parametrize(
    ("name", "version", "fixed"),
    [
        ("lodash", "4.17.11", "4.17.12"),
        ("minimist", "0.0.8", "0.2.4"),
        ("minimist", "1.2.5", "1.2.6"),
        ("qs", "6.5.1", "6.5.3"),
        ("semver", "7.3.8", "7.5.2"),
        ("@babel/traverse", "7.22.8", "7.23.2"),
        ("@babel/traverse", "8.0.0-alpha.3", "8.0.0-alpha.4"),
    ],
)
def test_an_affected_version_has_the_first_fix_of_its_own_branch(
    advisories: Advisories, name: str, version: str, fixed: str
) -> None:
    found = [affects(one, version) for one in advisories.of("npm", name)]
    assert fixed in {hit.fixed for hit in found if hit}


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("lodash", "4.17.21"),
        ("minimist", "0.2.4"),
        ("minimist", "1.2.8"),
        ("qs", "6.11.0"),
        ("semver", "6.3.1"),
        ("ws", "8.18.0"),
        ("@babel/traverse", "8.0.0-alpha.4"),
        ("fastify", "4.28.1"),
        ("never-heard-of", "1.0.0"),
    ],
)
def test_a_fixed_version_is_clean(advisories: Advisories, name: str, version: str) -> None:
    assert not [one.id for one in advisories.of("npm", name) if affects(one, version)]


@pytest.mark.parametrize(
    ("ecosystem", "name", "bad", "good"),
    [
        ("Maven", "org.apache.logging.log4j:log4j-core", "2.14.1", "2.17.1"),
        ("Maven", "org.apache.logging.log4j:log4j-core", "2.0-rc1", "2.3.1"),
        ("Maven", "com.fasterxml.jackson.core:jackson-databind", "2.13.2", "2.13.2.1"),
        ("Maven", "org.springframework:spring-beans", "5.2.19.RELEASE", "5.2.20.RELEASE"),
        ("PyPI", "requests", "2.30.0", "2.31.0"),
        ("PyPI", "urllib3", "2.0.5", "2.0.6"),
        ("PyPI", "pyyaml", "5.4rc1", "5.4"),
    ],
)
def test_each_ecosystem_has_its_own_order_of_versions(
    advisories: Advisories, ecosystem: str, name: str, bad: str, good: str
) -> None:
    about = advisories.of(ecosystem, name)
    assert any(affects(one, bad) for one in about)
    assert not any(affects(one, good) for one in about)


def test_a_name_on_pypi_has_many_spellings(advisories: Advisories) -> None:
    assert advisories.of("PyPI", "PyYAML") == advisories.of("PyPI", "pyyaml") != ()


def test_what_was_last_affected_has_no_fix() -> None:
    advisory = only(ranged({"introduced": "0"}, {"last_affected": "2.0.1"}))
    hit = affects(advisory, "2.0.1")
    assert hit is not None
    assert hit.fixed is None
    assert affects(advisory, "2.0.2") is None


def test_an_end_that_github_names_beside_the_range_counts() -> None:
    known = {"last_known_affected_version_range": "<= 2.0.1"}
    advisory = only(ranged({"introduced": "0"}, database_specific=known))
    assert affects(advisory, "2.0.1")
    assert affects(advisory, "2.0.2") is None


def test_a_fix_that_another_range_takes_back_is_none() -> None:
    advisory = only(ranged({"introduced": "0"}, {"fixed": "1.1.0"},
                           {"introduced": "1.1.0"}, {"fixed": "1.2.0"}))  # fmt: skip
    hit = affects(advisory, "1.0.0")
    assert hit is not None
    assert hit.fixed == "1.2.0"


def test_single_versions_are_affected_without_a_range() -> None:
    package = {"ecosystem": "npm", "name": "left"}
    advisory = only(record(affected=[{"package": package, "versions": ["3.3.6"]}]))
    assert affects(advisory, "3.3.6")
    assert affects(advisory, "3.3.7") is None


@pytest.mark.parametrize("version", ["", "not a version", "1" * 500, "9" * 100 + ".0.0", "\0"])
def test_odd_versions_harm_nobody(version: str) -> None:
    assert affects(only(record()), version) is None


def test_a_withdrawn_record_says_nothing() -> None:
    assert osv.advisories(record(withdrawn="2025-02-01T00:00:00Z")) == ()


@pytest.mark.parametrize(
    ("changes", "rating"),
    [
        ({"database_specific": {"severity": "MODERATE"}}, Rating.MEDIUM),
        ({"database_specific": {"severity": "CRITICAL"}}, Rating.CRITICAL),
        ({"severity": [{"type": "CVSS_V3",
                        "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]}, Rating.HIGH),
        ({"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/"
                        "VA:H/SC:N/SI:N/SA:N"}]}, Rating.CRITICAL),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/nonsense"}]}, Rating.UNRATED),
        ({}, Rating.UNRATED),
    ],
)  # fmt: skip
def test_the_databases_word_goes_before_the_vectors(
    changes: dict[str, Any], rating: Rating
) -> None:
    assert only(record(**changes)).rating is rating


def test_a_summary_is_one_plain_line() -> None:
    hostile = "\x1b[31mRed\u202e and\nmore"
    assert only(record(summary=hostile)).summary == "[31mRed and"
    assert len(only(record(summary="a " * 500)).summary) <= 160


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"id": 1}', b"\xff", b"[" * 100_000])
def test_what_is_no_record_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(NotARecord):
        osv.advisories(raw)


def test_malware_is_known_by_its_id_or_its_kind(advisories: Advisories) -> None:
    assert only(record(id="MAL-2024-1")).malicious
    assert advisories.of("npm", "event-stream")[0].malicious
    assert not advisories.of("npm", "lodash")[0].malicious
