"""Which files are shown, and which addresses become links."""

import pytest

from connectory.marketplace.files import image_type, logos, markdown, readmes
from connectory.marketplace.links import Place, repository_page, target, web

SVG = "image/svg+xml"


def test_the_readme_of_the_root_comes_first() -> None:
    paths = ["docs/README.md", "service/README.md", "readme.txt", "Readme.md", "README", "x.md"]
    assert list(readmes(paths)) == ["Readme.md", "README", "readme.txt", "docs/README.md"]
    assert list(readmes(["service/README.md", "README.rst", "README.md.bak"])) == []
    assert markdown("docs/README.MD")
    assert not markdown("README")


def test_the_logo_of_the_root_comes_first() -> None:
    paths = ["docs/logo.svg", "assets/logo.png", "logo.PNG", "logo.svg", "service/logo.svg"]
    assert list(logos(paths)) == ["logo.svg", "logo.PNG", "assets/logo.png", "docs/logo.svg"]
    assert list(logos(["logo.gif", "logo.html", "my-logo.svg", "assets/x/logo.svg"])) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"<svg xmlns='x'></svg>", SVG),
        (
            b"\xef\xbb\xbf \n<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE svg>\n<svg>",
            "image/svg+xml",
        ),
        (b"<html><svg></svg></html>", None),
        (b"<!-- <svg> --><script>alert(1)</script>", None),
        (b"<svgx>", None),
        (b"GIF89a", None),
        (b"<!--", None),
        (b"<!-- never ends <svg>", None),
        (b"", None),
        (b"   ", None),
        (b"<!---->" * 36_000, None),
        (b" " * 250_000 + b"<svg>", SVG),
    ],
    ids=range(15),
)
def test_a_logo_is_what_its_content_is(content: bytes, kind: str | None) -> None:
    assert image_type(content) == kind


@pytest.mark.parametrize("url", ["https://a.example", "http://a.example:8080/x?y#z", "HTTPS://a.b"])
def test_addresses_of_the_web_become_links(url: str) -> None:
    assert web(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "a.example", "//a.example", "javascript:alert(1)", "data:,x", "ftp://a.example",
        "https://", "https:///x", "https://user:pass@a.example", "https://a.example\\@b.example",
        "https://a.example/\n", " https://a.example", "https://a .example", "https://[::1",
        "https://a.example:99999", "https://a.example/" + "x" * 2_000,
    ],
)  # fmt: skip
def test_other_addresses_do_not(url: str | None) -> None:
    assert web(url) is None


def test_a_repository_has_a_page_when_it_is_fetched_over_the_web() -> None:
    assert repository_page("https://github.com/acme/tax.git") == "https://github.com/acme/tax"
    assert repository_page("git@github.com:acme/tax.git") is None
    assert repository_page("ssh://git@github.com/acme/tax.git") is None
    assert repository_page("https://token@github.com/acme/tax.git") is None


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("github.com", "/blob/abc/docs/x.md"),
        ("gitlab.com", "/-/blob/abc/docs/x.md"),
        ("bitbucket.org", "/src/abc/docs/x.md"),
        ("git.example", ""),
    ],
)
def test_files_have_the_addresses_of_their_host(host: str, page: str) -> None:
    place = Place(url=f"https://{host}/acme/tax", commit="abc", folder="docs")
    assert target(place, "x.md") == f"https://{host}/acme/tax{page}"
    assert target(place, "") is None
    assert target(place, "?x") is None
