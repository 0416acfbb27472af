"""A Deployment's report names cause and evidence of every failure it can meet, and no secret."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.hosting.conftest import HELLO, Pack, written
from tests.hosting.deployments import App, ask_for_deploy, ask_for_undeploy, stored
from tests.hosting.test_pipelines import answer, current, ended
from tests.ports import ports
from tests.ports import written as ports_setting

from connectory.connectors.model import ReportEntry, ReportEntryType
from connectory.database import Database
from connectory.deployments.model import Deployment, DeploymentStatus
from connectory.durable import RunState
from connectory.durable.engine import Engine
from connectory.hosting import Hosting
from connectory.sealing import Seal
from connectory.settings import Settings
from connectory.specification import HealthCheck
from connectory.toolchains import Toolchains

SECRET = "a-secret-value"
TELLS = "console.log('my secret: ' + process.env.SECRET);"
CRASHES = TELLS + "console.error('no connection to the shop'); process.exit(3)"
OTHER_PORT = TELLS + "require('http').createServer().listen(3000)"
ILL = """
require('http').createServer((question, answer) => {
  answer.statusCode = question.url === '/status' ? 500 : 200;
  answer.end('the shop is closed, ' + process.env.SECRET);
}).listen(8080);
"""
GREEDY = "const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Small and short: nothing here gets as far as its limit unless it means to."""
    with ports() as block:
        yield Settings(
            data=str(tmp_path),
            application_ports=ports_setting(block),
            application_memory=160,
            build_memory=160,
            start_timeout=10,
            script_timeout=5,
        )


@pytest.fixture
def toolchains(kept: Path) -> Toolchains:
    return Toolchains(kept)


def entries(deployment: Deployment) -> dict[tuple[str, str], ReportEntry]:
    """By title and application."""
    build = deployment.details.build
    report = build.report if build else None
    assert SECRET not in msgspec.json.encode(deployment).decode()
    return {(one.title, one.application or ""): one for one in (report.entries if report else ())}


