"""Licences of what ships."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectory.findings import Gate, Severity
from connectory.publishing.checks import licences as checked
from connectory.publishing.checks.dependencies.shipping import shipped
from connectory.publishing.checks.licences import LicencePolicy, declared, licences, verdict

POLICY = LicencePolicy()
MIT_TEXT = "Copyright (c) me\n\nPermission is hereby granted, free of charge, to any person"


def install(root: Path, name: str, files: dict[str, str] | None = None, **manifest: Any) -> None:
    folder = root / "processor/node_modules" / name
    folder.mkdir(parents=True)
    whole = {"name": name.rpartition("node_modules/")[2], "version": "1.0.0", **manifest}
    (folder / "package.json").write_text(json.dumps(whole))
    for file, text in (files or {}).items():
        (folder / file).write_text(text)


def found(root: Path, *names: str, policy: LicencePolicy = POLICY) -> dict[str, str]:
    findings = licences(root, "processor", {(name, "1.0.0") for name in names}, policy)
    return {one.about.rpartition("@")[0]: one.rule.partition("/")[2] for one in findings}


@pytest.mark.parametrize(
    "licence",
    ["MIT", "Apache-2.0", "(MIT OR GPL-3.0)", "AGPL-3.0 OR MIT", "0BSD", "BlueOak-1.0.0",
     "GPL-2.0-only WITH Classpath-exception-2.0", "MIT AND Zlib", "Apache 2.0", "MIT/X11"],
)  # fmt: skip
def test_usual_licences_are_taken(tmp_path: Path, licence: str) -> None:
    install(tmp_path, "left", license=licence)
    assert found(tmp_path, "left") == {}


@pytest.mark.parametrize(
    "licence",
    ["AGPL-3.0", "AGPL-3.0-or-later", "SSPL-1.0", "BUSL-1.1", "Elastic-2.0", "MIT AND SSPL-1.0",
     "CC-BY-NC-4.0", "UNLICENSED"],
)  # fmt: skip
def test_licences_that_reach_further_are_not(tmp_path: Path, licence: str) -> None:
    install(tmp_path, "left", license=licence)
    assert found(tmp_path, "left") == {"left": "denied"}


@pytest.mark.parametrize("licence", ["Ask me", "SEE LICENSE IN terms.txt", "", None, 5, {"a": 1}])
def test_what_names_no_licence_is_unknown(tmp_path: Path, licence: Any) -> None:
    install(tmp_path, "left", license=licence)
    assert found(tmp_path, "left") == {"left": "unknown"}


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ({"license": {"type": "MIT"}}, "MIT"),
        ({"licenses": [{"type": "MIT"}, {"type": "BSD"}]}, "MIT OR BSD-3-Clause"),
        ({"licenses": "Public Domain"}, "CC0-1.0"),
        ({}, ""),
    ],
)
def test_old_spellings_are_understood(manifest: dict[str, Any], expected: str) -> None:
    assert declared(manifest) == expected


def test_the_text_of_a_licence_counts_where_package_json_is_silent(tmp_path: Path) -> None:
    install(tmp_path, "left", {"LICENSE": MIT_TEXT})
    install(tmp_path, "right", {"COPYING": "GNU AFFERO GENERAL PUBLIC LICENSE"})
    assert found(tmp_path, "left", "right") == {"right": "denied"}


def test_only_what_ships_is_judged_wherever_it_lies(tmp_path: Path) -> None:
    install(tmp_path, "@scope/left", license="SSPL-1.0")
    install(tmp_path, "a/node_modules/b", license="SSPL-1.0")
    install(tmp_path, ".pnpm/c@1.0.0/node_modules/c", license="SSPL-1.0")
    install(tmp_path, "jest", license="SSPL-1.0")
    denied = found(tmp_path, "@scope/left", "b", "c")
    assert denied == {"@scope/left": "denied", "b": "denied", "c": "denied"}


def test_a_policy_may_name_all_that_it_takes() -> None:
    strict = LicencePolicy(allowed=("MIT", "BSD-*"))
    assert verdict("BSD-3-Clause", strict)
    assert verdict("Apache-2.0", strict) is False
    assert verdict("Apache-2.0 OR MIT", strict)
    assert verdict("nonsense here", strict) is None


def test_no_licence_stops_a_private_publish() -> None:
    assert {rule.gate for rule in checked.RULES} == {Gate.CERTIFICATION}
    assert {rule.severity for rule in checked.RULES} == {Severity.MAJOR}


def test_odd_packages_and_links_harm_nobody(tmp_path: Path) -> None:
    install(tmp_path, "left", license="(" * 5_000)
    (tmp_path / "processor/node_modules/loop").symlink_to(tmp_path)
    broken = tmp_path / "processor/node_modules/broken"
    broken.mkdir()
    (broken / "package.json").write_text("[" * 100_000)
    assert found(tmp_path, "left", "broken") == {"left": "unknown"}


def test_the_lockfile_says_what_ships(tmp_path: Path) -> None:
    manifest = {"dependencies": {"left": "^1.0.0"}, "devDependencies": {"jest": "^1.0.0"}}
    lock = {"lockfileVersion": 3, "packages": {
        "": manifest,
        "node_modules/left": {"version": "1.0.0"},
        "node_modules/jest": {"version": "1.0.0", "dev": True},
    }}  # fmt: skip
    folder = tmp_path / "processor"
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps(manifest))
    assert shipped(tmp_path, "processor") is None
    (folder / "package-lock.json").write_text(json.dumps(lock))
    assert shipped(tmp_path, "processor") == frozenset({("left", "1.0.0")})
