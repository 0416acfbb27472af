"""A typed client of the platform; the command line and the journeys use it."""

import base64
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from connectory.auth.administration import (
    ApiClientDraft,
    Credentials,
    OrganizationCreated,
    OrganizationDraft,
    ProjectChange,
    ProjectDraft,
    ProjectShown,
)
from connectory.connectors.actions import Action
from connectory.connectors.model import (
    Connector,
    ConnectorStaged,
    ConnectorStagedDraft,
    ConnectorStatus,
    IsPreviewable,
)
from connectory.deployments.model import (
    Deployment,
    DeploymentDraft,
    DeploymentRollback,
    DeploymentStatus,
    DeploymentUpdate,
    Redeploy,
)

T = TypeVar("T")

PATIENCE = 25.0
"""Seconds a pending answer is held (RFC 7240 ``Prefer: wait``)."""


class ClientError(Exception):
    """The platform said no, or could not be reached. ``status`` is 0 without an answer."""

    def __init__(self, status: int, message: str, body: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = body or {}

    @property
    def codes(self) -> list[str]:
        return [str(error["code"]) for error in self.body.get("errors", ())]


class Client:
    """Calls the Connect API for one Project. An async context manager."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._url = url.rstrip("/")
        self._credentials = credentials
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300))
        self._token = ""

    async def __aenter__(self) -> Self:
        self._token = await self._fetch_token()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def create_draft(self, draft: ConnectorStagedDraft) -> ConnectorStaged:
        return await self._send("POST", "/connectors/drafts", draft, ConnectorStaged)

    async def draft(self, id: str, wait: float = 0) -> ConnectorStaged:  # noqa: A002
        """``wait``: seconds to hold the answer while the draft is pending."""
        return await self._send("GET", f"/connectors/drafts/{id}", None, ConnectorStaged, wait)

    async def update_draft(self, staged: ConnectorStaged, *actions: Action) -> ConnectorStaged:
        body = {"version": staged.version, "actions": actions}
        return await self._send("POST", f"/connectors/drafts/{staged.id}", body, ConnectorStaged)

    async def connector(self, id: str) -> Connector:  # noqa: A002
        return await self._send("GET", f"/connectors/{id}", None, Connector)

    async def create_deployment(self, draft: DeploymentDraft) -> Deployment:
        return await self._send("POST", self._deployments(), draft, Deployment)

    async def deployment(self, id: str, wait: float = 0) -> Deployment:  # noqa: A002
        return await self._send("GET", f"{self._deployments()}/{id}", None, Deployment, wait)

    async def redeploy(self, deployment: Deployment, wanted: Redeploy) -> Deployment:
        body = DeploymentUpdate(version=deployment.version, actions=(wanted,))
        path = f"{self._deployments()}/{deployment.id}"
        return await self._send("POST", path, body, Deployment)

    async def roll_back(self, deployment: Deployment, revision: int) -> Deployment:
        path = f"{self._deployments()}/{deployment.id}/revisions/{revision}/rollback"
        body = DeploymentRollback(version=deployment.version)
        return await self._send("POST", path, body, Deployment)

    async def newest_revision(self, id: str) -> int:  # noqa: A002
        """The number of the state that serves. Raises ``IndexError`` before the first one."""
        path = f"{self._deployments()}/{id}/revisions?limit=1"
        page = await self._send("GET", path, None, dict[str, Any])
        return int(page["results"][0]["revision"])

    async def delete_deployment(self, id: str) -> Deployment:  # noqa: A002
        return await self._send("DELETE", f"{self._deployments()}/{id}", None, Deployment)

    async def settled_draft(self, id: str) -> ConnectorStaged:  # noqa: A002
        """The draft, once neither a preview nor a publish is under way."""
        while True:
            staged = await self.draft(id, wait=PATIENCE)
            if (
                staged.status is not ConnectorStatus.PROCESSING
                and staged.is_previewable is not IsPreviewable.PENDING
            ):
                return staged

    async def settled_deployment(self, id: str) -> Deployment:  # noqa: A002
        """The Deployment, once it is deployed or has failed."""
        while True:
            deployment = await self.deployment(id, wait=PATIENCE)
            if deployment.status is not DeploymentStatus.DEPLOYING:
                return deployment

    async def until_gone(self, id: str) -> None:  # noqa: A002
        """Returns when the Deployment is not there any more, or could not be undeployed."""
        try:
            while True:
                deployment = await self.deployment(id, wait=PATIENCE)
                if deployment.status is DeploymentStatus.UNDEPLOY_FAILED:
                    return
        except ClientError as answer:
            if answer.status != 404:
                raise

    async def logs(self, id: str) -> dict[str, Any]:  # noqa: A002
        """One page of log entries."""
        path = f"{self._deployments()}/{id}/logs"
        return await self._send("GET", path, None, dict[str, Any])

    def _deployments(self) -> str:
        return f"/{self._credentials.project_key}/deployments"

    async def _send(self, method: str, path: str, body: Any, shape: type[T], wait: float = 0) -> T:
        headers = {"Authorization": f"Bearer {self._token}"}
        if wait:
            headers["Prefer"] = f"wait={wait:g}"
        return await send(self._session, method, self._url + path, body, headers, shape)

    async def _fetch_token(self) -> str:
        who = basic(self._credentials.client_id, self._credentials.client_secret)
        url = f"{self._url}/oauth/token?grant_type=client_credentials"
        token = await send(self._session, "POST", url, None, who, dict[str, Any])
        return str(token["access_token"])


class Administration:
    """What an administrator does on a remote platform."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = f"{url.rstrip('/')}/platform"
        self._headers = basic(user, password)

    async def create_organization(self, draft: OrganizationDraft) -> OrganizationCreated:
        return await self._post("organizations", draft, OrganizationCreated)

    async def create_project(self, draft: ProjectDraft) -> ProjectShown:
        return await self._post("projects", draft, ProjectShown)

    async def change_project(self, key: str, change: ProjectChange) -> ProjectShown:
        return await self._post(f"projects/{quote(key, safe='')}", change, ProjectShown)

    async def create_api_client(self, draft: ApiClientDraft) -> Credentials:
        return await self._post("api-clients", draft, Credentials)

    async def _post(self, path: str, body: Any, shape: type[T]) -> T:
        async with aiohttp.ClientSession() as session:
            url = f"{self._url}/{path}"
            return await send(session, "POST", url, body, self._headers, shape)


async def send(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    body: Any,
    headers: dict[str, str],
    shape: type[T],
) -> T:
    """One call. Raises ``ClientError`` with the platform's own words."""
    data = None if body is None else msgspec.json.encode(body)
    try:
        async with session.request(method, url, data=data, headers=headers) as response:
            text = await response.read()
    except aiohttp.ClientError as problem:
        raise ClientError(0, f"{url} cannot be reached: {problem}") from None
    if response.status >= 400:
        raise ClientError(response.status, *_refusal(text))
    return msgspec.json.decode(text, type=shape)


def basic(name: str, secret: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def _refusal(text: bytes) -> tuple[str, dict[str, Any]]:
    try:
        body = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return text[:200].decode(errors="replace"), {}
    details = [error.get("detailedErrorMessage", "") for error in body.get("errors", ())]
    return " ".join(filter(None, [str(body.get("message", "")), *details])), body
