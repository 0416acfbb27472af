"""What is written into the audit log, by every route that changes something, in the transaction of
the change."""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import Connection
from starlette.requests import Request

from connectory.api.openapi.operation import declared
from connectory.auth import audit
from connectory.auth.audit import Deed, Target
from connectory.auth.roles import OPERATOR
from connectory.auth.store import organization_with_key
from connectory.auth.users import account_with_name

UNKNOWN = "unknown"


class Actor(Protocol):
    """Who does it: a ``Caller``, or whoever asks an operation of the platform's own."""

    @property
    def who(self) -> str: ...

    @property
    def organization_id(self) -> str: ...


def record(
    connection: Connection,
    request: Request,
    actor: Actor,
    target: Target,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """That ``actor`` does to ``target`` what the request's operation says. ``detail`` holds no
    secret and no value of a configuration."""
    action, correlation = _operation(request), correlation_of(request)
    deed = Deed(actor.organization_id, actor.who, action, target, detail or {}, correlation)
    audit.keep(connection, deed)


def record_sign_in(
    connection: Connection, name: str, organization_id: str | None, ok: bool, correlation: str
) -> None:
    """A name that nobody has is not kept: it may be a password typed into the wrong field. It is
    for the operator to see that somebody tries."""
    account = account_with_name(connection, name)
    known = account.person if account else None
    organization = organization_id or (known.organization_id if known else _operator(connection))
    who = f"user:{name}" if known else UNKNOWN
    target = Target("Member", key=name if known else "")
    action = audit.SIGNED_IN if ok else audit.REFUSED
    audit.keep(connection, Deed(organization, who, action, target, correlation=correlation))


def correlation_of(request: Request) -> str:
    return str(request.scope.get("connectory.correlation", ""))


def _operation(request: Request) -> str:
    operation = declared(request.scope["connectory.handler"])
    if operation is None:
        raise TypeError("Only a declared operation can be recorded")
    return operation.id


def _operator(connection: Connection) -> str:
    found = organization_with_key(connection, OPERATOR)
    return found.id if found else ""
