"""The calls of a reviewer's buttons: each button shows the very call that its handler makes."""

from collections.abc import Mapping
from typing import Any

from connectory.console.calls import Call

PATH = "/platform/certifications"
Document = Mapping[str, Any]


def take(review: Document) -> Call:
    return _versioned(review, "take")


def release(review: Document) -> Call:
    return _versioned(review, "release")


def look(review: Document) -> Call:
    return _versioned(review, "tag")


def answer(review: Document, requirement: str, verdict: str, note: str = "") -> Call:
    return _versioned(review, "answers", requirement=requirement, verdict=verdict, note=note)


def comment(review: Document, text: str) -> Call:
    return Call("POST", f"{PATH}/{review['id']}/comments", {"comment": text})


def grant(review: Document, reason: str) -> Call:
    return _versioned(review, "grant", reason=reason)


def reject(review: Document, reason: str) -> Call:
    return _versioned(review, "reject", reason=reason)


def _versioned(review: Document, act: str, **fields: str) -> Call:
    body = {"version": review["version"], **fields}
    return Call("POST", f"{PATH}/{review['id']}/{act}", body)
