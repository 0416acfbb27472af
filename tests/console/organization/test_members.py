"""Members in the browser: invited, given a role, locked out, removed; and one's own password."""

import pytest
from tests.console.organization.test_api_clients import sessions
from tests.console.people import People
from tests.console.support import Browser, Page, Site

PAGE = "/console/members"


def password(page: Page) -> str:
    return page.root.find("code", id="password").text


def enters(site: Site, name: str, given: str) -> bool:
    with site.browser() as browser:
        page = browser.submit(browser.get("/console/login"), "Sign in", name=name, password=given)
        return page.path != "/console/login"


def roles(page: Page) -> dict[str, str]:
    rows = page.root.find("tbody").find_all("tr")
    return {row.find("th").text.removesuffix(" you"): row.find("td").text for row in rows}


def test_an_invited_person_signs_in_with_the_password_shown_once(site: Site) -> None:
    with site.administrator() as browser:
        page = browser.submit(browser.get(PAGE), "Invite", name="new@example.org", role="reviewer")
        assert page.status == 201
        given = password(page)
        assert given not in sessions(site)
        assert given not in browser.get(PAGE).source
        assert roles(browser.get(PAGE))["new@example.org"] == "reviewer"
    assert enters(site, "new@example.org", given)


def test_a_name_that_cannot_be_is_told_beside_it(site: Site, people: People) -> None:
    with site.administrator() as browser:
        page = browser.submit(browser.get(PAGE), "Invite", name="Not a name", role="member")
        assert page.status == 400
        assert page.root.find("input", name="name")["aria-invalid"] == "true"
        taken = browser.submit(page, "Invite", name=people.foreign_member.name)
        assert "A duplicate value max exists" in taken.text


def test_a_new_role_counts_at_once(site: Site, people: People) -> None:
    who = people.add("promoted")
    with people.signed_in(who) as theirs, site.administrator() as browser:
        assert theirs.get(PAGE).status == 403
        member = browser.follow(browser.get(PAGE), "Change promoted")
        page = browser.submit(member, "Change role", role="administrator")
        assert "promoted is administrator now." in page.text
        assert theirs.get(PAGE).status == 200
        browser.submit(page, "Change role", role="member")
        assert theirs.get(PAGE).status == 403


def test_who_is_removed_is_out_at_once_everywhere(site: Site, people: People) -> None:
    who = people.add("leaver")
    with people.signed_in(who) as theirs, site.administrator() as browser:
        sure = browser.get(f"{PAGE}/leaver/remove")
        assert sure.heading == "Remove leaver?"
        page = browser.submit(sure, "Remove")
        assert "leaver is removed." in page.text
        assert theirs.get("/console/profile").path == "/console/login"
    assert not enters(site, *who)


def test_who_is_disabled_is_out_until_enabled(site: Site, people: People) -> None:
    who = people.add("resting")
    with people.signed_in(who) as theirs, site.administrator() as browser:
        page = browser.submit(browser.get(f"{PAGE}/resting"), "Disable")
        assert "resting cannot sign in any more." in page.text
        assert theirs.get("/console/profile").path == "/console/login"
        assert not enters(site, *who)
        browser.submit(page, "Enable")
        # what was signed in before stays out
        assert theirs.get("/console/profile").path == "/console/login"
    assert enters(site, *who)


def test_a_new_password_ends_the_old_one_and_every_session(site: Site, people: People) -> None:
    who = people.add("forgetful")
    with people.signed_in(who) as theirs, site.administrator() as browser:
        page = browser.submit(browser.get(f"{PAGE}/forgetful"), "Make a new password")
        given = password(page)
        assert theirs.get("/console/profile").path == "/console/login"
    assert not enters(site, *who)
    assert enters(site, "forgetful", given)


def test_the_last_administrator_stays(people: People) -> None:
    with people.signed_in(people.foreign_admin) as browser:
        page = browser.get(f"{PAGE}/anna")
        assert not page.has_button("Make a new password")
        refused = browser.submit(page, "Change role", role="member")
        assert "anna is the only administrator" in refused.text
        assert "anna is the only administrator" in browser.submit(page, "Disable").text
        sure = browser.get(f"{PAGE}/anna/remove")
        assert "anna is the only administrator" in browser.submit(sure, "Remove").text
        assert browser.get(PAGE).status == 200


def test_members_of_others_are_not_there(people: People) -> None:
    with people.signed_in(people.foreign_admin) as browser:
        assert browser.get(f"{PAGE}/mia").status == 404
        token = dict(browser.get(PAGE).form("Sign out").filled())["csrf"]
        for act in ("role", "disabled", "password", "remove"):
            fields = {"csrf": token, "role": "reviewer", "disabled": "true"}
            page = browser.post(f"{PAGE}/mia/{act}", fields)
            assert "does not exist" in page.text or page.status == 404
    with people.signed_in(people.member) as browser:
        assert "member" in browser.get("/console/profile").main.text


def change(browser: Browser, old: str, new: str, again: str | None = None) -> Page:
    page = browser.get("/console/profile")
    fields = {"old": old, "new": new, "again": new if again is None else again}
    return browser.submit(page, "Change password", **fields)


def test_ones_own_new_password_ends_all_other_sessions(site: Site, people: People) -> None:
    who, new = people.add("careful"), "four plain words here"
    with people.signed_in(who) as here, people.signed_in(who) as elsewhere:
        before = here.client.cookies["connectory"]
        page = change(here, who.password, new)
        assert "Your password is changed." in page.text
        assert here.client.cookies["connectory"] != before
        assert here.get("/console/profile").path == "/console/profile"
        assert elsewhere.get("/console/profile").path == "/console/login"
        assert new not in sessions(site)
    assert not enters(site, *who)
    assert enters(site, "careful", new)


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong", "four plain words here", None, "old"),
        (None, "short", None, "new"),
        (None, "four plain words here", "four other words here", "again"),
    ],
)
def test_a_password_that_is_refused_says_where(
    people: People, old: str | None, new: str, again: str | None, field: str
) -> None:
    with people.signed_in(people.second_reviewer) as browser:
        page = change(browser, old or people.second_reviewer.password, new, again)
        assert page.status == 400
        assert page.root.find("input", name=field)["aria-invalid"] == "true"
        assert new not in page.source
        assert browser.get("/console/profile").path == "/console/profile"
