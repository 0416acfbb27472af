"""What a browser, a cache and a stranger get from a site."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import brotli
import pytest

from connectory.durable import Rejected
from connectory.hosting.sites import shaping
from connectory.hosting.sites.serving import Site, read_index
from connectory.hosting.sites.shaping import shape

BUNDLE = "main.0a1b2c3d4e5f6a7b8c9d.js"
SCRIPT = b"console.log('badge');\n" * 200
VIDEO = bytes(range(256)) * 2000
PAGE = b"<!doctype html><title>Page</title>"


class Answer(NamedTuple):
    status: int
    fields: Mapping[str, str]
    body: bytes


def made(folder: Path, files: Mapping[str, bytes], *, page: bool = False) -> Site:
    """The site of these files, as a build that wrote them is served."""
    output = folder / "output"
    for name, content in files.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shape(output, folder / "site", "app")
    return Site("sha256:1", read_index(folder / "site"), is_page=page)


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("assets")
    output = folder / "output"
    (output / "node_modules").mkdir(parents=True)
    (output / "link.js").symlink_to("/etc/passwd")
    (output / "etc").symlink_to("/etc")
    return made(
        folder,
        {
            "badge.js": SCRIPT,
            BUNDLE: SCRIPT,
            "video.mp4": VIDEO,
            "empty.css": b"",
            ".env": b"SECRET=1",
            ".well-known/assetlinks.json": b"[]",
            "node_modules/x.js": b"1",
            "with space.txt": b"space",
            "docs/index.html": PAGE,
        },
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Site:
    files = {"index.html": PAGE, BUNDLE: SCRIPT}
    return made(tmp_path_factory.mktemp("page"), files, page=True)


async def ask(site: Site, path: str, method: str = "GET", **fields: str) -> Answer:
    """``path`` is what the server has decoded already: no client could send worse."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw,
             "asgi": {"spec_version": "2.4"}}  # fmt: skip
    said: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    await site.answer(scope, receive, send)
    head = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    body = b"".join(one.get("body", b"") for one in said[1:])
    if "content-length" in head and method != "HEAD":
        assert int(head["content-length"]) == len(body)
    return Answer(said[0]["status"], head, body)


async def test_a_file_is_sent_as_what_it_is(assets: Site) -> None:
    answer = await ask(assets, "/badge.js")
    assert (answer.status, answer.body) == (200, SCRIPT)
    assert answer.fields["content-type"] == "text/javascript; charset=utf-8"
    assert answer.fields["cache-control"] == "no-cache"
    assert answer.fields["x-content-type-options"] == "nosniff"
    assert answer.fields["accept-ranges"] == "bytes"
    assert "last-modified" in answer.fields


async def test_pages_of_other_origins_may_load_it(assets: Site) -> None:
    assert (await ask(assets, "/badge.js")).fields["access-control-allow-origin"] == "*"
    preflight = await ask(assets, "/badge.js", "OPTIONS", access_control_request_method="GET")
    assert preflight.status == 204
    assert preflight.fields["access-control-allow-methods"] == "GET, HEAD, OPTIONS"


