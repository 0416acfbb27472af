"""Deployments to try hosting with."""

import uuid
from dataclasses import dataclass

from connectory.auth.administration import set_up
from connectory.auth.store import create_api_client
from connectory.connectors.model import Build, BuiltApplication, Creator, Repository
from connectory.database import Database
from connectory.deployments.assembly import application_id
from connectory.deployments.model import (
    ApplicationDeployment,
    ApplicationEnvironment,
    ConfigurationValue,
    Deployment,
    DeploymentApiClient,
    DeploymentConnector,
    DeploymentStatus,
    DeploymentType,
    Details,
    Secrets,
)
from connectory.deployments.progress import undeploying
from connectory.deployments.store import (
    StoredDeployment,
    deployment_with,
    insert_deployment,
    save_deployment,
)
from connectory.durable import Run, request_run
from connectory.durable.runs import cancel_runs
from connectory.errors import ResourceNotFoundError
from connectory.regions import Region
from connectory.sealing import Seal
from connectory.specification import ApplicationType, HealthCheck
from connectory.wire import encode


@dataclass(frozen=True)
class App:
    name: str
    artifact: str | None
    type: ApplicationType = ApplicationType.SERVICE
    endpoint: str = "/service"
    secret: str = "a-secret-value"
    schedule: str | None = None
    post_deploy: str | None = None
    pre_undeploy: str | None = None
    command: tuple[str, ...] = ("node", "index.js")
    health_check: HealthCheck | None = None


def built(app: App) -> BuiltApplication:
    return BuiltApplication(
        name=app.name,
        type=app.type,
        endpoint=app.endpoint,
        artifact=app.artifact,
        command=app.command,
        directory="",
        node=None,
        schedule=app.schedule,
        post_deploy=app.post_deploy,
        pre_undeploy=app.pre_undeploy,
        health_check=app.health_check,
    )


def new_deployment(apps: tuple[App, ...], client: DeploymentApiClient | None) -> Deployment:
    return Deployment(
        id=str(uuid.uuid4()),
        version=1,
        type=DeploymentType.SANDBOX,
        connector=DeploymentConnector(
            id=str(uuid.uuid4()),
            version=1,
            name="connector",
            integration_types=(),
            creator=Creator(email="ada@example.org"),
            repository=Repository(url="https://example.org/x.git", tag="v1"),
            configurations=(),
            certified=False,
            supported_regions=(),
        ),
        details=Details(),
        api_client=client,
        deployed_region=Region.EUROPE_WEST1_GCP,
        applications=tuple(
            ApplicationDeployment(
                id=application_id(),
                application_name=app.name,
                standard_configuration=(ConfigurationValue(key="NAME", value=app.name),),
                secured_configuration=(ConfigurationValue(key="SECRET", value="***"),),
            )
            for app in apps
        ),
        preview=False,
        status=DeploymentStatus.DEPLOYING,
    )


def ask_for_deploy(
    database: Database, seal: Seal, *apps: App, builds: tuple[App, ...] | None = None
) -> tuple[Deployment, Run]:
    """A stored Deployment and its run, as the API leaves them."""
    database.write_blocking(set_up)
    made = builds if builds is not None else apps
    build = Build(commit="c" * 40, tree="t", applications=tuple(map(built, made)))

    def work(connection):  # type: ignore[no-untyped-def]
        client, secret = create_api_client(connection, "demo", "generated", ("view_orders",))
        deployment = new_deployment(apps, DeploymentApiClient(name=client.id, scopes=()))
        secrets = Secrets(
            tuple(
                ApplicationEnvironment(app.name, {"NAME": app.name, "SECRET": app.secret})
                for app in apps
            ),
            {"CTP_CLIENT_ID": client.id, "CTP_CLIENT_SECRET": secret},
        )
        sealed = seal.close(encode(secrets).decode(), owner=deployment.id)
        insert_deployment(connection, deployment, "demo", build, sealed)
        return deployment, request_run(connection, "deploy", deployment.id, {})

    return database.write_blocking(work)  # type: ignore[no-any-return]


def ask_for_undeploy(database: Database, deployment_id: str, *, skip_scripts: bool = False) -> Run:
    def work(connection):  # type: ignore[no-untyped-def]
        stored = deployment_with(connection, id=deployment_id)
        save_deployment(connection, undeploying(stored.deployment))
        cancel_runs(connection, deployment_id, "deploy")
        return request_run(connection, "undeploy", deployment_id, {"skipScripts": skip_scripts})

    return database.write_blocking(work)  # type: ignore[no-any-return]


def stored(database: Database, deployment_id: str) -> StoredDeployment | None:
    try:
        return database.read_blocking(lambda c: deployment_with(c, id=deployment_id))
    except ResourceNotFoundError:
        return None
