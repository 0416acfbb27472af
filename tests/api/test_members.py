"""The people of an organization."""

import time
from functools import partial
from typing import NamedTuple

import pytest
from tests.api.conftest import Api
from tests.api.people import MEMBERS, Person, administrator, founded

from connectory.auth.sessions import Kept, keep_session, session_data

NEW = "a whole new password"


class World(NamedTuple):
    operator: Person
    boss: Person
    """Of another organization, ``crew``."""


@pytest.fixture(scope="module")
def world(api_server: Api) -> World:
    return World(administrator(api_server), founded(api_server, "crew"))


def test_somebody_new_signs_in_with_a_password_that_is_shown_once(world: World) -> None:
    ada = world.boss.add("ada@example.org")
    assert ada.send("GET", "/platform/projects").status == 200
    page = world.boss.send("GET", MEMBERS).body
    shown = {one["name"]: one for one in page["results"]}
    assert page["total"] == len(shown)
    assert set(shown["ada@example.org"]) == {"name", "role", "createdAt", "disabled"}
    assert (shown["ada@example.org"]["role"], shown["crew-admin"]["role"]) == (
        "member",
        "administrator",
    )


def test_a_name_is_taken_on_the_whole_platform(world: World) -> None:
    world.boss.add("taken")
    again = world.operator.send("POST", MEMBERS, {"name": "taken"})
    assert again.codes == ["DuplicateField"]
    for name in ("", "x", "Ada", "a b", "a:b", "-a", "x" * 65):
        assert world.boss.send("POST", MEMBERS, {"name": name}).codes == ["InvalidJsonInput"]


def test_roles_allow_what_they_say(world: World) -> None:
    member, reviewer = world.boss.add("mia"), world.boss.add("rex", "reviewer")
    asked = {
        "/platform/projects": (200, 200),
        MEMBERS: (403, 403),
        "/platform/audit-log": (403, 403),
        "/platform/api-clients": (200, 403),
        "/platform/certifications": (200, 200),
        "/platform/organizations": (403, 403),
    }
    for path, wanted in asked.items():
        found = tuple(one.send("GET", path).status for one in (member, reviewer))
        assert found == wanted, path
    assert member.send("POST", MEMBERS, {"name": "friend"}).status == 403
    assert member.send("POST", "/platform/projects", {"key": "crew-two"}).status == 403


def test_who_has_a_new_role_has_it_at_once(world: World) -> None:
    zoe = world.boss.add("zoe")
    role = f"{MEMBERS}/zoe/role"
    given = world.boss.send("POST", role, {"role": "administrator"})
    assert (given.status, given.body["role"]) == (200, "administrator")
    assert zoe.send("GET", MEMBERS).status == 200
    assert world.boss.send("POST", role, {"role": "member"}).status == 200
    assert zoe.send("GET", MEMBERS).status == 403
    assert world.boss.send("POST", role, {"role": "king"}).codes == ["InvalidJsonInput"]


def test_somebody_disabled_cannot_sign_in_until_enabled(world: World) -> None:
    kim = world.boss.add("kim")
    path = f"{MEMBERS}/kim/disabled"
    assert world.boss.send("POST", path, {"disabled": True}).body["disabled"] is True
    assert kim.send("GET", "/platform/projects").codes == ["AuthenticationError"]
    assert world.boss.send("POST", path, {"disabled": False}).body["disabled"] is False
    assert kim.send("GET", "/platform/projects").status == 200


def test_somebody_removed_is_gone_and_the_name_free_again(world: World) -> None:
    gus = world.boss.add("gus")
    assert world.boss.send("DELETE", f"{MEMBERS}/gus").body["name"] == "gus"
    assert gus.send("GET", "/platform/projects").status == 401
    assert world.boss.send("DELETE", f"{MEMBERS}/gus").codes == ["ResourceNotFound"]
    world.boss.add("gus")


def test_the_last_administrator_stays(api: Api) -> None:
    only = founded(api, "lonely")
    other = only.add("second", "administrator")
    here = f"{MEMBERS}/{only.name}"
    assert other.send("POST", f"{here}/disabled", {"disabled": True}).status == 200
    for method, path, body in (
        ("DELETE", f"{MEMBERS}/second", None),
        ("POST", f"{MEMBERS}/second/role", {"role": "member"}),
        ("POST", f"{MEMBERS}/second/disabled", {"disabled": True}),
    ):
        assert other.send(method, path, body).codes == ["LastAdministrator"], path
    assert other.send("POST", f"{here}/disabled", {"disabled": False}).status == 200
    assert only.send("DELETE", f"{MEMBERS}/second").status == 200


