"""A whole publishing line over real git, real sandboxes and a real database."""

import os
import subprocess
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from connectory.artifacts import ArtifactStore, DependencyStore
from connectory.auth.model import Project
from connectory.auth.store import create_organization, create_project
from connectory.connectors import store
from connectory.connectors.actions import Publish, UpdatePreviewable
from connectory.connectors.model import (
    ConnectorStaged,
    ConnectorStagedDraft,
    Creator,
    Report,
    Repository,
    Source,
)
from connectory.connectors.update import create, update
from connectory.database import open_database
from connectory.durable import Run, RunState, request_run
from connectory.durable.engine import Workflow
from connectory.durable.journal import Journal, sealed_failure, sealed_verdict
from connectory.durable.runs import move, run_with_id
from connectory.publishing import Publishing, workflows
from connectory.repositories import GitSettings, Repositories
from connectory.sandbox import Sandbox, SandboxSettings
from connectory.settings import Settings
from connectory.toolchains import Toolchains

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tool chains, fetched once for all tests and kept between runs of them."""
    folder = Path(os.environ.get("CONNECTORY_TEST_TOOLS", "/tmp/connectory-test-tools"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder


def nothing() -> None:
    """No accident."""


class Steps:
    """Runs steps in this process and forgets nothing: the engine's promise, without its disk."""

    def __init__(self, line: "Line", run: Run, workflow: Workflow) -> None:
        self.line, self.run, self.workflow = line, run, workflow
        self.results: dict[str, str] = {}

    async def once(self, name: str, work: Callable[[], Awaitable[str]]) -> str:
        if name not in self.results:
            self.line.before.get(name.split(maxsplit=1)[0], nothing)()
            self.results[name] = await work()
            if self.line.twice:
                self.results[name] = await work()
        return self.results[name]

    async def branch(self, run_id: str, name: str) -> str:
        assert self.workflow.branch is not None
        memory = Steps(self.line, self.run, self.workflow)
        try:
            journal = Journal(self.run, self.line.publishing.database, memory, name)
            return sealed_verdict(await self.workflow.branch(journal))
        except Exception as error:
            return sealed_failure(error)


