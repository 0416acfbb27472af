"""The people of an organization: a name, unique on the platform, a role and a password."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Row,
    Select,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from connectory.auth.roles import Role
from connectory.auth.store import organizations
from connectory.database.schema import metadata
from connectory.errors import DuplicateFieldError
from connectory.wire import now, timestamp

users = Table(
    "users",
    metadata,
    Column("name", String(256), primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("organization_id", ForeignKey("organizations.id"), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", String, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("disabled", Boolean, nullable=False),
)


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in, as they are now."""

    name: str
    organization_id: str
    organization_key: str
    role: Role


@dataclass(frozen=True)
class Account:
    """All that is kept of a person. ``password_hash`` is empty for who has none."""

    person: Person
    password_hash: str
    created_at: str
    disabled: bool


def create_person(
    connection: Connection, name: str, organization_id: str, role: Role, password_hash: str
) -> None:
    """Raises ``DuplicateFieldError`` when somebody has the name, in whichever organization."""
    if account_with_name(connection, name):
        raise DuplicateFieldError("name", name)
    connection.execute(
        insert(users).values(
            name=name,
            id=str(uuid.uuid4()),
            organization_id=organization_id,
            role=role,
            password_hash=password_hash,
            created_at=timestamp(now()),
            disabled=False,
        )
    )


def person_with_name(connection: Connection, name: str) -> Person | None:
    """None for somebody unknown, removed or disabled."""
    account = account_with_name(connection, name)
    return account.person if account and not account.disabled else None


def account_with_name(connection: Connection, name: str) -> Account | None:
    if "\0" in name:  # PostgreSQL's text cannot hold it: nobody is called so
        return None
    row = connection.execute(_accounts().where(users.c.name == name)).first()
    return _account(row) if row else None


def accounts_of(connection: Connection, organization_id: str) -> tuple[Account, ...]:
    """Everybody of an organization, by name."""
    rows = connection.execute(
        _accounts().where(users.c.organization_id == organization_id).order_by(users.c.name)
    )
    return tuple(_account(row) for row in rows)


def set_role(connection: Connection, name: str, role: Role) -> None:
    connection.execute(update(users).where(users.c.name == name).values(role=role))


def set_disabled(connection: Connection, name: str, disabled: bool) -> None:
    connection.execute(update(users).where(users.c.name == name).values(disabled=disabled))


def set_password(
    connection: Connection, name: str, password_hash: str, only_if: str | None = None
) -> None:
    """``only_if``: the hash it must still have; another password set meanwhile stays."""
    change = update(users).where(users.c.name == name)
    if only_if is not None:
        change = change.where(users.c.password_hash == only_if)
    connection.execute(change.values(password_hash=password_hash))


def delete_person(connection: Connection, name: str) -> None:
    connection.execute(delete(users).where(users.c.name == name))


def _accounts() -> Select[Any]:
    return select(users, organizations.c.key).join(
        organizations, organizations.c.id == users.c.organization_id
    )


def _account(row: Row[Any]) -> Account:
    person = Person(row.name, row.organization_id, row.key, Role(row.role))
    return Account(person, row.password_hash, row.created_at, row.disabled)
