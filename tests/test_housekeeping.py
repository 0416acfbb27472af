"""What is referred to stays, whatever it is referred to by; the rest goes."""

import os
import time
import uuid
from pathlib import Path

from sqlalchemy import Connection, select

from connectory.artifacts import ArtifactStore, ImageConfig
from connectory.auth import Project
from connectory.certification import store as reviews
from connectory.connectors import store as connectors
from connectory.connectors.model import (
    Build,
    BuiltApplication,
    ConnectorStagedDraft,
    Creator,
    Repository,
    Source,
)
from connectory.connectors.progress import released
from connectory.connectors.update import create
from connectory.database import Database
from connectory.durable import RunState, request_run
from connectory.durable.runs import move
from connectory.housekeeping import clear_up, forget_evidence
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.store import save_waiting
from connectory.specification import ApplicationType
from connectory.wire import replace
from tests.certification.samples import evidence
from tests.certification.test_store import review


async def pack(store: ArtifactStore, directory: Path, text: str) -> str:
    tree = directory / text
    tree.mkdir()
    (tree / "index.js").write_text(text)
    config = ImageConfig(command=("node",), working_directory="/workspace")
    return (await store.pack(tree, prefix="workspace", config=config, annotations={})).digest


def build(digest: str) -> Build:
    application = BuiltApplication(
        "service", ApplicationType.SERVICE, "/", digest, ("node",), "/workspace", None
    )
    return Build("c" * 40, "t" * 40, (application,))


async def test_artifacts_stay_while_something_refers_to_them(
    database: Database, project: Project, tmp_path: Path
) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    names = ("connector", "preview", "waiting", "nobody")
    digests = {name: await pack(store, tmp_path, name) for name in names}
    draft = ConnectorStagedDraft(
        name="Tax",
        creator=Creator(email="ada@example.org"),
        repository=Repository(url="https://git.example/tax.git", tag="1.0.0"),
    )
    staged = create(str(uuid.uuid4()), draft, Source("c" * 40, (), None, None))

    def work(connection) -> None:  # type: ignore[no-untyped-def]
        connectors.insert_staged(connection, staged, project, "c" * 40)
        second = replace(staged, version=2)
        preview = build(digests["preview"])
        connectors.save_staged(connection, second, expected=1, preview=preview)
        connector = released(staged, 1, certified=False)
        published = build(digests["connector"])
        connectors.insert_connector(connection, connector, project.organization_id, published)
        save_waiting(connection, staged.id, build(digests["waiting"]))

    await database.write(work)
    assert await clear_up(database, store, CheckCache(tmp_path / "checks"), grace=0) > 0
    assert [name for name in names if store.exists(digests[name])] == list(names[:3])
    await database.write(lambda c: connectors.delete_staged(c, staged.id))
    await clear_up(database, store, CheckCache(tmp_path / "checks"), grace=0)
    assert [name for name in names if store.exists(digests[name])] == ["waiting"]


async def test_what_is_young_stays(database: Database, tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    digest = await pack(store, tmp_path, "fresh")
    await clear_up(database, store, CheckCache(tmp_path / "checks"))
    assert store.exists(digest)


async def test_what_checks_found_goes_when_nobody_asks_for_it(
    database: Database, tmp_path: Path
) -> None:
    checks = CheckCache(tmp_path / "checks")
    for key in ("asked for", "forgotten"):
        checks.put(key, key)
    long_ago = time.time() - 40 * 86_400
    for path in checks.folder.glob("*/*"):
        os.utime(path, (long_ago, long_ago))
    assert checks.get("asked for", str) == "asked for"
    await clear_up(database, ArtifactStore(tmp_path / "artifacts"), checks)
    assert checks.get("asked for", str) == "asked for"
    assert checks.get("forgotten", str) is None


async def test_what_a_run_has_seen_goes_when_it_led_to_no_review(database: Database) -> None:
    ids = {}

    def work(connection: Connection) -> None:
        for name in ("reviewed", "under way", "failed"):
            run = request_run(connection, "publish", str(uuid.uuid4()), {})
            reviews.save_evidence(connection, run.id, evidence())
            ids[name] = run.id
            move(connection, run.id, RunState.RUNNING)
            if name != "under way":
                move(connection, run.id, RunState.FAILED)
        reviews.insert_review(connection, review(run_id=ids["reviewed"]))
        forget_evidence(connection)

    await database.write(work)
    left = await database.read(
        lambda c: set(c.execute(select(reviews.review_evidence.c.run_id)).scalars())
    )
    assert left == {ids["reviewed"], ids["under way"]}
