"""People who administer the platform: a name and a password, hashed with scrypt (RFC 7914)."""

import hashlib
import hmac
import os
import secrets

from sqlalchemy import Column, Connection, ForeignKey, String, Table, insert, select

from connectory.database.schema import metadata

users = Table(
    "users",
    metadata,
    Column("name", String(256), primary_key=True),
    Column("organization_id", ForeignKey("organizations.id"), nullable=False),
    Column("password_hash", String, nullable=False),
)

COST = {"n": 2**14, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}


def create_user(connection: Connection, name: str, organization_id: str) -> str:
    """A new administrator of the organization; gives the password, which is kept nowhere."""
    password = secrets.token_urlsafe(12)
    connection.execute(
        insert(users).values(
            name=name, organization_id=organization_id, password_hash=_hash(password)
        )
    )
    return password


def organization_of_user(connection: Connection, name: str, password: str) -> str | None:
    """The organization the user administers, or None when name or password is wrong."""
    row = connection.execute(select(users).where(users.c.name == name)).first()
    if row is None or not _matches(password, row.password_hash):
        return None
    return str(row.organization_id)


def _hash(password: str) -> str:
    salt = os.urandom(16)
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, **COST).hex()}"


def _matches(password: str, kept: str) -> bool:
    salt, _, digest = kept.partition("$")
    given = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), **COST)
    return hmac.compare_digest(given.hex(), digest)
