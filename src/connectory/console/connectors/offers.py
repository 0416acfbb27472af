"""What can be done with a draft now, with which call, and why not what cannot. Pure."""

from dataclasses import dataclass

from connectory.console.calls import Call, located
from connectory.console.connectors.calls import ACTIONS, action, address
from connectory.console.connectors.status import Draft, is_listed, locked

NO_ROLE = "Your role does not include this."
INSTALL = "/console/install"


@dataclass(frozen=True)
class Standing:
    """What counts beside the draft itself. ``published``: there is a Connector that can be
    deployed. ``projects``: the identifiers of the organization's Projects."""

    may_change: bool
    may_deploy: bool
    published: bool
    projects: frozenset[str]


@dataclass(frozen=True)
class Offer:
    """A button that makes ``call``, or a link where there is none. ``why_not`` is empty when it
    can be had."""

    name: str
    label: str
    target: str
    call: Call | None = None
    kind: str = ""
    why_not: str = ""


def offers(draft: Draft, standing: Standing) -> tuple[Offer, ...]:
    """Every button of Connector Details (facts 9.3), in their order."""
    return (
        *choices(draft, standing),
        *_listed(draft, standing),
        *_deploying(draft, standing),
        _editing(draft, standing),
        _deleting(draft, standing),
    )


def choices(draft: Draft, standing: Standing) -> tuple[Offer, ...]:
    """The three ways on from a draft; the last step of creating one offers the same."""
    return (
        _previewing(draft, standing),
        *_publishing(draft, standing),
        _certifying(draft, standing),
    )


def _offer(draft: Draft, name: str, label: str, why_not: str, kind: str = "") -> Offer:
    call = action(draft, ACTIONS[name])
    return Offer(name, label, address(draft, name), call, kind, why_not)


def _previewing(draft: Draft, standing: Standing) -> Offer:
    pending = draft["isPreviewable"] == "pending"
    why_not = _refused(draft, standing) or ("A preview is under way." if pending else "")
    kind = "primary" if draft["status"] == "Draft" and draft["isPreviewable"] == "none" else ""
    return _offer(draft, "preview", "Request preview", why_not, kind)


def _publishing(draft: Draft, standing: Standing) -> tuple[Offer, ...]:
    """A public one is published by certification only (facts 14.1 row 8)."""
    if is_listed(draft):
        return ()
    label = "Re-publish" if draft["alreadyListed"] else "Publish for private use"
    kind = "primary" if draft["isPreviewable"] == "true" and not draft["alreadyListed"] else ""
    return (_offer(draft, "publish", label, _refused(draft, standing), kind),)


def _certifying(draft: Draft, standing: Standing) -> Offer:
    label = "Re-publish" if is_listed(draft) else "List on Marketplace"
    why_not = _refused(draft, standing)
    if not why_not and is_listed(draft) and not draft["hasChanges"]:
        why_not = "Nothing has changed since it was certified. Choose another tag first, by Edit."
    return _offer(draft, "list", label, why_not)


def _listed(draft: Draft, standing: Standing) -> tuple[Offer, ...]:
    if not is_listed(draft):
        return ()
    return (_offer(draft, "unlist", "Unlist", _refused(draft, standing)),)


def _deploying(draft: Draft, standing: Standing) -> tuple[Offer, ...]:
    preview = located(INSTALL, {"draftId": draft["id"]})
    production = located(INSTALL, {"connectorId": draft["id"]})
    return (
        Offer(
            "deploy-preview",
            "Deploy on Preview",
            preview,
            why_not=_no_preview(draft, standing),
        ),
        Offer(
            "deploy-production",
            "Deploy on Production",
            production,
            why_not=_no_production(standing),
        ),
    )


def _no_preview(draft: Draft, standing: Standing) -> str:
    if not standing.may_deploy:
        return NO_ROLE
    if draft["isPreviewable"] != "true":
        return "No preview is accepted. Request one first."
    if not standing.projects.intersection(draft["privateProjects"]):
        return "None of your Projects is a supported one. Add one first, by Edit."
    return ""


def _no_production(standing: Standing) -> str:
    if not standing.may_deploy:
        return NO_ROLE
    return "" if standing.published else "No version is published. Publish it first."


def _editing(draft: Draft, standing: Standing) -> Offer:
    why_not = _refused(draft, standing)
    return Offer("edit", "Edit", address(draft, "edit"), why_not=why_not)


def _deleting(draft: Draft, standing: Standing) -> Offer:
    why_not = _refused(draft, standing)
    return Offer("delete", "Delete", address(draft, "delete"), kind="danger", why_not=why_not)


def _refused(draft: Draft, standing: Standing) -> str:
    return locked(draft) if standing.may_change else NO_ROLE
