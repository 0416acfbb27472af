"""The platform is killed and comes back: same addresses, nothing lost, nothing left over."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from tests.hosting.conftest import HELLO, NODE, Pack
from tests.hosting.deployments import App, ask_for_deploy, ask_for_undeploy, stored

from connectory.artifacts import ArtifactStore
from connectory.database import Database
from connectory.deployments.model import Deployment, DeploymentStatus
from connectory.durable import Run, RunState, runs
from connectory.sealing import Seal
from connectory.settings import Settings

PROGRAM = Path(__file__).with_name("small_platform.py")


class Platform:
    """The platform in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self._argv = [
            sys.executable,
            str(PROGRAM),
            msgspec.json.encode(settings).decode(),
            str(NODE),
        ]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._argv, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == "ready":
                return
        raise AssertionError("the platform did not start")

    def end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(100)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


@pytest.fixture
def platform(settings: Settings, artifacts: ArtifactStore) -> Iterator[Platform]:
    made = Platform(settings)
    yield made
    made.end(signal.SIGTERM)


async def answer(url: str | None, seconds: float = 100) -> str:
    """The first answer at the URL, tried until there is one."""
    assert url is not None
    until = time.monotonic() + seconds
    async with aiohttp.ClientSession() as client:
        while True:
            try:
                async with client.get(url) as response:
                    if response.status == 200:
                        return await response.text()
            except aiohttp.ClientError:
                pass
            assert time.monotonic() < until, "no answer"
            await asyncio.sleep(0.05)


async def ended(database: Database, run: Run, seconds: float = 100) -> RunState:
    async with asyncio.timeout(seconds):
        while True:
            now = await database.read(lambda c: runs.run_with_id(c, run.id))
            if now.finished_at:
                return now.state
            await asyncio.sleep(0.02)


def current(database: Database, deployment: Deployment) -> Deployment:
    found = stored(database, deployment.id)
    assert found is not None
    return found.deployment


async def test_a_deployment_answers_at_its_url_after_a_kill(
    platform: Platform, database: Database, seal: Seal, pack: Pack
) -> None:
    platform.start()
    deployment, run = ask_for_deploy(database, seal, App("service", await pack(HELLO)))
    assert await ended(database, run) is RunState.SUCCEEDED
    url = current(database, deployment).applications[0].url
    assert await answer(url) == "hello from service"
    platform.end(signal.SIGKILL)
    with pytest.raises(AssertionError, match="no answer"):
        await answer(url, 0.3)
    platform.start()
    assert await answer(url) == "hello from service"
    assert current(database, deployment).applications[0].url == url
    assert current(database, deployment).status is DeploymentStatus.DEPLOYED


async def test_a_kill_at_any_moment_of_a_deploy_delays_it_and_no_more(
    platform: Platform, database: Database, seal: Seal, pack: Pack
) -> None:
    digest = await pack(HELLO)
    for delay in (0.0, 0.9, 1.4, 1.7):
        platform.start()
        deployment, run = ask_for_deploy(database, seal, App("service", digest))
        await asyncio.sleep(delay)
        platform.end(signal.SIGKILL)
        platform.start()
        assert await ended(database, run) is RunState.SUCCEEDED
        assert await answer(current(database, deployment).applications[0].url)
        undeploy = ask_for_undeploy(database, deployment.id)
        await asyncio.sleep(delay / 4)
        platform.end(signal.SIGKILL)
        platform.start()
        assert await ended(database, undeploy) is RunState.SUCCEEDED
        assert stored(database, deployment.id) is None
        platform.end(signal.SIGTERM)
