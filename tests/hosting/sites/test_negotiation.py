"""What the header fields of a request for a file ask for, and what a file's name tells."""

import pytest

from connectory.hosting.sites.serving.negotiation import (
    encoding_for,
    fields_of,
    is_known,
    is_navigation,
)
from connectory.hosting.sites.serving.types import (
    ASK_AGAIN,
    FOREVER,
    cache_control,
    is_text,
    media_type,
)

BOTH = ("br", "gzip")
TAGS = frozenset({'"a"', '"a-br"'})
THEN = "Mon, 01 Jan 2024 00:00:00 GMT"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("BR", "br"),
        ("*", "br"),
        ("*;q=0", None),
        ("identity", None),
        ("", None),
        ("br;q=nonsense, gzip;q=0.1", "gzip"),
        ("br;q=0,*", "gzip"),
    ],
)
def test_the_best_encoding_that_is_accepted(accepted: str, encoding: str | None) -> None:
    assert encoding_for(accepted, BOTH) == encoding


def test_what_has_no_encoding_is_sent_as_it_is() -> None:
    assert encoding_for("br, gzip", ()) is None


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({"if-none-match": '"a"'}, True),
        ({"if-none-match": '"x", W/"a-br"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"x"'}, False),
        ({"if-none-match": '"x"', "if-modified-since": THEN}, False),
        ({"if-modified-since": THEN}, True),
        ({"if-modified-since": "Tue, 02 Jan 2024 00:00:00 GMT"}, False),
        ({}, False),
    ],
)
def test_a_client_that_has_it_is_not_sent_it_again(fields: dict[str, str], *, known: bool) -> None:
    assert is_known(fields, TAGS, THEN) is known


def test_fields_that_are_repeated_are_one_list() -> None:
    raw = [(b"Accept-Encoding", b"gzip"), (b"accept-encoding", b"br"), (b"X", b"\xe9")]
    assert fields_of(raw) == {"accept-encoding": "gzip, br", "x": "\u00e9"}


@pytest.mark.parametrize(
    ("accept", "path", "navigates"),
    [
        ("text/html,*/*;q=0.8", "project/entry", True),
        ("text/html", "", True),
        ("*/*", "project/entry", False),
        ("text/html", "main.js", False),
        ("text/html", "v1.2/entry", True),
    ],
)
def test_who_goes_to_an_address_of_the_page(accept: str, path: str, *, navigates: bool) -> None:
    assert is_navigation({"accept": accept}, path) is navigates


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a/main.JS", "text/javascript; charset=utf-8"),
        ("m.mjs", "text/javascript; charset=utf-8"),
        ("m.css", "text/css; charset=utf-8"),
        ("m.wasm", "application/wasm"),
        ("m.svg", "image/svg+xml"),
        ("m.webmanifest", "application/manifest+json"),
        ("m.js.map", "application/json"),
        ("m.woff2", "font/woff2"),
        ("m.png", "image/png"),
        ("m.strange", "application/octet-stream"),
        ("folder.js/none", "application/octet-stream"),
    ],
)
def test_types_by_name(name: str, kind: str) -> None:
    assert media_type(name) == kind


def test_pictures_are_not_compressed_again() -> None:
    assert [one for one in ("a.js", "a.svg", "a.png", "a.woff2", "a.txt") if is_text(one)] == [
        "a.js",
        "a.svg",
        "a.txt",
    ]


@pytest.mark.parametrize(
    "name",
    ["main.3f2a9c81.js", "assets/index-B4xK3lD9.js", "app.0a1b2c3d4e5f6a7b8c9d.css",
     "chunk-ZX7Q2MNB.js"],
)  # fmt: skip
def test_what_is_named_by_its_content_is_kept_forever(name: str) -> None:
    assert cache_control(name) == FOREVER


@pytest.mark.parametrize(
    "name",
    ["index.html", "connector-enabler.es.js", "index-template.js", "my-Component.js",
     "release-20240115.js", "3f2a9c81.js", "main.deadbeef", "polyfill.js", "chunk-version1.js"],
)  # fmt: skip
def test_all_else_is_asked_for_again(name: str) -> None:
    assert cache_control(name) == ASK_AGAIN
