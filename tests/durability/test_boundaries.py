"""kill -9 at every step boundary of every workflow: nothing is lost, redone or left behind."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from tests.durability.history import Boundary, History, Steps, boundaries, linger, reached
from tests.durability.leftovers import assert_databases_whole, assert_tidy
from tests.durability.platform import PROJECT, Document, Platform

pytestmark = [pytest.mark.registry, pytest.mark.timeout(1500)]

ROUNDS = 8
"""A kill may come too late for a short step: what was missed is tried again."""
OTHERS = 3
"""Deployments beside the one that goes."""
ENDED = {"succeeded", "failed", "cancelled"}


@dataclass
class Walk:
    """Kills the platform at every boundary of one run that was not cut before."""

    platform: Platform
    history: History
    wanted: set[Boundary]
    cut: set[Boundary] = field(default_factory=set)

    def along(self, run: str, check: Callable[[], None]) -> None:
        """Until the run has ended; the platform lives then. ``check`` runs after each restart."""
        before: Steps = {}
        interrupted: dict[str, int] = {}
        while self._stopped_at_a_boundary(run, before):
            self.platform.kill()
            died = self.history.steps(run)
            self._assert_nothing_redone(before, died)
            self.cut |= reached(before, died)
            for name, step in died.items():
                interrupted[name] = interrupted.get(name, 0) + (step.outcome is None)
            before = died
            self.platform.outlived_by_nothing()
            self.platform.start()
            check()
        self._assert_completed(run, before, interrupted)

    def _stopped_at_a_boundary(self, run: str, before: Steps) -> bool:
        left, seen = self.wanted - self.cut, Steps()

        def here() -> bool:
            nonlocal seen
            seen = self.history.steps(run)
            return bool(left & reached(before, seen)) or self._ended(run, seen)

        assert self.history.wait(here), f"the run does not go on:\n{self.platform.tail()}"
        return bool(left & reached(before, seen))

    def _ended(self, run: str, steps: Steps) -> bool:
        """Its last step too, which ends just after the run."""
        return self.history.state(run) in ENDED and all(one.outcome for one in steps.values())

    @staticmethod
    def _assert_nothing_redone(before: Steps, now: Steps) -> None:
        for name, step in before.items():
            if step.outcome == "done":
                assert now[name] == step, f"{name} was done and is done again"

    def _assert_completed(self, run: str, before: Steps, interrupted: dict[str, int]) -> None:
        """Every step is done, and was begun once more than it was interrupted."""

        def settled() -> bool:
            return all(step.outcome == "done" for step in self.history.steps(run).values())

        assert self.history.wait(settled), self.history.steps(run)
        assert self.history.state(run) == "succeeded"
        steps = self.history.steps(run)
        self._assert_nothing_redone(before, steps)
        for name, step in steps.items():
            assert step.attempts <= 1 + interrupted.get(name, 0), (name, step, interrupted)


def walk(platform: Platform, begin: Callable[[str], tuple[str, str, Callable[[], None]]]) -> None:
    """``begin`` asks for a run under a name: its resource, its workflow, and what must be readable
    after each restart. The first run is left alone, to learn the steps."""
    with History(platform.data) as history:
        if not history.count("sqlite_master", "name = 'count_to_many'"):
            linger(platform.data)
        resource, workflow, check = begin("clean")
        clean = history.run_of(resource, workflow)
        assert history.wait(lambda: history.state(clean) in ENDED)
        assert history.wait(lambda: all(s.outcome for s in history.steps(clean).values()))
        check()
        walking = Walk(platform, history, boundaries(history.steps(clean)))
        for number in range(ROUNDS):
            if walking.wanted - walking.cut:
                resource, workflow, check = begin(f"cut-{number}")
                run = history.run_of(resource, workflow)
                walking.along(run, check)
                check()
                assert set(history.steps(run)) == set(history.steps(clean))
        print(f"{platform.lives} lives, never cut: {walking.wanted - walking.cut}")
        assert not walking.wanted - walking.cut


def titles(report: Document) -> list[tuple[str, str | None]]:
    return [(entry["title"], entry.get("application")) for entry in report["entries"]]


def readable(platform: Platform, acknowledged: Document) -> Document:
    """The draft as acknowledged, or further on."""
    now = platform.get(f"/connectors/drafts/{acknowledged['id']}")
    assert now["version"] >= acknowledged["version"]
    assert now["repository"] == acknowledged["repository"]
    return now


def test_a_preview_survives_at_every_step(platform: Platform) -> None:
    reports: list[list[tuple[str, str | None]]] = []

    def begin(name: str) -> tuple[str, str, Callable[[], None]]:
        asked = platform.request(platform.draft(name), "updatePreviewable")

        def check() -> None:
            assert readable(platform, asked)["isPreviewable"] in {"pending", "true"}

        return asked["id"], "preview", check

    walk(platform, begin)
    for draft in platform.get("/connectors/drafts?limit=10")["results"]:
        done = platform.previewed(draft)
        assert done["isPreviewable"] == "true"
        reports.append(sorted(titles(done["previewableReport"]), key=str))
    assert all(len(set(one)) == len(one) for one in reports), reports
    assert all(one == reports[0] for one in reports), reports
    assert_tidy(platform, deployments=0)
    assert_databases_whole(platform)


def test_a_publish_survives_at_every_step_and_releases_once(platform: Platform) -> None:
    reports: list[list[tuple[str, str | None]]] = []

    def begin(name: str) -> tuple[str, str, Callable[[], None]]:
        asked = platform.request(platform.draft(name), "publish", certification=False)

        def check() -> None:
            assert readable(platform, asked)["status"] in {"Processing", "Published"}

        return asked["id"], "publish", check

    walk(platform, begin)
    with History(platform.data) as history:
        for draft in platform.get("/connectors/drafts?limit=10")["results"]:
            done = platform.published(draft)
            assert done["status"] == "Published"
            reports.append(sorted(titles(done["publishingReport"]), key=str))
            assert history.count("connectors", f"id = '{draft['id']}'") == 1
            assert platform.get(f"/connectors/{draft['id']}")["version"] == 1
    assert all(len(set(one)) == len(one) for one in reports), reports
    assert all(one == reports[0] for one in reports), reports
    assert_tidy(platform, deployments=0)
    assert_databases_whole(platform)


def test_the_way_to_a_review_survives_at_every_step_and_opens_one(platform: Platform) -> None:
    def begin(name: str) -> tuple[str, str, Callable[[], None]]:
        asked = platform.request(platform.draft(name), "publish", certification=True)

        def check() -> None:
            now = readable(platform, asked)
            assert now["status"] in {"Processing", "ReadyForCertification"}, now

        return asked["id"], "publish", check

    walk(platform, begin)
    with History(platform.data) as history:
        drafts = platform.get("/connectors/drafts?limit=10")["results"]
        for draft in drafts:
            assert platform.published(draft)["status"] == "ReadyForCertification"
            assert history.count("reviews", f"connector_id = '{draft['id']}'") == 1
        assert history.count("review_evidence") == len(drafts)
        assert history.count("review_events") == len(drafts)
        assert history.count("connectors") == 0
    assert_tidy(platform, deployments=0)
    assert_databases_whole(platform)


@dataclass
class Deployments:
    """The ones there are, by key, and where their applications answer."""

    platform: Platform
    connector: Document
    there: dict[str, Document] = field(default_factory=dict)
    urls: dict[str, dict[str, str]] = field(default_factory=dict)

    def deploy(self, key: str) -> Document:
        self.there[key] = self.platform.deploy(self.connector, key)
        return self.there[key]

    def undeploy(self) -> Document:
        _, going = self.there.popitem()
        asked = self.platform.ask("DELETE", self.path(going))
        assert (asked.status, asked.body["status"]) == (202, "Undeploying")
        return going

    def check(self) -> None:
        """All that are deployed answer, at the addresses they had before."""
        for deployment in self.there.values():
            now = self.platform.get(self.path(deployment))
            assert now["status"] in {"Deploying", "Deployed"}
            if now["status"] == "Deployed":
                found = self.platform.answers(now, "salt")
                assert self.urls.setdefault(now["id"], found) == found

    def check_without(self, gone: Document) -> None:
        found = self.platform.ask("GET", self.path(gone))
        assert found.status == 404 or found.body["status"] == "Undeploying"
        self.check()

    @staticmethod
    def path(deployment: Document) -> str:
        return f"/{PROJECT}/deployments/{deployment['id']}"


def test_deploying_and_undeploying_survive_at_every_step(platform: Platform) -> None:
    connector = platform.released("salt")
    shop = Deployments(platform, connector)

    def deploy(name: str) -> tuple[str, str, Callable[[], None]]:
        return shop.deploy(name)["id"], "deploy", shop.check

    def undeploy(_name: str) -> tuple[str, str, Callable[[], None]]:
        fill()
        gone = shop.undeploy()
        return gone["id"], "undeploy", lambda: shop.check_without(gone)

    def fill() -> None:
        while len(shop.there) <= OTHERS:
            shop.deploy(f"more-{time.monotonic_ns()}")
        for deployment in shop.there.values():
            assert platform.deployed(deployment)["status"] == "Deployed"

    walk(platform, deploy)
    fill()
    shop.check()
    assert_tidy(platform, deployments=len(shop.there))
    walk(platform, undeploy)
    assert_tidy(platform, deployments=len(shop.there))
    while shop.there:
        platform.undeployed(shop.undeploy())
    assert_tidy(platform, deployments=0)
    assert_databases_whole(platform)
