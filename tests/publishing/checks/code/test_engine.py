"""The engine over a candidate's files: what it finds, what it remembers, what it survives."""

from dataclasses import replace
from pathlib import Path

import pytest

from connectory.publishing.checks.candidate import Entry
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.code import Patterns, is_source, is_test, matches, running
from connectory.publishing.checks.code.engine import BY_A_TOOL, Scan, scan
from connectory.publishing.checks.code.running import TOO_MUCH, EngineFailed
from connectory.sandbox import Command, Finished, Sandbox

from .conftest import Make

RULES = """id: variable
language: TypeScript
rule:
  pattern: process.env.$KEY
"""


@pytest.fixture
def patterns(tmp_path: Path) -> Patterns:
    file = tmp_path / "rules.yml"
    file.write_text(RULES)
    return Patterns.read(file)


def anything(_path: str) -> bool:
    return True


async def test_a_match_tells_where_it_is_and_what_it_captured(
    bench: Bench, candidate: Make, patterns: Patterns
) -> None:
    files = {"a/x.ts": "\nconst a = process.env.FOO;\n", "b/y.jsx": "f(<p>{process.env.BAR}</p>)"}
    found = await matches(candidate(files), bench, patterns, anything)
    assert [(m.rule, m.path, m.line, m.text, m.captures) for m in found] == [
        ("variable", "a/x.ts", 2, "process.env.FOO", {"KEY": "FOO"}),
        ("variable", "b/y.jsx", 1, "process.env.BAR", {"KEY": "BAR"}),
    ]


async def test_every_suffix_of_javascript_and_typescript_is_read(
    bench: Bench, candidate: Make, patterns: Patterns
) -> None:
    suffixes = ("ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx")
    files = {f"x.{each}": f"f(process.env.{each.upper()})" for each in suffixes}
    found = await matches(candidate(files), bench, patterns, anything)
    assert {m.captures["KEY"] for m in found} == {each.upper() for each in suffixes}


async def test_only_a_changed_file_is_searched_again(
    bench: Bench, candidate: Make, patterns: Patterns, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Command] = []
    run = Sandbox.run

    async def counted(self: Sandbox, command: Command) -> Finished:
        ran.append(command)
        return await run(self, command)

    monkeypatch.setattr(Sandbox, "run", counted)
    files = {f"x{n}.ts": f"f(process.env.A{n})" for n in range(4)}
    first = await scan(candidate(files), bench, patterns, anything)
    again = await scan(candidate(files), bench, patterns, anything)
    assert (len(ran), again) == (1, first)

    searched: list[set[str]] = []
    search = running.search

    async def seen(sandbox: Sandbox, rules: str, part: dict[str, bytes]) -> object:
        searched.append({data.decode() for data in part.values()})
        return await search(sandbox, rules, part)

    monkeypatch.setattr(running, "search", seen)
    changed = await scan(candidate({**files, "x2.ts": "f()"}), bench, patterns, anything)
    assert searched == [{"f()"}]
    assert [m.path for m in changed.matches] == ["x0.ts", "x1.ts", "x3.ts"]


async def test_the_same_content_is_found_under_every_name(
    bench: Bench, candidate: Make, patterns: Patterns
) -> None:
    text = "f(process.env.A)"
    names = ("a.ts", "b.ts", "--help.ts", "sp ace\n.ts", "ünï.ts", "$(id).ts")
    found = await matches(candidate(dict.fromkeys(names, text)), bench, patterns, anything)
    assert [m.path for m in found] == sorted(names)


async def test_what_is_no_code_of_people_is_left_out(
    bench: Bench, candidate: Make, patterns: Patterns
) -> None:
    text = "f(process.env.A)"
    long = f"{text};" + "a" * 6_000
    files = {"dist/a.ts": text, "node_modules/b/c.js": text, "d.min.js": text, "e.d.ts": text,
             "huge.ts": f"//{'a' * 79}\n" * 20_000 + text, "long.ts": long, "nul.ts": f"{text}\0",
             "link.ts": text, "f.txt": text}  # fmt: skip
    made = candidate(files)
    linked = {**made.files, "link.ts": replace(made.files["link.ts"], link=True)}
    found = await scan(replace(made, files=linked), bench, patterns, anything)
    assert found == Scan((), {"long.ts": BY_A_TOOL, "nul.ts": BY_A_TOOL})


