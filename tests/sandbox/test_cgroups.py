"""Finding a place for control groups, in trees laid out as kernels lay them out."""

import os
from pathlib import Path

from connectory.sandbox import Limits, cgroups, hierarchies

NAME = "connectory-x-1-2"


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_version_2_below_a_place_that_delegates(tmp_path: Path) -> None:
    root = tree(tmp_path, {"own/cgroup.subtree_control": "cpu memory pids"})
    found = hierarchies.find(NAME, root, "0::/own")
    assert found is not None
    assert found.version == 2
    assert set(found.parents.values()) == {root / "own" / NAME}


def test_version_2_above_a_place_that_does_not(tmp_path: Path) -> None:
    files = {"slice/cgroup.subtree_control": "cpu io memory pids"}
    files |= {"slice/service/cgroup.subtree_control": "", "slice/service/cgroup.procs": "1\n2\n"}
    found = hierarchies.find(NAME, tree(tmp_path, files), "0::/slice/service")
    assert found is not None
    assert found.parents["memory"] == tmp_path / "slice" / NAME


def test_a_container_of_our_own_makes_room(tmp_path: Path) -> None:
    files = {"cgroup.subtree_control": "", "cgroup.procs": str(os.getpid())}
    hierarchies.find(NAME, tree(tmp_path, files), "0::/")
    assert (tmp_path / "connectory-platform" / "cgroup.procs").read_text() == str(os.getpid())


def test_a_group_with_strangers_is_left_alone(tmp_path: Path) -> None:
    root = tree(tmp_path, {"cgroup.subtree_control": "", "cgroup.procs": f"1\n{os.getpid()}"})
    assert hierarchies.find(NAME, root, "0::/") is None
    assert not (tmp_path / "connectory-platform").exists()


def test_version_1_keeps_to_our_own_limits_where_they_show(tmp_path: Path) -> None:
    files = {"memory/box/tasks": "", "pids/tasks": "", "cpu/tasks": ""}
    found = hierarchies.find(NAME, tree(tmp_path, files), "4:memory:/box\n8:pids:/\n1:cpu:/")
    assert found is not None
    assert found.version == 1
    assert found.parents == {
        "memory": tmp_path / "memory" / "box" / NAME,
        "pids": tmp_path / "pids" / NAME,
        "cpu": tmp_path / "cpu" / NAME,
    }


def test_no_groups_at_all_is_an_answer(tmp_path: Path) -> None:
    assert hierarchies.find(NAME, tmp_path, "") is None


def test_limits_become_the_files_of_each_version() -> None:
    limits = Limits(memory=1000, cpus=0.5, processes=9)
    assert ("memory.max", "1000") in cgroups.settings(2, "memory", limits)
    assert cgroups.settings(2, "cpu", limits) == (
        ("cpu.max", "50000 100000"),
        ("cpu.weight", "50"),
    )
    assert ("memory.limit_in_bytes", "1000") in cgroups.settings(1, "memory", limits)
    assert cgroups.settings(1, "pids", limits) == (("pids.max", "9"),)


def test_an_instance_lives_as_long_as_its_process() -> None:
    name = cgroups.instance_name("connectory-x", os.getpid())
    assert cgroups.alive(name)
    assert not cgroups.alive(name[:-1] + ("0" if name[-1] != "0" else "1"))
    assert not cgroups.alive("connectory-x-4194304-5")
