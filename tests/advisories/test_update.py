"""Bringing the copy up to date, from a disk and from a server."""

import asyncio
import json
import os
import shutil
import signal
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from connectory.advisories import (
    Advisories,
    AdvisoriesUnreadable,
    Progress,
    UpdateFailed,
    update,
)
from connectory.advisories.sources import LARGEST_RECORD

Bucket = dict[str, bytes]


def zipped(source: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(source.glob("*.json")):
            archive.write(file, file.name)
    return target


@pytest.fixture
async def server(tmp_path: Path, records: Path) -> AsyncIterator[tuple[str, Bucket, list[int]]]:
    """A bucket as OSV has one, which knows what it served before."""
    bucket = {"npm": zipped(records, tmp_path / "all.zip").read_bytes()}
    answers: list[int] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        content = bucket.get(request.match_info["ecosystem"])
        known = f'"{hash(content)}"'
        status = 404 if content is None else 200
        status = 304 if status == 200 and request.headers.get("If-None-Match") == known else status
        answers.append(status)
        body = content if status == 200 else None
        return web.Response(status=status, body=body, headers={"ETag": known})

    app = web.Application()
    app.router.add_get("/{ecosystem}/all.zip", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    bucket |= {"PyPI": bucket["npm"], "Maven": bucket["npm"]}
    yield f"http://{host}:{port}", bucket, answers
    await runner.cleanup()


async def test_a_folder_a_zip_and_a_server_make_the_same_copy(
    tmp_path: Path, records: Path, server: tuple[str, Bucket, list[int]]
) -> None:
    archive = zipped(records, tmp_path / "some.zip")
    sources = [str(records), str(archive), server[0]]
    statuses = [await update(tmp_path / f"copy{number}", source)
                for number, source in enumerate(sources)]  # fmt: skip
    assert len({status.digest for status in statuses}) == 1
    assert {status.records for status in statuses} == {len(list(records.glob("*.json")))}
    assert set(statuses[2].ecosystems) == {"npm", "PyPI", "Maven"}


async def test_a_layout_by_folders_is_read_whole(tmp_path: Path, records: Path) -> None:
    place = tmp_path / "checkout/advisories/github-reviewed/2021/05/GHSA-35jh-r3h4-6jhm"
    place.mkdir(parents=True)
    shutil.copy(records / "GHSA-35jh-r3h4-6jhm.json", place)
    (tmp_path / "checkout/README.json").symlink_to("/etc/passwd")
    status = await update(tmp_path / "copy", str(tmp_path / "checkout"))
    assert status.records == 1


async def test_a_list_of_records_in_one_file_is_read(tmp_path: Path, records: Path) -> None:
    whole = [json.loads(file.read_text()) for file in sorted(records.glob("*.json"))]
    (tmp_path / "list.json").write_text(json.dumps(whole))
    lines = "\n".join(json.dumps(one) for one in whole)
    (tmp_path / "lines.jsonl").write_text(lines)
    for name in ("list.json", "lines.jsonl"):
        status = await update(tmp_path / f"copy-{name}", str(tmp_path / name))
        assert status.records == len(whole)


async def test_what_did_not_change_is_not_fetched_again(
    tmp_path: Path, server: tuple[str, Bucket, list[int]]
) -> None:
    url, _, answers = server
    told: list[Progress] = []
    first = await update(tmp_path / "copy", url, told.append)
    second = await update(tmp_path / "copy", url, told.append)
    assert answers == [200, 200, 200, 304, 304, 304]
    assert second.digest == first.digest
    assert {one.doing for one in told} == {"downloading", "reading", "unchanged"}


async def test_a_copy_that_is_gone_is_fetched_again(
    tmp_path: Path, server: tuple[str, Bucket, list[int]]
) -> None:
    first = await update(tmp_path / "copy", server[0])
    for file in (tmp_path / "copy").glob("npm-*.sqlite"):
        file.unlink()
    assert (await update(tmp_path / "copy", server[0])).digest == first.digest
    assert Advisories(tmp_path / "copy").of("npm", "lodash")


def cut(bucket: Bucket) -> None:
    bucket["npm"] = bucket["npm"][: len(bucket["npm"]) // 2]


def absent(bucket: Bucket) -> None:
    del bucket["PyPI"]


def nonsense(bucket: Bucket) -> None:
    bucket["Maven"] = b"<html>Sign in</html>"


@pytest.mark.parametrize("mishap", [cut, absent, nonsense])
async def test_a_failed_update_leaves_the_old_copy_whole(
    tmp_path: Path,
    server: tuple[str, Bucket, list[int]],
    mishap: Callable[[Bucket], None],
) -> None:
    url, bucket, _ = server
    before = await update(tmp_path / "copy", url)
    mishap(bucket)
    with pytest.raises(UpdateFailed):
        await update(tmp_path / "copy", url)
    assert Advisories(tmp_path / "copy").status() == before
    assert Advisories(tmp_path / "copy").of("npm", "lodash")
    assert not list((tmp_path / "copy").glob(".fresh-*"))


KILLED = """
import asyncio, os, signal, sys
from connectory.advisories import update, writing

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(writing, sys.argv[3], die)
asyncio.run(update(__import__("pathlib").Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize("moment", ["settle", "publish", "_measured"])
async def test_a_killed_update_leaves_the_old_copy_whole(
    tmp_path: Path, records: Path, moment: str
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    shutil.copy(records / "GHSA-jf85-cpcp-j695.json", old)
    before = await update(tmp_path / "copy", str(old))
    words = ("-c", KILLED, str(tmp_path / "copy"), str(records), moment)
    run = await asyncio.create_subprocess_exec(sys.executable, *words)
    await run.wait()
    assert run.returncode == -signal.SIGKILL
    assert Advisories(tmp_path / "copy").status() == before
    assert len(Advisories(tmp_path / "copy").of("npm", "lodash")) == 1
    after = await update(tmp_path / "copy", str(records))
    assert after.records > before.records
    assert not list((tmp_path / "copy").glob(".fresh-*"))


async def test_only_one_update_runs_at_a_time(tmp_path: Path, records: Path) -> None:
    results = await asyncio.gather(
        *(update(tmp_path / "copy", str(records)) for _ in range(2)), return_exceptions=True
    )
    assert sum(isinstance(one, UpdateFailed) for one in results) == 1


async def test_other_ecosystems_stay_as_they_were(tmp_path: Path, records: Path) -> None:
    await update(tmp_path / "copy", str(records))
    one = tmp_path / "one.json"
    shutil.copy(records / "GHSA-jf85-cpcp-j695.json", one)
    status = await update(tmp_path / "copy", str(one))
    assert status.ecosystems["npm"].records == 1
    assert Advisories(tmp_path / "copy").of("PyPI", "requests")


async def test_old_files_go_with_the_update_after_next(tmp_path: Path, records: Path) -> None:
    for file in sorted(records.glob("GHSA-*.json"))[:5]:
        await update(tmp_path / "copy", str(file))
    assert len(list((tmp_path / "copy").glob("npm-*.sqlite"))) <= 2


async def test_a_bomb_is_not_unpacked(tmp_path: Path, records: Path) -> None:
    archive = zipped(records, tmp_path / "all.zip")
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("huge.json", b" " * (LARGEST_RECORD + 1))
    status = await update(tmp_path / "copy", str(archive))
    assert status.records == len(list(records.glob("*.json")))


@pytest.mark.parametrize(
    ("name", "content"),
    [("all.zip", b"PK nonsense"), ("one.json", b"[1, 2"), ("one.json", b"{}"), ("empty", None)],
)
async def test_a_source_without_records_is_refused(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    place = tmp_path / name
    place.mkdir() if content is None else place.write_bytes(content)
    with pytest.raises(UpdateFailed):
        await update(tmp_path / "copy", str(place))
    assert not Advisories(tmp_path / "copy").status().present


async def test_a_source_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UpdateFailed, match="There is no"):
        await update(tmp_path / "copy", str(tmp_path / "nowhere"))
    with pytest.raises(UpdateFailed, match=r"127\.0\.0\.1"):
        await update(tmp_path / "copy", "http://127.0.0.1:1/")


async def test_a_damaged_copy_says_so_and_is_replaced(tmp_path: Path, records: Path) -> None:
    await update(tmp_path / "copy", str(records))
    for file in (tmp_path / "copy").glob("npm-*.sqlite"):
        os.truncate(file, 100)
    with pytest.raises(AdvisoriesUnreadable):
        Advisories(tmp_path / "copy").of("npm", "lodash")
    (tmp_path / "copy/meta.json").write_text("{")
    with pytest.raises(AdvisoriesUnreadable):
        Advisories(tmp_path / "copy").status()
    await update(tmp_path / "copy", str(records))
    assert Advisories(tmp_path / "copy").of("npm", "lodash")


def test_no_copy_is_not_an_empty_one(tmp_path: Path) -> None:
    status: Any = Advisories(tmp_path / "none").status()
    assert not status.present
    assert Advisories(tmp_path / "none").of("npm", "lodash") == ()