@dataclass
class Line:
    """A publishing line: a draft goes in, its report comes out."""

    publishing: Publishing
    project: Project
    repositories: Path
    twice: bool = False
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What happens just before a step."""

    def repository(self, files: Mapping[str, str | bytes], tag: str = "v1") -> str:
        """A new repository with these files under ``tag``; its URL."""
        folder = self.repositories / uuid.uuid4().hex
        folder.mkdir()
        git(folder, "init", "-q")
        self.commit(str(folder), files, tag)
        return str(folder)

    def commit(self, url: str, files: Mapping[str, str | bytes], tag: str) -> None:
        for name, text in files.items():
            path = Path(url) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        git(Path(url), "add", "-A", "-f")
        git(Path(url), "commit", "-q", "-m", tag)
        git(Path(url), "tag", "-f", tag)

    async def draft(self, url: str, tag: str = "v1") -> str:
        draft = ConnectorStagedDraft(
            name="Test",
            creator=Creator(email="a@example.org"),
            repository=Repository(url=url, tag=tag),
        )
        staged = create(str(uuid.uuid4()), draft, Source("", (), None, None))
        await self.publishing.database.write(
            lambda c: store.insert_staged(c, staged, self.project, "0" * 40)
        )
        return staged.id

    async def request(self, connector: str, workflow: str, *, certification: bool = False) -> Run:
        def work(c):  # type: ignore[no-untyped-def]
            staged = store.staged_with_id(c, connector).staged
            action = Publish(certification=certification)
            actions = [action] if workflow == "publish" else [UpdatePreviewable()]
            changed, _ = update(staged, staged.version, actions)
            store.save_staged(c, changed, expected=staged.version)
            request = {"certification": certification} if workflow == "publish" else {}
            return request_run(c, workflow, connector, request)

        run: Run = await self.publishing.database.write(work)
        return run

    async def carry_out(self, run: Run) -> Run:
        """What the engine does with a requested run."""
        await self.publishing.database.write(lambda c: move(c, run.id, RunState.RUNNING))
        workflow = next(w for w in workflows(self.publishing) if w.name == run.workflow)
        journal = Journal(run, self.publishing.database, Steps(self, run, workflow))
        try:
            await workflow.body(journal)
        except Exception:
            await self.publishing.database.write(lambda c: workflow.crashed(c, run))
        return await self.publishing.database.read(lambda c: run_with_id(c, run.id))

    async def publish(self, connector: str, **options: bool) -> ConnectorStaged:
        await self.carry_out(await self.request(connector, "publish", **options))
        return await self.staged(connector)

    async def preview(self, connector: str) -> ConnectorStaged:
        await self.carry_out(await self.request(connector, "preview"))
        return await self.staged(connector)

    async def published(self, files: Mapping[str, str | bytes]) -> ConnectorStaged:
        return await self.publish(await self.draft(self.repository(files)))

    async def staged(self, connector: str) -> ConnectorStaged:
        return await self.publishing.database.read(
            lambda c: store.staged_with_id(c, connector).staged
        )

    async def tree(self, connector: str, application: str = "service") -> Path:
        """Where the latest published version of an application lies, ready to run."""
        found = await self.publishing.database.read(lambda c: store.connector_with(c, id=connector))
        assert found is not None
        built = next(one for one in found.build.applications if one.name == application)
        assert built.artifact is not None
        return await self.publishing.artifacts.unpack(built.artifact)


def said(report: Report | None) -> list[tuple[str, str, str | None]]:
    """Type, title and application of every entry."""
    return [(one.type, one.title, one.application) for one in (report.entries if report else ())]


def message(report: Report | None, title: str) -> str:
    assert report is not None
    return next(one.message or "" for one in report.entries if one.title == title)


def git(folder: Path, *words: str) -> None:
    settings = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "safe.directory=*")
    subprocess.run(["git", *settings, "-C", str(folder), *words], check=True, capture_output=True)


def connect_yaml(*applications: str) -> str:
    """A connect.yaml with applications such as ``service`` or ``assets:enabler``."""
    lines = ["deployAs:"]
    for one in applications:
        kind, _, name = one.partition(":")
        lines += [f"  - name: {name or kind}", f"    applicationType: {kind}"]
        lines += [f"    endpoint: /{name or kind}"] if kind in {"service", "event", "job"} else []
        lines += ["    properties:", "      schedule: '* * * * *'"] if kind == "job" else []
    return "\n".join(lines) + "\n"


def package_json(**fields: object) -> str:
    return msgspec.json.encode({"name": "x", "version": "1.0.0", **fields}).decode()


@pytest.fixture
async def line(tmp_path: Path, kept: Path) -> AsyncIterator[Line]:
    certificates = CERTIFICATES if CERTIFICATES.exists() else None
    sandbox = Sandbox.create(SandboxSettings(tmp_path / "sandbox", ca_file=certificates))
    await sandbox.start()
    database = open_database("", tmp_path / "data")
    owner = database.write_blocking(lambda c: create_organization(c, "o", "O"))
    project = Project("p", owner.id, "europe-west1.gcp", False)
    database.write_blocking(lambda c: create_project(c, project))
    (tmp_path / "repositories").mkdir()
    yield Line(
        make(
            tmp_path,
            kept,
            database,
            sandbox,
            Settings(data=str(tmp_path / "data"), toolchains=str(kept)),
        ),
        project,
        tmp_path / "repositories",
    )
    await sandbox.stop()
    database.close()


def make(folder: Path, kept: Path, database, sandbox: Sandbox, settings: Settings) -> Publishing:  # type: ignore[no-untyped-def]
    (folder / "artifacts").mkdir(exist_ok=True)
    (folder / "dependencies").mkdir(exist_ok=True)
    return Publishing(
        database=database,
        settings=settings,
        repositories=Repositories(folder / "git", GitSettings(allow_local=True)),
        artifacts=ArtifactStore(folder / "artifacts"),
        dependencies=DependencyStore(folder / "dependencies"),
        sandbox=sandbox,
        toolchains=Toolchains(kept),
        directory=folder / "publishing",
    )
