"""Deploying and undeploying over the real engine."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from sqlalchemy import select
from tests.hosting.conftest import HELLO, Pack, written
from tests.hosting.deployments import App, ask_for_deploy, ask_for_undeploy, stored

from connectory.auth.store import api_clients
from connectory.database import Database
from connectory.deployments.model import Deployment, DeploymentStatus
from connectory.deployments.revisions import revisions_of
from connectory.durable import Run, RunState, runs
from connectory.durable.engine import Engine
from connectory.durable.runs import move
from connectory.hosting import Hosting, workflows
from connectory.hosting.logs import deployment_logs
from connectory.hosting.routes import routes
from connectory.sealing import Seal
from connectory.specification import ApplicationType
from connectory.wire import replace

ENVIRONMENT = """
console.log('secret is ' + process.env.SECRET + ' and ' + process.env.CTP_CLIENT_SECRET);
require('http').createServer((q, s) => s.end(JSON.stringify(process.env))).listen(8080);
"""
DIES = "console.log('my secret: ' + process.env.SECRET); process.exit(1)"
SILENT = "setInterval(() => {}, 1000)"


@pytest.fixture
async def engine(hosting: Hosting, tmp_path: Path) -> AsyncIterator[Engine]:
    made = Engine(hosting.database, "", tmp_path)
    for workflow in workflows(hosting):
        made.register(workflow)
    made.launch()
    while not made.launched.is_set():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield made
    await asyncio.to_thread(made.stop)


async def ended(database: Database, run: Run, seconds: float = 100) -> RunState:
    async with asyncio.timeout(seconds):
        while True:
            now = await database.read(lambda c: runs.run_with_id(c, run.id))
            if now.finished_at:
                return now.state
            await asyncio.sleep(0.005)


def current(database: Database, deployment: Deployment) -> Deployment:
    found = stored(database, deployment.id)
    assert found is not None
    return found.deployment


async def answer(url: str | None) -> tuple[int, str]:
    assert url is not None
    async with aiohttp.ClientSession() as client, client.get(url) as response:
        return response.status, await response.text()


def titles(deployment: Deployment) -> list[tuple[str, str]]:
    build = deployment.details.build
    assert build is not None
    assert build.report is not None
    return [(one.type, one.title) for one in build.report.entries]


async def nothing_left(hosting: Hosting, deployment_id: str) -> None:
    async with asyncio.timeout(100):
        while hosting.supervisor.running:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    left = await hosting.database.read(
        lambda c: c.execute(select(routes).where(routes.c.deployment_id == deployment_id)).all()
    )
    assert left == []


async def test_two_services_are_deployed_and_answer_at_their_urls(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    digest = await pack(ENVIRONMENT)
    deployment, run = ask_for_deploy(database, seal, App("first", digest), App("second", digest))
    assert await ended(database, run) is RunState.SUCCEEDED
    done = current(database, deployment)
    assert done.status is DeploymentStatus.DEPLOYED
    for application in done.applications:
        status, text = await answer(application.url)
        variables = msgspec.json.decode(text)
        assert status == 200
        assert variables["NAME"] == application.application_name
        assert variables["SECRET"] == "a-secret-value"
        assert variables["CONNECT_SERVICE_URL"] == application.url
        assert variables["CONNECT_PROVIDER"] == "GCP"
        assert variables["CTP_CLIENT_ID"]
        assert str(application.url).endswith("/service")
    log = await written(hosting, deployment.id)
    said = [msgspec.json.decode(one.details) for one in log if one.type == "APPLICATION_TEXT"]
    assert said
    assert all("a-secret" not in one["message"] and "***" in one["message"] for one in said)


async def test_an_application_that_dies_fails_the_deployment_and_stops_the_others(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    good, bad = App("good", await pack(HELLO)), App("bad", await pack(DIES))
    deployment, run = ask_for_deploy(database, seal, good, bad)
    assert await ended(database, run) is RunState.FAILED
    failed = current(database, deployment)
    assert failed.status is DeploymentStatus.FAILED
    assert titles(failed) == [("Error", "Health check for application bad failed")]
    assert failed.details.build is not None
    message = msgspec.json.encode(failed.details.build).decode()
    assert "exited with code 1 before it listened on port 8080" in message
    assert "my secret: **************" in message
    assert "a-secret-value" not in message
    await nothing_left(hosting, deployment.id)


async def test_events_and_jobs_run_beside_services(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    artifact = await pack(ENVIRONMENT)
    service = App("service", artifact)
    event = App("listener", artifact, ApplicationType.EVENT, "/event")
    job = App("nightly", artifact, ApplicationType.JOB, "/job", schedule="@daily")
    deployment, run = ask_for_deploy(database, seal, service, event, job)
    assert await ended(database, run) is RunState.SUCCEEDED
    done = current(database, deployment)
    found = {one.application_name: one for one in done.applications}
    assert str(found["listener"].url).endswith("/event")
    assert found["listener"].topic == f"event-{found['listener'].id}"
    assert (found["nightly"].url, found["nightly"].topic) == (None, None)
    assert set(hosting.supervisor.running) == {one.id for one in done.applications}
    status, text = await answer(found["listener"].url)
    variables = msgspec.json.decode(text)
    assert status == 200
    assert variables["CONNECT_SUBSCRIPTION_DESTINATION"] == "GoogleCloudPubSub"
    assert variables["CONNECT_GCP_TOPIC_NAME"] == found["listener"].topic
    assert variables["CONNECT_GCP_PROJECT_ID"] == "connectory-demo"


async def test_an_application_without_a_build_is_an_honest_error(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal
) -> None:
    deployment, run = ask_for_deploy(database, seal, App("ghost", None), builds=())
    assert await ended(database, run) is RunState.FAILED
    done = current(database, deployment)
    assert titles(done) == [("Error", "Application ghost has no build")]
    await nothing_left(hosting, deployment.id)


async def test_a_missing_artifact_is_our_fault_and_says_so(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal
) -> None:
    digest = "sha256:" + "0" * 64
    deployment, run = ask_for_deploy(database, seal, App("service", digest))
    assert await ended(database, run) is RunState.FAILED
    done = current(database, deployment)
    assert done.status is DeploymentStatus.FAILED
    assert titles(done) == [("Error", "Artifact of application service cannot be trusted")]
    await nothing_left(hosting, deployment.id)


async def test_undeploying_leaves_nothing(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    deployment, run = ask_for_deploy(database, seal, App("service", await pack(HELLO)))
    await ended(database, run)
    url = current(database, deployment).applications[0].url
    assert (await answer(url))[0] == 200
    run = ask_for_undeploy(database, deployment.id)
    assert await ended(database, run) is RunState.SUCCEEDED
    assert stored(database, deployment.id) is None
    await nothing_left(hosting, deployment.id)
    with pytest.raises(aiohttp.ClientConnectionError):
        await answer(url)
    await hosting.logbook.flush()
    assert deployment.api_client is not None
    client = deployment.api_client.name
    for left in (
        select(deployment_logs.c.id).where(deployment_logs.c.deployment_id == deployment.id),
        select(api_clients.c.id).where(api_clients.c.id == client),
    ):
        assert await database.read(lambda c, query=left: c.execute(query).all()) == []  # type: ignore[misc]


async def test_undeploying_withdraws_a_deploy_under_way(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    deployment, run = ask_for_deploy(database, seal, App("service", await pack(SILENT)))
    async with asyncio.timeout(100):
        while not hosting.supervisor.running:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    undeploy = ask_for_undeploy(database, deployment.id)
    assert await ended(database, undeploy) is RunState.SUCCEEDED
    assert await ended(database, run) is RunState.CANCELLED
    assert stored(database, deployment.id) is None
    await nothing_left(hosting, deployment.id)


async def test_undeploying_at_any_moment_of_a_deploy_leaves_nothing(
    engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    digest = await pack(HELLO)
    for number in range(8):
        deployment, _ = ask_for_deploy(database, seal, App("one", digest), App("two", digest))
        await asyncio.sleep(number * 0.06)
        undeploy = ask_for_undeploy(database, deployment.id)
        assert await ended(database, undeploy) is RunState.SUCCEEDED
        await nothing_left(hosting, deployment.id)
        assert stored(database, deployment.id) is None


async def test_every_step_bears_running_twice(
    hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    from connectory.hosting import deploy, scripting, undeploy

    deployment, run = ask_for_deploy(database, seal, App("service", await pack(HELLO)))
    await database.write(lambda c: move(c, run.id, RunState.RUNNING))

    async def script(hosting: Hosting, run: Run) -> scripting.Told:
        told = await scripting._post_deploy(hosting, run, "service")
        return scripting.Told(told.entry and replace(told.entry, created_at="then"))

    for step in (
        deploy._route,
        deploy._prepare,
        deploy._build,
        deploy._start,
        deploy._open,
        script,
        deploy._finish,
    ):
        first = await step(hosting, run)
        assert await step(hosting, run) == first
    done = current(database, deployment)
    assert done.status is DeploymentStatus.DEPLOYED
    assert titles(done) == [("Information", 'Script for "postDeploy" not defined')]
    # reached, told, deployed: each once
    assert done.version == 4
    kept = database.read_blocking(lambda c: revisions_of(c, deployment.id))
    assert [one.number for one in kept] == [1]
    run = ask_for_undeploy(database, deployment.id)
    await database.write(lambda c: move(c, run.id, RunState.RUNNING))
    for stop in (undeploy._stop, undeploy._forget):
        assert await stop(hosting, run)
        assert await stop(hosting, run)
    assert stored(database, deployment.id) is None
