"""``/connectors/drafts``: the drafts of an organization."""

import uuid
from collections.abc import Callable

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory import reactions
from connectory.api.answers import answer, page
from connectory.api.auditing import record
from connectory.api.context import (
    body,
    caller,
    context,
    paging,
    path_id,
    path_key,
    query_bool,
    query_types,
)
from connectory.api.openapi import Operation, Paged, Query, page_parameters
from connectory.api.routing import by_id_and_key, resource
from connectory.api.sources import UNREADABLE, completed, read_source
from connectory.api.waiting import settled
from connectory.auth import Caller, require
from connectory.auth.audit import Target
from connectory.auth.scopes import MANAGE_CONNECTORS, VIEW_CONNECTORS
from connectory.connectors import errors, store, update
from connectory.connectors.actions import ConnectorUpdate
from connectory.connectors.model import (
    ConnectorStaged,
    ConnectorStagedDraft,
    ConnectorStatus,
    IntegrationType,
    IsPreviewable,
)
from connectory.connectors.store import StoredStaged
from connectory.errors import (
    DuplicateFieldError,
    FieldValueNotFoundError,
    InvalidJsonInputError,
    ResourceNotFoundError,
)
from connectory.events import DraftDeleted
from connectory.wire import decode

Find = Callable[[Connection], StoredStaged]


@Operation(
    "createConnectorStaged",
    "Create a draft from a repository",
    tag="ConnectorStaged",
    scopes=MANAGE_CONNECTORS,
    request=ConnectorStagedDraft,
    answer=ConnectorStaged,
    status=201,
    errors=(DuplicateFieldError, *UNREADABLE),
)
async def create(request: Request) -> Response:
    who = await caller(request)
    require(who, MANAGE_CONNECTORS)
    draft = decode(await body(request), ConnectorStagedDraft)
    await _refuse_taken_key(request, draft.key)
    found = await read_source(context(request).repositories, draft.repository)
    staged = update.create(str(uuid.uuid4()), draft, found)

    def work(connection: Connection) -> None:
        store.insert_staged(connection, staged, who.project, found.commit)
        record(connection, request, who, _target(staged), {"tag": staged.repository.tag})

    await context(request).database.write(work)
    return answer(staged, 201)


@Operation(
    "queryConnectorsStaged",
    "Query the drafts of the organization",
    tag="ConnectorStaged",
    scopes=VIEW_CONNECTORS,
    query=(
        *page_parameters("name"),
        Query("isPrivate", bool, "Only drafts that are, or are not, private."),
        Query("integrationTypes", tuple[IntegrationType, ...], "With at least one of these."),
    ),
    answer=Paged(ConnectorStaged),
)
async def query(request: Request) -> Response:
    who = await caller(request)
    require(who, VIEW_CONNECTORS)
    asked, private = paging(request, frozenset({"name"})), query_bool(request, "isPrivate")
    types = query_types(request)
    selection = await context(request).database.read(
        lambda c: store.select_staged(
            c,
            who.project.organization_id,
            limit=asked.limit,
            offset=asked.offset,
            order=asked.order,
            private=private,
            integration_types=types,
        )
    )
    return page(selection, asked.limit, asked.offset)


@Operation(
    "getConnectorStaged",
    "Get a draft",
    tag="ConnectorStaged",
    scopes=VIEW_CONNECTORS,
    answer=ConnectorStaged,
)
async def read(request: Request) -> Response:
    who = await caller(request)
    require(who, VIEW_CONNECTORS)
    find = _finder(request, who)
    database = context(request).database

    async def current() -> ConnectorStaged:
        return (await database.read(find)).staged

    return answer(await settled(request, database, current, _pending))


@Operation(
    "updateConnectorStaged",
    "Update a draft: apply actions in order, or none of them",
    tag="ConnectorStaged",
    scopes=MANAGE_CONNECTORS,
    request=ConnectorUpdate,
    answer=ConnectorStaged,
    status=201,
    errors=(FieldValueNotFoundError, errors),
)
async def change(request: Request) -> Response:
    who = await caller(request)
    require(who, MANAGE_CONNECTORS)
    wanted = decode(await body(request), ConnectorUpdate)
    find, database = _finder(request, who), context(request).database
    before = (await database.read(find)).staged
    # refuse before the repository is read: nothing is fetched for a request that cannot pass
    update.require_current(before, wanted.version)
    actions = await completed(request, who, before, wanted.actions)

    def work(connection: Connection) -> ConnectorStaged:
        stored = find(connection)
        staged, events = update.update(stored.staged, wanted.version, actions)
        if staged.version != stored.staged.version:
            commit = update.commit_of(actions)
            store.save_staged(connection, staged, expected=wanted.version, commit=commit)
            reactions.react(connection, events)
        names = [str(type(one).__struct_config__.tag) for one in wanted.actions]
        record(connection, request, who, _target(staged), {"actions": names})
        return staged

    return answer(await database.write(work), 201)


@Operation(
    "deleteConnectorStaged",
    "Delete a draft",
    tag="ConnectorStaged",
    scopes=MANAGE_CONNECTORS,
    answer=ConnectorStaged,
    errors=(InvalidJsonInputError, errors.ConnectorStagedInCertificationError),
)
async def remove(request: Request) -> Response:
    who = await caller(request)
    require(who, MANAGE_CONNECTORS)
    find = _finder(request, who)

    def work(connection: Connection) -> ConnectorStaged:
        staged = find(connection).staged
        update.require_unlocked(staged)
        reactions.react(connection, [DraftDeleted(staged.id)])
        store.delete_staged(connection, staged.id)
        record(connection, request, who, _target(staged))
        return staged

    return answer(await context(request).database.write(work))


async def _refuse_taken_key(request: Request, key: str | None) -> None:
    """Before the repository is read; the insert refuses it again."""

    def taken(connection: Connection) -> bool:
        return key is not None and store.key_is_taken(connection, key)

    if await context(request).database.read(taken):
        raise DuplicateFieldError("key", key)


def _finder(request: Request, who: Caller) -> Find:
    """Looks the draft up by what the address names, within the caller's organization."""
    if "id" in request.path_params:
        id_ = path_id(request)
        return lambda c: _own(store.staged_with_id(c, id_), who, id=id_)
    key = path_key(request)
    return lambda c: _own(store.staged_with_key(c, key), who, key=key)


def _own(
    stored: StoredStaged,
    who: Caller,
    id: str | None = None,  # noqa: A002
    key: str | None = None,
) -> StoredStaged:
    """A foreign draft does not exist (facts 2.4)."""
    if stored.organization_id != who.project.organization_id:
        raise ResourceNotFoundError("ConnectorStaged", id=id, key=key)
    return stored


def _target(staged: ConnectorStaged) -> Target:
    return Target("ConnectorStaged", staged.id, staged.key)


def _pending(staged: ConnectorStaged) -> bool:
    return (
        staged.status is ConnectorStatus.PROCESSING
        or staged.is_previewable is IsPreviewable.PENDING
    )


ROUTES = [
    resource("/connectors/drafts", GET=query, POST=create),
    *by_id_and_key("/connectors/drafts", GET=read, POST=change, DELETE=remove),
]
