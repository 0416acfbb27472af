"""Revisions on both databases."""

from pathlib import Path
from typing import Any

from tests.hosting.deployments import App, ask_for_deploy

from connectory.database import Database
from connectory.deployments.model import DeploymentStatus
from connectory.deployments.progress import deployed, failed, serving_at, undeploying
from connectory.deployments.revisions import (
    all_serving,
    artifacts_in_use,
    delete_revisions,
    keep_revision,
    revisions_of,
    serving,
)
from connectory.deployments.store import deployment_with, save_deployment
from connectory.sealing import Seal


def test_what_serves_is_the_last_success_whatever_comes_after(
    database: Database, tmp_path: Path
) -> None:
    seal = Seal.from_file(tmp_path / "key")
    digest = "sha256:" + "1" * 64
    deployment, run = ask_for_deploy(database, seal, App("service", digest))
    id_ = deployment.id

    def succeed(connection: Any) -> int:
        asked = deployment_with(connection, id=id_).deployment
        done = deployed(serving_at(asked, run.id, {}, {}))
        save_deployment(connection, done)
        return keep_revision(connection, deployment_with(connection, id=id_))

    assert database.read_blocking(lambda c: serving(c, id_)) is None
    assert database.write_blocking(succeed) == 1
    assert database.write_blocking(succeed) == 2
    database.write_blocking(
        lambda c: save_deployment(c, failed(deployment_with(c, id=id_).deployment), sealed="other")
    )
    before = database.read_blocking(lambda c: serving(c, id_))
    assert before is not None
    assert before.deployment.status is DeploymentStatus.DEPLOYED
    assert before.sealed != "other"
    assert [one.deployment.id for one in database.read_blocking(all_serving)] == [id_]
    numbers = [one.number for one in database.read_blocking(lambda c: revisions_of(c, id_))]
    assert numbers == [2, 1]
    assert database.read_blocking(artifacts_in_use) == {digest}
    database.write_blocking(
        lambda c: save_deployment(c, undeploying(deployment_with(c, id=id_).deployment))
    )
    assert database.read_blocking(all_serving) == []
    database.write_blocking(lambda c: delete_revisions(c, id_))
    assert database.read_blocking(artifacts_in_use) == frozenset()
