"""What the pages of a draft read."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectory.console.calls import Call
from connectory.console.connectors.offers import Standing
from connectory.console.connectors.status import Draft
from connectory.console.visit import Form, Visit

DEPLOYING = ("manage_project", "manage_connectors_deployments")
CHANGING = ("manage_project", "manage_connectors")


@dataclass(frozen=True)
class Known:
    """A draft with the Connector it is published as, if it is."""

    draft: Draft
    connector: dict[str, Any] | None
    standing: Standing


async def draft_of(visit: Visit) -> Draft:
    """The draft that the address names. Raises ``CallRefused``."""
    id_ = quote(visit.request.path_params["id"], safe="=")
    found: Draft = await visit.calls.get(f"/connectors/drafts/{id_}")
    return found


async def known(visit: Visit) -> Known:
    """Raises ``CallRefused``."""
    draft = await draft_of(visit)
    live = await visit.calls.send(Call("GET", f"/connectors/{draft['id']}"))
    connector = live.document if live.ok else None
    return Known(draft, connector, standing(visit, connector is not None))


def standing(visit: Visit, published: bool) -> Standing:
    return Standing(
        may_change=visit.may(*CHANGING),
        may_deploy=visit.may(*DEPLOYING),
        published=published,
        projects=frozenset(one.identifier for one in visit.projects),
    )


def version_of(form: Form, draft: Draft) -> int:
    """The version of the draft that a page was shown with."""
    text = form.text("version")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else int(draft["version"])
