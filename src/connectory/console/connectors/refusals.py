"""Which fields of a draft's form the API's errors are about. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

from connectory.console.calls import Answer
from connectory.console.connectors.fields import CREATOR, Problems

_PATHS: Final = {
    **{f"creator.{wire}": name for name, wire in CREATOR.items()},
    "repository.url": "url",
    "repository.tag": "tag",
    "name": "name",
    "key": "key",
    "description": "description",
    "documentationUrl": "documentationUrl",
    "integrationTypes": "integrationTypes",
    "supportedRegions": "regions",
    "privateProjects": "projects",
    "actions.creatorEmail": "email",
    "actions.creatorNoOfContributors": "contributors",
    "actions.name": "name",
    "actions.url": "url",
    "actions.tag": "tag",
    "actions.privateProject": "projects",
}
"""Form field by the place in a body that an error names."""
_CODES: Final = {
    "GitRepositoryNotReachable": "url",
    "ConnectorSpecificationFileNotFound": "tag",
    "ConnectorSpecificationFileNotValid": "tag",
    "ConnectorStagedNotPrivate": "projects",
}


def problems(answer: Answer) -> Problems:
    """Every message of a refusal, at the field it is about."""
    found: dict[str, list[str]] = {}
    errors = answer.document.get("errors", ()) if isinstance(answer.document, dict) else ()
    for one in errors or ({"message": answer.message or "That did not work."},):
        place, said = _placed(one)
        found.setdefault(place, []).extend(said)
    return {place: tuple(said) for place, said in found.items()}


def _placed(error: Mapping[str, Any]) -> tuple[str, list[str]]:
    code, detail = error.get("code", ""), str(error.get("detailedErrorMessage", ""))
    if code in {"DuplicateField", "FieldValueNotFound"}:
        return _PATHS.get(str(error.get("field")), ""), [str(error["message"])]
    if code == "InvalidJsonInput":
        text, _, path = detail.partition(" - at `$.")
        place = _PATHS.get(re.sub(r"\[.*?\]", "", path.rstrip("`")), "")
        return place, [text or str(error["message"])]
    lines = [line for line in detail.split("\n") if line]
    place = "tag" if code == "GitRepositoryNotReachable" and _of_the_tag(detail) else ""
    return place or _CODES.get(code, ""), [str(error["message"]), *lines]


def _of_the_tag(cause: str) -> bool:
    """Whether the repository could be read, and the tag was not there."""
    return cause.startswith("The tag ") or " has no tag " in cause