def test_a_password_is_made_anew_by_an_administrator(world: World) -> None:
    lea = world.boss.add("lea")
    path = f"{MEMBERS}/lea/password"
    made = world.boss.send("POST", path, {})
    assert (made.status, made.headers["cache-control"]) == (200, "no-store")
    assert lea.send("GET", "/platform/projects").status == 401
    again = Person(lea.api, "lea", made.body["password"])
    assert again.send("GET", "/platform/projects").status == 200
    chosen = world.boss.send("POST", path, {"new": NEW})
    assert chosen.codes == ["InvalidJsonInput"]


def test_people_choose_their_own_password_by_the_old_one(world: World) -> None:
    tom = world.boss.add("tom")
    path = f"{MEMBERS}/tom/password"
    for body, code in (
        ({}, "InvalidJsonInput"),
        ({"new": NEW}, "InvalidJsonInput"),
        ({"old": "wrong", "new": NEW}, "PasswordIncorrect"),
        ({"old": tom.password, "new": "short"}, "PasswordNotAccepted"),
    ):
        assert tom.send("POST", path, body).codes == [code]
    done = tom.send("POST", path, {"old": tom.password, "new": NEW})
    assert (done.status, "password" in done.body) == (200, False)
    assert tom.send("GET", "/platform/projects").status == 401
    assert Person(tom.api, "tom", NEW).send("GET", "/platform/projects").status == 200
    assert tom.send("POST", f"{MEMBERS}/crew-admin/password", {}).status == 401
    renewed = Person(tom.api, "tom", NEW)
    assert renewed.send("POST", f"{MEMBERS}/crew-admin/password", {}).status == 403


def test_who_gets_a_new_password_or_is_kept_out_is_signed_out(world: World) -> None:
    database = world.boss.api.database
    for act, body in (("password", {}), ("disabled", {"disabled": True})):
        name = f"out-{act}"
        world.boss.add(name)
        kept = Kept(f"session of {name}", f'{{"person":"{name}"}}', time.time() + 3600)
        database.write_blocking(partial(keep_session, kept=kept))
        assert database.read_blocking(partial(session_data, id=kept.id)) is not None
        assert world.boss.send("POST", f"{MEMBERS}/{name}/{act}", body).status == 200
        assert database.read_blocking(partial(session_data, id=kept.id)) is None


def test_another_organizations_people_do_not_exist(world: World) -> None:
    world.boss.add("ida")
    for boss in (world.operator, founded(world.boss.api, "rivals")):
        for method, path, body in (
            ("DELETE", f"{MEMBERS}/ida", None),
            ("POST", f"{MEMBERS}/ida/role", {"role": "reviewer"}),
            ("POST", f"{MEMBERS}/ida/disabled", {"disabled": True}),
            ("POST", f"{MEMBERS}/ida/password", {}),
        ):
            assert boss.send(method, path, body).codes == ["ResourceNotFound"], path
        names = {one["name"] for one in boss.send("GET", MEMBERS).body["results"]}
        assert "ida" not in names


def test_nobody_makes_or_becomes_somebody_who_may_do_more(world: World, api: Api) -> None:
    """An API client that manages people and nothing else."""
    token = api.caller("crew", "manage_members", "view_connectors")
    world.boss.add("uma")
    for method, path, body in (
        ("POST", MEMBERS, {"name": "spy", "role": "administrator"}),
        ("POST", MEMBERS, {"name": "spy", "role": "member"}),
        ("POST", f"{MEMBERS}/uma/role", {"role": "administrator"}),
        ("POST", f"{MEMBERS}/crew-admin/password", {}),
        ("POST", f"{MEMBERS}/crew-admin/disabled", {"disabled": True}),
        ("DELETE", f"{MEMBERS}/crew-admin", None),
    ):
        answer = api.send(method, path, body, token=token)
        assert (answer.status, answer.codes) == (403, ["ScopeNotHeld"]), path
    made = api.send("POST", MEMBERS, {"name": "looker", "role": "reviewer"}, token=token)
    assert made.status == 201


def test_guessing_a_password_is_limited(world: World) -> None:
    vic = world.boss.add("vic")
    guesses = [Person(vic.api, "vic", f"guess {number}") for number in range(12)]
    answers = [one.send("GET", "/platform/projects") for one in guesses]
    assert [one.status for one in answers] == [401] * 10 + [429] * 2
    assert answers[-1].codes == ["TooManyTries"]
    assert vic.send("GET", "/platform/projects").status == 429
    assert world.boss.send("GET", "/platform/projects").status == 200
