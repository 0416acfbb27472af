"""The decisions behind the rules, on plain data."""

import pytest

from connectory.publishing.checks.agreement.commands import RunsFile, RunsScript, wishes
from connectory.publishing.checks.agreement.environment import Environment, Read, environment
from connectory.publishing.checks.agreement.found import LONGEST, plain
from connectory.publishing.checks.agreement.lines import json_line, written
from connectory.publishing.checks.agreement.node_versions import allowed
from connectory.publishing.checks.agreement.npm_lock import disagreements
from connectory.publishing.checks.agreement.spelling import misspelled
from connectory.publishing.checks.agreement.text_locks import pnpm_specifiers, yarn_keys
from connectory.publishing.checks.code import Match


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("npm install && npm run build && npm run a:b", (RunsScript("build"), RunsScript("a:b"))),
        ("npm ci; npm start", (RunsScript("start"),)),
        ("NODE_ENV=production npm run -s build", (RunsScript("build"),)),
        ("yarn && yarn build", (RunsScript("build"),)),
        ("yarn run connector:post-deploy", (RunsScript("connector:post-deploy"),)),
        ("pnpm install --frozen-lockfile && pnpm connector:x", (RunsScript("connector:x"),)),
        ("cross-env A=b node ./dist/a.js --port 1", (RunsFile("./dist/a.js"),)),
        ("node --enable-source-maps -r dotenv/config dist/a.js", (RunsFile("dist/a.js"),)),
        ("node build/a", (RunsFile("build/a"),)),
        ("node --max-old-space-size 4096 --conditions x", ()),
        ("node -p process.version", ()),
        ("node -e 'require(1)'", ()),
        ("node --run build", ()),
        ("node $ENTRY", ()),
        ("node /srv/a.js", ()),
        ("npm run a || true", ()),
        ("npm run a --if-present", ()),
        ("npm run a -w other", ()),
        ("npm --prefix ../b run a", ()),
        ("yarn tsc", ()),
        ("yarn workspace a build", ()),
        ("cd ../b && npm run a", ()),
        ("(npm run a)", ()),
        ('concurrently "npm run a && npm run b"', ()),
        ("npm run " + "a" * 5_000, ()),
        ("", ()),
    ],
)
def test_a_command_line_asks_only_for_what_is_certain(line: str, expected: object) -> None:
    assert wishes(line) == expected


@pytest.mark.parametrize(
    ("wanted", "majors"),
    [
        ("20.x", {20}),
        ("^22.3.0", {22}),
        (">22.4.0 <22.4.2", {22}),
        ("18.20.4", {18}),
        ("lts/iron", {20}),
        (">=18 <=20.9.0", {18, 19, 20}),
        (">=90", set()),
    ],
)
def test_a_range_allows_major_versions_of_node(wanted: str, majors: set[int]) -> None:
    assert allowed(wanted) == majors


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("API_KEY", "api_key", True),
        ("APIKEY", "API_KEY", True),
        ("CTP_REGIN", "CTP_REGION", True),
        ("CTP_REGOIN", "CTP_REGION", True),
        ("CTP_REGIUN", "CTP_REGION", True),
        ("STORE_KEY_1", "STORE_KEY_2", False),
        ("STORE_KEY", "STORE_KEY2", False),
        ("API_URL", "APP_URI", False),
        ("HOST", "POST", False),
        ("CTP_CLIENT_ID", "CTP_CLIENT_SECRET", False),
    ],
)
def test_one_slip_of_the_fingers_is_the_same_name(name: str, other: str, same: bool) -> None:
    assert (misspelled(name, [other]) == other) is same


@pytest.mark.parametrize(
    ("wanted", "version", "refused"),
    [
        ("^2.1.0", "2.1.3", False),
        ("^1.0.0", "2.1.3", True),
        ("<2.0.0-0 || >=99", "2.1.3", True),
        ("latest", "2.1.3", False),
        ("*", "2.1.3", False),
        ("npm:other@^1.0.0", "2.1.3", False),
        ("github:a/b", "2.1.3", False),
        ("https://a.b/c.tgz", "2.1.3", False),
        ("1 - 3 nonsense", "2.1.3", False),
        ("^2.0.0-beta.1", "2.0.0-beta.4", False),
    ],
)
def test_npm_refuses_a_locked_version_outside_of_the_range(
    wanted: str, version: str, refused: bool
) -> None:
    """As npm 11.19 does: tried with `npm ci` on the first five."""
    locked = {"packages": {"": {}, "node_modules/ms": {"version": version}}}

    assert bool([*disagreements({"dependencies": {"ms": wanted}}, locked)]) is refused


