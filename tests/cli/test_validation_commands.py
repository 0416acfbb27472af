"""``validate``, ``explain`` and ``advisories`` as a creator types them, on a real folder."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "connectory")
SERVER = "require('http').createServer((q, s) => s.end('hello')).listen(process.env.PORT);\n"
YAML = "deployAs:\n  - name: service\n    applicationType: service\n    endpoint: /service\n"
NAMED = {"name": "s", "version": "1.0.0", "engines": {"node": ">=20"}}
LODASH = {
    "id": "GHSA-35jh-r3h4-6jhm",
    "modified": "2024-01-01T00:00:00Z",
    "summary": "Command injection in lodash",
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "lodash"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}],
        }
    ],
    "database_specific": {"severity": "HIGH"},
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands' own cache directory, with Node and engines shared between runs of the tests."""
    tools = Path(os.environ.get("CONNECTORY_TEST_TOOLS", "/tmp/connectory-test-tools"))
    tools.mkdir(parents=True, exist_ok=True)
    cache = tmp_path_factory.mktemp("cache")
    (cache / "connectory").mkdir()
    (cache / "connectory" / "toolchains").symlink_to(tools)
    for folder in (cache, *cache.parents[:2]):
        folder.chmod(0o755)
    return cache


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return connector(tmp_path / "connector", {"service/index.js": SERVER})


def connector(folder: Path, files: Mapping[str, str]) -> Path:
    package = NAMED | {"scripts": {"start": "node index.js", "test": "node --check index.js"}}
    lock = NAMED | {"lockfileVersion": 3, "packages": {"": NAMED}}
    basic = {
        "connect.yaml": YAML,
        "service/package.json": json.dumps(package),
        "service/package-lock.json": json.dumps(lock),
    }
    for name, text in {**basic, **files}.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def run(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if "CONNECTORY" not in name}
    return subprocess.run(
        [*COMMAND, *arguments],
        env=clean | {"XDG_CACHE_HOME": str(cache), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def test_a_good_folder_passes_and_stays_as_it_is(cache: Path, folder: Path) -> None:
    ended = run(cache, "validate", str(folder))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Accepted" in ended.stdout
    assert "Nothing was found" in ended.stdout
    assert not (folder / ".git").exists()


def test_a_bad_folder_fails_and_names_the_line(cache: Path, folder: Path) -> None:
    bad = (
        "require('http').createServer((req, res) => {\n  res.end(String(eval(req.query.code)));\n})"
    )
    bad += ".listen(process.env.PORT);\n"
    (folder / "service" / "index.js").write_text(bad)
    ended = run(cache, "validate", str(folder), "--json")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    report = json.loads(ended.stdout)
    assert report["verdict"] == "refused"
    blocking = [one for one in report["findings"] if one["effect"] == "blocks"]
    assert [(one["path"], one["line"]) for one in blocking] == [("service/index.js", 2)]
    assert blocking[0]["rule"] in report["summary"]


def test_sarif_is_printed_for_editors(cache: Path, folder: Path) -> None:
    ended = run(cache, "validate", str(folder), "--sarif")
    assert json.loads(ended.stdout)["version"] == "2.1.0"


def test_the_digest_is_the_same_for_the_same_files(cache: Path, tmp_path: Path) -> None:
    one = connector(tmp_path / "one", {"service/index.js": SERVER})
    two = connector(tmp_path / "two", {"service/index.js": SERVER})
    reports = [json.loads(run(cache, "validate", str(at), "--json").stdout) for at in (one, two)]
    assert reports[0]["digest"] == reports[1]["digest"]


def test_what_is_no_connector_says_so(cache: Path, tmp_path: Path) -> None:
    ended = run(cache, "validate", str(tmp_path))
    assert ended.returncode == 1
    assert "no connect.yaml" in ended.stdout
    assert run(cache, "validate", str(tmp_path / "nothing")).returncode == 2
    assert run(cache, "validate", str(tmp_path), "--json", "--sarif").returncode == 2


def test_a_rule_is_explained_and_a_misspelled_one_is_guessed(cache: Path) -> None:
    told = run(cache, "explain", "tests/failed")
    assert told.returncode == 0
    assert "stops certification" in told.stdout
    unknown = run(cache, "explain", "tests/faild")
    assert unknown.returncode == 2
    assert "Did you mean tests/failed" in unknown.stderr
    listed = json.loads(run(cache, "explain", "--json").stdout)
    assert len({one["name"] for one in listed}) == len(listed) > 50
    assert all(one["why"] and one["fix"] and one["title"] for one in listed)


def test_advisories_are_brought_and_shown(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "one.json").write_text(json.dumps(LODASH))
    data = str(tmp_path / "data")
    ended = run(cache, "advisories", "update", "--from", str(tmp_path / "records"), "--data", data,
                "--json")  # fmt: skip
    assert json.loads(ended.stdout)["ecosystems"] == {"npm": 1}, ended.stderr
    shown = run(cache, "advisories", "status", "--data", data)
    assert "1 advisories for npm" in shown.stderr
    failed = run(cache, "advisories", "update", "--from", str(tmp_path / "no"), "--data", data)
    assert failed.returncode == 1
    assert "is as it was" in failed.stderr


@pytest.mark.registry
def test_a_vulnerable_dependency_is_mended_and_proved(cache: Path, tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.mkdir()
    (records / "one.json").write_text(json.dumps(LODASH))
    assert run(cache, "advisories", "update", "--from", str(records)).returncode == 0
    wants = NAMED | {"dependencies": {"lodash": "4.17.20"}}
    package = wants | {"scripts": {"start": "node index.js"}}
    address = "https://registry.npmjs.org/lodash/-/lodash-4.17.20.tgz"
    lodash = {"version": "4.17.20", "resolved": address}
    lock = NAMED | {
        "lockfileVersion": 3,
        "requires": True,
        "packages": {"": wants, "node_modules/lodash": lodash},
    }
    files = {"service/index.js": SERVER, "service/package.json": json.dumps(package, indent=2),
             "service/package-lock.json": json.dumps(lock)}  # fmt: skip
    folder = connector(tmp_path / "connector", files)
    refused = json.loads(run(cache, "validate", str(folder), "--json").stdout)
    assert [one["rule"] for one in refused["findings"] if one["effect"] == "blocks"] == [
        "dependencies/vulnerable"
    ]
    assert "lodash 4.17.20" in refused["summary"]
    mended = run(cache, "validate", str(folder), "--fix")
    assert mended.returncode == 0, mended.stdout + mended.stderr
    wanted = json.loads((folder / "service" / "package.json").read_text())["dependencies"]
    assert wanted["lodash"] != "4.17.20"
    assert "4.17.2" in (folder / "service" / "package-lock.json").read_text()
    assert run(cache, "validate", str(folder)).returncode == 0
