"""The API client that a Connector has generated for a Deployment (facts 2.1, 3.4).

Making one or changing its scopes takes the scope ``manage_api_clients``.
"""

from typing import NamedTuple

from sqlalchemy import Connection

from connectory.auth import ApiClient, Caller, require
from connectory.auth.scopes import MANAGE_API_CLIENTS
from connectory.auth.store import create_api_client, set_scopes
from connectory.deployments.api_client import scopes_for, variables
from connectory.deployments.model import DeploymentApiClient
from connectory.deployments.store import deployment_with
from connectory.errors import ResourceNotFoundError

NAMED = "Connect deployment "
"""What a generated client is named, before the Deployment's id."""


class Generated(NamedTuple):
    """The client as the Deployment shows it, and its variables."""

    shown: DeploymentApiClient | None
    credentials: dict[str, str]


def generate(
    connection: Connection, who: Caller, declared: tuple[str, ...], deployment_id: str
) -> Generated:
    """A new client with the scopes that connect.yaml declares, if it declares any."""
    if not declared:
        return Generated(None, {})
    require(who, MANAGE_API_CLIENTS)
    scopes = scopes_for(declared, who.project)
    name = f"{NAMED}{deployment_id}"
    client, secret = create_api_client(connection, who.project.key, name, scopes)
    shown = DeploymentApiClient(name=client.id, scopes=scopes)
    return Generated(shown, variables(client.id, secret, scopes, who.project))


def adapt(
    connection: Connection,
    who: Caller,
    known: Generated,
    declared: tuple[str, ...],
    deployment_id: str,
) -> Generated:
    """The Deployment's client for another version of its Connector.

    A version that declares none leaves it as it is: the one that serves meanwhile may need it, and
    so may a rollback. It goes with the Deployment.
    """
    if known.shown is None or not declared:
        return generate(connection, who, declared, deployment_id) if declared else known
    scopes = scopes_for(declared, who.project)
    if scopes == known.shown.scopes:
        return known
    require(who, MANAGE_API_CLIENTS)
    set_scopes(connection, known.shown.name, scopes)
    secret = known.credentials["CTP_CLIENT_SECRET"]
    shown = DeploymentApiClient(name=known.shown.name, scopes=scopes)
    return Generated(shown, variables(known.shown.name, secret, scopes, who.project))


def deployment_of(connection: Connection, client: ApiClient) -> str | None:
    """The id of the Deployment that this client was generated for and that is still there."""
    id_ = client.name.removeprefix(NAMED)
    try:
        found = deployment_with(connection, id=id_, project_key=client.project_key).deployment
    except ResourceNotFoundError:
        return None
    return id_ if found.api_client and found.api_client.name == client.id else None
