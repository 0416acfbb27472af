"""Where requests go, which headers go with them, and whom the authority vouches for."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from cryptography import x509

from connectory.auth.model import StandIn
from connectory.hosting.standin import authority, passing
from connectory.hosting.standin.authority import Authority
from connectory.hosting.standin.surroundings import HOSTS

ONE = StandIn(api_url="http://mock:8989/api/")
TWO = StandIn(api_url="http://mock:8989", auth_url="https://login.example.org/in")


@pytest.mark.parametrize(
    ("stand_in", "host", "path", "where"),
    [
        (ONE, HOSTS[0], "/demo/carts?a=b%20c", "http://mock:8989/api/demo/carts?a=b%20c"),
        (ONE, HOSTS[1], "/oauth/token", "http://mock:8989/api/oauth/token"),
        (TWO, HOSTS[0], "/demo", "http://mock:8989/demo"),
        (TWO, "AUTH.us-central1.gcp.commercetools.com", "/", "https://login.example.org/in/"),
        (TWO, "api.x", "*", "http://mock:8989/*"),
    ],
)
def test_requests_go_by_the_name_they_were_sent_to(
    stand_in: StandIn, host: str, path: str, where: str
) -> None:
    assert passing.target(stand_in, host, path) == where


def test_every_region_has_both_names() -> None:
    assert len(HOSTS) == 10
    assert "auth.eu-central-1.aws.commercetools.com" in HOSTS


def test_what_belongs_to_a_connection_is_not_passed_on() -> None:
    given = [
        ("Host", "api.x"),
        ("Connection", "close, X-Mine"),
        ("X-Mine", "1"),
        ("Transfer-Encoding", "chunked"),
        ("Authorization", "Bearer t"),
        ("Accept", "a"),
        ("Accept", "b"),
    ]
    assert passing.upwards(given, "api.x") == [
        ("Authorization", "Bearer t"),
        ("Accept", "a"),
        ("Accept", "b"),
        ("X-Forwarded-Host", "api.x"),
        ("X-Forwarded-Proto", "https"),
    ]


def test_a_refusal_names_the_stand_in_without_its_path() -> None:
    body = msgspec.json.decode(passing.refusal("http://mock:1/secret/path?x", "is away"))
    assert body["message"] == "The stand-in for the commerce API at http://mock:1 is away."
    assert body["statusCode"] == 502


def test_the_authority_stays_the_same(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "ca.pem"
    assert Authority.in_file(file).pem == Authority.in_file(file).pem


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_broken_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(content)
    assert Authority.in_file(file).pem in file.read_bytes()


def test_an_authority_that_ends_soon_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ca.pem"
    monkeypatch.setattr(authority, "YEARS", dt.timedelta(days=300))
    before = Authority.in_file(file).pem
    monkeypatch.undo()
    assert Authority.in_file(file).pem != before


def test_it_vouches_for_hosts_of_the_commerce_api_only() -> None:
    certificate = Authority.new().certificate
    limits = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert limits.value.permitted_subtrees == [x509.DNSName("commercetools.com")]
