"""What the API has acknowledged is kept, whenever the platform is killed."""

import random
import threading
import time
from dataclasses import dataclass, field

import pytest
from tests.durability.leftovers import assert_databases_whole
from tests.durability.platform import Document, Platform

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

KILLS = 4


@dataclass
class Writer:
    """Creates and updates drafts without a pause, and remembers what was acknowledged."""

    platform: Platform
    repository: Document
    created: list[Document] = field(default_factory=list)
    renamed: list[Document] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    """Names that were asked for and never answered; the last one may be there or not."""
    faults: list[str] = field(default_factory=list)

    def write_until_it_dies(self) -> None:
        try:
            current = self.catch_up()
            while True:
                current = self._rename(current)
                if len(self.renamed) % 5 == 0:
                    self.created.append(self._create())
        except OSError:
            return
        except AssertionError as fault:
            self.faults.append(str(fault))

    def catch_up(self) -> Document:
        """The draft is as acknowledged last, or as asked for last."""
        now = self.platform.get(f"/connectors/drafts/{self.created[0]['id']}")
        last = (self.renamed or self.created)[-1] if self.renamed else self.created[0]
        if now["version"] != last["version"]:
            assert now["version"] == last["version"] + 1, "a version is skipped"
            assert now["name"] == self.doubtful[-1]
            self.renamed.append(now)
        else:
            assert now["name"] == last["name"]
        return now

    def _create(self) -> Document:
        key = f"draft-{len(self.created)}-{time.monotonic_ns()}"
        body = {
            "key": key,
            "name": key,
            "creator": {"email": "ada@example.org"},
            "repository": self.repository,
        }
        made = self.platform.ask("POST", "/connectors/drafts", body)
        assert made.status == 201, made
        return made.body

    def _rename(self, current: Document) -> Document:
        name = f"name {time.monotonic_ns()}"
        action = {"action": "setName", "name": name}
        self.doubtful.append(name)
        body = {"version": current["version"], "actions": [action]}
        made = self.platform.ask("POST", f"/connectors/drafts/{current['id']}", body)
        assert made.status == 201, made
        assert made.body["version"] == current["version"] + 1
        assert made.body["name"] == name
        self.renamed.append(made.body)
        return made.body

    def check(self) -> None:
        assert not self.faults, self.faults
        for one in self.created[1:]:
            assert self.platform.get(f"/connectors/drafts/{one['id']}") == one
        self.catch_up()
        versions = [one["version"] for one in self.renamed]
        first = self.created[0]["version"]
        assert versions == list(range(first + 1, first + 1 + len(versions)))


def test_acknowledged_writes_survive_kills_in_the_middle_of_writing(platform: Platform) -> None:
    dice = random.Random(8)
    first = platform.draft("first")
    writer = Writer(platform, first["repository"], created=[first])
    for _ in range(KILLS):
        before = len(writer.renamed)
        writing = threading.Thread(target=writer.write_until_it_dies)
        writing.start()
        time.sleep(dice.uniform(0.7, 1.5))
        while len(writer.renamed) == before and writing.is_alive():
            time.sleep(0.01)
        platform.kill()
        writing.join()
        platform.outlived_by_nothing()
        platform.start()
        writer.check()
        assert len(writer.renamed) > before
    print(f"{len(writer.renamed)} updates and {len(writer.created)} drafts were acknowledged")
    assert_databases_whole(platform)
