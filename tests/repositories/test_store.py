"""Repositories through the real Git: what is asked for arrives, what is hostile does not."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.ports import silent_port

from connectory.repositories import (
    GitSettings,
    Repositories,
    RepositoryRefused,
    RepositoryUnreachable,
)
from connectory.repositories.cache import beside

from .conftest import Origin, Server

URL = "https://git.test/owner/name.git"


@pytest.fixture
def store(tmp_path: Path, mirror: Path) -> Repositories:
    return Repositories(tmp_path / "cache", GitSettings(mirrors={"https://git.test/": str(mirror)}))


def over_http(tmp_path: Path, url: str, **limits: float) -> Repositories:
    settings = GitSettings(mirrors={"https://git.test/": url}, **limits)  # type: ignore[arg-type]
    return Repositories(tmp_path / "cache", settings)


async def test_a_tag_becomes_a_commit_and_its_files(store: Repositories, origin: Origin) -> None:
    revision = await store.fetch(URL, "v1")
    assert revision.commit == origin.git("rev-parse", "v1")
    assert revision.tree == origin.git("rev-parse", "v1^{tree}")
    assert await store.read(revision, "connect.yaml") == b"deployAs: []\n"
    assert await store.read(revision, "nothing") is None
    assert list(await store.tree(revision)) == ["connect.yaml"]


@pytest.mark.parametrize("asked", ["name", "name.git"])
@pytest.mark.parametrize("stored", ["name", "name.git"])
async def test_a_mirror_serves_both_spellings(
    store: Repositories, mirror: Path, asked: str, stored: str
) -> None:
    Origin(mirror / "owner" / stored).files({"a": b"1"}, "refs/tags/v1")
    revision = await store.fetch(f"https://git.test/owner/{asked}", "v1")
    assert await store.read(revision, "a") == b"1"


async def test_an_annotated_tag_is_peeled(store: Repositories, origin: Origin) -> None:
    origin.git("tag", "-a", "-m", "two", "v2", "v1")
    origin.git("tag", "-a", "-m", "three", "v3", "v2")
    commit = origin.git("rev-parse", "v1")
    assert (await store.fetch(URL, "v2")).commit == commit
    assert (await store.fetch(URL, "v3")).commit == commit


async def test_a_tag_beats_a_branch(store: Repositories, origin: Origin) -> None:
    branch = origin.files({"a": b"branch"}, "refs/heads/both", "refs/heads/feature/only")
    tag = origin.files({"a": b"tag"}, "refs/tags/both")
    assert (await store.fetch(URL, "both")).commit == tag
    assert (await store.fetch(URL, "feature/only")).commit == branch


async def test_a_moved_tag_is_seen_and_the_old_commit_stays(
    store: Repositories, origin: Origin
) -> None:
    old = await store.fetch(URL, "v1")
    origin.files({"connect.yaml": b"new"}, "refs/tags/v1")
    new = await store.fetch(URL, "v1")
    assert new.commit != old.commit
    assert await store.read(new, "connect.yaml") == b"new"
    assert await store.read(old, "connect.yaml") == b"deployAs: []\n"


async def test_missing_things_are_said_plainly(store: Repositories, origin: Origin) -> None:
    with pytest.raises(RepositoryUnreachable, match="no tag 'v9'"):
        await store.fetch(URL, "v9")
    with pytest.raises(RepositoryUnreachable, match="does not exist"):
        await store.fetch("https://git.test/owner/other.git", "v1")
    origin.git("update-ref", "refs/tags/blob", origin.blob(b"x"))
    with pytest.raises(RepositoryUnreachable, match="not stand for a commit"):
        await store.fetch(URL, "blob")


async def test_fetching_over_http_transfers_once(
    tmp_path: Path, origin: Origin, server: Server
) -> None:
    store = over_http(tmp_path, server.url)
    revision = await store.fetch(URL, "v1")
    before = len(server.asked)
    assert await store.fetch(URL, "main") == type(revision)(
        URL, "main", revision.commit, revision.tree
    )
    assert len(server.asked) - before <= 2
    assert await store.read(revision, "connect.yaml") == b"deployAs: []\n"
    with pytest.raises(RepositoryUnreachable, match="does not exist, or reading it needs access"):
        await store.fetch("https://git.test/owner/other.git", "v1")


async def test_a_server_that_hangs_is_cut_off(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        store = over_http(tmp_path, f"http://127.0.0.1:{port}/", timeout=0.7)
        with pytest.raises(RepositoryUnreachable, match=r"within 0\.7 seconds"):
            await store.fetch(URL, "v1")


async def test_nobody_listening_is_said(tmp_path: Path) -> None:
    with (
        silent_port() as port,
        pytest.raises(RepositoryUnreachable, match="cannot be reached"),
    ):
        await over_http(tmp_path, f"http://127.0.0.1:{port}/").fetch(URL, "v1")


async def test_a_cancelled_fetch_ends_its_git(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        store = over_http(tmp_path, f"http://127.0.0.1:{port}/", timeout=30)
        task = asyncio.create_task(store.fetch(URL, "v1"))
        connection = await asyncio.to_thread(lambda: listening.accept()[0])
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        connection.settimeout(100)

        def drain() -> None:
            while connection.recv(4096):
                continue

        await asyncio.to_thread(drain)
        connection.close()


async def test_a_repository_above_the_limit_is_cut_off(
    tmp_path: Path, origin: Origin, server: Server
) -> None:
    origin.files({"large": os.urandom(3_000_000)}, "refs/tags/large")
    store = over_http(tmp_path, server.url, max_bytes=1_000_000)
    with pytest.raises(RepositoryUnreachable, match="larger than"):
        await store.fetch(URL, "large")
    assert await store.fetch(URL, "v1")


async def test_files_that_swell_are_refused(tmp_path: Path, mirror: Path, origin: Origin) -> None:
    origin.files({"zeros": bytes(50_000_000)}, "refs/tags/bomb")
    settings = GitSettings(mirrors={"https://git.test/": str(mirror)}, max_bytes=5_000_000)
    store = Repositories(tmp_path / "cache", settings)
    revision = await store.fetch(URL, "bomb")
    with pytest.raises(RepositoryRefused, match="take more than"):
        await store.export(revision, tmp_path / "out")
    with pytest.raises(RepositoryRefused, match="larger than"):
        await store.read(revision, "zeros")


async def test_a_tree_that_explodes_is_refused_before_it_does(
    tmp_path: Path, store: Repositories, origin: Origin
) -> None:
    tree = origin.tree([("100644", origin.blob(b"lol"), b"f")])
    for _ in range(9):
        tree = origin.tree([("40000", tree, f"{number:02}".encode()) for number in range(12)])
    origin.commit(tree, "refs/tags/lol")
    revision = await store.fetch(URL, "lol")
    with pytest.raises(RepositoryRefused, match="more"):
        await store.export(revision, tmp_path / "out")


async def test_export_writes_files_as_they_are_stored(
    tmp_path: Path, store: Repositories, origin: Origin
) -> None:
    attributes = b"* text eol=crlf ident filter=lfs\nhidden export-ignore\n"
    entries = [
        ("100644", origin.blob(attributes), b".gitattributes"),
        ("40000", origin.tree([("100755", origin.blob(b"#!\n$Id$\n"), b"run")]), b"bin"),
        ("100644", origin.blob(b"h"), b"hidden"),
        ("120000", origin.blob(b"bin/run"), b"link"),
        ("160000", "1" * 40, b"module"),
        ("100644", origin.blob(b""), "ünïcode".encode()),
    ]
    origin.commit(origin.tree(entries), "refs/tags/v2")
    revision = await store.fetch(URL, "v2")
    out = tmp_path / "out"
    before = os.umask(0o077)
    try:
        await store.export(revision, out)
    finally:
        os.umask(before)
    assert (out / "bin" / "run").read_bytes() == b"#!\n$Id$\n"
    assert (out / "bin" / "run").stat().st_mode & 0o777 == 0o755
    assert (out / "bin").stat().st_mode & 0o777 == 0o755
    assert (out / "link").readlink() == Path("bin/run")
    assert list((out / "module").iterdir()) == []
    assert (out / "hidden").exists()
    assert (out / "ünïcode").stat().st_mode & 0o777 == 0o644
    assert await store.tree(revision, "bin") == {"run": origin.git("rev-parse", "v2:bin/run")}
    assert await store.tree(revision, "absent") == {}


async def test_a_linked_specification_is_refused(store: Repositories, origin: Origin) -> None:
    link = ("120000", origin.blob(b"/etc/passwd"), b"connect.yaml")
    origin.commit(origin.tree([link]), "refs/tags/link")
    revision = await store.fetch(URL, "link")
    with pytest.raises(RepositoryRefused, match="symbolic link"):
        await store.read(revision, "connect.yaml")


@pytest.mark.parametrize("pattern", ["*", ":(glob)**", "[c]onnect.yaml", "connect.yaml/x"])
async def test_a_path_is_never_a_pattern(store: Repositories, origin: Origin, pattern: str) -> None:
    assert await store.read(await store.fetch(URL, "v1"), pattern) is None


def hostile(origin: Origin, case: str) -> str:
    blob, link = origin.blob(b"x"), origin.blob(b"../../outside")
    folder = origin.tree([("100644", blob, b"config")])
    up = origin.tree([("120000", origin.blob(b".."), b"up"), ("120000", link, b"zz")])
    cases: dict[str, list[tuple[str, str, bytes]]] = {
        "dot git": [("40000", folder, b".git")],
        "dot git in capitals": [("40000", folder, b".GIT")],
        "dot git for macOS": [("40000", folder, ".g\u200dit".encode())],
        "dot git for Windows": [("40000", folder, b"git~1")],
        "parent": [("40000", folder, b"..")],
        "backslash": [("100644", blob, b"a\\..\\b")],
        "escape sequence": [("100644", blob, b"a\x1b[2J")],
        "slash": [("100644", blob, b"../outside")],
        "absolute link": [("120000", origin.blob(b"/etc"), b"a")],
        "link out": [("120000", link, b"a")],
        "link through a link": [("40000", up, b"d")],
        "write through a link": [("120000", origin.blob(b"/tmp"), b"a"), ("40000", folder, b"a")],
        "twice": [("100644", blob, b"a"), ("100644", blob, b"a")],
        "not text": [("100644", blob, b"\xff")],
    }
    return origin.tree(cases[case])


@pytest.mark.parametrize(
    "case",
    [
        "dot git",
        "dot git in capitals",
        "dot git for macOS",
        "dot git for Windows",
        "parent",
        "backslash",
        "escape sequence",
        "slash",
        "absolute link",
        "link out",
        "link through a link",
        "write through a link",
        "twice",
        "not text",
    ],
)
async def test_a_hostile_tree_is_never_written(
    tmp_path: Path, store: Repositories, origin: Origin, case: str
) -> None:
    origin.commit(hostile(origin, case), "refs/tags/hostile")
    place = tmp_path / "a" / "b"
    with pytest.raises(RepositoryRefused):
        await store.export(await store.fetch(URL, "hostile"), place / "out")
    assert not place.exists() or list(place.iterdir()) == []
    assert not (tmp_path / "outside").exists()


async def test_a_mirror_cannot_reach_beside_its_folder(store: Repositories, mirror: Path) -> None:
    Origin(mirror.parent / "secret.git").files({"a": b"1"}, "refs/tags/v1")
    with pytest.raises(RepositoryRefused):
        await store.fetch("https://git.test/../secret.git", "v1")


async def test_local_repositories_are_for_those_who_allow_them(
    tmp_path: Path, origin: Origin
) -> None:
    with pytest.raises(RepositoryRefused):
        await Repositories(tmp_path / "no", GitSettings()).fetch(str(origin.path), "v1")
    store = Repositories(tmp_path / "yes", GitSettings(allow_local=True))
    assert (await store.fetch(str(origin.path), "v1")).commit
    assert (await store.fetch(f"file://{origin.path}", "v1")).commit


async def test_hooks_and_configuration_of_a_mirror_do_not_run(
    tmp_path: Path, store: Repositories, origin: Origin
) -> None:
    marker = tmp_path / "ran"
    script = f"!touch {marker}; false"
    origin.git("config", "uploadpack.packObjectsHook", f"touch {marker};")
    origin.git("config", "core.fsmonitor", script)
    origin.git("config", "core.sshCommand", script)
    for hook in ("post-checkout", "reference-transaction", "pre-auto-gc"):
        path = origin.path / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {marker}\n")
        path.chmod(0o755)
    await store.export(await store.fetch(URL, "v1"), tmp_path / "out")
    assert not marker.exists()


async def test_ssh_is_asked_for_the_repository_without_questions(
    tmp_path: Path, mirror: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program `ssh` is replaced by one that notes its arguments and serves from here."""
    tools = tmp_path / "tools"
    tools.mkdir()
    script = f'#!/bin/sh\necho "$@" >> {tools}/asked\ncd {mirror} && eval "exec ${{@: -1}}"\n'
    (tools / "ssh").write_text(script.replace("/bin/sh", "/bin/bash"))
    (tools / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    store = Repositories(tmp_path / "cache", GitSettings(ssh_key=Path("/keys/deploy")))
    assert (await store.fetch("git@git.test:owner/name.git", "v1")).commit
    asked = (tools / "asked").read_text()
    assert "BatchMode=yes" in asked
    assert "-i /keys/deploy" in asked
    assert "git@git.test git-upload-pack 'owner/name.git'" in asked


async def test_what_is_told_of_a_stranger_is_kept_apart_for_the_log(
    tmp_path: Path, server: Server
) -> None:
    with pytest.raises(RepositoryUnreachable) as caught:
        await over_http(tmp_path, server.url).fetch("https://git.test/owner/ssl.git", "v1")
    assert "does not exist" in caught.value.cause
    assert "127.0.0.1" not in caught.value.cause
    assert "127.0.0.1" in caught.value.detail


async def test_many_fetch_the_same_at_once(store: Repositories, origin: Origin) -> None:
    for number in range(6):
        origin.files({"n": str(number).encode()}, f"refs/tags/n{number}")
    revisions = await asyncio.gather(*(store.fetch(URL, f"n{n % 6}") for n in range(18)))
    contents = await asyncio.gather(*(store.read(revision, "n") for revision in revisions))
    assert contents == [str(n % 6).encode() for n in range(18)]


def test_it_works_from_any_loop_in_any_thread(store: Repositories, origin: Origin) -> None:
    commits: list[str] = []

    def fetch() -> None:
        commits.append(asyncio.run(store.fetch(URL, "v1")).commit)

    threads = [threading.Thread(target=fetch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(commits) == 3
    assert len(set(commits)) == 1


async def test_locks_of_a_killed_git_do_not_last(store: Repositories, origin: Origin) -> None:
    await store.fetch(URL, "v1")
    repository = store.cache.repository(URL)
    origin.files({"a": b"2"}, "refs/tags/v2")
    (repository / "refs" / "incoming").mkdir(exist_ok=True)
    for name in ("shallow.lock", "config.lock", "packed-refs.lock", "refs/incoming/fetched.lock"):
        (repository / name).touch()
    (repository / "objects" / "pack" / "tmp_pack_x").write_bytes(b"half")
    revision = await store.fetch(URL, "v2")
    assert await store.read(revision, "a") == b"2"
    assert not list(repository.rglob("*.lock"))
    assert not list(repository.rglob("tmp_*"))


async def test_a_cache_broken_by_a_power_cut_is_made_anew(
    store: Repositories, origin: Origin
) -> None:
    old = await store.fetch(URL, "v1")
    repository = store.cache.repository(URL)
    for path in repository.rglob("refs/**/*"):
        if path.is_file():
            path.write_bytes(b"")
    (repository / "shallow").write_bytes(b"garbage\n")
    for pack in repository.glob("objects/pack/*"):
        pack.chmod(0o644)
        pack.write_bytes(b"")
    assert await store.fetch(URL, "v1") == old
    assert await store.read(old, "connect.yaml") == b"deployAs: []\n"


FETCHER = """
import asyncio, sys
from pathlib import Path
from connectory.repositories import GitSettings, Repositories
store = Repositories(Path(sys.argv[1]), GitSettings(mirrors={"https://git.test/": sys.argv[2]}))
asyncio.run(store.fetch("https://git.test/owner/name.git", sys.argv[3]))
"""


@pytest.fixture
def large(origin: Origin) -> Origin:
    origin.files({f"f{n}": os.urandom(4_000_000) for n in range(10)}, "refs/tags/large")
    return origin


def fetching(cache: Path) -> bool:
    """A repository is renamed while it is made: who looks then sees nothing."""
    with contextlib.suppress(FileNotFoundError):
        return any(cache.glob("*/objects/pack/tmp_pack*"))
    return False


def kill_while_fetching(arguments: list[str], cache: Path) -> None:
    """Again when nobody looked while it happened."""
    for _ in range(100):
        shutil.rmtree(cache, ignore_errors=True)
        process = subprocess.Popen(arguments)
        while process.poll() is None and not fetching(cache):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        if process.wait() == -signal.SIGKILL:
            return
        assert process.returncode == 0
    raise AssertionError("it was never met while it fetched")


async def test_kill_9_in_the_middle_of_a_fetch(
    tmp_path: Path, store: Repositories, large: Origin, mirror: Path
) -> None:
    arguments = [sys.executable, "-c", FETCHER, str(tmp_path / "cache"), str(mirror), "large"]
    await asyncio.to_thread(kill_while_fetching, arguments, tmp_path / "cache")
    revision = await store.fetch(URL, "large")
    assert await store.read(revision, "f0", 5_000_000)


async def test_what_was_half_made_when_we_were_killed_goes_with_the_next_fetch(
    tmp_path: Path, store: Repositories, origin: Origin
) -> None:
    begun = beside(store.cache.repository(URL))
    (begun / "objects").mkdir(parents=True)
    (begun / "HEAD").write_text("half")
    revision = await store.fetch(URL, "v1")
    assert await store.read(revision, "connect.yaml") == b"deployAs: []\n"
    assert not list((tmp_path / "cache").glob("new-*"))


async def test_a_lock_held_too_long_is_said(tmp_path: Path, mirror: Path, origin: Origin) -> None:
    settings = GitSettings(mirrors={"https://git.test/": str(mirror)}, timeout=0.5)
    store = Repositories(tmp_path / "cache", settings)
    lock = os.open(f"{store.cache.repository(URL)}.lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(RepositoryUnreachable, match="Another fetch"):
        await store.fetch(URL, "v1")
    os.close(lock)
    patient = replace(settings, timeout=100)
    assert await Repositories(tmp_path / "cache", patient).fetch(URL, "v1")


@pytest.mark.skipif(os.geteuid() != 0, reason="running as another user takes root")
async def test_git_runs_as_the_other_user(tmp_path: Path, mirror: Path, origin: Origin) -> None:
    # pytest keeps its folders to itself, one level deeper when it runs in several processes
    ours = [one for one in tmp_path.parents if one.name.startswith(("pytest-", "popen-"))]
    for path in (tmp_path, *ours, *mirror.rglob("*"), mirror):
        path.chmod(0o755)
    settings = GitSettings(mirrors={"https://git.test/": str(mirror)}, run_as=(65534, 65534))
    store = Repositories(tmp_path / "cache", settings)
    revision = await store.fetch(URL, "v1")
    repository = store.cache.repository(URL)
    assert {path.stat().st_uid for path in repository.rglob("*")} == {65534}
    await store.export(revision, tmp_path / "out")
    assert (tmp_path / "out" / "connect.yaml").stat().st_uid == 0


async def test_all_files_are_listed_with_their_ids_and_sizes(
    store: Repositories, origin: Origin
) -> None:
    inner = origin.tree([("100755", origin.blob(b"run"), b"b.sh")])
    root = [("100644", origin.blob(b"1"), b"a"), ("40000", inner, b"folder")]
    origin.commit(origin.tree(root), "refs/tags/v2")
    listed = await store.files(await store.fetch(URL, "v2"))
    assert [(each.path, each.size) for each in listed] == [("a", 1), ("folder/b.sh", 3)]
    assert listed[1].id == origin.blob(b"run")


async def test_history_comes_as_deep_as_asked_and_only_for_the_same_commit(
    store: Repositories, origin: Origin
) -> None:
    tree, last = origin.git("rev-parse", "v1^{tree}"), origin.git("rev-parse", "v1")
    for _ in range(3):
        last = origin.git("commit-tree", "-m", "next", "-p", last, tree)
    origin.git("update-ref", "refs/tags/v2", last)
    revision = await store.fetch(URL, "v2")
    repository = await store.history(revision, 3)
    assert repository is not None
    assert len(commits(repository, revision.commit)) == 3
    assert await store.history(revision, 3) == repository

    origin.files({"a": b"moved"}, "refs/tags/v2")
    moved = await store.fetch(URL, "v2")
    origin.git("update-ref", "refs/tags/v2", last)
    assert await store.history(moved, 3) is None


def commits(repository: Path, commit: str) -> list[str]:
    command = ["git", f"--git-dir={repository}", "rev-list", commit]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
