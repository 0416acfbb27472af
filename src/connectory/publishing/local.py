"""Preview and publish of a folder on this machine: the platform's own pipeline, without one.

The draft, the run and the report are rows of a database of the command's own, so that every step is
the one that a platform would do.
"""

import uuid
from pathlib import Path

from sqlalchemy import Connection

from connectory.auth.model import Project
from connectory.auth.store import create_organization, create_project, project_with_key
from connectory.connectors import store
from connectory.connectors.actions import Publish, UpdatePreviewable
from connectory.connectors.model import ConnectorStagedDraft, Creator, Repository, Source
from connectory.connectors.update import create, update
from connectory.durable import Run, request_run
from connectory.durable.direct import carry_out
from connectory.findings.policy import Stage
from connectory.publishing import report
from connectory.publishing.context import Publishing
from connectory.publishing.pipelines import workflows
from connectory.repositories.snapshot import TAG

REGION = "europe-west1.gcp"
PROJECT = "local"


async def request(publishing: Publishing, repository: Path, stage: Stage) -> Run:
    """A run over the snapshot in ``repository``, asked for and not begun."""
    draft = ConnectorStagedDraft(
        name=repository.name,
        creator=Creator(email="local@connectory.invalid"),
        repository=Repository(url=str(repository), tag=TAG),
    )

    def asked(connection: Connection) -> Run:
        staged = create(str(uuid.uuid4()), draft, Source("", (), None, None))
        store.insert_staged(connection, staged, _owner(connection), "0" * 40)
        return _asked(connection, staged.id, stage)

    return await publishing.database.write(asked)


async def validate(publishing: Publishing, run: Run) -> Run:
    """The run in its final state; its report is in the database. What fails on our side raises."""
    workflow = next(one for one in workflows(publishing) if one.name == run.workflow)
    return await carry_out(run, workflow, publishing.database)


def forget(connection: Connection, run: Run) -> None:
    """Remove the draft and what it was published as. Builds by content stay for the next run."""
    store.delete_staged(connection, run.resource_id)


def _asked(connection: Connection, connector_id: str, stage: Stage) -> Run:
    staged = store.staged_with_id(connection, connector_id).staged
    if stage is Stage.PREVIEW:
        changed, _ = update(staged, staged.version, [UpdatePreviewable()])
        name, wanted = report.PREVIEW, {}
    else:
        certification = stage is Stage.CERTIFICATION
        changed, _ = update(staged, staged.version, [Publish(certification=certification)])
        name, wanted = report.PUBLISH, {"certification": certification}
    store.save_staged(connection, changed, expected=staged.version)
    return request_run(connection, name, connector_id, wanted)


def _owner(connection: Connection) -> Project:
    found = project_with_key(connection, PROJECT)
    if found is not None:
        return found
    organization = create_organization(connection, PROJECT, "This machine")
    project = Project(PROJECT, organization.id, REGION, False)
    create_project(connection, project)
    return project
