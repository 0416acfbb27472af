"""The addresses of a draft's pages, and the calls that its buttons make. Pure."""

from typing import Any
from urllib.parse import quote

from connectory.console.calls import Call
from connectory.console.connectors.status import Draft


def address(draft: Draft, name: str = "") -> str:
    """A page of the draft, or the target of one of its forms."""
    return f"/console/connectors/{draft['id']}{'/' if name else ''}{name}"


def action(draft: Draft, *actions: dict[str, Any], version: int | None = None) -> Call:
    """The update of a draft. ``version`` is the one a page was shown with."""
    body = {"version": draft["version"] if version is None else version, "actions": actions}
    return Call("POST", f"/connectors/drafts/{draft['id']}", body)


ACTIONS: dict[str, dict[str, Any]] = {
    "preview": {"action": "updatePreviewable"},
    "publish": {"action": "publish", "certification": False},
    "list": {"action": "publish", "certification": True},
    "unlist": {"action": "unlist"},
}
"""By the last part of the address of their form."""


def deletion(draft: Draft) -> Call:
    return Call("DELETE", f"/connectors/drafts/{draft['id']}")


def comment(draft: Draft, text: str) -> Call:
    """A word to the reviewers."""
    return action(draft, {"action": "addCertificationComment", "comment": text})


def withdrawal(review_id: str, version: int) -> Call:
    """Of a request for certification. ``version`` is the certification's own."""
    path = f"/platform/certifications/{quote(review_id, safe='')}/withdraw"
    return Call("POST", path, {"version": version})
