"""A folder that looks writable to a program and stays as it is."""

from pathlib import Path

import pytest

from connectory.sandbox import (
    Command,
    Limits,
    Mount,
    Sandbox,
    SandboxSettings,
    SandboxUnavailable,
)


@pytest.fixture
async def layering(sandbox: Sandbox) -> Sandbox:
    if not await sandbox.overlays():
        pytest.skip("this machine's file system or kernel has no overlays over mapped folders")
    return sandbox


@pytest.fixture
def below(tmp_path: Path) -> Path:
    root = tmp_path / "b, low:er"
    (root / "folder").mkdir(parents=True)
    (root / "folder" / "file").write_text("as it was\n")
    (root / "program").write_text("#!/bin/sh\necho ran\n")
    (root / "program").chmod(0o755)
    (root / "link").symlink_to("folder/file")
    return root


def laid_over(below: Path, changes: Path, line: str, **limits: object) -> Command:
    changes.mkdir(exist_ok=True)
    mount = Mount(below, "/work", changes=changes)
    given = Limits(**limits)  # type: ignore[arg-type]
    return Command(("sh", "-c", line), cwd="/work", mounts=(mount,), limits=given)


def contents(folder: Path) -> dict[str, object]:
    """Everything below, with owner and mode."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_uid,
            path.lstat().st_mtime_ns,
            path.read_text() if path.is_file() else "",
        )
        for path in sorted(folder.rglob("*"))
    }


async def test_a_program_changes_all_of_it_and_nothing_has_changed(
    layering: Sandbox, below: Path, tmp_path: Path
) -> None:
    before = contents(below)
    line = (
        "set -e; ./program; echo new >> folder/file; cat link; chmod 600 program; mv folder other;"
        "rm program; mkdir -p deep/er; echo x > deep/er/y; ln -s deep z; ls; stat -c %u other/file"
    )

    finished = await layering.run(laid_over(below, tmp_path / "changes", line))

    assert finished.ok, finished.tail
    user = layering.settings.user
    assert finished.tail == f"ran\nas it was\nnew\ndeep\nlink\nother\nz\n{user}"
    assert contents(below) == before


async def test_each_has_changes_of_its_own_and_finds_its_earlier_ones(
    layering: Sandbox, below: Path, tmp_path: Path
) -> None:
    mine, yours = tmp_path / "mine", tmp_path / "yours"
    await layering.run(laid_over(below, mine, "echo mine > folder/file"))

    read = "cat folder/file"
    assert (await layering.run(laid_over(below, yours, read))).tail == "as it was"
    assert (await layering.run(laid_over(below, mine, read))).tail == "mine"


async def test_changes_count_as_disk(layering: Sandbox, below: Path, tmp_path: Path) -> None:
    line = "dd if=/dev/zero of=big bs=1M count=64 2>/dev/null; sleep 600"

    finished = await layering.run(laid_over(below, tmp_path / "changes", line, disk=8 << 20))

    assert finished.cause == "disk"


async def test_no_mount_is_left(layering: Sandbox, below: Path, tmp_path: Path) -> None:
    await layering.run(laid_over(below, tmp_path / "changes", "true"))

    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()
    assert list((layering.settings.directory).glob("layers*")) == []


async def test_without_isolation_nothing_is_laid_over_anything(tmp_path: Path, below: Path) -> None:
    plain = Sandbox.create(SandboxSettings(tmp_path / "plain", isolation="none"))
    try:
        assert not await plain.overlays()
        with pytest.raises(SandboxUnavailable):
            await plain.run(laid_over(below, tmp_path / "changes", "echo x > folder/file"))
    finally:
        await plain.stop()
    assert (below / "folder" / "file").read_text() == "as it was\n"
