"""What a handler declares about itself.

::

    @Operation(
        "createThing",
        "Create a thing",
        tag="Thing",
        scopes=MANAGE_THINGS,
        request=ThingDraft,
        answer=Thing,
        status=201,
        errors=(DuplicateFieldError,),
    )
    async def create(request: Request) -> Response: ...

Errors that follow from the rest (a bad token, a missing scope, malformed JSON, an unknown id, an
old version) are not declared: ``refusals`` knows them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Annotated, Any, NamedTuple, TypeVar

from msgspec import Meta

from connectory.api.context import SORTS
from connectory.errors import ConnectError

H = TypeVar("H", bound=Callable[..., Any])

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Access(StrEnum):
    """How a caller shows who it is."""

    TOKEN = "accessToken"  # noqa: S105  a name, no secret
    API_CLIENT = "apiClient"
    PERSON = "person"
    """By an access token, or by name and password of somebody whose role has the scope."""
    ANYONE = "anyone"


class Query(NamedTuple):
    """A query parameter. ``type`` is what it may hold; a tuple type may be repeated."""

    name: str
    type: Any
    meaning: str
    default: Any = None


class Paged(NamedTuple):
    """The answer of a query: a page whose ``results`` are of this struct."""

    of: type


def page_parameters(*sortable: str) -> tuple[Query, ...]:
    """``limit``, ``offset`` and ``sort`` (facts 2.3), by these fields beside the usual ones."""
    fields = "|".join(sorted({*SORTS, *sortable}))
    order = Annotated[str, Meta(pattern=f"^({fields})( (asc|desc))?$")]
    return (
        Query("limit", Annotated[int, Meta(ge=0, le=500)], "How many results at most.", 20),
        Query("offset", Annotated[int, Meta(ge=0, le=10_000)], "How many results to skip.", 0),
        Query(
            "sort",
            tuple[order, ...],
            "A field, followed by `asc` or `desc`; without it, the newest come first.",
        ),
    )


@dataclass(frozen=True)
class Operation:
    """One method at one address, or at the two addresses of a resource (by id and by key).

    ``id`` never changes once published: generated clients name their methods after it. One of
    ``scopes`` suffices. ``request`` is the struct of a body of type ``consumes``. ``also``: further
    statuses with their answers. A module in ``errors`` stands for every error defined in it.
    """

    id: str
    summary: str
    tag: str
    scopes: tuple[str, ...] = ()
    access: Access = Access.TOKEN
    query: tuple[Query, ...] = ()
    request: Any = None
    consumes: str = JSON
    answer: Any = None
    produces: str = JSON
    status: int = 200
    also: Mapping[int, Any] = field(default_factory=dict)
    errors: tuple[type[ConnectError] | ModuleType, ...] = ()
    description: str = ""

    def __call__(self, handler: H) -> H:
        """Declare ``handler`` to be this operation."""
        vars(handler)["operation"] = self
        return handler


def declared(handler: Callable[..., Any]) -> Operation | None:
    """What this handler declared about itself."""
    found = vars(handler).get("operation")
    return found if isinstance(found, Operation) else None
