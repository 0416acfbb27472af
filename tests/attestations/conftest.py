"""A certificate as it comes about: a packed artifact, its attestations, a grant, a log."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectory.artifacts import ArtifactStore, ImageConfig
from connectory.attestations import granting, log
from connectory.attestations.attesting import attest, attested
from connectory.attestations.bundle import Attested, Bundle
from connectory.attestations.certificate import Application, Connector, Item, Origin, Person
from connectory.attestations.granting import Granted
from connectory.attestations.provenance import Built
from connectory.attestations.sbom import Component, Described, bill
from connectory.attestations.signing import Signing
from connectory.database import Database, open_database
from connectory.wire import now, timestamp

REPOSITORY = "https://example.org/shop/mailer.git"
COMMIT = "1" * 40
TREE = "2" * 40
REPORT_DIGEST = "sha256:" + "3" * 64
COMPONENTS = (
    Component("express", "4.19.2", "MIT", "sha512-" + "A" * 86 + "==", (("qs", "6.11.0"),)),
    Component("qs", "6.11.0", "BSD-3-Clause"),
    Component("@scope/mail", "1.0.0", "SEE LICENSE IN FILE"),
)


@dataclass
class World:
    """A platform that granted ``others + 1`` certifications; the one looked at is the second."""

    signing: Signing
    store: ArtifactStore
    layout: Path
    database: Database
    granted: Granted
    attestations: tuple[Attested, ...]
    number: int
    others: int

    @property
    def artifacts(self) -> tuple[str, ...]:
        return tuple(one.artifact for one in self.attestations)

    def bundle(self, *since: int) -> Bundle:
        return self.database.read_blocking(
            lambda c: granting.bundle(
                c, self.signing.ring, self.number, self.granted, self.attestations, since
            )
        )

    def issue(self, granted: Granted) -> int:
        return self.database.write_blocking(
            lambda c: granting.issue(c, self.signing, granted, self.attestations)
        )

    def size(self) -> int:
        return self.database.read_blocking(log.size)


def built(artifact: str, name: str, **changes: Any) -> Built:
    given: dict[str, Any] = {
        "artifact": artifact,
        "application": name,
        "type": "service",
        "repository": REPOSITORY,
        "tag": "v1.0.0",
        "commit": COMMIT,
        "tree": TREE,
        "tools": ("node 20.11.1", "npm 10.8.2"),
        "parameters": (("registry", "https://registry.npmjs.org"),),
        "version": "0.1.0",
    }
    return Built(**(given | changes))


def packed(store: ArtifactStore, tree: Path, name: str, content: str) -> str:
    folder = tree / name
    (folder / "dist").mkdir(parents=True)
    (folder / "dist" / "index.js").write_text(content)
    config = ImageConfig(("node", "dist/index.js"), f"/workspace/{name}", port=8080)
    packing = store.pack(folder, prefix="workspace", config=config, annotations={})
    return asyncio.run(packing).digest


def made(tmp_path: Path, database: Database, others: int = 2) -> World:
    store = ArtifactStore(tmp_path / "layout")
    signing = Signing(tmp_path / "keys")
    found = []
    for name in ("mailer", "worker"):
        artifact = packed(store, tmp_path / "trees", name, f"console.log({name!r})")
        about = Described(name, artifact, "0.1.0")
        made_of = bill(about, COMPONENTS)
        asyncio.run(attest(store, signing, built(artifact, name), made_of))
        found.append(asyncio.run(attested(store, artifact, REPOSITORY, COMMIT, signing.ring)))
    granted = _granted(tuple(one.artifact for one in found))
    world = World(signing, store, tmp_path / "layout", database, granted, tuple(found), 1, others)
    _issue_all(world)
    return world


def _issue_all(world: World) -> None:
    for number in range(world.others + 1):
        one = world.granted
        if number != world.number:
            one = _granted(world.artifacts, f"other-{number}")
        assert world.issue(one) == number


def _granted(artifacts: tuple[str, ...], key: str = "mailer") -> Granted:
    moment = timestamp(now())
    checklist = (
        Item(requirement="functions/works", verdict="Met", evidence=("run 1",)),
        Item(requirement="documents/usage", verdict="Met", by="rita", at=moment, note="Read it."),
    )
    report = {
        "format": "connectory-report/1",
        "verdict": "accepted",
        "digest": REPORT_DIGEST,
        "connector": {"repository": REPOSITORY, "tag": "v1.0.0", "commit": COMMIT, "tree": TREE},
        "findings": [{"rule": "code/smell", "severity": "info", "what": "Something small"}],
    }
    return Granted(
        connector=Connector(id="c-1", key=key, name="Mailer", version=7),
        source=Origin(repository=REPOSITORY, tag="v1.0.0", commit=COMMIT, tree=TREE),
        applications=(
            Application(name="mailer", type="service", artifact=artifacts[0]),
            Application(name="worker", type="job", artifact=artifacts[1]),
            Application(name="page", type="merchant-center-custom-application"),
        ),
        checklist=checklist,
        report=report,
        reviewer=Person(id="u-1", name="rita"),
        granted_at=moment,
    )


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One that nobody changes: tests copy what they tamper with."""
    place = tmp_path_factory.mktemp("sound")
    database = open_database("", place / "data")
    yield made(place, database)
    database.close()


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """One of the test's own, in each database."""
    return made(tmp_path, database)
