from pathlib import Path

import pytest

from connectory.repositories import GitSettings, Repositories, RepositoryRefused
from connectory.repositories.address import Place
from connectory.repositories.destinations import host_of, is_own
from connectory.repositories.redirects import moved_to


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/o/r.git",
        "https://localhost:8443/o/r.git",
        "https://2130706433/o/r.git",
        "https://0x7f.1/o/r.git",
        "https://169.254.169.254/latest/r.git",
        "git@127.0.0.1:o/r.git",
        "ssh://git@localhost/o/r.git",
    ],
)
async def test_a_url_is_no_way_into_this_machine(tmp_path: Path, url: str) -> None:
    repositories = Repositories(tmp_path / "git", GitSettings(timeout=10))
    with pytest.raises(RepositoryRefused, match="own machine"):
        await repositories.fetch(url, "1.0.0")


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("fe80::1%eth0", True),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
        ("140.82.121.3", False),
    ],
)
def test_the_local_network_is_not_this_machine(address: str, own: bool) -> None:
    assert is_own(address) is own


@pytest.mark.parametrize(
    ("address", "protocol", "host"),
    [
        ("https://git.example.org:8443/o/r", "https", "git.example.org"),
        ("git@git.example.org:o/r.git", "ssh", "git.example.org"),
        ("ssh://git@git.example.org/o/r.git", "ssh", "git.example.org"),
    ],
)
def test_the_host_is_found_in_every_spelling(address: str, protocol: str, host: str) -> None:
    assert host_of(Place(address, protocol)) == host


def trace(location: str) -> str:
    return f"12:00:00.1 http.c:684              <= Recv header: Location: {location}\n"


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("https://new.test/o/n.git/info/refs?service=git-upload-pack", "https://new.test/o/n.git"),
        ("/p/n.git/info/refs?service=git-upload-pack", "https://old.test/p/n.git"),
    ],
)
def test_a_moved_repository_is_followed(location: str, address: str) -> None:
    place = Place("https://old.test/o/n.git", "https")
    assert moved_to(place, trace(location)) == Place(address, "https")


@pytest.mark.parametrize(
    "location",
    [
        "",
        "file:///etc",
        "ext::sh -c id",
        "http://new.test/o/n.git",
        "https://127.0.0.1/o/n.git",
        "https://2852039166/o/n.git",
        "https://me:pw@new.test/o/n.git",
        "https://new.test/../n.git",
        "//localhost/o/n.git",
    ],
)
def test_a_redirect_is_no_way_into_this_machine(location: str) -> None:
    place = Place("https://old.test/o/n.git", "https")
    with pytest.raises(RepositoryRefused):
        moved_to(place, trace(location))
