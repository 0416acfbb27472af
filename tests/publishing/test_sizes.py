"""The size of a repository, of an application and of what it is made of."""

from pathlib import Path

from connectory.findings import Finding
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.size import LARGE_ARTIFACT, SizeCheck, shown
from connectory.publishing.steps.sizes import measure
from connectory.settings import Settings
from connectory.specification import parse

YAML = "deployAs:\n  - {name: service, applicationType: service, endpoint: /service}\n"
MIB = 1024 * 1024


async def found(root: Path, **sizes: int) -> list[Finding]:
    """``__`` stands for a slash and ``_DOT_`` for a dot in the names of files."""
    names = {name.replace("__", "/").replace("_DOT_", "."): size for name, size in sizes.items()}
    files = {name: Entry(name, "0" * 40, size) for name, size in names.items()}
    candidate = Candidate(root, files, parse(YAML))
    bench = Bench(None, CheckCache(root / "cache"), Settings())  # type: ignore[arg-type]
    examination = await SizeCheck().examine(candidate, bench)
    return list(examination.findings)


async def test_a_usual_repository(tmp_path: Path) -> None:
    assert await found(tmp_path, service__package_DOT_json=300, service__lib__a_DOT_js=9) == []


async def test_committed_packages_are_said_once(tmp_path: Path) -> None:
    one, other = await found(
        tmp_path,
        service__node_modules__a__index_DOT_js=20 * MIB,
        service__node_modules__b__node_modules__c__index_DOT_js=1,
        tools__node_modules__x=1,
    )
    assert one.what == "service/node_modules is committed, with 2 files in it."
    assert (one.rule, one.application) == ("size/node-modules", "service")
    assert (other.about, other.application) == ("tools/node_modules", None)


async def test_committed_output_of_a_build(tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    package = tmp_path / "service/package.json"
    package.write_text('{"scripts": {"start": "node dist/index.js"}}')
    files = {"service__package_DOT_json": 1, "service__dist__index_DOT_js": 1}
    assert await found(tmp_path, **files) == []
    package.write_text('{"scripts": {"build": "tsc"}}')
    (output,) = await found(tmp_path, **files)
    assert (output.rule, output.path) == ("size/build-output", "service/dist")


async def test_large_files_and_repositories(tmp_path: Path) -> None:
    (file,) = await found(tmp_path, docs__film_DOT_mp4=11 * MIB)
    assert (file.rule, file.path) == ("size/large-file", "docs/film.mp4")
    assert file.what == "docs/film.mp4 has 11.0 MiB."
    whole = await found(tmp_path, **{f"a{n}": 9 * MIB for n in range(30)})
    assert [one.rule for one in whole] == ["size/repository"]


def test_the_largest_packages_are_named(tmp_path: Path) -> None:
    modules = tmp_path / "service/node_modules"
    sizes = {
        "a": 1,
        "b": 3 * MIB,
        "@s/c": 2 * MIB,
        "b/node_modules/d": 4 * MIB,
        "e": 2,
        "@esbuild/linux-x64": 9,
    }
    for name, size in sizes.items():
        (modules / name).mkdir(parents=True, exist_ok=True)
        (modules / name / "file").write_bytes(bytes(size))
    (modules / ".package-lock.json").write_bytes(bytes(5 * MIB))
    (modules / "link").symlink_to("/usr")
    (said,) = measure(tmp_path, "service")
    assert said.what == (
        "service is built from 5 packages; the largest: d (4.0 MiB), b (3.0 MiB), @s/c (2.0 MiB)."
    )


def test_a_very_large_application(tmp_path: Path) -> None:
    with (tmp_path / "model.bin").open("wb") as file:
        file.truncate(LARGE_ARTIFACT + 1)
    (said,) = measure(tmp_path, "service")
    assert (said.rule, said.severity) == ("size/artifact", "MAJOR")
    assert shown(LARGE_ARTIFACT) in said.what
