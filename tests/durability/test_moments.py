"""kill -9 at random moments while everything happens at once."""

import os
import random
import time
from dataclasses import dataclass, field

import pytest
from tests.durability.history import History
from tests.durability.leftovers import assert_databases_whole, assert_tidy
from tests.durability.platform import PROJECT, Document, Platform

pytestmark = [pytest.mark.registry, pytest.mark.timeout(900)]

KILLS = 12
LATEST = 3.0
"""Seconds after which a platform is killed at the latest."""
PLANNED = ("publish", "preview", "deploy", "undeploy") * 3


@dataclass
class Shop:
    """Everything that was acknowledged."""

    platform: Platform
    connector: Document
    dice: random.Random
    publishing: list[Document] = field(default_factory=list)
    previewing: list[Document] = field(default_factory=list)
    deploying: list[Document] = field(default_factory=list)
    undeploying: list[Document] = field(default_factory=list)
    urls: dict[str, dict[str, str]] = field(default_factory=dict)

    def ask_for(self, what: str) -> None:
        number = len(self.publishing) + len(self.previewing) + len(self.deploying)
        if what == "publish":
            draft = self.platform.draft(f"publish-{number}")
            self.publishing.append(self.platform.request(draft, "publish", certification=False))
        elif what == "preview":
            draft = self.platform.draft(f"preview-{number}")
            self.previewing.append(self.platform.request(draft, "updatePreviewable"))
        elif what == "deploy":
            self.deploying.append(self.platform.deploy(self.connector, f"deploy-{number}"))
        else:
            self._undeploy()

    def _undeploy(self) -> None:
        """Any one, deployed or still deploying."""
        one = self.deploying.pop(self.dice.randrange(len(self.deploying)))
        gone = self.platform.ask("DELETE", f"/{PROJECT}/deployments/{one['id']}")
        assert (gone.status, gone.body["status"]) == (202, "Undeploying"), gone
        self.undeploying.append(one)

    def check(self) -> None:
        """Right after a restart: all of it is there, and what was reachable is."""
        for draft in (*self.publishing, *self.previewing):
            assert (
                self.platform.get(f"/connectors/drafts/{draft['id']}")["version"]
                >= draft["version"]
            )
        for one in self.undeploying:
            found = self.platform.ask("GET", f"/{PROJECT}/deployments/{one['id']}")
            assert found.status == 404 or found.body["status"] == "Undeploying"
        for one in self.deploying:
            now = self.platform.get(f"/{PROJECT}/deployments/{one['id']}")
            assert now["status"] in {"Deploying", "Deployed"}
            if now["status"] == "Deployed":
                self.check_reachable(now)

    def check_reachable(self, deployment: Document) -> None:
        found = self.platform.answers(deployment, "base")
        assert self.urls.setdefault(deployment["id"], found) == found

    def check_finished(self) -> None:
        """Every request that was acknowledged was carried out, once."""
        for draft in self.publishing:
            assert self.platform.published(draft)["status"] == "Published"
        for draft in self.previewing:
            assert self.platform.previewed(draft)["isPreviewable"] == "true"
        for one in self.deploying:
            done = self.platform.deployed(one)
            assert done["status"] == "Deployed", done
            self.check_reachable(done)
        for one in self.undeploying:
            self.platform.undeployed(one)
        with History(self.platform.data) as history:
            released = history.column("SELECT id FROM connectors")
        published = [one["id"] for one in (self.connector, *self.publishing)]
        assert sorted(map(str, released)) == sorted(published)


def test_any_series_of_kills_ends_with_everything_done(platform: Platform) -> None:
    seed = int(os.environ.get("CONNECTORY_TEST_SEED", "8"))
    dice = random.Random(seed)
    connector = platform.released("base")
    shop = Shop(platform, connector, dice)
    for what in PLANNED[:KILLS]:
        shop.ask_for(what)
        delay = dice.uniform(0, LATEST)
        time.sleep(delay)
        platform.kill()
        print(f"life {platform.lives}: killed {delay:.3f} s after asking for {what}")
        platform.outlived_by_nothing()
        platform.start()
        shop.check()
    shop.check_finished()
    assert_tidy(platform, deployments=len(shop.deploying))
    assert_databases_whole(platform)
