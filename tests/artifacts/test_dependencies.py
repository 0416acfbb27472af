"""Installed dependencies come back as they were, as copies, or not at all."""

import asyncio
import os
from pathlib import Path

import pytest

from connectory.artifacts import ArtifactRefused, DependencyStore


def installed(place: Path, size: int = 10) -> Path:
    (place / "left-pad").mkdir(parents=True)
    (place / "left-pad" / "index.js").write_bytes(b"x" * size)
    (place / ".bin").mkdir()
    (place / ".bin" / "pad").symlink_to("../left-pad/index.js")
    (place / "shared").symlink_to("../../shared")
    return place


async def test_what_was_saved_is_restored(tmp_path: Path) -> None:
    store = DependencyStore(tmp_path / "store")
    source = installed(tmp_path / "node_modules")
    await store.save("key", source)
    assert await store.restore("key", tmp_path / "back")
    assert (tmp_path / "back" / ".bin" / "pad").read_bytes() == b"x" * 10
    assert (tmp_path / "back" / "shared").readlink() == Path("../../shared")
    (tmp_path / "back" / "left-pad" / "index.js").write_text("changed")
    assert (source / "left-pad" / "index.js").read_bytes() == b"x" * 10
    assert await store.restore("key", tmp_path / "third")
    assert (tmp_path / "third" / "left-pad" / "index.js").read_bytes() == b"x" * 10


async def test_an_unknown_key_restores_nothing(tmp_path: Path) -> None:
    store = DependencyStore(tmp_path / "store")
    assert not await store.restore("../../etc", tmp_path / "back")
    assert not (tmp_path / "back").exists()


async def test_a_damaged_snapshot_is_a_miss(tmp_path: Path) -> None:
    store = DependencyStore(tmp_path / "store")
    await store.save("key", installed(tmp_path / "node_modules"))
    (snapshot,) = store.snapshots.iterdir()
    snapshot.write_bytes(snapshot.read_bytes()[:-600])
    assert not await store.restore("key", tmp_path / "back")
    assert list(tmp_path.glob("*back*")) == []


async def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    store = DependencyStore(tmp_path / "store", max_bytes=250_000)
    for number, key in enumerate(["first", "second"]):
        await store.save(key, installed(tmp_path / key, 100_000))
        for snapshot in store.snapshots.iterdir():
            os.utime(snapshot, (1000 + number, 1000 + number))
    assert await store.restore("first", tmp_path / "a")
    await store.save("third", installed(tmp_path / "third", 100_000))
    assert await store.restore("first", tmp_path / "b")
    assert not await store.restore("second", tmp_path / "c")
    assert await store.restore("third", tmp_path / "d")


async def test_saving_again_replaces(tmp_path: Path) -> None:
    store = DependencyStore(tmp_path / "store")
    await store.save("key", installed(tmp_path / "one", 10))
    await store.save("key", installed(tmp_path / "two", 20))
    assert len(list(store.snapshots.iterdir())) == 1
    assert await store.restore("key", tmp_path / "back")
    assert (tmp_path / "back" / "left-pad" / "index.js").stat().st_size == 20


async def test_saves_and_restores_may_overlap(tmp_path: Path) -> None:
    store = DependencyStore(tmp_path / "store")
    source = installed(tmp_path / "node_modules", 100_000)
    await store.save("key", source)
    results = await asyncio.gather(
        *(store.save("key", source) for _ in range(5)),
        *(store.restore("key", tmp_path / f"back-{number}") for number in range(5)),
    )
    assert set(results[5:]) == {True}


async def test_devices_and_pipes_are_not_kept(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArtifactRefused):
        await DependencyStore(tmp_path.parent / "store").save("key", tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="giving files away takes root")
async def test_a_restored_tree_belongs_to_whom_it_is_given(tmp_path: Path) -> None:
    store = DependencyStore(tmp_path / "store")
    await store.save("key", installed(tmp_path / "node_modules"))
    assert await store.restore("key", tmp_path / "back", owner=(1234, 1235))
    owners = {path.lstat().st_uid for path in (tmp_path / "back").rglob("*")}
    assert owners == {1234}
    assert (tmp_path / "back").stat().st_gid == 1235