def test_an_old_lockfile_of_npm_is_understood() -> None:
    old = {"lockfileVersion": 1, "dependencies": {"ms": {"version": "2.1.3"}}}

    assert not [*disagreements({"dependencies": {"ms": "^2.0.0"}}, old)]
    assert [*disagreements({"devDependencies": {"a": "1"}}, old)] == ["a (1) is not in it"]


def test_an_unknown_form_of_a_lockfile_is_not_judged() -> None:
    assert not [*disagreements({"dependencies": {"ms": "1"}}, {"lockfileVersion": 9})]
    assert pnpm_specifiers("lockfileVersion: 5.4\n\nspecifiers:\n  ms: ^2\n") is None


def test_keys_of_a_yarn_lock_are_its_ranges() -> None:
    text = '# x\n\n"@a/b@^1.0.0", c@^2:\n  version "1"\n\n"d@npm:>=1 <2":\n  version: 1\n'

    assert yarn_keys(text) >= {"@a/b@^1.0.0", "c@^2", "d@npm:>=1 <2"}


def test_only_the_project_itself_counts_in_a_pnpm_lock() -> None:
    text = (
        "a: 1\n\nimporters:\n\n  .:\n    devDependencies:\n      '@a/b':\n"
        "        specifier: ^1\n        version: 1.0.0\n\n  other:\n    dependencies:\n"
        "      c:\n        specifier: ^2\n        version: 2.0.0\n\npackages:\n"
    )

    assert pnpm_specifiers(text) == {"@a/b": "^1"}


def match(rule: str, line: int, text: str = "", **captures: str) -> Match:
    return Match(rule, "a.ts", line, text, captures)


def test_a_read_is_spared_only_where_something_is_in_its_place() -> None:
    found = environment(
        [
            match("env-member", 1, NAME="A"),
            match("env-spared", 1, NAME="A"),
            match("env-member", 2, NAME="A"),
            match("env-index", 3, NAME="'B'"),
        ],
        {},
    )

    assert found == Environment(
        (Read("A", "a.ts", 1, spared=True), Read("A", "a.ts", 2), Read("B", "a.ts", 3))
    )


def test_a_computed_name_may_be_any() -> None:
    assert environment([match("env-index", 1, NAME="`CTP_${name}`")], {}).computed


def test_each_part_of_a_taken_apart_environment_has_its_line() -> None:
    text = "{\n  A,\n  B = 'x',\n  C: c = 'y',\n  D: d,\n  ...rest\n} = process.env"

    found = environment([match("env-taken-apart", 5, text)], {})

    assert [(one.name, one.line, one.spared) for one in found.reads][:4] == [
        ("A", 6, False),
        ("B", 7, True),
        ("C", 8, True),
        ("D", 9, False),
    ]


def test_lines_of_both_files_are_those_of_the_key() -> None:
    text = '{\n "start": 1,\n "scripts": {\n  "start": 2\n }\n}'
    layout = written(
        b"deployAs:\n  - name: a\n    endpoint: /a\ninheritAs:\n  configuration:\n"
        b"    securedConfiguration:\n      - key: K\n"
    )

    assert json_line(text, "scripts", "start") == 4
    assert json_line(text, "scripts", "absent") is None
    assert (layout.line("a", "endpoint"), layout.line("b"), layout.key(None, "K")) == (3, None, 7)


def test_lines_of_an_unreadable_file_are_unknown() -> None:
    assert written(b"a: [").line("a") is None


def test_what_a_stranger_wrote_stays_on_one_line() -> None:
    assert plain("a\x1b[31m\nb\u202ec") == "a [31m b c"
    assert len(plain("x" * 100_000)) == LONGEST
