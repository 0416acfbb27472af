"""What reviewers judge by: gathered by a real run over real git, and again for a later version."""

import json
from pathlib import Path

from sqlalchemy import Connection
from tests.publishing.conftest import Line, connect_yaml, git, package_json

from connectory.certification import acts, store
from connectory.certification.acts import Act
from connectory.certification.checklist import CHECKLIST, Kind
from connectory.certification.deciding import lines
from connectory.certification.difference import difference
from connectory.certification.evidence import Evidence
from connectory.certification.review import Review, Verdict
from connectory.connectors.actions import ReadRepository
from connectory.connectors.model import Creator, Source
from connectory.connectors.store import StoredConnector, connector_with, save_staged, staged_with_id
from connectory.connectors.update import update
from connectory.durable import request_run
from connectory.events import CertificationGranted
from connectory.publishing.certified import release
from connectory.publishing.store import build_waiting
from connectory.regions import Region
from connectory.wire import replace

SERVER = "require('http').createServer((q, s) => s.end('hello')).listen(8080);\n"
FILES = {
    "connect.yaml": connect_yaml("service"),
    "README.md": "# Hello\n\n## Installation\n\nNone.\n\n## Usage\n\nAsk.\n",
    "LICENSE": "MIT License\n",
    "service/package.json": package_json(
        engines={"node": ">=20"},
        scripts={"start": "node index.js", "test": "node test.js"},
    ),
    "service/package-lock.json": json.dumps(
        {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "x"}}}
    ),
    "service/test.js": "",
    "service/index.js": SERVER,
}
WHO = "administrator ada"


async def under_review(line: Line, connector: str) -> tuple[Review, Evidence]:
    staged = await line.publish(connector, certification=True)
    assert staged.status == "ReadyForCertification", staged.publishing_report

    def work(connection: Connection) -> tuple[Review, Evidence]:
        review = store.open_review(connection, connector)
        assert review is not None
        return review, store.evidence_of(connection, review)

    return await line.publishing.database.read(work)


async def granted(line: Line, review: Review) -> Review:
    """Taken, every open requirement answered, granted."""

    def work(connection: Connection) -> Review:
        act = Act(connection, review.id, WHO, "reviewer")
        acts.take(act, review.version)
        said = {one.requirement for one in review.answers}
        for one in lines(store.evidence_of(connection, review), ()):
            if one.decided_by != "evidence" and one.requirement not in said:
                now = store.review_with_id(connection, review.id)
                acts.answer(act, now.version, one.requirement, Verdict.MET, "Seen")
        now = store.review_with_id(connection, review.id)
        (event,) = acts.grant(act, now.version, "")
        assert isinstance(event, CertificationGranted)
        release(connection, event)
        return store.review_with_id(connection, review.id)

    return await line.publishing.database.write(work)


async def complete(line: Line, url: str) -> str:
    """A draft that says everything about itself."""
    connector = await line.draft(url)

    def work(connection: Connection) -> None:
        staged = staged_with_id(connection, connector).staged
        full = replace(
            staged,
            version=staged.version + 1,
            description="Says hello to everybody who asks.",
            creator=Creator(email="a@example.org", name="Ada", company="Engines"),
            supported_regions=(Region.EUROPE_WEST1_GCP,),
            documentation_url="https://example.org/hello",
        )
        save_staged(connection, full, expected=staged.version)

    await line.publishing.database.write(work)
    return connector


async def point_again(line: Line, connector: str) -> None:
    """As setRepository does, to a tag of the same name."""
    said = Source("", (), None, None)

    def work(connection: Connection) -> None:
        staged = staged_with_id(connection, connector).staged
        read = ReadRepository(url=None, tag="v1", source=said)
        changed, _ = update(staged, staged.version, [read])
        save_staged(connection, changed, expected=staged.version)

    await line.publishing.database.write(work)


async def published(line: Line, connector: str) -> StoredConnector | None:
    return await line.publishing.database.read(lambda c: connector_with(c, id=connector))


async def test_a_run_gathers_what_the_reviewers_judge_by(line: Line) -> None:
    connector = await complete(line, line.repository(FILES))
    review, seen = await under_review(line, connector)
    assert {one.path for one in seen.files} == FILES.keys()
    assert {one.path for one in seen.texts} == {"LICENSE", "README.md", "service/package.json"}
    assert (review.commit, review.tree) == (seen.commit, seen.tree)
    assert review.report_digest == seen.report.digest
    waiting = await line.publishing.database.read(lambda c: build_waiting(c, connector))
    assert waiting is not None
    (tried,) = seen.trials
    assert {tried.artifact} == waiting.artifacts
    assert (tried.application, tried.answer) == ("service", "200 OK")
    unmet = [one for one in lines(seen, ()) if one.observation.verdict is Verdict.UNMET]
    assert [one.requirement for one in unmet] == ["integration-tests"]
    kinds = {one.kind for one in lines(seen, ()) if one.decision is Verdict.UNKNOWN}
    assert {Kind.CONFIRMED, Kind.PERSON} <= kinds
    assert len(lines(seen, ())) == len(CHECKLIST)


