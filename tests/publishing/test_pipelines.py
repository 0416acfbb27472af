"""From a tag to a published Connector, over real git, npm, node and sandboxes."""

import json

from tests.publishing.conftest import Line, connect_yaml, message, package_json, said

from connectory.connectors import store
from connectory.durable.runs import cancel_runs
from connectory.publishing.store import build_waiting
from connectory.sandbox.trees import remove

SERVER = "require('http').createServer((q, s) => s.end('hello')).listen(8080);\n"
LOCK = {
    "name": "x", "version": "1.0.0", "lockfileVersion": 3, "requires": True,
    "packages": {
        "": {"name": "x", "version": "1.0.0", "dependencies": {"is-number": "7.0.0"}},
        "node_modules/is-number": {
            "version": "7.0.0",
            "resolved": "https://registry.npmjs.org/is-number/-/is-number-7.0.0.tgz",
        },
    },
}  # fmt: skip
SERVICE = {
    "connect.yaml": connect_yaml("service"),
    "service/package.json": package_json(
        dependencies={"is-number": "7.0.0"},
        scripts={
            "start": "node built.js",
            "build": "node -e \"require('fs').copyFileSync('index.js', 'built.js')\"",
            "test": "node -e \"require('is-number')(1) || process.exit(1)\"",
        },
    ),
    "service/package-lock.json": json.dumps(LOCK),
    "service/index.js": SERVER,
}


async def test_a_service_is_published(line: Line) -> None:
    staged = await line.published(SERVICE)
    assert said(staged.publishing_report) == [
        ("Information", "Application build check succeeded", "service"),
        ("Information", "Image security analysis check succeeded", None),
        # there is no copy of the advisories: dependencies are not said to be clean
        ("Warning", "SAST and SCA analysis check skipped", None),
        ("Information", "Connector specification file validation check succeeded", None),
        ("Information", "Connector image build check succeeded", None),
        ("Information", "Connector runtime security check succeeded", None),
    ]
    assert staged.status == "Published"
    assert (await line.tree(staged.id) / "service/built.js").read_text() == SERVER
    assert (await line.tree(staged.id) / "service/node_modules/is-number/package.json").exists()


async def test_an_unchanged_republish_builds_nothing(line: Line) -> None:
    staged = await line.published(SERVICE)
    again = await line.publish(staged.id)
    assert again.status == "Published"
    built = message(again.publishing_report, "Application build check succeeded")
    assert "earlier build" in built


async def test_a_preview_passes_and_keeps_its_build(line: Line) -> None:
    connector = await line.draft(line.repository(SERVICE))
    staged = await line.preview(connector)
    assert staged.is_previewable == "true"
    assert ("Information", "Application build check succeeded", "service") in said(
        staged.previewable_report
    )
    stored = await line.publishing.database.read(lambda c: store.staged_with_id(c, connector))
    assert stored.preview is not None
    assert stored.preview.applications[0].command[:2] == ("sh", "-c")
    assert stored.preview.applications[0].directory == "service"


async def test_a_publish_after_a_preview_uses_its_build(line: Line) -> None:
    connector = await line.draft(line.repository(SERVICE))
    await line.preview(connector)
    staged = await line.publish(connector)
    built = message(staged.publishing_report, "Application build check succeeded")
    assert "earlier build" in built


async def test_certification_stops_at_the_review(line: Line) -> None:
    connector = await line.draft(line.repository(SERVICE))
    staged = await line.publish(connector, certification=True)
    assert staged.status == "ReadyForCertification"
    database = line.publishing.database
    assert await database.read(lambda c: store.connector_with(c, id=connector)) is None
    assert await database.read(lambda c: build_waiting(c, connector)) is not None


async def test_every_step_may_run_twice(line: Line) -> None:
    once = await line.published(SERVICE)
    line.twice = True
    twice = await line.publish(await line.draft(line.repository({**SERVICE, "service/new": "1"})))
    assert said(twice.publishing_report) == said(once.publishing_report)
    newest = await line.publishing.database.read(lambda c: store.next_version(c, twice.id))
    assert newest == 2


async def test_nothing_is_left_in_the_work_area(line: Line) -> None:
    await line.published(SERVICE)
    assert list((line.publishing.directory / "runs").iterdir()) == []


async def test_a_run_goes_on_after_its_files_are_lost(line: Line) -> None:
    connector = await line.draft(line.repository(SERVICE))
    run = await line.request(connector, "publish")

    def lose() -> None:
        remove(line.publishing.folder(run.id).folder)

    line.before["build"] = lose
    await line.carry_out(run)
    assert (await line.staged(connector)).status == "Published"


async def test_a_withdrawn_preview_writes_nothing(line: Line) -> None:
    connector = await line.draft(line.repository(SERVICE))
    run = await line.request(connector, "preview")
    withdraw = line.publishing.database.write_blocking

    def cancel() -> None:
        withdraw(lambda c: cancel_runs(c, connector, "preview"))

    line.before["test"] = cancel
    ended = await line.carry_out(run)
    assert ended.state == "cancelled"
    staged = await line.staged(connector)
    assert staged.previewable_report is None
    assert list((line.publishing.directory / "runs").iterdir()) == []


async def test_a_deleted_draft_ends_its_run_quietly(line: Line) -> None:
    connector = await line.draft(line.repository(SERVICE))
    run = await line.request(connector, "publish")
    line.before["build"] = lambda: line.publishing.database.write_blocking(
        lambda c: store.delete_staged(c, connector)
    )
    await line.carry_out(run)
    database = line.publishing.database
    assert await database.read(lambda c: store.connector_with(c, id=connector)) is None


async def test_a_moved_tag_updates_what_the_draft_says(line: Line) -> None:
    url = line.repository(SERVICE)
    staged = await line.publish(await line.draft(url))
    event = {
        "event/package.json": package_json(scripts={"start": "node index.js"}),
        "event/index.js": SERVER,
    }
    line.commit(url, {"connect.yaml": connect_yaml("service", "event"), **event}, "v1")
    again = await line.publish(staged.id)
    assert [one.application_name for one in again.configurations] == ["service", "event"]
    assert again.status == "Published"


async def test_our_own_failure_is_not_blamed_on_the_connector(line: Line) -> None:
    def break_it() -> None:
        raise OSError("disk on fire")

    connector = await line.draft(line.repository(SERVICE))
    run = await line.request(connector, "publish")
    line.before["build"] = break_it
    await line.carry_out(run)
    staged = await line.staged(connector)
    assert staged.status == "Failed"
    assert said(staged.publishing_report)[-1][1].startswith("The platform failed, not your")


async def test_a_sweep_keeps_the_files_of_runs_under_way(line: Line) -> None:
    connector = await line.draft(line.repository(SERVICE))
    run = await line.request(connector, "publish")
    line.publishing.folder(run.id).source.mkdir(parents=True)
    line.publishing.folder("forgotten").source.mkdir(parents=True)
    await line.publishing.sweep()
    assert [one.name for one in (line.publishing.directory / "runs").iterdir()] == [run.id]
