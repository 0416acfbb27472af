"""Vulnerable packages in a repository, and their clean twins."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectory.advisories import update
from connectory.findings import Examination, Finding, Severity, State
from connectory.publishing.checks.candidate import Candidate
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.dependencies import Dependencies
from connectory.settings import Settings

LayOut = Callable[..., Candidate]
Examine = Callable[[Candidate], Awaitable[Examination]]
MERCHANT_CENTER = "merchant-center-custom-application"

VULNERABLE = [
    ("lodash", "4.17.11", "4.17.21"), ("minimist", "1.2.5", "1.2.8"), ("qs", "6.5.1", "6.5.3"),
    ("axios", "1.6.8", "1.12.0"), ("jsonwebtoken", "8.5.1", "9.0.0"),
    ("node-fetch", "2.6.6", "2.6.7"), ("follow-redirects", "1.14.6", "1.15.6"),
    ("semver", "7.3.8", "7.5.2"), ("ws", "8.16.0", "8.17.1"),
    ("path-to-regexp", "0.1.7", "0.1.12"), ("body-parser", "1.20.2", "1.20.3"),
    ("braces", "3.0.2", "3.0.3"), ("cross-spawn", "7.0.3", "7.0.5"), ("json5", "2.2.1", "2.2.2"),
    ("loader-utils", "2.0.2", "2.0.3"), ("moment", "2.29.3", "2.29.4"),
    ("shell-quote", "1.7.2", "1.7.3"), ("ansi-regex", "5.0.0", "5.0.1"),
    ("glob-parent", "5.1.1", "5.1.2"), ("nth-check", "1.0.2", "2.0.1"),
    ("http-cache-semantics", "4.1.0", "4.1.1"), ("decode-uri-component", "0.2.0", "0.2.1"),
    ("async", "2.6.3", "2.6.4"), ("ejs", "3.1.6", "3.1.10"), ("handlebars", "4.7.6", "4.7.7"),
    ("form-data", "4.0.0", "4.0.4"), ("rollup", "4.22.0", "4.22.4"),
    ("@babel/traverse", "7.22.8", "7.23.2"), ("fastify", "5.2.0", "5.3.2"),
    ("protobufjs", "7.2.4", "7.2.5"),
]  # fmt: skip
"""Package, a version that stops a connector, and one that does not."""


def named(found: Examination, rule: str) -> list[Finding]:
    return [one for one in found.findings if one.rule == f"dependencies/{rule}"]


def npm_lock(packages: Mapping[str, Any], **own: Any) -> dict[str, Any]:
    """A package-lock.json of version 3; a package is its version or its whole entry."""
    entries = {
        place: {"version": entry, "integrity": "sha512-x",
                "resolved": f"https://registry.npmjs.org/{place}.tgz"}
        if isinstance(entry, str) else entry
        for place, entry in packages.items()
    }  # fmt: skip
    return {"lockfileVersion": 3, "packages": {"": own, **entries}}


def one_package(name: str, version: str, **files: Any) -> dict[str, Any]:
    manifest = {"dependencies": {name: f"^{version}"}}
    lock = npm_lock({f"node_modules/{name}": version}, **manifest)
    return {"processor/package.json": manifest, "processor/package-lock.json": lock, **files}


def nested() -> dict[str, Any]:
    """A vulnerable qs below express, a vulnerable lodash for development."""
    manifest = {"dependencies": {"express": "^4.16.0"}, "devDependencies": {"lodash": "4.17.11"}}
    packages = {
        "node_modules/express": {"version": "4.21.0", "integrity": "x",
                                 "dependencies": {"qs": "6.5.1"}},
        "node_modules/qs": "6.5.1",
        "node_modules/lodash": {"version": "4.17.11", "integrity": "x", "dev": True},
    }  # fmt: skip
    return {"processor/package.json": manifest,
            "processor/package-lock.json": npm_lock(packages, **manifest)}  # fmt: skip


@pytest.mark.parametrize(("name", "bad", "good"), VULNERABLE)
async def test_a_vulnerable_version_fails_and_its_fix_does_not(
    lay_out: LayOut, examine: Examine, name: str, bad: str, good: str
) -> None:
    failing = named(await examine(lay_out(one_package(name, bad))), "vulnerable")
    assert any(one.severity.fails for one in failing)
    assert all(good in one.fix for one in failing if one.severity.fails) or name == "minimist"
    clean = await examine(lay_out(one_package(name, good)))
    assert not [one for one in clean.findings if one.severity.fails]
    assert clean.state is State.EXAMINED


async def test_a_finding_says_what_where_how_it_came_and_what_to_do(
    lay_out: LayOut, examine: Examine
) -> None:
    found = await examine(lay_out(nested()))
    shipped = next(one for one in named(found, "vulnerable") if one.shipped)
    assert shipped.what == (
        "qs 6.5.1: A query string can hang the process "
        "(GHSA-hrpp-h998-j3pp, CVE-2022-24999), fixed in 6.5.3"
    )
    assert shipped.application == "processor"
    text = json.dumps(nested()["processor/package-lock.json"], indent=2).splitlines()
    assert shipped.line is not None
    assert '"node_modules/qs": {' in text[shipped.line - 1]
    assert shipped.about == "qs@6.5.1 GHSA-hrpp-h998-j3pp"
    assert shipped.evidence.splitlines()[0] == "processor > express 4.21.0 > qs 6.5.1"
    assert '"overrides": {"qs": "^6.5.3"}' in shipped.fix
    assert shipped.severity is Severity.HIGH


async def test_what_is_for_development_only_does_not_ship(
    lay_out: LayOut, examine: Examine
) -> None:
    found = await examine(lay_out(nested()))
    developed = [one for one in named(found, "vulnerable") if not one.shipped]
    assert {one.about.split("@")[0] for one in developed} == {"lodash"}
    assert Severity.CRITICAL in {one.severity for one in developed}


async def test_what_has_no_fix_does_not_stop_anybody(lay_out: LayOut, examine: Examine) -> None:
    found = await examine(lay_out(one_package("ip", "2.0.1")))
    (finding,) = found.findings
    assert finding.rule == "dependencies/vulnerable-unfixed"
    assert finding.severity is Severity.HIGH
    assert finding.what.endswith("not fixed")


async def test_a_malicious_package_stops_everybody(lay_out: LayOut, examine: Examine) -> None:
    files = one_package("event-stream", "3.3.6")
    files["processor/package-lock.json"]["packages"]["node_modules/event-stream"]["dev"] = True
    (finding,) = named(await examine(lay_out(files)), "malicious")
    assert finding.severity is Severity.BLOCKER
    assert finding.shipped
    assert not (await examine(lay_out(one_package("event-stream", "4.0.1")))).findings


async def test_a_lockfile_nobody_installs_from_is_reported_and_stops_nobody(
    lay_out: LayOut, examine: Examine
) -> None:
    clean = one_package("lodash", "4.17.21")
    bad = npm_lock({"node_modules/lodash": "4.17.11"}, dependencies={"lodash": "4.17.11"})
    files = {**clean, "tools/package-lock.json": bad, "page/package-lock.json": bad,
             "processor/yarn.lock": 'lodash@^4.17.11:\n  version "4.17.11"\n  resolved "x#y"\n',
             "page/package.json": {}}  # fmt: skip
    found = await examine(lay_out(files, processor="service", page=MERCHANT_CENTER))
    assert {one.rule for one in found.findings} == {"dependencies/vulnerable-elsewhere"}
    why = {one.path: one.evidence.splitlines()[-1] for one in found.findings}
    assert why == {
        "page/package-lock.json":
            "page is a page of the Merchant Center and does not run on the platform",
        "processor/yarn.lock": "processor is installed from another lockfile",
        "tools/package-lock.json": "no application is installed from this lockfile",
    }  # fmt: skip


async def test_a_local_module_and_a_workspace_belong_to_the_application(
    lay_out: LayOut, examine: Examine
) -> None:
    bad = npm_lock({"node_modules/lodash": "4.17.11"}, dependencies={"lodash": "4.17.11"})
    module = {
        "processor/package.json": {"dependencies": {"common": "file:../common"}},
        "processor/package-lock.json": npm_lock({}),
        "common/package.json": {"dependencies": {"lodash": "4.17.11"}},
        "common/package-lock.json": bad,
    }
    found = await examine(lay_out(module))
    assert {one.path for one in named(found, "vulnerable")} == {"common/package-lock.json"}
    assert {one.application for one in found.findings} == {"processor"}

    packages = {"processor": {"dependencies": {"lodash": "4.17.11"}},
                "node_modules/lodash": "4.17.11"}  # fmt: skip
    workspace = {
        "package.json": {"workspaces": ["processor"]},
        "package-lock.json": npm_lock(packages, workspaces=["processor"]),
        "processor/package.json": {"dependencies": {"lodash": "4.17.11"}},
    }
    found = await examine(lay_out(workspace, processor="service"))
    assert {one.path for one in named(found, "vulnerable")} == {"package-lock.json"}
    assert "in processor/package.json" in found.findings[0].fix


async def test_other_managers_are_told_their_own_override(
    lay_out: LayOut, examine: Examine
) -> None:
    lock = (
        'express@^4.0.0:\n  version "4.21.0"\n  resolved "x#y"\n  dependencies:\n    qs "6.5.1"\n'
        '\nqs@6.11.0:\n  version "6.11.0"\n  resolved "x#y"\n'
        '\nqs@6.5.1:\n  version "6.5.1"\n  resolved "x#y"\n'
    )
    manifest = {"dependencies": {"express": "^4.0.0", "qs": "6.11.0"}}
    files = {"processor/package.json": manifest, "processor/yarn.lock": lock}
    found = await examine(lay_out(files))
    (finding,) = named(found, "vulnerable")
    assert '"resolutions": {"**/express/qs": "^6.5.3"}' in finding.fix
    assert finding.line == lock[: lock.index("qs@6.5.1:")].count("\n") + 1


async def test_no_data_is_never_clean(lay_out: LayOut, bench: Bench) -> None:
    found = await Dependencies().examine(lay_out(one_package("lodash", "4.17.11")), bench)
    assert found.state is State.NO_DATA
    assert "connectory advisories update" in found.note
    assert not found.findings


async def test_an_application_without_a_lockfile_cannot_be_judged(
    lay_out: LayOut, examine: Examine
) -> None:
    found = await examine(lay_out({"processor/package.json": {"dependencies": {"ws": "*"}}}))
    assert found.state is State.NO_DATA
    assert "processor has no lockfile" in found.note
    nothing = await examine(lay_out({"processor/package.json": {}}))
    assert nothing.state is State.SKIPPED


async def test_a_lockfile_with_marks_of_a_merge_is_said_to_be_broken(
    lay_out: LayOut, examine: Examine
) -> None:
    files = {"processor/package.json": {}, "processor/package-lock.json": "{\n<<<<<<< HEAD\n"}
    found = await examine(lay_out(files))
    assert [one.rule for one in found.findings] == ["dependencies/unreadable"]
    assert found.state is State.NO_DATA


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("https://npm.example.org/a.tgz", "https://npm.example.org"),
        ("git+ssh://git@github.com/a/b.git#c", "git+ssh://github.com"),
        ("https://user:secret@npm.example.org/a.tgz", "https://npm.example.org"),
        ("http://registry.npmjs.org/a/-/a-1.0.0.tgz", "http://registry.npmjs.org (without TLS)"),
        ("https://registry.npmjs.org/a/-/a-1.0.0.tgz", None),
        ("https://registry.yarnpkg.com/a/-/a-1.0.0.tgz", None),
        ("file:../a.tgz", None),
    ],
)
async def test_packages_from_elsewhere_are_named_by_their_place(
    lay_out: LayOut, examine: Examine, source: str, told: str | None
) -> None:
    entry = {"version": "1.0.0", "resolved": source, "integrity": "sha512-x"}
    files = {"processor/package.json": {}, "processor/package-lock.json": npm_lock(
        {"node_modules/a": entry, "node_modules/b": entry})}  # fmt: skip
    found = named(await examine(lay_out(files)), "foreign-source")
    assert [one.about for one in found] == ([told] if told else [])
    assert all("secret" not in str(one) for one in found)
    assert all(one.what == f"a and 1 more come from {told}, not from the registry"
               for one in found)  # fmt: skip


async def test_missing_checksums_and_deprecated_packages_are_mentioned(
    lay_out: LayOut, examine: Examine
) -> None:
    files = one_package("left", "1.0.0")
    entry = files["processor/package-lock.json"]["packages"]["node_modules/left"]
    del entry["integrity"]
    entry["deprecated"] = "Use\n right"
    found = await examine(lay_out(files))
    assert {one.rule: one.severity for one in found.findings} == {
        "dependencies/deprecated": Severity.INFO,
        "dependencies/integrity-missing": Severity.INFO,
    }
    assert named(found, "deprecated")[0].what == "left@1.0.0 is deprecated: Use right"


async def test_python_and_java_applications_are_judged_too(
    lay_out: LayOut, examine: Examine
) -> None:
    files = {"processor/requirements.txt": "urllib3==2.0.5\nrequests==2.31.0\n",
             "job/gradle.lockfile": "org.yaml:snakeyaml:1.33=runtimeClasspath\n"}  # fmt: skip
    found = await examine(lay_out(files, processor="service", job="job"))
    assert {one.about for one in named(found, "vulnerable")} == {
        "urllib3@2.0.5 GHSA-v845-jxx5-vc9f", "org.yaml:snakeyaml@1.33 GHSA-mjmj-j48q-9wg2"
    }  # fmt: skip
    assert "Raise urllib3 to 2.0.6" in str(found.findings)


async def test_two_databases_on_one_hole_make_one_finding(
    lay_out: LayOut, examine: Examine
) -> None:
    found = await examine(lay_out({"processor/requirements.txt": "PyYAML==5.3\n"}))
    assert [one.about for one in found.findings] == ["PyYAML@5.3 GHSA-8q59-q68h-6hv4"]


async def test_it_reads_lockfiles_advisories_and_nothing_else(
    lay_out: LayOut, bench: Bench, settings: Settings, tmp_path: Path
) -> None:
    check, files = Dependencies(), one_package("lodash", "4.17.11")
    before = check.reads(lay_out(files), bench)
    assert check.reads(lay_out({**files, "processor/src/a.ts": "1"}), bench) == before
    assert check.reads(lay_out(one_package("lodash", "4.17.12")), bench) != before
    (tmp_path / "one.json").write_text(
        json.dumps({"id": "X", "affected": [{"package": {"ecosystem": "npm", "name": "a"}}]})
    )
    await update(settings.directory / "advisories", str(tmp_path / "one.json"))
    assert check.reads(lay_out(files), bench) != before


async def test_five_thousand_packages_take_a_moment(
    lay_out: LayOut, bench: Bench, settings: Settings, tmp_path: Path
) -> None:
    """Of processor time, against 20,000 records; the bound is several times what is needed."""
    records = (json.dumps({
        "id": f"GHSA-{number}", "modified": "2025-01-01T00:00:00Z",
        "database_specific": {"severity": "HIGH"},
        "affected": [{"package": {"ecosystem": "npm", "name": f"package-{number % 10_000}"},
                      "ranges": [{"type": "SEMVER",
                                  "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}]}],
    }) for number in range(20_000))  # fmt: skip
    (tmp_path / "all.jsonl").write_text("\n".join(records))
    await update(settings.directory / "advisories", str(tmp_path / "all.jsonl"))
    packages = {f"node_modules/package-{number}": {
        "version": "0.9.0" if number % 100 == 0 else "1.2.3", "integrity": "sha512-x",
        "dependencies": {f"package-{number * 2 + one}": "^1.0.0" for one in (1, 2)},
    } for number in range(5_000)}  # fmt: skip
    files = {"processor/package.json": {}, "processor/package-lock.json": npm_lock(
        packages, dependencies={"package-0": "^0.9.0"})}  # fmt: skip
    candidate = lay_out(files)
    took = []
    for _ in range(2):
        start = time.process_time()
        found = await Dependencies().examine(candidate, bench)
        took.append(time.process_time() - start)
    assert len(found.findings) == 100
    assert min(took) < 4


async def test_a_lockfile_made_to_keep_us_busy_is_refused(
    lay_out: LayOut, examine: Examine
) -> None:
    packages = {f"node_modules/a{n}/node_modules/lodash": f"4.0.{n}" for n in range(201)}
    files = {"processor/package.json": {}, "processor/package-lock.json": npm_lock(packages)}
    found = await examine(lay_out(files))
    assert [one.rule for one in found.findings] == ["dependencies/unreadable"]
    assert found.state is State.NO_DATA
