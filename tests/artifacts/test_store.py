"""Artifacts are immutable, complete or absent, and never leave their folder."""

import asyncio
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from connectory.artifacts import (
    Artifact,
    ArtifactDamaged,
    ArtifactMissing,
    ArtifactRefused,
    ArtifactStore,
    ImageConfig,
    Layer,
    layout,
)

CONFIG = ImageConfig(
    command=("npm", "start"),
    working_directory="/workspace/app",
    environment={"NODE_ENV": "production"},
    user="1000",
    port=8080,
    architecture="amd64",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    place = tmp_path / "tree"
    (place / "app").mkdir(parents=True)
    (place / "app" / "index.js").write_text("console.log(1)\n")
    (place / "app" / "run").write_text("#!/bin/sh\n")
    (place / "app" / "run").chmod(0o755)
    (place / "latest").symlink_to("app")
    return place


async def pack(store: ArtifactStore, tree: Path) -> Artifact:
    return await store.pack(tree, prefix="workspace", config=CONFIG, annotations={"tag": "v1"})


def forged(store: ArtifactStore, members: list[tuple[tarfile.TarInfo, bytes]]) -> str:
    """An image with a layer we would never write, as a hostile registry might send it."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    data = sink.getvalue()
    with store.blobs.shared():
        layer = Layer(store.blobs.put(data), len(data), "workspace", "")
        return store._describe(layer, CONFIG, {})


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


WORKSPACE = (member("workspace", tarfile.DIRTYPE), b"")


async def test_an_artifact_reads_back_as_packed(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    artifact = await pack(store, tree)
    assert artifact == store.read(artifact.digest)
    assert artifact.config == CONFIG
    assert artifact.annotations == {"tag": "v1"}
    assert [layer.prefix for layer in artifact.layers] == ["workspace"]
    assert store.exists(artifact.digest)
    await store.verify(artifact.digest)


async def test_two_stores_agree_on_the_digest(tmp_path: Path, tree: Path) -> None:
    first = await pack(ArtifactStore(tmp_path / "one"), tree)
    again = shutil.copytree(tree, tmp_path / "again", symlinks=True)
    os.utime(again / "app" / "index.js", (5, 5))
    assert (await pack(ArtifactStore(tmp_path / "two"), again)).digest == first.digest


async def test_the_digest_is_pinned_for_all_time(tmp_path: Path, tree: Path) -> None:
    """A new release that packs differently would no longer recognise its own artifacts."""
    artifact = await pack(ArtifactStore(tmp_path / "store"), tree)
    assert artifact.digest == (
        "sha256:2e46031fa720573bcdba74b6b7a9a1f24ea6b5318a12171263ddb9f18d9a86f4"
    )


async def test_unpacking_gives_the_tree_back(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    place = await store.unpack((await pack(store, tree)).digest)
    assert (place / "latest" / "index.js").read_text() == "console.log(1)\n"
    assert os.access(place / "app" / "run", os.X_OK)
    assert (place / "app" / "index.js").stat().st_mode & 0o777 == 0o644
    assert (place / "latest").readlink() == Path("app")


async def test_many_unpack_at_once(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    digest = (await pack(store, tree)).digest
    others = [ArtifactStore(tmp_path / "store") for _ in range(3)]
    places = await asyncio.gather(*(each.unpack(digest) for each in [store, *others] * 3))
    assert len(set(places)) == 1
    assert (places[0] / "app" / "index.js").exists()
    assert not list(store.blobs.incoming.iterdir())


async def test_many_pack_at_once(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    made = await asyncio.gather(
        *(
            store.pack(tree, prefix="workspace", config=CONFIG, annotations={"n": str(n)})
            for n in range(8)
        )
    )
    listed = json.loads((tmp_path / "store" / "index.json").read_text())["manifests"]
    assert {line["digest"] for line in listed} == {artifact.digest for artifact in made}


async def test_a_flipped_byte_is_never_extracted(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    artifact = await pack(store, tree)
    blob = store.blobs.path(artifact.layers[0].digest)
    data = bytearray(blob.read_bytes())
    data[1600] ^= 1
    blob.chmod(0o644)
    blob.write_bytes(data)
    with pytest.raises(ArtifactDamaged):
        await store.unpack(artifact.digest)
    with pytest.raises(ArtifactDamaged):
        await store.verify(artifact.digest)
    assert not list(store.trees.directory.iterdir())


async def test_a_changed_manifest_is_never_believed(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    artifact = await pack(store, tree)
    path = store.blobs.path(artifact.digest)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"v1", b"v2"))
    with pytest.raises(ArtifactDamaged):
        store.read(artifact.digest)


async def test_packing_again_repairs_a_damaged_artifact(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    artifact = await pack(store, tree)
    store.blobs.path(artifact.layers[0].digest).unlink()
    with pytest.raises(ArtifactDamaged):
        await store.verify(artifact.digest)
    await pack(store, tree)
    await store.verify(artifact.digest)


@pytest.mark.parametrize("digest", ["", "sha256:", "sha256:../../x", "sha256:" + "0" * 64, "md5:1"])
async def test_unknown_digests_are_missing(tmp_path: Path, digest: str) -> None:
    store = ArtifactStore(tmp_path / "store")
    assert not store.exists(digest)
    with pytest.raises(ArtifactMissing):
        await store.unpack(digest)


async def test_a_layer_is_no_artifact(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    artifact = await pack(store, tree)
    assert not store.exists(artifact.layers[0].digest)


@pytest.mark.parametrize(
    "members",
    [
        [(member("workspace/../../evil"), b"x")],
        [(member("/evil"), b"x")],
        [WORKSPACE, (member("workspace/a", tarfile.SYMTYPE, "/etc"), b"")],
        [WORKSPACE, (member("workspace/a", tarfile.SYMTYPE, "../.."), b"")],
        [
            WORKSPACE,
            (member("workspace/a", tarfile.SYMTYPE, "."), b""),
            (member("workspace/a/b"), b"x"),
        ],
        [WORKSPACE, (member("workspace/a"), b"1"), (member("workspace/a"), b"2")],
        [WORKSPACE, (member("workspace/a", tarfile.LNKTYPE, "/etc/passwd"), b"")],
        [WORKSPACE, (member("workspace/a", tarfile.CHRTYPE), b"")],
        [WORKSPACE, (member("workspace/a", tarfile.FIFOTYPE), b"")],
        [(member("elsewhere", tarfile.DIRTYPE), b""), (member("elsewhere/a"), b"x")],
        [(member("workspace/orphan"), b"x")],
    ],
)
async def test_a_hostile_layer_is_refused_before_anything_is_written(
    tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    store = ArtifactStore(tmp_path / "store")
    with pytest.raises(ArtifactRefused):
        await store.unpack(forged(store, members))
    assert not list(store.blobs.incoming.iterdir())
    assert not list(store.trees.directory.iterdir())


async def test_setuid_does_not_survive(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    root = member("workspace/su")
    root.mode = 0o4777
    place = await store.unpack(forged(store, [WORKSPACE, (root, b"x")]))
    assert (place / "su").stat().st_mode & 0o7777 == 0o755


async def test_a_tree_is_adopted_without_extraction(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    digest = (await pack(store, tree)).digest
    (tree / "app" / "run").chmod(0o4777)
    inode = (tree / "app" / "index.js").stat().st_ino
    place = await store.adopt(digest, tree)
    assert not tree.exists()
    assert (place / "app" / "index.js").stat().st_ino == inode
    assert (place / "app" / "run").stat().st_mode & 0o7777 == 0o755
    assert await store.unpack(digest) == place


async def test_another_tree_is_not_adopted(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    digest = (await pack(store, tree)).digest
    (tree / "app" / "planted.js").write_text("evil")
    place = await store.adopt(digest, tree)
    assert not (place / "app" / "planted.js").exists()
    assert (place / "app" / "index.js").exists()


async def test_trees_are_extracted_anew_after_a_restart_of_the_machine(
    tmp_path: Path, tree: Path
) -> None:
    store = ArtifactStore(tmp_path / "store")
    digest = (await pack(store, tree)).digest
    place = await store.unpack(digest)
    place.parent.rename(place.parent.with_name("an-earlier-boot"))
    again = await ArtifactStore(tmp_path / "store").unpack(digest)
    assert not place.parent.with_name("an-earlier-boot").exists()
    assert (again / "app" / "index.js").exists()


async def test_sweeping_keeps_what_is_named_or_young(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    kept = await pack(store, tree)
    (tree / "app" / "index.js").write_text("console.log(2)\n")
    dropped = await pack(store, tree)
    place = await store.unpack(dropped.digest)
    assert await store.sweep([kept.digest]) == 0
    assert store.exists(dropped.digest)
    assert await store.sweep([kept.digest], grace=-60) > dropped.size
    assert not store.exists(dropped.digest)
    assert not place.exists()
    await store.verify(kept.digest)


PACKER = """
import asyncio, sys
from pathlib import Path
from connectory.artifacts import ArtifactStore, ImageConfig
store = ArtifactStore(Path(sys.argv[1]))
print("ready", flush=True)
asyncio.run(store.pack(Path(sys.argv[2]), prefix="w", config=ImageConfig(("x",), "/w"),
                       annotations={}))
"""


def size(path: Path) -> int:
    """Of what may be gone already."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def kill_while_packing(store: Path, tree: Path) -> None:
    arguments = [sys.executable, "-c", PACKER, str(store), str(tree)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while not any(size(path) > 10_000_000 for path in store.glob("incoming/*")):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)


def test_kill_9_leaves_nothing_visible(tmp_path: Path) -> None:
    tree = tmp_path / "large"
    tree.mkdir()
    with (tree / "file").open("wb") as file:
        file.truncate(1024**3)
    kill_while_packing(tmp_path / "store", tree)
    incoming = tmp_path / "store" / "incoming"
    assert list(incoming.iterdir())
    assert not list((tmp_path / "store" / "blobs" / "sha256").iterdir())
    ArtifactStore(tmp_path / "store")
    assert not list(incoming.iterdir())
    assert json.loads((tmp_path / "store" / "index.json").read_text())["manifests"] == []


async def test_a_new_store_does_not_disturb_one_at_work(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    with store.blobs.shared(), store.blobs.create() as file:
        file.write(b"half")
        ArtifactStore(tmp_path / "store")
    assert store.blobs.path(file.digest).read_bytes() == b"half"


def test_a_variable_name_cannot_carry_another_variable() -> None:
    config = ImageConfig(("x",), "/", environment={"A=B": "c"})
    with pytest.raises(ValueError, match="A=B"):
        layout.image_config(config, "sha256:0")


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed")
async def test_skopeo_copies_the_image(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    digest = (await pack(store, tree)).digest
    source = f"oci:{tmp_path}/store:{digest.removeprefix('sha256:')}"
    arguments = ["skopeo", "--insecure-policy", "copy", source, f"dir:{tmp_path}/copy"]
    copied = await asyncio.to_thread(run, arguments)
    assert copied.returncode == 0, copied.stderr
    assert json.loads((tmp_path / "copy" / "manifest.json").read_text())["schemaVersion"] == 2


@pytest.mark.skipif(shutil.which("umoci") is None, reason="umoci is not installed")
async def test_umoci_unpacks_the_image(tmp_path: Path, tree: Path) -> None:
    store = ArtifactStore(tmp_path / "store")
    digest = (await pack(store, tree)).digest
    image = f"{tmp_path}/store:{digest.removeprefix('sha256:')}"
    arguments = ["umoci", "unpack", "--rootless", "--image", image, f"{tmp_path}/bundle"]
    unpacked = await asyncio.to_thread(run, arguments)
    assert unpacked.returncode == 0, unpacked.stderr
    found = tmp_path / "bundle" / "rootfs" / "workspace" / "latest" / "index.js"
    assert found.read_text() == "console.log(1)\n"