async def test_a_grant_releases_what_was_reviewed(line: Line) -> None:
    connector = await complete(line, line.repository(FILES))
    review, _ = await under_review(line, connector)
    waiting = await line.publishing.database.read(lambda c: build_waiting(c, connector))
    done = await granted(line, review)
    found = await published(line, connector)
    assert found is not None
    assert (found.connector.version, found.connector.certified) == (1, True)
    assert found.connector.private is False
    assert found.build == waiting
    staged = await line.staged(connector)
    assert (staged.status, staged.private, staged.already_listed) == ("Published", False, True)
    assert staged.has_changes is False
    assert {one.requirement for one in done.checklist} == {one.name for one in CHECKLIST}
    assert await line.publishing.database.read(lambda c: build_waiting(c, connector)) is None


async def test_a_later_version_is_compared_with_the_certified_one(line: Line) -> None:
    url = line.repository(FILES)
    connector = await complete(line, url)
    first = await granted(line, (await under_review(line, connector))[0])
    line.commit(url, {"README.md": FILES["README.md"] + "More.\n", "logo.bin": b"\0\1"}, "v1")
    await point_again(line, connector)
    review, seen = await under_review(line, connector)
    assert (review.previous, seen.since) == (first.id, first.id)
    assert {one.path: one.change for one in seen.changes} == {
        "README.md": "Changed", "logo.bin": "Added",
    }  # fmt: skip
    patches = {one.path: one.patch for one in seen.changes}
    assert "+More.\n" in (patches["README.md"] or "")
    assert patches["logo.bin"] is None
    carried = {one.requirement for one in review.answers}
    assert "scopes-needed" in carried
    assert not {"installation-guide", "usage-instructions", "tag-stays"} & carried
    live = await published(line, connector)
    assert live is not None
    assert live.connector.version == 1
    before = await line.publishing.database.read(lambda c: store.evidence_of(c, first))
    assert difference(before, seen, first.id).findings == ()
    await granted(line, review)
    live = await published(line, connector)
    assert live is not None
    assert live.connector.version == 2


async def test_a_patch_is_left_out_when_the_certified_commit_is_gone(line: Line) -> None:
    import shutil

    url = line.repository(FILES)
    connector = await complete(line, url)
    await granted(line, (await under_review(line, connector))[0])
    shutil.rmtree(line.publishing.repositories.cache.repository(url))
    shutil.rmtree(Path(url) / ".git")
    git(Path(url), "init", "-q")
    line.commit(url, {"README.md": "# New\n"}, "v1")
    await point_again(line, connector)
    _, seen = await under_review(line, connector)
    assert [(one.path, one.change, one.patch) for one in seen.changes] == [
        ("README.md", "Changed", None)
    ]


async def test_a_moved_tag_is_noticed(line: Line) -> None:
    url = line.repository(FILES)
    connector = await complete(line, url)
    review, _ = await under_review(line, connector)

    async def looked() -> list[str]:
        database = line.publishing.database
        run = await database.write(lambda c: request_run(c, "tag", review.id, {}))
        ended = await line.carry_out(run)
        assert ended.state == "succeeded"
        seen = await database.read(lambda c: store.evidence_of(c, review))
        said = next(one for one in lines(seen, ()) if one.requirement == "tag-stays")
        return [said.observation.verdict, *(one.text for one in said.observation.sights)]

    assert (await looked())[0] == "Met"
    line.commit(url, {"service/index.js": SERVER + "// evil\n"}, "v1")
    verdict, *texts = await looked()
    assert verdict == "Unknown"
    assert texts[0].startswith("The tag has moved")
    assert review.commit in texts[1]
    git(Path(url), "tag", "-d", "v1")
    verdict, *texts = await looked()
    assert verdict == "Unknown"
    assert "could not be read" in texts[0]


async def test_the_evidence_may_be_gathered_twice(line: Line) -> None:
    line.twice = True
    connector = await complete(line, line.repository(FILES))
    review, seen = await under_review(line, connector)
    assert seen.tree == review.tree