async def test_every_failure_to_start_is_named_with_its_evidence(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    health = HealthCheck(path="/status", timeout_seconds=5)
    there_is_none = ("sh", "-c", 'echo "it is $SECRET"; exec npm-start-is-missing')
    apps = (
        App("crashes", await pack(CRASHES)),
        App("elsewhere", await pack(OTHER_PORT)),
        App("ill", await pack(ILL), health_check=health),
        App("greedy", await pack(GREEDY)),
        App("unstartable", await pack(HELLO), command=there_is_none),
        App("well", await pack(HELLO)),
    )
    deployment, run = ask_for_deploy(database, seal, *apps)

    assert await ended(database, run) is RunState.FAILED

    done = current(database, deployment)
    assert done.status is DeploymentStatus.FAILED
    told = entries(done)
    said = {
        name: told[f"Health check for application {name} failed", name].message or ""
        for name in ("crashes", "elsewhere", "ill", "greedy", "unstartable")
    }
    assert len(told) == len(said)
    assert {one.type for one in told.values()} == {ReportEntryType.ERROR}
    hidden = "*" * len(SECRET)
    assert "exited with code 3 before it listened on port 8080\nFix: " in said["crashes"]
    assert said["crashes"].endswith(f"my secret: {hidden}\nno connection to the shop")
    assert "port 8080 within 10 seconds; it listens on 3000 instead" in said["elsewhere"]
    assert said["elsewhere"].endswith(f"my secret: {hidden}")
    assert "health check GET /status was answered with status 500: the shop is" in said["ill"]
    assert f"closed, {hidden}" in said["ill"]
    assert "used more memory than it may have" in said["greedy"]
    assert "160 MiB" in said["greedy"]
    assert "exited with code 127" in said["unstartable"]
    assert "npm-start-is-missing: not found" in said["unstartable"]
    assert f"it is {hidden}" in said["unstartable"]


async def test_what_has_no_build_is_named_beside_what_has(
    engine: Engine, database: Database, seal: Seal, pack: Pack
) -> None:
    good, ghost = App("good", await pack(HELLO)), App("ghost", None)
    without_start = App("still", await pack(HELLO), command=())
    gone = App("gone", f"sha256:{'0' * 64}")
    deployment, run = ask_for_deploy(database, seal, good, ghost, without_start)

    assert await ended(database, run) is RunState.FAILED
    assert set(entries(current(database, deployment))) == {
        ("Application ghost has no build", "ghost"),
        ("Application still has no build", "still"),
    }

    deployment, run = ask_for_deploy(database, seal, good, gone)
    assert await ended(database, run) is RunState.FAILED
    (entry,) = entries(current(database, deployment)).values()
    assert entry.title == "Artifact of application gone cannot be trusted"
    assert "The platform failed, not the Connector" in (entry.message or "")


async def test_a_script_that_fails_is_a_warning_and_what_was_deployed_serves(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    digest = await pack(HELLO)
    says = 'echo "using $SECRET"; echo "Post-deploy failed: not allowed" >&2; exit 4'
    apps = (
        App("refused", digest, post_deploy=says),
        App("endless", digest, post_deploy="echo waiting for the shop; sleep 600"),
        App("greedy", digest, post_deploy=f"node -e '{GREEDY}'"),
        App("unknown", digest, post_deploy="npm-run-x"),
        App("fine", digest, post_deploy='test "$NAME" = fine && echo set up'),
        App("silent", digest),
    )
    deployment, run = ask_for_deploy(database, seal, *apps)

    assert await ended(database, run) is RunState.SUCCEEDED

    done = current(database, deployment)
    assert done.status is DeploymentStatus.DEPLOYED
    for application in done.applications:
        assert (await answer(application.url))[0] == 200
    told = entries(done)
    title = "Failed during the execution of 'postDeploy' script"
    failed = {name: told[title, name] for name in ("refused", "endless", "greedy", "unknown")}
    assert told.keys() - {(title, name) for name in failed} == {
        ('Script for "postDeploy" not defined', "silent")
    }
    assert {one.type for one in failed.values()} == {ReportEntryType.WARNING}
    said = {name: one.message or "" for name, one in failed.items()}
    assert said["refused"].startswith(
        "The postDeploy script of refused ended with code 4. The last it said was: "
    )
    assert f"using {'*' * len(SECRET)}" in said["refused"]
    assert "Post-deploy failed: not allowed" in said["refused"]
    assert "did not finish within 5 seconds" in said["endless"]
    assert "used more than 160 MiB of memory" in said["greedy"]
    assert "ended with code 127" in said["unknown"]
    assert "npm-run-x: not found" in said["unknown"]
    log = [bytes(one.details) for one in await written(hosting, deployment.id)]
    assert any(b"set up" in line for line in log)
    assert any(b"Post-deploy failed: not allowed" in line for line in log)
    assert not any(SECRET.encode() in line for line in log)


async def test_a_script_that_fails_before_the_end_keeps_the_deployment(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    leaves = "echo $SECRET still has orders; exit 1"
    app = App("service", await pack(HELLO), post_deploy="true", pre_undeploy=leaves)
    deployment, run = ask_for_deploy(database, seal, app)
    assert await ended(database, run) is RunState.SUCCEEDED

    run = ask_for_undeploy(database, deployment.id)

    assert await ended(database, run) is RunState.FAILED
    kept = current(database, deployment)
    assert kept.status is DeploymentStatus.UNDEPLOY_FAILED
    ((title, name), entry), *others = entries(kept).items()
    assert (title, name) == ("Failed during the execution of 'preUndeploy' script", "service")
    assert others == []
    assert entry.type is ReportEntryType.ERROR
    assert f"{'*' * len(SECRET)} still has orders" in (entry.message or "")
    assert (await answer(kept.applications[0].url))[0] == 200

    assert await ended(database, ask_for_undeploy(database, deployment.id)) is RunState.FAILED
    skipping = ask_for_undeploy(database, deployment.id, skip_scripts=True)
    assert await ended(database, skipping) is RunState.SUCCEEDED
    assert stored(database, deployment.id) is None
