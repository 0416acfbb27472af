"""``/connectors``: published Connectors, read-only."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import caller, context, path_id, path_key
from connectory.api.routing import by_id_and_key
from connectory.auth import Caller, require
from connectory.auth.scopes import VIEW_CONNECTORS
from connectory.connectors import store
from connectory.connectors.model import Connector
from connectory.errors import ResourceNotFoundError


async def read(request: Request) -> Response:
    who = await caller(request)
    require(who, VIEW_CONNECTORS)
    id_ = path_id(request) if "id" in request.path_params else None
    key = None if id_ else path_key(request)
    return answer(await context(request).database.read(lambda c: visible(c, who, id=id_, key=key)))


def visible(
    connection: Connection,
    who: Caller,
    id: str | None,  # noqa: A002
    key: str | None,
) -> Connector:
    """Public ones are visible to all, private ones to those who may use them (facts 2.4)."""
    found = store.connector_with(connection, id=id, key=key)
    if found is None or not (
        not found.connector.private
        or store.may_use(connection, who.project, found.organization_id, found.connector.id)
    ):
        raise ResourceNotFoundError("Connector", id=id, key=key)
    return found.connector


ROUTES = by_id_and_key("/connectors", GET=read)
