"""Passwords: kept as hashes, checked apart from everything else."""

import threading

import pytest

from connectory.auth import passwords
from connectory.auth.administration import FirstStart
from connectory.auth.errors import PasswordNotAcceptedError
from connectory.auth.passwords import person_with_password
from connectory.auth.tries import FROM_ONE_ADDRESS, Tries
from connectory.auth.users import account_with_name, set_disabled, set_password
from connectory.database import Database


async def test_a_name_and_its_password_are_a_person(
    database: Database, first_start: FirstStart
) -> None:
    found = await person_with_password(database, "admin", first_start.password)
    assert found is not None
    assert (found.name, found.organization_key, found.role) == ("admin", "default", "administrator")
    for name, password in (("admin", "wrong"), ("nobody", first_start.password), ("admin", "")):
        assert await person_with_password(database, name, password) is None


async def test_somebody_disabled_or_without_a_password_is_nobody(
    database: Database, first_start: FirstStart
) -> None:
    database.write_blocking(lambda c: set_disabled(c, "admin", True))
    assert await person_with_password(database, "admin", first_start.password) is None
    database.write_blocking(lambda c: set_disabled(c, "admin", False))
    database.write_blocking(lambda c: set_password(c, "admin", ""))
    assert await person_with_password(database, "admin", "") is None


async def test_a_hash_of_older_parameters_is_replaced_when_it_is_used(
    database: Database, first_start: FirstStart
) -> None:
    from argon2 import PasswordHasher, Type, extract_parameters

    older = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("one of long ago")
    database.write_blocking(lambda c: set_password(c, "admin", older))
    assert await person_with_password(database, "admin", "wrong") is None
    assert _hash(database) == older
    assert await person_with_password(database, "admin", "one of long ago") is not None
    newer = _hash(database)
    assert newer != older
    used = extract_parameters(newer)
    assert (used.type, used.memory_cost) == (Type.ID, passwords.MEMORY)
    assert await person_with_password(database, "admin", "one of long ago") is not None
    assert _hash(database) == newer


def test_a_password_set_meanwhile_stays(database: Database, first_start: FirstStart) -> None:
    database.write_blocking(lambda c: set_password(c, "admin", "new"))
    database.write_blocking(lambda c: set_password(c, "admin", "rehashed", only_if="old"))
    assert _hash(database) == "new"


async def test_hashing_is_done_in_few_threads_of_its_own() -> None:
    name = await passwords._in_thread(lambda: threading.current_thread().name)
    assert name.startswith("passwords")


@pytest.mark.parametrize("password", ["short", "x" * 11, "x" * 129, "", "Ada@Example.org"])
def test_a_password_too_short_too_long_or_known_to_all_is_refused(password: str) -> None:
    with pytest.raises(PasswordNotAcceptedError):
        passwords.require_good(password, "ada@example.org")


def test_length_is_all_that_is_asked_for() -> None:
    for password in ("x" * 12, "x" * 128, "correct horse battery", "пароль пароль", "😀" * 12):
        passwords.require_good(password, "ada")


def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    assert passwords.matches("Zu\u0308richsee 2026", passwords.hash_now("Z\u00fcrichsee 2026"))


async def test_so_many_tries_for_a_name() -> None:
    tries = Tries(3)
    allowed = [await tries.begin("ada", "192.0.2.1") for _ in range(5)]
    assert allowed == [True, True, True, False, False]
    assert not await tries.begin("ADA", "192.0.2.2")
    assert await tries.begin("eve", "192.0.2.1")
    await tries.succeeded("ada")
    assert await tries.begin("ada", "192.0.2.1")


async def test_so_many_wrong_ones_from_an_address() -> None:
    tries, here = Tries(1), "192.0.2.1"
    for number in range(2 * FROM_ONE_ADDRESS):
        assert await tries.begin(f"right-{number}", here)
    for number in range(FROM_ONE_ADDRESS):
        assert await tries.begin(f"wrong-{number}", here)
        await tries.failed(here)
    assert not await tries.begin("another", here)
    assert not await tries.counted(here)
    assert await tries.begin("and-another", "192.0.2.9")


def _hash(database: Database) -> str:
    account = database.read_blocking(lambda c: account_with_name(c, "admin"))
    assert account is not None
    return account.password_hash
