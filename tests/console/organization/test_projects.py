"""Projects in the browser: seen by all who work in them, made by administrators."""

from tests.console.people import People
from tests.console.support import Site

PAGE = "/console/projects"


def keys(site: Site) -> dict[str, bool]:
    token = site.caller("demo", "manage_projects")
    page = site.send("GET", "/platform/projects?limit=500", token=token).body
    return {one["key"]: one["production"] for one in page["results"]}


def test_an_administrator_creates_a_project_and_marks_it(site: Site) -> None:
    with site.administrator() as browser:
        page = browser.submit(browser.get(PAGE), "Create project", key="shop")
        assert "Project shop is there." in page.text
        assert '"key": "shop"' in page.text
        assert keys(site)["shop"] is False
        page = browser.submit(page, action=f"{PAGE}/shop/production")
        assert "shop is in production now." in page.text
        assert keys(site)["shop"] is True
        page = browser.submit(page, action=f"{PAGE}/shop/production")
        assert keys(site)["shop"] is False


def test_an_administrator_gives_a_project_a_stand_in_and_takes_it_away(site: Site) -> None:
    def stand_in() -> object:
        token = site.caller("demo", "manage_projects")
        page = site.send("GET", "/platform/projects?limit=500", token=token).body
        return next(one["standIn"] for one in page["results"] if one["key"] == "demo")

    action = f"{PAGE}/demo/stand-in"
    with site.administrator() as browser:
        page = browser.submit(browser.get(PAGE), action=action, stand_in="http://127.0.0.1:8989")
        assert "demo reaches a stand-in for the commerce API" in page.text
        assert stand_in() == {"apiUrl": "http://127.0.0.1:8989"}
        assert page.root.find("input", id="stand-in-demo")["value"] == "http://127.0.0.1:8989"
        refused = browser.submit(page, action=action, stand_in="http://a?b")
        assert "takes an http or https address" in refused.text
        browser.submit(browser.get(PAGE), action=action, stand_in="")
        assert stand_in() is None


def test_a_key_that_cannot_be_is_told_beside_it(site: Site) -> None:
    with site.administrator() as browser:
        page = browser.submit(browser.get(PAGE), "Create project", key="no spaces")
        assert page.status == 400
        field = page.root.find("input", name="key")
        assert (field["value"], field["aria-invalid"]) == ("no spaces", "true")
        said = page.root.find("div", id=field["aria-describedby"]).text
        assert "key takes 2 to 36 letters" in said
        again = browser.submit(page, "Create project", key="demo")
        assert "A duplicate value demo exists for field key." in again.text


def test_a_member_sees_the_projects_and_makes_none(site: Site, people: People) -> None:
    before = keys(site)
    with people.signed_in(people.member) as browser:
        page = browser.get(PAGE)
        assert "demo" in page.main.text
        assert not page.has_button("Create project")
        token = dict(page.form("Sign out").filled())["csrf"]
        refused = browser.post(PAGE, {"csrf": token, "key": "mine", "region": "europe-west1.gcp"})
        assert refused.status == 403
    assert keys(site) == before


def test_nobody_sees_the_projects_of_others(people: People) -> None:
    with people.signed_in(people.foreign_admin) as browser:
        page = browser.get(PAGE)
        assert "acme" in page.main.text
        assert "demo" not in page.main.text
        refused = browser.submit(page, action=f"{PAGE}/acme/production")
        token = dict(refused.form("Sign out").filled())["csrf"]
        foreign = browser.post(f"{PAGE}/demo/production", {"csrf": token, "production": "true"})
        assert "does not exist" in foreign.text


def test_the_project_to_work_in_is_chosen_and_kept(site: Site) -> None:
    with site.administrator() as browser:
        browser.submit(browser.get(PAGE), "Create project", key="second")
        page = browser.submit(browser.get(PAGE), "Switch", project="second")
        assert page.path == PAGE
        assert "second" in browser.get("/console/profile").main.find("dl").text
        token = dict(page.form("Switch").filled())["csrf"]
        assert browser.post("/console/project", {"csrf": token, "project": "acme"}).status == 404
