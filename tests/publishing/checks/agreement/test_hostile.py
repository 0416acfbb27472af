"""Whatever the files hold, the check ends soon, says the same each time, and shows no secret."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from connectory.findings import Finding
from connectory.publishing.checks.agreement import Agreement
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.checks.check import Bench
from connectory.specification import parse

Examine = Callable[[Mapping[str, str]], Awaitable[tuple[Finding, ...]]]
SOON = 100.0
MEGABYTE = 1024 * 1024


def filled(text: str, size: int = MEGABYTE - 2_000) -> str:
    return text * (size // len(text))


ODD = {
    "many spaces in a script": ("event/package.json",
                                '{"scripts": {"start": "' + filled(" ") + '"}}'),
    "a script of operators": ("event/package.json",
                              '{"scripts": {"start": "' + filled("&& ") + '"}}'),
    "scripts that are no texts": ("event/package.json", '{"scripts": {"start": [1, {}]}}'),
    "fields of other types": ("event/package.json",
                              '{"scripts": 1, "dependencies": [2], "engines": "x", "name": 3}'),
    "many missing dependencies": ("event/package.json", '{"dependencies": {'
                                  + ",".join(f'"a{n}": "file:../{n}"' for n in range(20_000))
                                  + "}}"),
    "a deep package.json": ("event/package.json", '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"),
    "a lockfile of another shape": ("event/package-lock.json",
                                    '{"packages": [], "dependencies": 1}'),
    "a lockfile of brackets": ("event/package-lock.json", "[" * 500_000),
    "an .env file of empty lines": ("event/.env", filled("\n")),
    "an .env file of words": ("event/.env", filled("export ")),
    "tsconfig.json of comments": ("service/tsconfig.json", filled("/*", 16_000)),
    "tsconfig.json of quotes": ("service/tsconfig.json", filled('"\\', 16_000)),
    "code of routes": ("event/src/a.ts", filled("app.use(`\n")),
    "code of listening": ("event/src/a.ts", filled("a.listen(\n")),
    "code of schemas": ("event/src/a.ts", "p.parse(process.env);\n" + filled("AAA: z.\n\n  \n")),
    "a range that the library chokes on": ("event/package.json",
                                           '{"engines": {"node": "1 - 3 x"}}'),
    "code of aliases": ("event/src/a.ts", filled("const env = process.env;\n")),
    "code of reads": ("event/src/a.ts",
                      "\n".join(f"f(process.env.A{n}_B);" for n in range(30_000))),
    "a yarn.lock of keys": ("event/yarn.lock", filled('"a@1", ')),
    "a name in the environment with a line break": ("event/src/a.ts", "process.env['A\\nB'];\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
async def test_odd_files_take_no_time_and_break_nothing(
    name: str, clean: dict[str, str], findings_in: Examine
) -> None:
    path, text = ODD[name]
    clean[path] = text
    begun = time.monotonic()

    found = await findings_in(clean)

    assert time.monotonic() - begun < SOON
    assert len(found) < 600
    assert not [one for one in found if "\n" in one.what or len(one.what) > 500]


async def test_thousands_of_applications_and_keys_take_no_time(findings_in: Examine) -> None:
    text = "deployAs:\n"
    for number in range(400):
        text += f"  - name: a{number}\n    applicationType: service\n    endpoint: /\n"
        text += "    configuration:\n      standardConfiguration:\n"
        text += "".join(f"        - {{key: K{n}, description: x}}\n" for n in range(5))
    files = {"connect.yaml": text} | {f"f{n}/a.js": "" for n in range(500)}
    begun = time.monotonic()

    found = await findings_in(files)

    assert time.monotonic() - begun < SOON
    assert {one.rule for one in found} == {"specification/missing-folder"}


async def test_a_link_is_never_followed(bench: Bench, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"scripts": {"start": "node /host-secret.js"}}')
    root = tmp_path / "linked"
    (root / "aa").mkdir(parents=True)
    yaml = "deployAs:\n  - {name: aa, applicationType: service, endpoint: /}\n"
    (root / "connect.yaml").write_text(yaml)
    (root / "aa/package.json").symlink_to(secret)
    entries = {
        "connect.yaml": Entry("connect.yaml", "1", len(yaml)),
        "aa/package.json": Entry("aa/package.json", "2", 9, link=True),
    }

    examined = await Agreement().examine(Candidate(root, entries, parse(yaml)), bench)

    assert [one.rule for one in examined.findings] == ["specification/broken-package"]
    assert "host-secret" not in str(examined)


async def test_the_value_of_a_secret_is_in_no_finding(
    clean: dict[str, str], findings_in: Examine
) -> None:
    clean["event/.env"] = "CTP_CLIENT_SECRET=q8wnb3vzx7\n"

    assert "q8wnb3vzx7" not in str(await findings_in(clean))


async def test_the_same_files_are_judged_the_same_on_any_machine(
    clean: dict[str, str], findings_in: Examine, bench: Bench, tmp_path: Path
) -> None:
    clean["event/src/a.ts"] = "process.env.B_KEY; process.env.A_KEY;\n"
    del clean["job/package-lock.json"]
    first = await findings_in(clean)
    again = Bench(bench.sandbox, CheckCache(tmp_path / "other"), bench.settings)
    reversed_files = dict(sorted(_candidate(tmp_path / "tree", clean).files.items(), reverse=True))
    candidate = Candidate(tmp_path / "tree", reversed_files, parse(clean["connect.yaml"]))

    second = (await Agreement().examine(candidate, again)).findings

    assert len(first) == 3
    assert set(first) == set(second)
    assert str(tmp_path) not in str(first)


def _candidate(root: Path, files: Mapping[str, str]) -> Candidate:
    entries = {
        path: Entry(path, hashlib.sha1(text.encode()).hexdigest(), len(text))
        for path, text in files.items()
    }
    return Candidate(root, entries, parse(files["connect.yaml"]))
