"""What a draft's states are called on the pages (facts 9.3), and how loud they look. Pure."""

from typing import Any, NamedTuple

Draft = dict[str, Any]
"""A ConnectorStaged as it is on the wire, or its row in the list."""

CERTIFYING = {"ReadyForCertification", "InCertification"}


class Label(NamedTuple):
    """``tone``: good, bad, look, busy or nothing."""

    text: str
    tone: str = ""


STATUS = {
    "Draft": Label("Draft"),
    "Processing": Label("Publishing", "busy"),
    "ReadyForCertification": Label("Ready for certification", "busy"),
    "InCertification": Label("In certification", "busy"),
    "Published": Label("Published", "good"),
    "Failed": Label("Publish failed", "bad"),
}
PREVIEWABLE = {
    "none": Label("Not requested"),
    "pending": Label("Pending", "busy"),
    "true": Label("Preview Accepted", "good"),
    "false": Label("Rejected", "bad"),
}


def status(draft: Draft) -> Label:
    if draft["status"] == "Published" and not draft["private"]:
        listed = draft["alreadyListed"]
        return Label("Listed and certified", "good") if listed else Label("Unlisted", "look")
    return STATUS[draft["status"]]


def previewable(draft: Draft) -> Label:
    return PREVIEWABLE[draft["isPreviewable"]]


def changes(draft: Draft) -> Label:
    """How the draft differs from what is published."""
    if draft["hasChanges"]:
        return Label("Unpublished changes", "look")
    published = draft["alreadyListed"] or draft["status"] == "Published"
    return Label("None") if published else Label("Not published yet")


def is_listed(draft: Draft) -> bool:
    """Whether everybody finds the published Connector."""
    return bool(draft["alreadyListed"] and not draft["private"])


def is_busy(draft: Draft) -> bool:
    """Whether something goes on that a person would like to follow."""
    under_way = {"Processing", *CERTIFYING}
    return draft["status"] in under_way or draft["isPreviewable"] == "pending"


def locked(draft: Draft) -> str:
    """Why nothing of the draft can be changed now; empty when it can (facts 1.4)."""
    if draft["status"] == "Processing":
        return "It is being published. Wait until that is done."
    if draft["status"] in CERTIFYING:
        return "It is in certification. Wait for the verdict, or withdraw the request."
    return ""
