"""What an administrator does with the people of an organization."""

import re

from sqlalchemy import Connection

from connectory.auth.errors import LastAdministratorError, ScopeNotHeldError
from connectory.auth.passwords import Generated
from connectory.auth.roles import Role, may_give
from connectory.auth.sessions import end_sessions_of
from connectory.auth.users import (
    Account,
    account_with_name,
    accounts_of,
    create_person,
    delete_person,
    set_disabled,
    set_password,
    set_role,
)
from connectory.errors import InvalidJsonInputError, ResourceNotFoundError
from connectory.wire import Wire

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


class MemberDraft(Wire):
    """``name``: 2 to 64 lower-case letters, digits and ``. _ @ + -``, such as an e-mail address."""

    name: str
    role: Role = Role.MEMBER


class MemberRole(Wire):
    role: Role


class MemberDisabled(Wire):
    """Somebody disabled cannot sign in until they are enabled again."""

    disabled: bool


class Member(Wire):
    """``password`` is there once, when it is new, and kept nowhere."""

    name: str
    role: Role
    created_at: str
    disabled: bool
    password: str | None = None


class PasswordChange(Wire):
    """For oneself, both. For somebody else neither: the platform makes a new one up."""

    old: str | None = None
    new: str | None = None


def shown(account: Account, password: str | None = None) -> Member:
    return Member(
        name=account.person.name,
        role=account.person.role,
        created_at=account.created_at,
        disabled=account.disabled,
        password=password,
    )


def name_of_person(name: str) -> str:
    """Raises ``InvalidJsonInputError`` for what cannot be one."""
    if not NAME.fullmatch(name):
        raise InvalidJsonInputError(
            "The name of a person takes 2 to 64 lower-case letters, digits, '.', '_', '@', '+' or "
            "'-', the first a letter or a digit."
        )
    return name


class Members:
    """The people of one organization, as somebody with the scopes ``held`` may act on them."""

    def __init__(
        self,
        connection: Connection,
        organization_id: str,
        organization_key: str,
        held: frozenset[str],
    ) -> None:
        self._connection = connection
        self._id = organization_id
        self._key = organization_key
        self._held = held

    def add(self, draft: MemberDraft, password: Generated) -> Member:
        """Raises ``DuplicateFieldError``, ``InvalidJsonInputError``, ``ScopeNotHeldError``."""
        name = name_of_person(draft.name)
        self._may(draft.role)
        create_person(self._connection, name, self._id, draft.role, password.hash)
        return shown(self.found(name), password.password)

    def found(self, name: str) -> Account:
        """Raises ``ResourceNotFoundError``; somebody of another organization does not exist."""
        account = account_with_name(self._connection, name)
        if account is None or account.person.organization_id != self._id:
            raise ResourceNotFoundError("Member", key=name)
        return account

    def give_role(self, name: str, role: Role) -> Member:
        """Raises ``LastAdministratorError``, ``ScopeNotHeldError``."""
        self._touchable(name)
        self._may(role)
        if role is not Role.ADMINISTRATOR:
            self._leave_an_administrator(name)
        set_role(self._connection, name, role)
        return shown(self.found(name))

    def disable(self, name: str, disabled: bool) -> Member:
        """Raises ``LastAdministratorError``, ``ScopeNotHeldError``."""
        self._touchable(name)
        if disabled:
            self._leave_an_administrator(name)
            end_sessions_of(self._connection, name)
        set_disabled(self._connection, name, disabled)
        return shown(self.found(name))

    def reset(self, name: str, password: Generated) -> Member:
        """A new password; everywhere the person is signed in, they are not any more."""
        self._touchable(name)
        set_password(self._connection, name, password.hash)
        end_sessions_of(self._connection, name)
        return shown(self.found(name), password.password)

    def change(self, name: str, password_hash: str) -> Member:
        """The person's own choice of a new password; elsewhere they are signed out."""
        set_password(self._connection, name, password_hash)
        end_sessions_of(self._connection, name)
        return shown(self.found(name))

    def remove(self, name: str) -> Member:
        """Raises ``LastAdministratorError``, ``ScopeNotHeldError``."""
        account = self._touchable(name)
        self._leave_an_administrator(name)
        end_sessions_of(self._connection, name)
        delete_person(self._connection, name)
        return shown(account)

    def _touchable(self, name: str) -> Account:
        account = self.found(name)
        self._may(account.person.role)
        return account

    def _may(self, role: Role) -> None:
        if not may_give(self._held, role, self._key):
            raise ScopeNotHeldError(f"the role {role}")

    def _leave_an_administrator(self, name: str) -> None:
        left = [
            one.person.name
            for one in accounts_of(self._connection, self._id)
            if one.person.role is Role.ADMINISTRATOR and not one.disabled
        ]
        if left == [name]:
            raise LastAdministratorError(name)
