"""Organizations own Projects; API clients belong to a Project; tokens act for an API client."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from connectory.wire import Wire

Address = Annotated[str, Meta(max_length=2048)]


@dataclass(frozen=True)
class Organization:
    id: str
    key: str
    name: str


class StandIn(Wire):
    """What answers in place of the commerce API, at ``apiUrl``; without ``authUrl`` it gives out
    the tokens too."""

    api_url: Address
    auth_url: Address | None = None


@dataclass(frozen=True)
class Project:
    key: str
    organization_id: str
    region: str
    production: bool
    """Whether the Project is marked as in production: others cannot have production Deployments."""
    stand_in: StandIn | None = None
    """None: its programs reach the real commerce API."""

    @property
    def identifier(self) -> str:
        """``{region}:{projectKey}``, as ``privateProjects`` names it."""
        return f"{self.region}:{self.key}"


@dataclass(frozen=True)
class ApiClient:
    id: str
    project_key: str
    name: str
    scopes: tuple[str, ...]
    created_at: str


@dataclass(frozen=True)
class Token:
    """An access token as issued: ``value`` is shown once and stored only as a digest."""

    value: str
    expires_in: int
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Caller:
    """Who stands behind a valid token, or is signed in to the console."""

    client_id: str
    project: Project
    scopes: frozenset[str]
    expires_at: float
    user: str | None = None
    """The person's name; None for an API client."""

    @property
    def who(self) -> str:
        """As the audit log names them."""
        return f"user:{self.user}" if self.user else f"api-client:{self.client_id}"

    @property
    def organization_id(self) -> str:
        return self.project.organization_id
