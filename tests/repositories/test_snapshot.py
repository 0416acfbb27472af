"""A working tree as a commit, by the real Git."""

import os
import subprocess
from pathlib import Path

import pytest

from connectory.repositories.snapshot import TAG, NotSnapshotable, snapshot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "connector"
    (folder / "service").mkdir(parents=True)
    (folder / "connect.yaml").write_text("deployAs: []\n")
    (folder / "service" / "index.js").write_text("1\n")
    (folder / ".gitignore").write_text("node_modules\n.env\n")
    (folder / ".env").write_text("SECRET=1\n")
    return folder


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def files(repository: Path) -> list[str]:
    return git(repository, "ls-tree", "-r", "--name-only", TAG).splitlines()


def test_a_folder_without_git_is_taken_but_for_what_it_ignores(
    folder: Path, tmp_path: Path
) -> None:
    repository = snapshot(folder, tmp_path / "cache")
    assert files(repository) == [".gitignore", "connect.yaml", "service/index.js"]


def test_the_same_files_make_the_same_commit_and_a_change_another(
    folder: Path, tmp_path: Path
) -> None:
    def commit(cache: str) -> str:
        return git(snapshot(folder, tmp_path / cache), "rev-parse", TAG)

    first = commit("one")
    assert commit("one") == commit("two") == first
    (folder / "service" / "index.js").write_text("2\n")
    (folder / "connect.yaml").unlink()
    changed = commit("one")
    assert changed != first
    assert commit("two") == changed
    assert files(snapshot(folder, tmp_path / "one")) == [".gitignore", "service/index.js"]


def test_the_commit_before_is_the_folders_own_head(folder: Path, tmp_path: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "add", "-f", ".env")
    git(folder, "commit", "-qm", "one")
    (folder / "new.txt").write_text("not yet added")
    repository = snapshot(folder, tmp_path / "cache")
    assert git(repository, "rev-parse", f"{TAG}^") == git(folder, "rev-parse", "HEAD")
    assert ".env" in files(repository)
    assert "new.txt" in files(repository)
    assert git(folder, "status", "--porcelain") == "?? new.txt"


def test_a_folder_within_another_repository_is_a_connector_of_its_own(
    folder: Path, tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    repository = snapshot(folder, tmp_path / "cache")
    assert "connect.yaml" in files(repository)
    assert git(repository, "rev-list", "--count", TAG) == "1"


def test_nothing_of_the_folder_runs(folder: Path, tmp_path: Path) -> None:
    git(folder, "init", "-q")
    trap = f"touch {tmp_path / 'harmed'}; cat"
    git(folder, "config", "filter.trap.clean", trap)
    git(folder, "config", "core.fsmonitor", trap)
    (folder / ".gitattributes").write_text("* filter=trap\n")
    (folder / ".git" / "hooks" / "reference-transaction").write_text(f"#!/bin/sh\n{trap}\n")
    (folder / ".git" / "hooks" / "reference-transaction").chmod(0o755)
    snapshot(folder, tmp_path / "cache")
    assert not (tmp_path / "harmed").exists()


def test_odd_names_and_links_are_taken_as_they_are(folder: Path, tmp_path: Path) -> None:
    (folder / "a b\nc").write_text("x")
    (folder / "ä").symlink_to("connect.yaml")
    (folder / os.fsdecode(b"\xff")).write_text("y")
    listed = git(snapshot(folder, tmp_path / "cache"), "ls-tree", "-r", TAG)
    assert len(listed.splitlines()) == 6
    assert "120000" in listed


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotSnapshotable, match="no folder"):
        snapshot(tmp_path / "nothing", tmp_path / "cache")