async def test_a_link_in_the_tree_is_not_followed(
    bench: Bench, candidate: Make, patterns: Patterns, tmp_path: Path
) -> None:
    made = candidate({"a.ts": "f()"})
    (tmp_path / "secret.ts").write_text("f(process.env.SECRET)")
    (made.root / "link.ts").symlink_to(tmp_path / "secret.ts")
    files = {**made.files, "link.ts": Entry("link.ts", "0" * 40, 20)}
    assert await matches(replace(made, files=files), bench, patterns, anything) == ()


async def test_a_comment_cannot_hide_a_place(
    bench: Bench, candidate: Make, patterns: Patterns
) -> None:
    files = {"a.ts": "// ast-grep-ignore\nf(process.env.A)", ".gitignore": "*", "sgconfig.yml": "x"}
    found = await matches(candidate(files), bench, patterns, anything)
    assert [m.line for m in found] == [2]


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 200_000,
        "[\n" * 100_000,
        "a = " + "{a:\n" * 50_000,
        "f(`${\n" * 20_000,
        "\xff\xfe" * 99,
    ],
)
async def test_odd_files_spoil_nothing_else(
    bench: Bench, candidate: Make, patterns: Patterns, hostile: str
) -> None:
    files = {"hostile.ts": hostile, "sound.ts": "f(process.env.A)"}
    found = await matches(candidate(files), bench, patterns, anything)
    assert [m.path for m in found] == ["sound.ts"]


async def test_a_file_that_floods_the_output_is_told_of_and_left_out(
    bench: Bench, candidate: Make, tmp_path: Path
) -> None:
    rules = tmp_path / "any.yml"
    rules.write_text("id: list\nlanguage: TypeScript\nrule: {kind: array}\n")
    files = {"hostile.ts": "[\n" * 9_000 + "]\n" * 9_000, "sound.ts": "f([])", "other.ts": "g()"}
    found = await scan(candidate(files), bench, Patterns.read(rules), anything)
    assert found.unread == {"hostile.ts": TOO_MUCH}
    assert [m.path for m in found.matches] == ["sound.ts"]


async def test_rules_that_the_engine_cannot_read_are_our_failure(
    bench: Bench, candidate: Make
) -> None:
    with pytest.raises(EngineFailed):
        await scan(candidate({"a.ts": "f()"}), bench, Patterns("id: x\nrule: 7\n"), anything)


def test_the_engine_gets_our_rules_and_writes_to_a_file() -> None:
    argv = running.arguments()
    assert argv[:2] == ("sh", "-c")
    assert argv[4:] == ("/output/matches", "/engine/ast-grep", "scan", "--rule",
                        "/input/rules.yml", "--json=stream", "/input/files")  # fmt: skip


def test_a_rule_is_written_once_for_both_grammars(tmp_path: Path) -> None:
    file, shared = tmp_path / "a.yml", tmp_path / "utils.yml"
    file.write_text(f"{RULES}---\nid: b\nlanguage: Python\nrule: {{matches: c}}\n")
    shared.write_text("utils:\n  c: {kind: call}\n")
    text = Patterns.read(file, shared=shared).text
    assert [line for line in text.splitlines() if line.startswith("language")] == [
        "language: TypeScript", "language: Tsx", "language: Python"]  # fmt: skip
    assert text.count("utils:") == 1
    assert Patterns.read(file, shared=shared).digest != Patterns.read(file).digest


@pytest.mark.parametrize(
    "path", ["service/src/a.ts", "a.mjs", "b/c.py", "d/E.java", "src/builders/a.ts"]
)
def test_source(path: str) -> None:
    assert is_source(path)
    assert not is_test(path)


@pytest.mark.parametrize(
    "path", ["a/dist/b.js", "a/node_modules/b.ts", ".yarn/releases/y.cjs", "a.d.ts", "a.json"]
)
def test_no_source(path: str) -> None:
    assert not is_source(path)


@pytest.mark.parametrize(
    "path",
    ["src/a.spec.ts", "src/a.test.js", "src/__tests__/a.ts", "test/a.ts", "a/tests/b.py",
     "test_a.py", "src/test/java/A.java", "ATest.java"],
)  # fmt: skip
def test_a_test(path: str) -> None:
    assert is_test(path)
