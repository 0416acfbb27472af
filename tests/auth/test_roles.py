"""What roles allow, and what nobody may hand on."""

import itertools

import pytest

from connectory.auth import Project
from connectory.auth.roles import Role, caller_for, may_give, names_of, scopes_of
from connectory.auth.scopes import SCOPES, covers
from connectory.auth.users import Person

OURS = {"manage_projects", "manage_members", "view_audit_log", "manage_certifications"}


@pytest.mark.parametrize(
    ("role", "organization", "names"),
    [
        (Role.ADMINISTRATOR, "shop", {"manage_project", "manage_api_clients", "manage_projects",
                                      "manage_members", "view_audit_log"}),
        (Role.ADMINISTRATOR, "default", {"manage_project", "manage_api_clients", "manage_projects",
                                         "manage_members", "view_audit_log",
                                         "manage_certifications"}),
        (Role.MEMBER, "default", {"manage_connectors", "manage_connectors_deployments",
                                  "manage_api_clients"}),
        (Role.REVIEWER, "default", {"view_connectors", "manage_certifications"}),
        (Role.REVIEWER, "shop", {"view_connectors"}),
    ],
)  # fmt: skip
def test_a_role_is_scopes_of_the_project_one_works_in(
    role: Role, organization: str, names: set[str]
) -> None:
    assert scopes_of(role, organization, "web") == {f"{name}:web" for name in names}
    project = Project("web", "1", "europe-west1.gcp", False)
    caller = caller_for(Person("ada", "1", organization, role), project)
    assert (caller.client_id, caller.user, caller.who) == ("user:ada", "ada", "user:ada")
    assert caller.scopes == scopes_of(role, organization, "web")


@pytest.mark.parametrize(
    ("held", "wanted", "covered"),
    [
        ({"manage_project"}, "manage_orders", True),
        ({"manage_project"}, "view_connectors", True),
        ({"manage_project"}, "manage_api_clients", False),
        ({"manage_project"}, "manage_members", False),
        ({"manage_connectors"}, "view_connectors", True),
        ({"manage_connectors"}, "manage_connectors_deployments", False),
        ({"view_connectors"}, "manage_connectors", False),
        ({"manage_certifications"}, "view_certifications", True),
        ({"manage_api_clients"}, "manage_project", False),
        (set(), "view_orders", False),
    ],
)
def test_a_scope_covers_what_it_includes(held: set[str], wanted: str, covered: bool) -> None:
    assert covers(frozenset(held), wanted) is covered


def test_nothing_of_the_platforms_own_follows_from_a_scope_of_the_contract() -> None:
    for held, wanted in itertools.product(set(SCOPES) - OURS - {"view_certifications"}, OURS):
        assert not covers(frozenset({held}), wanted)


def test_only_who_may_as_much_has_a_say_over_somebody() -> None:
    for giver, role in itertools.product(Role, Role):
        held = names_of(giver, "default")
        assert may_give(held, role, "default") is (giver is Role.ADMINISTRATOR or giver is role)
    assert not may_give(names_of(Role.ADMINISTRATOR, "shop"), Role.REVIEWER, "default")
    assert not may_give(frozenset({"manage_members"}), Role.ADMINISTRATOR, "shop")
