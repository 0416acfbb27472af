"""Sessions: begun anew by signing in, ended for good by whatever ends them."""

import json
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update
from tests.console.people import People
from tests.console.support import Browser, Page, Site, serving

from connectory.auth.roles import Role
from connectory.auth.sessions import console_sessions, end_sessions_of
from connectory.console.sessions import DatabaseSessions
from connectory.database import Database

PROFILE, LOGIN = "/console/profile", "/console/login"
COOKIE = "connectory"


def is_in(browser: Browser) -> bool:
    return browser.get(PROFILE).path == PROFILE


def cookie(browser: Browser) -> str:
    (value,) = {one.value for one in browser.client.cookies.jar if one.name == COOKIE}
    return str(value)


def with_cookie(site: Site, value: str) -> Page:
    with site.browser() as browser:
        return browser.get(PROFILE, cookie=f"{COOKIE}={value}")


def test_signing_in_begins_a_session_that_nobody_could_know(site: Site, people: People) -> None:
    planted = "f" * 32
    with site.browser() as browser:
        browser.client.cookies.set(COOKIE, planted, domain="127.0.0.1")
        form = browser.get(LOGIN).form("Sign in")
        given = form.filled(name=people.member.name, password=people.member.password)
        browser.client.cookies.set(COOKIE, planted, domain="127.0.0.1")
        page = browser.post(LOGIN, given)
        assert page.path != LOGIN
        own = page.response.request.headers["cookie"]
    assert with_cookie(site, planted).path == LOGIN
    assert own != f"{COOKIE}={planted}"


def test_signing_in_again_ends_the_session_before(site: Site, people: People) -> None:
    with people.signed_in(people.member) as browser:
        before = cookie(browser)
        form = [("name", people.member.name), ("password", people.member.password)]
        browser.post(LOGIN, form)
        assert cookie(browser) != before
    assert with_cookie(site, before).path == LOGIN


def test_signing_out_ends_it_whoever_has_the_cookie(site: Site, people: People) -> None:
    with people.signed_in(people.member) as browser:
        value = cookie(browser)
        assert with_cookie(site, value).path == PROFILE
        browser.submit(browser.get(PROFILE), "Sign out")
        assert not is_in(browser)
    assert with_cookie(site, value).path == LOGIN


def test_a_session_ends_after_its_time_of_rest(site: Site, people: People) -> None:
    with people.signed_in(people.member) as browser:
        late = update(console_sessions).where(console_sessions.c.person == people.member.name)
        site.database.write_blocking(lambda c: c.execute(late.values(expires_at=time.time() - 1)))
        assert not is_in(browser)


def test_a_session_ends_after_a_day_however_busy(site: Site, people: People) -> None:
    with people.signed_in(people.reviewer) as browser:
        rows = console_sessions.c
        mine = rows.person == people.reviewer.name

        def work(connection: Connection) -> None:
            data = json.loads(connection.execute(select(rows.data).where(mine)).scalar_one())
            data["until"] = time.time() - 1
            change = update(console_sessions).where(mine).values(data=json.dumps(data))
            connection.execute(change)

        site.database.write_blocking(work)
        assert not is_in(browser)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    with site.browser() as browser:
        given = [("name", site.first.administrator), ("password", site.first.password)]
        answer = browser.client.post(LOGIN, data=dict(given), headers={"origin": browser.origin})
    sent = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/"} <= {one.strip() for one in sent.split(";")}


def test_where_pages_are_encrypted_the_cookie_never_goes_in_clear(
    tmp_path: Path, repository: Path
) -> None:
    address = "https://connect.example"
    with serving(tmp_path, repository, public_url=address) as site, site.browser() as browser:
        given = {"name": site.first.administrator, "password": site.first.password}
        answer = browser.client.post(LOGIN, data=given, headers={"origin": browser.origin})
    assert "secure" in {one.strip() for one in answer.headers["set-cookie"].lower().split(";")}


async def test_a_session_that_is_ended_meanwhile_stays_ended(database: Database) -> None:
    store = DatabaseSessions(database)
    await store.write("id", b'{"person": "ada"}', 60, 60)
    read = await store.read("id", 60)
    await database.write(lambda c: end_sessions_of(c, "ada"))
    await store.write("id", read, 60, 60)
    assert await store.read("id", 60) == b"{}"


async def test_a_session_goes_on_as_another_one(database: Database) -> None:
    store = DatabaseSessions(database)
    await store.write("before", b'{"person": "ada"}', 60, 60)
    read = await store.read("before", 60)
    await store.write("after", read, 60, 60)
    assert json.loads(await store.read("after", 60))["person"] == "ada"


@pytest.mark.parametrize("way", ["sign out", "removed", "disabled", "another role"])
def test_a_page_that_is_live_falls_silent_when_its_person_is_gone(
    site: Site, people: People, way: str
) -> None:
    who = people.add(f"live-{way.replace(' ', '-')}", Role.REVIEWER)
    with people.signed_in(who) as browser, site.administrator() as admin:
        path = "/console/certifications/events?state=waiting"
        with browser.client.stream("GET", path) as stream:
            lines = stream.iter_lines()
            assert next(line for line in lines if line == "event: update")
            _do(way, who.name, browser, admin)
            # the stream ends by itself
            assert "event: over" in list(lines)


def _do(way: str, name: str, browser: Browser, admin: Browser) -> None:
    member = f"/console/members/{name}"
    if way == "sign out":
        with browser_of(browser) as other:
            other.submit(other.get(PROFILE), "Sign out")
    elif way == "removed":
        admin.submit(admin.get(f"{member}/remove"), "Remove")
    elif way == "disabled":
        admin.submit(admin.get(member), "Disable")
    else:
        admin.submit(admin.get(member), "Change role", role="member")


def browser_of(browser: Browser) -> Browser:
    """Another tab: the same cookie."""
    tab = Browser(browser.url)
    tab.client.cookies.set(COOKIE, cookie(browser), domain="127.0.0.1")
    return tab
