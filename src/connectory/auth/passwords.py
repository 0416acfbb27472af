"""Passwords, kept as Argon2id hashes (RFC 9106), and whoever knows one.

A guess costs 46 MiB of memory and some 40 ms (OWASP's first choice of parameters), so hashing has
threads of its own, fewer than there are processors: the rest of the platform goes on meanwhile.
"""

import asyncio
import os
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from connectory.auth.errors import PasswordNotAcceptedError
from connectory.auth.users import Person, account_with_name, set_password
from connectory.database import Database

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")

MEMORY = 46 * 1024
"""KiB that one hash takes."""
SHORTEST, LONGEST = 12, 128
"""Characters of a password that a person chooses (NIST SP 800-63B: length, no composition)."""

_THREADS = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) // 2), thread_name_prefix="passwords")


class Generated(NamedTuple):
    """``password`` is shown once, ``hash`` is kept."""

    password: str
    hash: str


async def person_with_password(database: Database, name: str, password: str) -> Person | None:
    """Who that is, or None: a wrong name, a wrong password, or somebody disabled, all after the
    same time. A hash of older parameters is replaced on the way."""
    account = await database.read(lambda c: account_with_name(c, name))
    kept = account.password_hash if account else ""
    right = await _in_thread(lambda: matches(password, kept))
    if account is None or not right or account.disabled:
        return None
    if await _in_thread(lambda: _hasher().check_needs_rehash(kept)):
        newer = await hashed(password)
        await database.write(lambda c: set_password(c, name, newer, only_if=kept))
    return account.person


async def hashed(password: str) -> str:
    return await _in_thread(lambda: hash_now(password))


async def generated() -> Generated:
    """A new random password."""
    return await _in_thread(generate_now)


def generate_now() -> Generated:
    password = secrets.token_urlsafe(15)
    return Generated(password, hash_now(password))


def hash_now(password: str) -> str:
    return _hasher().hash(_normal(password))


def matches(password: str, kept: str) -> bool:
    """Whether ``password`` is the one that ``kept`` is the hash of. Without a hash, no password is;
    finding that out takes as long."""
    from argon2.exceptions import InvalidHashError, VerificationError

    if not kept:
        hash_now(password)
        return False
    try:
        return _hasher().verify(kept, _normal(password))
    except (InvalidHashError, VerificationError):
        return False


def require_good(password: str, name: str) -> None:
    """Raises ``PasswordNotAcceptedError``."""
    normal = _normal(password)
    if not SHORTEST <= len(normal) <= LONGEST:
        raise PasswordNotAcceptedError(f"It takes {SHORTEST} to {LONGEST} characters.")
    if normal.lower() == name.lower():
        raise PasswordNotAcceptedError("It must not be the name of the person.")


@cache
def _hasher() -> "PasswordHasher":
    # loaded with the first password, for a fast start
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=MEMORY, parallelism=1)


def _normal(password: str) -> str:
    """The same letters typed on another keyboard are the same password (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
