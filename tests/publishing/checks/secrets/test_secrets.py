"""The real scanner in the real sandbox, on seeded secrets and their clean twins."""

import hashlib
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.conftest import git
from tests.publishing.checks.secrets.seeds import CLEAN, seeded

from connectory.findings import Examination, Finding, Severity, State
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.secrets import IN_HISTORY, IN_TREE, Secrets, engine, warm
from connectory.publishing.checks.secrets.answer import Answer, read
from connectory.sandbox import Sandbox, SandboxSettings, SandboxUnavailable
from connectory.settings import Settings
from connectory.specification import Application, ApplicationType, Specification

pytestmark = pytest.mark.skipif(engine.program() is None, reason="no scanner on this system")

SPECIFICATION = Specification((Application("processor", ApplicationType.SERVICE, "/"),))
Made = Callable[[Mapping[str, str]], Candidate]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Compiled rules are kept between runs of the tests: making them takes seconds."""
    kept = Path(os.environ.get("CONNECTORY_TEST_TOOLS", "/tmp/connectory-test-tools"))
    try:
        made = Sandbox.create(SandboxSettings(tmp_path / "sandbox", isolation="bubblewrap"))
    except SandboxUnavailable as reason:
        pytest.skip(str(reason))
    await made.start()
    yield Bench(made, CheckCache(tmp_path / "cache"), Settings(data=str(kept)))
    await made.stop()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def lay_out(files: Mapping[str, str]) -> Candidate:
        root = tmp_path / "tree"
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        root.mkdir(exist_ok=True)
        entries = {
            name: Entry(name, hashlib.sha1(text.encode()).hexdigest(), len(text))
            for name, text in files.items()
        }
        return Candidate(root, entries, SPECIFICATION)

    return lay_out


async def found(candidate: Candidate, bench: Bench) -> tuple[Finding, ...]:
    examination = await Secrets().examine(candidate, bench)
    assert examination.state is State.EXAMINED
    return examination.findings


async def test_every_seeded_secret_is_found_where_it_is(made: Made, bench: Bench) -> None:
    seeds = seeded()
    findings = await found(made({file: text for file, text, _ in seeds.values()}), bench)
    places = {(one.about, one.path) for one in findings}
    for kind, (file, text, secret) in seeds.items():
        assert (kind.partition(" ")[0], file) in places
        line = text[: text.index(secret)].count("\n") + 1
        assert any(one.path == file and one.line in {line, 1} for one in findings)
    blocking = {one.about for one in findings if one.severity.fails}
    assert {kind.partition(" ")[0] for kind in seeds} - blocking == {"jwt"}
    assert {one.application for one in findings} == {"processor"}


async def test_no_secret_is_repeated_anywhere(made: Made, bench: Bench, tmp_path: Path) -> None:
    seeds = seeded()
    examination = await Secrets().examine(
        made({file: text for file, text, _ in seeds.values()}), bench
    )
    said = msgspec.json.encode(examination).decode()
    files = (path for path in bench.cache.folder.rglob("*") if path.is_file())
    kept = "".join(path.read_text("utf-8", "replace") for path in files)
    for _, _, secret in seeds.values():
        assert secret[5:] not in said + kept
        assert secret[:8] not in said.replace("https://", "").replace("mongodb+", "") + kept


async def test_the_clean_twins_stay_clean(made: Made, bench: Bench) -> None:
    assert [one for one in await found(made(CLEAN), bench) if one.severity.fails] == []


async def test_tests_and_examples_do_not_stop(made: Made, bench: Bench) -> None:
    _, text, _ = seeded()["github-pat"]
    findings = await found(made({"processor/test/a.spec.ts": text, "README.md": text}), bench)
    assert [one.severity for one in findings] == [Severity.MINOR, Severity.MINOR]
    assert [one.application for one in findings] == [None, "processor"]


async def test_no_comment_or_ignore_file_hides_a_secret(made: Made, bench: Bench) -> None:
    _, text, _ = seeded()["github-pat"]
    hidden = text.strip() + " // kingfisher:ignore gitleaks:allow nosec\n"
    files = {"a.ts": hidden, ".gitignore": "*\n", ".ignore": "*\n", ".env.ts": text}
    assert {one.path for one in await found(made(files), bench)} == {"a.ts", ".env.ts"}


async def test_the_same_files_are_not_scanned_twice(made: Made, bench: Bench) -> None:
    candidate = made({"a.ts": seeded()["github-pat"][1]})
    first = await found(candidate, bench)
    again = replace(bench, sandbox=None)  # type: ignore[arg-type]
    assert await found(candidate, again) == first


async def test_hostile_files_are_looked_at_without_harm(made: Made, bench: Bench) -> None:
    _, text, _ = seeded()["github-pat"]
    odd = "x\x1b[31m\u202e\n.ts"
    candidate = made({odd: text, "deep/" * 60 + "a.ts": text, "long.js": "a" * 3_000_000})
    (candidate.root / "pipe").symlink_to("/etc/passwd")
    os.mkfifo(candidate.root / "fifo")
    assert {one.path for one in await found(candidate, bench)} == {odd, "deep/" * 60 + "a.ts"}


def history(tmp_path: Path) -> tuple[Path, str, str]:
    """A repository whose first commit held a secret that the second removed."""
    work = tmp_path / "work"
    work.mkdir()
    git("init", "-q", ".", cwd=work)
    file, text, _ = seeded()["stripe-access-token"]
    (work / file).parent.mkdir(parents=True)
    (work / file).write_text(text)
    git("add", "-A", cwd=work)
    git("commit", "-qm", "one", cwd=work)
    first = git("rev-parse", "HEAD", cwd=work)
    (work / file).write_text("new Stripe(process.env.STRIPE_KEY);\n")
    git("commit", "-qam", "two", cwd=work)
    return work, first, git("rev-parse", "HEAD", cwd=work)


async def test_history_is_looked_at_and_stops_nothing(
    made: Made, bench: Bench, tmp_path: Path
) -> None:
    work, first, last = history(tmp_path)
    git("clone", "-q", "--bare", str(work), str(tmp_path / "bare"), cwd=tmp_path)
    candidate = replace(made({"a.ts": "1"}), commit=last, repository=tmp_path / "bare")
    (finding,) = await found(candidate, bench)
    assert (finding.rule, finding.severity) == (IN_HISTORY.name, Severity.MAJOR)
    assert first[:12] in finding.what
    assert finding.line is None


async def test_a_change_on_top_does_not_search_the_history_again(
    made: Made, bench: Bench, tmp_path: Path
) -> None:
    work, _, last = history(tmp_path)
    candidate = replace(made({"a.ts": "1"}), commit=last, repository=work / ".git")
    before = Secrets().reads(candidate, bench)
    git("commit", "-q", "--amend", "-m", "other", cwd=work)
    amended = replace(candidate, commit=git("rev-parse", "HEAD", cwd=work))
    assert amended.commit != last
    assert Secrets().reads(amended, bench) == before


async def test_a_merge_has_the_history_of_both_sides(
    made: Made, bench: Bench, tmp_path: Path
) -> None:
    work, first, _ = history(tmp_path)
    git("checkout", "-q", "-b", "side", first, cwd=work)
    (work / "b.ts").write_text(seeded()["github-pat"][1])
    git("add", "-A", cwd=work)
    git("commit", "-qm", "side", cwd=work)
    git("rm", "-q", "b.ts", cwd=work)
    git("commit", "-qm", "removed", cwd=work)
    git("checkout", "-q", "-", cwd=work)
    git("merge", "-q", "side", "-m", "merge", cwd=work)
    merge = git("rev-parse", "HEAD", cwd=work)
    candidate = replace(made({"a.ts": "1"}), commit=merge, repository=work / ".git")
    kinds = {one.about.partition("@")[0] for one in await found(candidate, bench)}
    assert kinds == {"stripe-access-token", "github-pat"}


async def test_a_history_that_cannot_be_read_leaves_the_files(
    made: Made, bench: Bench, tmp_path: Path
) -> None:
    work, first, last = history(tmp_path)
    objects = work / ".git" / "objects"
    (objects / first[:2] / first[2:]).unlink()
    _, text, _ = seeded()["github-pat"]
    candidate = replace(made({"a.ts": text}), commit=last, repository=work / ".git")
    examination = await Secrets().examine(candidate, bench)
    assert [one.path for one in examination.findings] == ["a.ts"]
    assert examination.state is State.EXAMINED
    assert examination.note == "Git history could not be looked at completely."


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file that the sandbox cannot read")
async def test_files_that_cannot_be_read_are_never_called_clean(made: Made, bench: Bench) -> None:
    candidate = made({"a.ts": seeded()["github-pat"][1], "closed.ts": "1"})
    (candidate.root / "closed.ts").chmod(0)
    examination = await Secrets().examine(candidate, bench)
    assert examination.state is State.NO_DATA
    assert [one.path for one in examination.findings] == ["a.ts"]
    assert examination.note.startswith("Some files could not be looked at.")


async def test_a_shallow_repository_is_said_to_be_one(
    made: Made, bench: Bench, tmp_path: Path
) -> None:
    work, _, last = history(tmp_path)
    git("clone", "-q", "--bare", "--depth=1", f"file://{work}", "shallow", cwd=tmp_path)
    candidate = replace(made({"a.ts": "1"}), commit=last, repository=tmp_path / "shallow")
    examination = await Secrets().examine(candidate, bench)
    assert examination.findings == ()
    assert "history was not fetched" in examination.note


async def test_without_a_scanner_nothing_is_called_clean(
    made: Made, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "program", lambda: None)
    examination = await Secrets().examine(made({"a.ts": "1"}), bench)
    assert examination == Examination(
        "secrets", State.NO_DATA, note="no scanner for secrets is installed on this system"
    )


async def test_the_rules_are_compiled_once(bench: Bench) -> None:
    await warm(bench)
    (kept,) = engine._kept(bench).iterdir()
    before = kept.stat().st_mtime_ns
    await warm(bench)
    assert kept.stat().st_mtime_ns == before


def test_the_scanner_reaches_nothing_and_redacts() -> None:
    commit = "c" * 40
    for arguments in (engine.files_arguments(), engine.history_arguments(commit)):
        assert {"--no-validate", "--no-update-check", "--redact", "--no-ignore"} <= set(arguments)
        assert arguments[1] == "scan"
    assert engine.history_arguments(commit)[-4:] == ("--git-history", "full", "--branch", commit)
    assert engine.files_arguments()[-2:] == ("--git-history", "none")


def test_an_answer_that_is_none_is_known(tmp_path: Path) -> None:
    answer = tmp_path / "found.json"
    assert read(answer) is None
    answer.write_text("[]")
    assert read(answer) is None
    answer.write_text(json.dumps({"findings": []}))
    assert read(answer) is None
    answer.write_text(said([]))
    assert read(answer) == Answer()
    answer.write_text(said([], partial=1))
    assert read(answer) == Answer(whole=False)


def said(findings: list[object], partial: int = 0) -> str:
    summary = {"scan_partial": partial, "scan_failed": 0}
    return json.dumps({"findings": findings, "audit": {"summary": summary}})


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("betterleaks.github-pat", "github-pat"),
        ("kingfisher.paypal.1", "paypal"),
        ("veles.secrets/sendgrid", "sendgrid"),
        ("7", "7"),
    ],
)
def test_a_kind_is_named_by_what_it_is(tmp_path: Path, rule: str, kind: str) -> None:
    answer = tmp_path / "found.json"
    answer.write_text(said([{"rule": {"id": rule}, "finding": {"path": "a"}}]))
    found = read(answer)
    assert found is not None
    assert [one.kind for one in found.leaks] == [kind]


def test_what_is_in_the_tree_stops_a_connector() -> None:
    assert IN_TREE.severity.fails
    assert not IN_HISTORY.severity.fails
