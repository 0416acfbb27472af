"""Mending package.json, and the lockfile after it."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectory.advisories import Advisories, update
from connectory.publishing.checks.candidate import Candidate
from connectory.publishing.checks.dependencies.editing import changed, raised
from connectory.publishing.checks.dependencies.fix import Fix, fixes, refresh
from connectory.publishing.checks.dependencies.remedy import Remedy, Way, override
from connectory.toolchains.managers import Kind

RECORDS = Path(__file__).parents[3] / "advisories/data"
LayOut = Callable[..., Candidate]
NPM = Kind.NPM


@pytest.fixture
async def advisories(tmp_path: Path) -> Advisories:
    await update(tmp_path / "advisories", str(RECORDS))
    return Advisories(tmp_path / "advisories")


@pytest.mark.parametrize(
    ("wanted", "becomes"),
    [
        ("4.17.11", "4.17.21"),
        ("^4.17.11", "^4.17.21"),
        ("~4.17.11", "~4.17.21"),
        (">=4 <5", "^4.17.21"),
        ("*", "^4.17.21"),
        ("npm:lodash@^4.17.11", "npm:lodash@^4.17.21"),
        ("npm:@a/b@4.17.11", "npm:@a/b@4.17.21"),
    ],
)
def test_a_raised_range_reaches_as_far_as_before(wanted: str, becomes: str) -> None:
    assert raised(wanted, "4.17.21") == becomes


@pytest.mark.parametrize(
    ("kind", "parents", "expected"),
    [
        (Kind.NPM, (), {"overrides": {"qs": "^6.5.3"}}),
        (Kind.NPM, ("express",), {"overrides": {"express": {"qs": "^6.5.3"}}}),
        (Kind.PNPM, (), {"pnpm": {"overrides": {"qs": "^6.5.3"}}}),
        (Kind.PNPM, ("express",), {"pnpm": {"overrides": {"express>qs": "^6.5.3"}}}),
        (Kind.YARN, (), {"resolutions": {"qs": "^6.5.3"}}),
        (Kind.YARN, ("express",), {"resolutions": {"**/express/qs": "^6.5.3"}}),
        (Kind.BERRY, ("express",), {"resolutions": {"express/qs": "^6.5.3"}}),
    ],
)
def test_each_manager_has_its_own_way_to_override(
    kind: Kind, parents: tuple[str, ...], expected: dict[str, Any]
) -> None:
    assert override(Remedy(Way.OVERRIDE, kind, "", "qs", "6.5.3", parents)) == expected


@pytest.mark.parametrize("indent", [2, 4, "\t"])
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_changed_file_keeps_its_order_indentation_and_end(indent: Any, end: str) -> None:
    document = {"name": "ü", "dependencies": {"z": "1.0.0", "lodash": "^4.0.0"}, "a": [1]}
    text = json.dumps(document, indent=indent, ensure_ascii=False) + end
    made = changed(text, [Remedy(Way.RAISE, NPM, "", "lodash", "4.17.21")])
    assert made == text.replace("^4.0.0", "^4.17.21")
    crlf = text.replace("\n", "\r\n")
    assert changed(crlf, [Remedy(Way.RAISE, NPM, "", "lodash", "4.17.21")]) == made.replace(
        "\n", "\r\n"
    )


def test_nothing_to_change_changes_nothing() -> None:
    odd = '{ "dependencies" : {} }'
    assert changed(odd, [Remedy(Way.RAISE, NPM, "", "lodash", "4.17.21")]) == odd
    assert changed(odd, [Remedy(Way.UPDATE, NPM, "", "lodash", "4.17.21")]) == odd


def test_overrides_that_are_there_stay() -> None:
    text = json.dumps({"overrides": {"a": "1.0.0", "express": "4.18.0", "qs": "6.0.0"}})
    made = json.loads(changed(text, [
        Remedy(Way.OVERRIDE, NPM, "", "qs", "6.5.3", ("express",)),
        Remedy(Way.OVERRIDE, NPM, "", "qs", "6.5.3"),
    ]))  # fmt: skip
    assert made["overrides"] == {
        "a": "1.0.0", "express": {".": "4.18.0", "qs": "^6.5.3"}, "qs": "^6.5.3"
    }  # fmt: skip


def test_commands_are_data() -> None:
    assert list(refresh(Kind.NPM, ["a", "a"])) == [
        ("install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"),
        ("update", "a", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"),
    ]
    assert [words[0] for kind in Kind for words in refresh(kind, [])] == ["install"] * 4


def application(manifest: dict[str, Any], packages: dict[str, Any]) -> dict[str, Any]:
    lock = {"lockfileVersion": 3, "packages": {"": manifest, **packages}}
    return {"processor/package.json": manifest, "processor/package-lock.json": lock}


def only(found: tuple[Fix, ...]) -> Fix:
    (fix,) = found
    return fix


def test_what_is_asked_for_is_raised_and_what_comes_along_waits(
    lay_out: LayOut, advisories: Advisories
) -> None:
    files = application({"dependencies": {"express": "4.16.0", "jsonwebtoken": "8.5.1"}}, {
        "node_modules/express": {"version": "4.16.0", "dependencies": {"qs": "6.5.1"}},
        "node_modules/qs": {"version": "6.5.1"},
        "node_modules/jsonwebtoken": {"version": "8.5.1"},
    })  # fmt: skip
    fix = only(fixes(lay_out(files), advisories))
    assert json.loads(fix.texts["processor/package.json"]) == {
        "dependencies": {"express": "4.20.0", "jsonwebtoken": "8.5.1"}
    }
    assert fix.left == ("jsonwebtoken 8.5.1 -> 9.0.0 (raise)",)
    fix = only(fixes(lay_out(files), advisories, major=True))
    assert '"jsonwebtoken": "9.0.0"' in fix.texts["processor/package.json"]


def test_a_clean_repository_needs_no_fix(lay_out: LayOut, advisories: Advisories) -> None:
    files = application({"dependencies": {"lodash": "4.17.21"}},
                        {"node_modules/lodash": {"version": "4.17.21"}})  # fmt: skip
    assert fixes(lay_out(files), advisories) == ()


@pytest.mark.registry
@pytest.mark.parametrize(
    ("manifest", "start"),
    [
        ({"dependencies": {"lodash": "4.17.11"}}, {}),
        ({"dependencies": {"express": "4.17.1"}}, {}),
        ({"dependencies": {"execa": "5.1.1"}}, {"cross-spawn": "7.0.3"}),
        ({"dependencies": {"static-eval": "2.1.0", "got": "11.8.2"}},
         {"http-cache-semantics": "4.1.0"}),
    ],
    ids=["raise", "raise-and-override", "update", "both"],
)  # fmt: skip
def test_npm_follows_and_what_was_mended_is_gone(
    lay_out: LayOut,
    advisories: Advisories,
    tmp_path: Path,
    manifest: dict[str, Any],
    start: dict[str, str],
) -> None:
    """With the real npm: a lockfile with the flaw in it, fixes until there are none."""
    files = {"processor/package.json": {**manifest, "overrides": start}}
    place = lay_out(files).root / "processor"
    npm(place, "install", "--package-lock-only", "--no-audit")
    (place / "package.json").write_text(json.dumps(manifest, indent=2))
    rounds = 0
    while found := fixes(as_it_is(lay_out, place), advisories):
        rounds += 1
        assert rounds < 4
        for path, text in only(found).texts.items():
            (place.parent / path).write_text(text)
        for words in only(found).commands:
            npm(place, *words)
    assert rounds >= 1


def as_it_is(lay_out: LayOut, place: Path) -> Candidate:
    names = ("package.json", "package-lock.json")
    return lay_out({f"processor/{name}": (place / name).read_text() for name in names})


def npm(place: Path, *words: str) -> None:
    subprocess.run(["npm", *words], cwd=place, check=True, capture_output=True, env=os.environ)
