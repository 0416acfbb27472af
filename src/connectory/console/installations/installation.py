"""A Deployment as the console speaks of it: an installation, with the words of facts 9.5. Pure,
but for ``installation_of``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from starlette.requests import Request

from connectory.auth import Project
from connectory.auth.scopes import MANAGE_DEPLOYMENTS, VIEW_DEPLOYMENTS
from connectory.console.calls import Call, Calls
from connectory.console.rendering import segment
from connectory.console.visit import Visit, visiting

Document = Mapping[str, Any]

SEE: Final = VIEW_DEPLOYMENTS
MANAGE: Final = MANAGE_DEPLOYMENTS
LIST: Final = "/console/installations"
GONE: Final = 404


class Label(NamedTuple):
    """``tone``: good, bad, look, busy or nothing."""

    text: str
    tone: str = ""


STATUSES: Final = {
    "Draft": Label("Draft"),
    "Queued": Label("Installing", "busy"),
    "Deploying": Label("Installing", "busy"),
    "Deployed": Label("Installed", "good"),
    "Failed": Label("Install failed", "bad"),
    "Undeploying": Label("Uninstalling", "busy"),
    "UndeployFailed": Label("Uninstall failed", "bad"),
}
TYPES: Final = {"preview": "Preview", "sandbox": "Sandbox", "production": "Production"}
EVENT, JOB = "event", "job"
RUNNING: Final = frozenset({"service", EVENT, JOB})
"""Types of applications that are processes; the others are files."""


@dataclass(frozen=True)
class Installation:
    """``document`` is the Deployment as it is on the wire."""

    project: Project
    document: Document

    @property
    def name(self) -> str:
        return str(self.document["connector"]["name"])

    @property
    def status(self) -> Label:
        return STATUSES[self.document["status"]]

    @property
    def type(self) -> str:
        return TYPES[self.document["type"]]

    @property
    def busy(self) -> bool:
        """Whether something goes on: nothing can be changed until it is over."""
        return self.status.tone == "busy"

    @property
    def going(self) -> bool:
        return bool(self.document["status"] == "Undeploying")

    @property
    def stuck(self) -> bool:
        """Whether it could not be taken down."""
        return bool(self.document["status"] == "UndeployFailed")

    @property
    def applications(self) -> tuple[dict[str, Any], ...]:
        """Each with its ``type``, which the Connector's snapshot knows."""
        declared = {
            one["applicationName"]: one["applicationType"]
            for one in self.document["connector"]["configurations"]
        }
        return tuple(
            {**one, "type": declared.get(one["applicationName"], "")}
            for one in self.document["applications"]
        )

    @property
    def tabs(self) -> tuple[tuple[str, str], ...]:
        """Its pages: label and what stands behind ``address``; only those that say something."""
        types = {one["type"] for one in self.applications}
        pages = (
            ("Overview", "", True),
            ("Configuration", "/configuration", True),
            ("Events", "/topics", EVENT in types),
            ("Jobs", "/jobs", JOB in types),
            ("Health", "/health", bool(types & RUNNING)),
            ("Logs", "/logs", True),
            ("Revisions", "/revisions", True),
        )
        return tuple((label, path) for label, path, there in pages if there)

    @property
    def address(self) -> str:
        """Of its page; the others of it lie below."""
        return f"{LIST}/{segment(self.project.key)}/{self.document['id']}"

    @property
    def path(self) -> str:
        """Of the Deployment in the Connect API."""
        return f"/{segment(self.project.key)}/deployments/{self.document['id']}"

    @property
    def platform(self) -> str:
        """Of what the platform says of it beside that API."""
        return f"/platform/deployments/{self.document['id']}"

    def redeploy(self, version: int | None = None, **action: Any) -> Call:
        """``version`` is the one a page was shown with."""
        known = self.document["version"] if version is None else version
        return Call(
            "POST", self.path, {"version": known, "actions": [{"action": "redeploy", **action}]}
        )

    def uninstall(self, *, skip_scripts: bool = False) -> Call:
        return Call("DELETE", f"{self.path}?skipScripts=true" if skip_scripts else self.path)

    def rollback(self, revision: int, version: int | None = None) -> Call:
        known = self.document["version"] if version is None else version
        path = f"{self.path}/revisions/{revision}/rollback"
        return Call("POST", path, {"version": known})


class Found(NamedTuple):
    """A visit to one installation. ``calls`` speak to its Project."""

    visit: Visit
    calls: Calls
    installation: Installation

    async def again(self) -> "Found":
        """As it is now. Raises ``CallRefused``."""
        document = await self.calls.get(self.installation.path)
        return self._replace(installation=Installation(self.installation.project, document))


async def installation_of(request: Request, *any_of: str) -> Found:
    """The installation that the address names, for whoever has one of the scopes."""
    visit = await visiting(request)
    visit.require(*any_of)
    return await found(visit, request.path_params["project"], request.path_params["id"])


async def found(visit: Visit, project_key: str, id_: str) -> Found:
    """Raises a 404 for a Project of others, ``CallRefused`` for what is not there."""
    calls = visit.calls_in(project_key)
    project = next(one for one in visit.projects if one.key == project_key)
    path = f"/{segment(project_key)}/deployments/{segment(id_)}"
    return Found(visit, calls, Installation(project, await calls.get(path)))
