"""Connectors as a finished pipeline leaves them, written through the stores it uses."""

from typing import Any

from connectory.connectors import store
from connectory.connectors.model import Build, BuiltApplication, IsPreviewable, RetryPolicy
from connectory.connectors.progress import published, released
from connectory.deployments.revisions import keep_revision
from connectory.deployments.store import deployment_with, save_deployment
from connectory.durable import RunState
from connectory.durable.runs import move, runs_of
from connectory.specification import ApplicationType
from connectory.wire import replace

PROJECT = "europe-west1.gcp:demo"
DEPLOYMENTS = "/demo/deployments"
NAMES = {
    "service": ApplicationType.SERVICE,
    "listener": ApplicationType.EVENT,
    "nightly": ApplicationType.JOB,
}


def build(number: int = 1) -> Build:
    applications = tuple(
        BuiltApplication(
            name=name,
            type=type_,
            endpoint=f"/{name}",
            artifact=f"sha256:{number:064x}",
            command=("true",),
            directory=name,
            node=None,
            schedule="0 0 * * *" if type_ is ApplicationType.JOB else None,
            retry_policy=RetryPolicy(strategy="immediate")
            if type_ is ApplicationType.EVENT
            else None,
        )
        for name, type_ in NAMES.items()
    )
    return Build(f"{number:040x}", "t" * 40, applications)


def release(
    api: Any, staged: dict[str, Any], *, public: bool = False, number: int = 1
) -> dict[str, Any]:
    """The draft is published, and previewable: the next version of its Connector is there."""

    def work(connection: Any) -> None:
        stored = store.staged_with_id(connection, staged["id"])
        done = replace(
            published(stored.staged), private=not public, is_previewable=IsPreviewable.TRUE
        )
        version = store.next_version(connection, staged["id"])
        connector = released(done, version, certified=public)
        store.insert_connector(connection, connector, stored.organization_id, build(number))
        expected = stored.staged.version
        store.save_staged(connection, done, expected=expected, preview=build(number))

    api.database.write_blocking(work)
    return dict(api.send("GET", f"/connectors/drafts/{staged['id']}").body)


def values(**changes: Any) -> dict[str, Any]:
    """What a Deployment of the tag ``1.0.0`` needs."""
    return {
        "applicationName": "service",
        "securedConfiguration": [{"key": "TOKEN", "value": "hunter2"}],
    } | changes


def draft(of: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "connector": {"id": of["id"]},
        "region": "europe-west1.gcp",
        "configurations": [values()],
    } | changes


def deploy(api: Any, of: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A Deployment whose applications run, as its run leaves it."""
    answer = api.send("POST", DEPLOYMENTS, draft(of, **changes))
    assert answer.status == 201, answer
    return finish(api, answer.body)


def finish(
    api: Any, deployment: dict[str, Any], status: str = "Deployed", project: str = "demo"
) -> dict[str, Any]:
    """The end of the Deployment's deploy run: ``Deployed`` or ``Failed``."""
    from connectory.deployments.progress import deployed, failed, serving_at

    def work(connection: Any) -> None:
        stored = deployment_with(connection, id=deployment["id"])
        run = runs_of(connection, deployment["id"])[0]
        move(connection, run.id, RunState.RUNNING)
        move(connection, run.id, RunState.SUCCEEDED)
        if status == "Failed":
            save_deployment(connection, failed(stored.deployment))
            return
        urls = {name: f"http://127.0.0.1:1/{name}" for name in NAMES}
        serving = serving_at(stored.deployment, run.id, urls, {})
        save_deployment(connection, deployed(serving))
        keep_revision(connection, deployment_with(connection, id=deployment["id"]))

    api.database.write_blocking(work)
    return dict(api.send("GET", f"/{project}/deployments/{deployment['id']}").body)


def redeploy(api: Any, deployment: dict[str, Any], project: str = "demo", **action: Any) -> Any:
    """The answer to a redeploy of the version we know."""
    body = {"version": deployment["version"], "actions": [{"action": "redeploy", **action}]}
    return api.send("POST", f"/{project}/deployments/{deployment['id']}", body)
