"""Deploying again: the new one takes over when it is ready, the old one serves until then."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.hosting.conftest import COMMIT, HELLO, Pack
from tests.hosting.deployments import App, ask_for_deploy, ask_for_undeploy, built, stored
from tests.hosting.test_pipelines import answer, current, ended, nothing_left, titles

from connectory.connectors.model import Build
from connectory.database import Database
from connectory.deployments.model import (
    ApplicationEnvironment,
    Deployment,
    DeploymentStatus,
    Secrets,
)
from connectory.deployments.progress import undeploying
from connectory.deployments.revisions import revisions_of, serving
from connectory.deployments.store import deployment_with, save_deployment
from connectory.durable import Run, RunState, request_run
from connectory.durable.engine import Engine
from connectory.hosting import Hosting, workflows
from connectory.hosting.routes import routes_of
from connectory.sealing import Seal
from connectory.wire import encode, replace

DIES = "setTimeout(() => process.exit(3), 200)"


@pytest.fixture
async def machine(hosting: Hosting, tmp_path: Path) -> AsyncIterator[Engine]:
    made = Engine(hosting.database, "", tmp_path)
    for workflow in workflows(hosting):
        made.register(workflow)
    made.launch()
    while not made.launched.is_set():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield made
    await asyncio.to_thread(made.stop)


def ask_again(database: Database, seal: Seal, deployment_id: str, *apps: App, name: str) -> Run:
    """A redeploy as the API leaves it: other values, another build, the same applications."""

    def work(connection):  # type: ignore[no-untyped-def]
        before = deployment_with(connection, id=deployment_id).deployment
        wanted = {app.name for app in apps}
        kept = tuple(one for one in before.applications if one.application_name in wanted)
        values = tuple(ApplicationEnvironment(app.name, {"NAME": name}) for app in apps)
        again = replace(
            before,
            version=before.version + 1,
            status=DeploymentStatus.DEPLOYING,
            applications=kept,
        )
        build = Build(commit=COMMIT, tree="u", applications=tuple(map(built, apps)))
        sealed = seal.close(encode(Secrets(values)).decode(), owner=deployment_id)
        save_deployment(connection, again, build=build, sealed=sealed)
        return request_run(connection, "deploy", deployment_id, {})

    return database.write_blocking(work)  # type: ignore[no-any-return]


def url(deployment: Deployment) -> str | None:
    return deployment.applications[0].url


async def test_new_values_are_served_at_the_same_url(
    machine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    app = App("service", await pack(HELLO))
    deployment, run = ask_for_deploy(database, seal, app)
    assert await ended(database, run) is RunState.SUCCEEDED
    first = current(database, deployment)
    assert await answer(url(first)) == (200, "hello from service")
    again = ask_again(database, seal, deployment.id, app, name="the second")
    assert await ended(database, again) is RunState.SUCCEEDED
    second = current(database, deployment)
    assert second.status is DeploymentStatus.DEPLOYED
    assert url(second) == url(first)
    assert await answer(url(second)) == (200, "hello from the second")
    assert len(hosting.supervisor.running) == 1
    kept = database.read_blocking(lambda c: revisions_of(c, deployment.id))
    assert [one.number for one in kept] == [2, 1]


async def test_the_old_one_answers_while_the_new_one_starts(
    machine: Engine, database: Database, seal: Seal, pack: Pack
) -> None:
    app = App("service", await pack(HELLO))
    deployment, run = ask_for_deploy(database, seal, app)
    await ended(database, run)
    address = url(current(database, deployment))
    slow = App("service", await pack(f"setTimeout(() => {{{HELLO}}}, 1500)"))
    again = ask_again(database, seal, deployment.id, slow, name="the slow one")
    said = set[str]()
    ending = asyncio.create_task(ended(database, again))
    while not ending.done():
        status, text = await answer(address)
        assert status == 200, text
        said.add(text)
        await asyncio.sleep(0.02)
    assert await ending is RunState.SUCCEEDED
    said.add((await answer(address))[1])
    assert said == {"hello from service", "hello from the slow one"}


async def test_when_the_new_one_does_not_get_ready_the_old_one_serves_on(
    machine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    app = App("service", await pack(HELLO))
    deployment, run = ask_for_deploy(database, seal, app)
    await ended(database, run)
    address = url(current(database, deployment))
    bad = App("service", await pack(DIES))
    again = ask_again(database, seal, deployment.id, bad, name="nobody")
    assert await ended(database, again) is RunState.FAILED
    failed = current(database, deployment)
    assert failed.status is DeploymentStatus.FAILED
    assert titles(failed) == [("Error", "Health check for application service failed")]
    assert await answer(address) == (200, "hello from service")
    before = database.read_blocking(lambda c: serving(c, deployment.id))
    assert before is not None
    assert before.build.applications == (built(app),)
    # and it can be put right
    right = ask_again(database, seal, deployment.id, app, name="the third")
    assert await ended(database, right) is RunState.SUCCEEDED
    assert await answer(address) == (200, "hello from the third")


async def test_after_a_failed_redeploy_a_restart_brings_back_what_served(
    machine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    deployment, run = ask_for_deploy(database, seal, App("service", await pack(HELLO)))
    await ended(database, run)
    address = url(current(database, deployment))
    again = ask_again(
        database, seal, deployment.id, App("service", await pack(DIES)), name="nobody"
    )
    assert await ended(database, again) is RunState.FAILED
    await hosting.clear(deployment.id)  # all a restart leaves
    await hosting.restore()
    assert await answer(address) == (200, "hello from service")


async def test_an_application_the_connector_dropped_goes(
    machine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    digest = await pack(HELLO)
    stays, goes = App("stays", digest), App("goes", digest)
    deployment, run = ask_for_deploy(database, seal, stays, goes)
    await ended(database, run)
    again = ask_again(database, seal, deployment.id, stays, name="alone")
    assert await ended(database, again) is RunState.SUCCEEDED
    assert len(hosting.supervisor.running) == 1
    left = database.read_blocking(lambda c: routes_of(c, deployment.id))
    assert [one.application_name for one in left] == ["stays"]
    assert await answer(url(current(database, deployment))) == (200, "hello from alone")


async def test_undeploying_in_the_middle_of_a_redeploy_leaves_nothing(
    machine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    app = App("service", await pack(HELLO))
    for number in range(4):
        deployment, run = ask_for_deploy(database, seal, app)
        await ended(database, run)
        ask_again(database, seal, deployment.id, app, name="late")
        await asyncio.sleep(number * 0.08)
        undeploy = ask_for_undeploy(database, deployment.id)
        assert await ended(database, undeploy) is RunState.SUCCEEDED
        assert stored(database, deployment.id) is None
        assert database.read_blocking(lambda c, d=deployment: revisions_of(c, d.id)) == []  # type: ignore[misc]
        await nothing_left(hosting, deployment.id)


def test_a_deployment_that_goes_serves_nothing_after_a_restart(
    database: Database, seal: Seal
) -> None:
    deployment, _ = ask_for_deploy(database, seal, App("service", None))
    database.write_blocking(lambda c: save_deployment(c, undeploying(deployment)))
    assert database.read_blocking(lambda c: serving(c, deployment.id)) is None
