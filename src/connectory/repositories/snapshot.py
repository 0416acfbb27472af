"""A working tree as a commit, for who wants to try it before it is one.

Git writes the objects into a repository of ours; nothing of the folder is changed, and nothing in
it (hooks, filters, configuration) is run.
"""

import hashlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

TAG = "working-tree"
WHO = {
    "GIT_AUTHOR_NAME": "Connectory",
    "GIT_AUTHOR_EMAIL": "working-tree@connectory.invalid",
    "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_NAME": "Connectory",
    "GIT_COMMITTER_EMAIL": "working-tree@connectory.invalid",
    "GIT_COMMITTER_DATE": "1700000000 +0000",
}


class NotSnapshotable(Exception):  # noqa: N818 - says what is wrong with the folder
    """The folder cannot be read as a connector's working tree."""


def snapshot(folder: Path, cache: Path) -> Path:
    """A bare repository whose tag ``working-tree`` holds what ``git add`` would take of ``folder``:
    everything that is not ignored. The commit before it is the folder's own HEAD, if it has one.

    The repository is kept in ``cache``, so that the next snapshot reads only what has changed. The
    same files make the same commit. Raises ``NotSnapshotable``.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise NotSnapshotable(f"{folder} is no folder.")
    repository = cache / hashlib.sha256(os.fsencode(folder)).hexdigest()[:32]
    if not (repository / "HEAD").is_file():
        repository.mkdir(parents=True, exist_ok=True)
        _git(["init", "--quiet", "--bare", "--template=", str(repository)], {})
    head = _borrow(folder, repository)
    ours = {"GIT_DIR": str(repository), "GIT_WORK_TREE": str(folder)}
    _stage(folder, ours, known=head is not None)
    tree = _git(["write-tree"], ours)
    parents = ["-p", head] if head else []
    commit = _git(["commit-tree", "-m", "The working tree", *parents, tree], ours | WHO)
    _git(["update-ref", f"refs/tags/{TAG}", commit], ours)
    return repository


def _borrow(folder: Path, repository: Path) -> str | None:
    """The folder's HEAD, whose objects are read where they are; None without one.

    A folder below the root of its repository is a connector of its own: its history is not that of
    its files' paths.
    """
    asked = ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-path", "objects"]
    answer = _try(["-C", str(folder), *asked])
    top, _, objects = answer.partition("\n") if answer else ("", "", "")
    head = _try(["-C", str(folder), "rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    if not head or Path(top).resolve() != folder:
        return None
    alternates = repository / "objects" / "info" / "alternates"
    alternates.parent.mkdir(parents=True, exist_ok=True)
    alternates.write_text(f"{objects}\n")
    return head


def _stage(folder: Path, ours: Mapping[str, str], *, known: bool) -> None:
    """The index holds what Git takes of the folder, and no more.

    Files that were committed although they are ignored belong to it too.
    """
    # without a repository of the folder's own, an index that holds nothing makes all files new
    whose = {} if known else {**ours, "GIT_INDEX_FILE": str(Path(ours["GIT_DIR"]) / "no-index")}
    listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    theirs = _git(["-C", str(folder), *listing], whose, strip=False)
    names = sorted({*theirs.split("\0")} - {""})
    gone = {*_git(["ls-files", "-z"], ours, strip=False).split("\0")} - {*names, ""}
    _update(ours, ["--force-remove"], sorted(gone))
    _update(ours, ["--add", "--remove"], [name for name in names if not _nested(folder / name)])


def _nested(path: Path) -> bool:
    """A repository in the folder: Git would take it as a submodule."""
    return path.is_dir() and not path.is_symlink()


def _update(ours: Mapping[str, str], words: list[str], names: list[str]) -> None:
    if names:
        _git(["update-index", *words, "-z", "--stdin"], ours, data="\0".join(names))


def _try(arguments: list[str]) -> str | None:
    try:
        return _git(arguments, {})
    except NotSnapshotable:
        return None


def _git(
    arguments: list[str], variables: Mapping[str, str], data: str = "", *, strip: bool = True
) -> str:
    settings = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
                "-c", "core.autocrlf=false", "-c", "core.quotePath=false")  # fmt: skip
    alone = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null",
             "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}  # fmt: skip
    done = subprocess.run(
        ["git", *settings, *arguments],
        input=os.fsencode(data),
        env={**alone, **variables},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise NotSnapshotable(said[-1] if said else f"git {arguments[0]} failed")
    text = os.fsdecode(done.stdout)
    return text.strip() if strip else text
