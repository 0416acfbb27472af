"""The tree that a script gets is its own, copied or laid over."""

from pathlib import Path

import pytest

from connectory.hosting.scripts.stage import set_up
from connectory.sandbox import Command, Sandbox


@pytest.mark.parametrize("layered", [False, True])
async def test_what_a_script_writes_goes_with_it(
    sandbox: Sandbox, tmp_path: Path, layered: bool
) -> None:
    if layered and not await sandbox.overlays():
        pytest.skip("this machine has no overlays over mapped folders")
    tree = tmp_path / "tree"
    (tree / "service").mkdir(parents=True)
    (tree / "service" / "file").write_text("as built\n")
    line = "cat file && echo changed > file && rm -r ../service && echo x > ../more && ls .."

    async with set_up(tmp_path / "stages", tree, layered=layered) as stage:
        command = Command(("sh", "-c", line), cwd="/workspace/service", mounts=(stage.workspace,))
        finished = await sandbox.run(command)

    assert finished.tail == "as built\nmore"
    assert [path.name for path in tree.rglob("*")] == ["service", "file"]
    assert (tree / "service" / "file").read_text() == "as built\n"
    assert list((tmp_path / "stages").iterdir()) == []


async def test_a_tree_that_cannot_be_copied_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no copy could be made"):
        async with set_up(tmp_path / "stages", tmp_path / "absent"):
            pass

    assert list((tmp_path / "stages").iterdir()) == []
