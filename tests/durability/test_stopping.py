"""SIGTERM in the middle of work: a clean exit, and the work goes on at the next start."""

import pytest
from tests.durability.history import History
from tests.durability.leftovers import assert_tidy
from tests.durability.platform import Platform

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

EXIT_SECONDS = 100


def stop_and_start(platform: Platform) -> None:
    said = len(platform.tail(10_000))
    assert platform.terminate(EXIT_SECONDS) == 0
    platform.outlived_by_nothing()
    assert "Traceback" not in platform.tail(10_000)[said:]
    platform.start()


def await_step(history: History, run: str, step: str) -> None:
    assert history.wait(lambda: step in history.steps(run)), f"{step} never begins"


def test_runs_under_way_go_on_after_a_clean_stop(platform: Platform) -> None:
    draft = platform.request(platform.draft("stopped"), "publish", certification=False)
    with History(platform.data) as history:
        run = history.run_of(draft["id"], "publish")
        for step in ("install hare", "build hare"):
            await_step(history, run, step)
            stop_and_start(platform)
            done = {k: v for k, v in history.steps(run).items() if v.outcome == "done"}
        assert platform.published(draft)["status"] == "Published"
        now = history.steps(run)
        assert {name: now[name] for name in done} == done
        deployment = platform.deploy(draft, "stopped")
        run = history.run_of(deployment["id"], "deploy")
        await_step(history, run, "start")
        stop_and_start(platform)
        urls = platform.answers(platform.deployed(deployment), "stopped")
        stop_and_start(platform)
        assert platform.answers(platform.deployed(deployment), "stopped") == urls
    assert_tidy(platform, deployments=1)