async def test_what_is_named_by_its_content_is_kept_by_browsers(assets: Site) -> None:
    answer = await ask(assets, f"/{BUNDLE}")
    assert answer.fields["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("accepted", "encoding", "decoded"),
    [("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)],
)
async def test_text_is_sent_compressed(
    assets: Site, accepted: str, encoding: str, decoded: Any
) -> None:
    answer = await ask(assets, "/badge.js", accept_encoding=accepted)
    assert answer.fields["content-encoding"] == encoding
    assert answer.fields["vary"] == "Accept-Encoding"
    assert decoded(answer.body) == SCRIPT
    assert len(answer.body) < len(SCRIPT) / 5


async def test_what_is_compressed_already_is_sent_as_it_is(assets: Site) -> None:
    answer = await ask(assets, "/video.mp4", accept_encoding="gzip, br")
    assert "content-encoding" not in answer.fields
    assert answer.body == VIDEO


async def test_who_has_it_is_told_so(assets: Site) -> None:
    first = await ask(assets, "/badge.js", accept_encoding="br")
    again = await ask(assets, "/badge.js", if_none_match=first.fields["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.fields["cache-control"] == "no-cache"
    moment = await ask(assets, "/badge.js", if_modified_since=first.fields["last-modified"])
    assert moment.status == 304
    other = await ask(assets, "/badge.js", if_none_match='"other"')
    assert other.status == 200


async def test_tags_tell_encodings_apart_and_not_machines(assets: Site, tmp_path: Path) -> None:
    plain = (await ask(assets, "/badge.js")).fields["etag"]
    assert plain != (await ask(assets, "/badge.js", accept_encoding="br")).fields["etag"]
    elsewhere = made(tmp_path, {"other-name.js": SCRIPT})
    assert (await ask(elsewhere, "/other-name.js")).fields["etag"] == plain


async def test_a_part_is_sent_when_a_part_is_asked_for(assets: Site) -> None:
    answer = await ask(assets, "/video.mp4", range="bytes=1000-1009")
    assert (answer.status, answer.body) == (206, VIDEO[1000:1010])
    assert answer.fields["content-range"] == f"bytes 1000-1009/{len(VIDEO)}"
    last = await ask(assets, "/badge.js", range="bytes=-5", accept_encoding="br")
    assert (last.status, last.body) == (206, SCRIPT[-5:])
    assert "content-encoding" not in last.fields
    beyond = await ask(assets, "/video.mp4", range="bytes=9999999-")
    assert (beyond.status, beyond.fields["content-range"]) == (416, f"bytes */{len(VIDEO)}")


async def test_a_part_of_what_has_changed_is_all_of_it(assets: Site) -> None:
    tag = (await ask(assets, "/video.mp4")).fields["etag"]
    same = await ask(assets, "/video.mp4", range="bytes=0-1", if_range=tag)
    changed = await ask(assets, "/video.mp4", range="bytes=0-1", if_range='"old"')
    assert (same.status, changed.status) == (206, 200)
    assert (await ask(assets, "/video.mp4", range="lines=1-2")).status == 200


@pytest.mark.parametrize("path", ["/badge.js", "/video.mp4", "/empty.css"])
async def test_head_is_the_same_without_the_body(assets: Site, path: str) -> None:
    whole, head = await ask(assets, path), await ask(assets, path, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.fields == whole.fields


@pytest.mark.parametrize(
    "path",
    [
        "/../../../etc/passwd", "//etc/passwd", "/docs/../badge.js", "/./badge.js",
        "/%2e%2e/badge.js", "/badge.js/", "/badge.js\0.png", "/badge.js%00", "/..\\badge.js",
        "/.env", "/link.js", "/etc/passwd", "/node_modules/x.js", "/", "/docs/x", "", "/BADGE.JS",
        "/files/badge.js", "/../br/badge.js", "/gz/badge.js", "/" + "a" * 5000,
    ],
)  # fmt: skip
async def test_there_is_nothing_beside_its_files(assets: Site, path: str) -> None:
    answer = await ask(assets, path, accept="text/html,*/*")
    assert answer.status == 404
    assert answer.body == b"There is no such file."


async def test_what_is_meant_to_be_found_is(assets: Site) -> None:
    assert (await ask(assets, "/.well-known/assetlinks.json")).body == b"[]"
    assert (await ask(assets, "/with space.txt")).body == b"space"


async def test_a_folder_answers_with_its_index(assets: Site) -> None:
    assert (await ask(assets, "/docs/")).body == PAGE
    moved = await ask(assets, "/docs")
    assert (moved.status, moved.fields["location"]) == (308, "/docs/")
    assert (await ask(assets, "//docs")).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_files_are_only_read(assets: Site, method: str) -> None:
    answer = await ask(assets, "/badge.js", method)
    assert (answer.status, answer.fields["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["/", "/project/badge", "/project/badge/new", "/a/v1.2/b"])
async def test_addresses_of_a_page_are_the_page(page: Site, path: str) -> None:
    answer = await ask(page, path, accept="text/html,application/xhtml+xml")
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.fields["cache-control"] == "no-cache"


async def test_files_that_a_page_lacks_are_not_the_page(page: Site) -> None:
    assert (await ask(page, "/project/badge", accept="*/*")).status == 404
    assert (await ask(page, "/gone.1234abcd.js", accept="text/html")).status == 404


async def test_a_page_that_is_open_finds_its_files_after_a_redeploy(
    page: Site, tmp_path: Path
) -> None:
    new = made(tmp_path, {"index.html": b"new", "main.ffffffff0.js": b"2"}, page=True)
    after = Site("sha256:2", new.index, page, is_page=True)
    assert (await ask(after, f"/{BUNDLE}")).body == SCRIPT
    assert (await ask(after, "/")).body == b"new"
    further = Site("sha256:3", new.index, after, is_page=True)
    assert (await ask(further, f"/{BUNDLE}")).status == 404


def test_the_same_files_are_the_same_site(tmp_path: Path) -> None:
    one, other = tmp_path / "1", tmp_path / "2"
    for folder in (one, other):
        made(folder, {"a.js": SCRIPT, "b/c.css": SCRIPT})
    listed = [
        sorted(p for p in f.rglob("*") if p.is_file()) for f in (one / "site", other / "site")
    ]
    assert [p.read_bytes() for p in listed[0]] == [p.read_bytes() for p in listed[1]]
    assert len(listed[0]) == 6


def test_more_files_than_anybody_serves_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shaping, "MOST_FILES", 1)
    with pytest.raises(Rejected, match=r"app has 2 files to serve; 1 are the most\."):
        made(tmp_path, {"a": b"", "b": b""})
