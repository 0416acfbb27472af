"""A folder validated on a laptop gets the verdict that the platform gives the tag."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.publishing.conftest import CERTIFICATES, Line, connect_yaml, make, package_json

from connectory.connectors import store
from connectory.database import open_database
from connectory.durable.runs import runs_of
from connectory.errors import ResourceNotFoundError
from connectory.findings.policy import Stage
from connectory.findings.report import FullReport, Verdict
from connectory.publishing import Publishing, local
from connectory.publishing.reports import report_of
from connectory.repositories.snapshot import snapshot
from connectory.sandbox import Sandbox, SandboxSettings
from connectory.settings import Settings

GOOD = "require('http').createServer((q, s) => s.end('hello')).listen(process.env.PORT);\n"
BAD = "require('http').createServer((req, res) => res.end(eval(req.query.x))).listen(8080);\n"


def files(server: str) -> dict[str, str]:
    return {
        "connect.yaml": connect_yaml("service"),
        "service/package.json": package_json(scripts={"start": "node index.js", "test": "exit 1"}),
        "service/index.js": server,
    }


@pytest.fixture
async def laptop(tmp_path: Path, kept: Path) -> AsyncIterator[Publishing]:
    """Nothing of the platform's: its own database, caches and sandbox."""
    folder = tmp_path / "laptop"
    folder.mkdir()
    certificates = CERTIFICATES if CERTIFICATES.exists() else None
    sandbox = Sandbox.create(SandboxSettings(folder / "sandbox", ca_file=certificates))
    await sandbox.start()
    database = open_database("", folder / "data")
    settings = Settings(data=str(folder / "data"), toolchains=str(kept))
    yield make(folder, kept, database, sandbox, settings)
    await sandbox.stop()
    database.close()


async def on_laptop(laptop: Publishing, folder: Path, stage: Stage) -> FullReport:
    repository = snapshot(folder, laptop.settings.directory / "snapshots")
    run = await local.request(laptop, repository, stage)
    ended = await local.validate(laptop, run)
    found = await laptop.database.read(lambda c: report_of(c, ended.id))
    assert found is not None
    await laptop.database.write(lambda c: local.forget(c, run))
    with pytest.raises(ResourceNotFoundError):
        await laptop.database.read(lambda c: store.staged_with_id(c, run.resource_id))
    return found


async def on_platform(line: Line, url: str, *, certification: bool) -> FullReport:
    staged = await line.publish(await line.draft(url), certification=certification)
    (run,) = await line.publishing.database.read(lambda c: runs_of(c, staged.id))
    found = await line.publishing.database.read(lambda c: report_of(c, run.id))
    assert found is not None
    return found


def cloned(url: str, clone: Path) -> Path:
    subprocess.run(["git", "clone", "-q", url, str(clone)], check=True)
    return clone


@pytest.mark.parametrize(
    ("server", "stage", "verdict"),
    [
        (GOOD, Stage.PUBLISH, Verdict.ACCEPTED),
        (GOOD, Stage.CERTIFICATION, Verdict.REFUSED),
        (BAD, Stage.PUBLISH, Verdict.REFUSED),
    ],
)
async def test_the_same_files_get_the_same_report(
    line: Line, laptop: Publishing, tmp_path: Path, server: str, stage: Stage, verdict: Verdict
) -> None:
    url = line.repository(files(server))
    platforms = await on_platform(line, url, certification=stage is Stage.CERTIFICATION)
    laptops = await on_laptop(laptop, cloned(url, tmp_path / "clone"), stage)
    assert platforms.verdict is verdict
    assert [one.rule for one in laptops.findings] == [one.rule for one in platforms.findings]
    assert laptops.digest == platforms.digest
