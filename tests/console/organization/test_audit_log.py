"""The audit log in the browser: what was done, by whom, filtered, page by page."""

from tests.console.people import People
from tests.console.support import Page, Site

from connectory.auth.audit import Deed, Target, keep
from connectory.auth.store import organization_with_key

PAGE = "/console/audit-log"


def actions(page: Page) -> list[str]:
    return [row.find("th").text for row in page.root.find("tbody").find_all("tr")]


def test_what_somebody_does_is_read_by_administrators(site: Site, people: People) -> None:
    with site.administrator() as browser:
        made = browser.submit(browser.get("/console/members"), "Invite", name="seen", role="member")
        given = made.root.find("code", id="password").text
        page = browser.get(PAGE)
        assert actions(page)[:2] == ["createMember", "signIn"]
        row = page.root.find("tbody").find("tr").text
        assert "user:admin" in row
        assert "Member seen" in row
        assert "role: member" in row
        assert given not in page.source
        page = browser.follow(page, "signIn")
        assert set(actions(page)) == {"signIn"}
        page = browser.submit(page, "Filter", who="user:nobody")
        assert "Nothing matches" in page.text
        assert page.link("Show everything") == PAGE
    with people.signed_in(people.foreign_admin) as browser:
        assert "seen" not in browser.get(PAGE).main.text


def test_a_long_log_has_pages_that_keep_the_filter(site: Site) -> None:
    def work(connection: object) -> None:
        own = organization_with_key(connection, "default")  # type: ignore[arg-type]
        assert own is not None
        for number in range(70):
            target = Target("Project", key=f"p{number}")
            keep(connection, Deed(own.id, "user:bulk", "createProject", target))  # type: ignore[arg-type]

    site.database.write_blocking(work)
    with site.administrator() as browser:
        first = browser.get(f"{PAGE}?who=user:bulk")
        assert len(actions(first)) == 50
        second = browser.follow(first, "Next")
        assert len(actions(second)) == 20
        assert "who=user%3Abulk" in second.url
        assert len(actions(browser.follow(second, "Previous"))) == 50
        assert browser.get(f"{PAGE}?offset=nonsense").status == 200
