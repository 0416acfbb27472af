"""What somebody is about to install, and where they may: the first page of the wizard."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from connectory.auth import Project
from connectory.console.calls import Answer, Call, CallRefused
from connectory.console.rendering import segment
from connectory.console.visit import Visit
from connectory.regions import Region

Document = Mapping[str, Any]
NOTHING: Final = "Choose a Connector on the Marketplace, or under Organization connectors, first."
ALL, SOME = "all", "some"


@dataclass(frozen=True)
class Offer:
    """A published Connector, or a draft as its preview was built. ``open_to``: the Projects of the
    organization that may use it."""

    document: Document
    staged: bool
    projects: tuple[Project, ...]
    open_to: frozenset[str]

    @property
    def query(self) -> dict[str, str]:
        """How the wizard's addresses name it."""
        return {"draftId" if self.staged else "connectorId": self.document["id"]}

    @property
    def reference(self) -> dict[str, Any]:
        """How a DeploymentDraft names it."""
        staged = {"staged": True} if self.staged else {}
        return {"id": self.document["id"], **staged}

    @property
    def regions(self) -> tuple[str, ...]:
        """None supported means all (facts 9.2)."""
        return tuple(self.document["supportedRegions"]) or tuple(one.value for one in Region)

    @property
    def ready(self) -> bool:
        return not self.staged or self.document["isPreviewable"] == "true"

    def types(self, project: Project) -> tuple[str, ...]:
        """What a Deployment in the Project may be, the likeliest first (facts 2.6)."""
        if self.staged:
            return ("preview",)
        return ("production", "sandbox") if project.production else ("sandbox",)

    def in_region(self, region: str) -> tuple[Project, ...]:
        """Projects to install in."""
        return tuple(
            one for one in self.projects if one.region == region and one.key in self.open_to
        )

    def elsewhere(self, region: str) -> tuple[Project, ...]:
        """Projects whose data is far from the region: possible, slower."""
        return tuple(
            one for one in self.projects if one.region != region and one.key in self.open_to
        )

    @property
    def closed_to(self) -> tuple[Project, ...]:
        return tuple(one for one in self.projects if one.key not in self.open_to)


@dataclass(frozen=True)
class Choice:
    """Where to install. ``problem`` says what is missing."""

    region: str
    which: str
    projects: tuple[Project, ...]
    problem: str = ""

    @property
    def query(self) -> dict[str, Any]:
        """How the wizard's addresses name it: one Project by one."""
        return {
            "step": "values",
            "region": self.region,
            "which": SOME,
            "project": [one.key for one in self.projects],
        }


async def offered(visit: Visit, query: QueryParams) -> Offer:
    """What the address names. Raises ``CallRefused``, or a 404 when it names nothing."""
    if draft := query.get("draftId"):
        document = await visit.calls.get(f"/connectors/drafts/{segment(draft)}")
        named = frozenset(document["privateProjects"])
        open_to = frozenset(one.key for one in visit.projects if one.identifier in named)
        return Offer(document, True, visit.projects, open_to)
    if connector := query.get("connectorId"):
        return await _published(visit, connector)
    raise HTTPException(404, NOTHING)


async def _published(visit: Visit, connector: str) -> Offer:
    """Each Project is asked: a private Connector may be open to one and not to another."""
    call = Call("GET", f"/connectors/{segment(connector)}")
    answers = await asyncio.gather(*(_asked(visit, one, call) for one in visit.projects))
    found = next((one for one in answers if one.ok), None)
    if found is None:
        raise CallRefused(answers[0])
    pairs = zip(visit.projects, answers, strict=True)
    open_to = frozenset(project.key for project, answer in pairs if answer.ok)
    return Offer(found.document, False, visit.projects, open_to)


async def _asked(visit: Visit, project: Project, call: Call) -> Answer:
    return await visit.calls_in(project.key).send(call)


def chosen(offer: Offer, here: Project, query: QueryParams) -> Choice:
    """What was chosen so far; before anything was, the Project ``here``, where the person works."""
    region = query.get("region") or _likeliest(offer, here)
    if region not in offer.regions:
        region = offer.regions[0]
    near = offer.in_region(region)
    which = query.get("which", SOME)
    named = set(query.getlist("project")) if "which" in query else {here.key}
    possible = (*near, *offer.elsewhere(region)) if "which" in query else near
    projects = near if which == ALL else tuple(one for one in possible if one.key in named)
    problem = "" if projects else "Choose at least one Project."
    return Choice(region, which if which == ALL else SOME, projects, problem)


def _likeliest(offer: Offer, here: Project) -> str:
    """The region of the Project one works in, else of any that may use it."""
    open_to = [one for one in offer.projects if one.key in offer.open_to]
    candidates = [here.region, *(one.region for one in open_to), *offer.regions]
    return next(one for one in candidates if one in offer.regions)
