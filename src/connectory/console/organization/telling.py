"""What a refused form says, and pages of short lists. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from connectory.console.calls import Answer

LIMIT = 50


@dataclass(frozen=True)
class Refused:
    """A form that was not accepted, with what was typed. Passwords are not among it."""

    problem: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    """The boxes that were ticked."""

    def value(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)


NOTHING = Refused()


def told(answer: Answer) -> str:
    """Why not, in the API's words: the detail where there is one."""
    document = answer.document if isinstance(answer.document, dict) else {}
    errors = document.get("errors", ())
    said = [str(one.get("detailedErrorMessage") or one.get("message", "")) for one in errors]
    return " ".join(filter(None, said)) or answer.message or "That did not work."


def page_query(request: Request) -> dict[str, str]:
    """Which page of a list is asked for."""
    offset = request.query_params.get("offset", "0")
    known = offset.isascii() and offset.isdigit() and len(offset) < 6
    return {"limit": str(LIMIT), "offset": offset if known else "0"}
