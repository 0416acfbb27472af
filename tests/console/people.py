"""Everybody who may come to the console: each role, here and in another organization."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection
from tests.console.support import Browser, Site

from connectory.auth.administration import ProjectDraft, add_project
from connectory.auth.passwords import Generated, generate_now
from connectory.auth.roles import Role
from connectory.auth.store import create_organization, organization_with_key
from connectory.auth.users import create_person


class Known(NamedTuple):
    """Somebody with their password."""

    name: str
    password: str


class People:
    """``operator`` roles are those of the organization ``default``, ``creator`` ones of another."""

    def __init__(self, site: Site) -> None:
        self.site = site
        # one hash for all: each costs memory and time
        self._given = generate_now()
        self.admin = Known(site.first.administrator, site.first.password)
        site.database.write_blocking(self._move_in)

    def _move_in(self, connection: Connection) -> None:
        own = organization_with_key(connection, "default")
        assert own is not None
        other = create_organization(connection, "acme", "Acme")
        add_project(connection, ProjectDraft(key="acme"), other.id)
        self.member = self._person(connection, "mia", own.id, Role.MEMBER)
        self.reviewer = self._person(connection, "rita", own.id, Role.REVIEWER)
        self.second_reviewer = self._person(connection, "rolf", own.id, Role.REVIEWER)
        self.foreign_admin = self._person(connection, "anna", other.id, Role.ADMINISTRATOR)
        self.foreign_member = self._person(connection, "max", other.id, Role.MEMBER)
        self.foreign_reviewer = self._person(connection, "rosa", other.id, Role.REVIEWER)

    def add(self, name: str, role: Role = Role.MEMBER, organization: str = "default") -> Known:
        def work(connection: Connection) -> Known:
            found = organization_with_key(connection, organization)
            assert found is not None
            return self._person(connection, name, found.id, role)

        return self.site.database.write_blocking(work)

    @contextmanager
    def signed_in(self, who: Known) -> Iterator[Browser]:
        with self.site.signed_in(who.name, who.password) as browser:
            yield browser

    def _person(self, connection: Connection, name: str, organization: str, role: Role) -> Known:
        given: Generated = self._given
        create_person(connection, name, organization, role, given.hash)
        return Known(name, given.password)
