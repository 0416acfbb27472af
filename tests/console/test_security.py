"""Every page and every form, whoever comes: a page that is new is in here by itself."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection, select
from starlette.routing import Mount, Route
from tests.api import released
from tests.api.test_certifications import World
from tests.console.people import Known, People
from tests.console.support import Browser, Site, serving

from connectory.auth.sessions import console_sessions
from connectory.console.app import _routes
from connectory.console.guarding import HEADERS
from connectory.database.schema import metadata

LOGIN = "/console/login"
PUBLIC = re.compile(r"/marketplace(/|$)|/console/(login|oidc/login|oidc/callback)$")
"""What strangers may see."""
EVERYBODY = {"admin", "member", "reviewer"}
WORKING = {"admin", "member"}
WHO = (
    (r"/console/certifications", {"admin", "reviewer"}),
    (r"/console/(members|audit-log)", {"admin"}),
    (r"/console/projects$", EVERYBODY),
    (r"/console/projects/", {"admin"}),
    (r"/console/(api-clients|install|installations)", WORKING),
    (r"/console/connectors/(new$|{id}/(edit|delete)$)", WORKING),
    (r"/console/connectors", EVERYBODY),
    (r"/console(/profile|/project|/logout)?$", EVERYBODY),
)
"""Who may see the pages below an address, first match first; of forms, who may send them is in
the code of the page alone, and what others send changes nothing."""
CHANGING = (
    (r"/console/projects", {"admin"}),
    (r"/console/connectors", WORKING),
)


class Visitor(NamedTuple):
    role: str
    ours: bool
    browser: Browser
    token: str
    """What their forms are sent with."""


class Address(NamedTuple):
    """A page's or form's address with everything filled in that really is there."""

    method: str
    pattern: str
    path: str

    @property
    def is_stream(self) -> bool:
        return self.pattern.endswith("/events")

    @property
    def names_something(self) -> bool:
        return "{" in self.pattern


PATTERNS = [
    (method, route.path)
    for route in _routes()
    if isinstance(route, Route)
    for method in sorted((route.methods or set()) - {"HEAD"})
]
PAGES = [pattern for method, pattern in PATTERNS if method == "GET"]
FORMS = [pattern for method, pattern in PATTERNS if method == "POST"]


class Things:
    """One of everything that an address can name, in the operator's own organization."""

    def __init__(self, site: Site) -> None:
        draft = site.create()
        self.deployed = released.deploy(site, released.release(site, site.create(), public=True))
        _, review = World(site).ready()
        self.known = {
            "/console/certifications": {"id": review["id"]},
            "/console/connectors": {"id": draft["id"], "run": "0" * 36, "act": "preview"},
            "/console/installations": {
                "project": "demo",
                "id": self.deployed["id"],
                "revision": "1",
                "application": "service",
                "message": "1",
            },
            "/console/projects": {"key": "demo"},
            "/console/api-clients": {"id": site.first.credentials.client_id},
            "/console/members": {"name": "mia"},
            "/marketplace": {"id": self.deployed["connector"]["id"], "key": "none"},
        }

    def at(self, method: str, pattern: str) -> Address:
        names = next(
            (names for start, names in self.known.items() if pattern.startswith(start)), {}
        )
        # an unknown name: say in ``known`` what there is of it
        path = re.sub(r"{(\w+)}", lambda found: names[found[1]], pattern)
        return Address(method, pattern, path)


@pytest.fixture(scope="module")
def things(site: Site) -> Things:
    return Things(site)


@pytest.fixture(scope="module")
def visitors(site: Site, people: People) -> Iterator[dict[str, Visitor]]:
    """Everybody, signed in once."""
    known: dict[str, tuple[str, bool, Known]] = {
        "admin": ("admin", True, people.admin),
        "member": ("member", True, people.member),
        "reviewer": ("reviewer", True, people.reviewer),
        "foreign admin": ("admin", False, people.foreign_admin),
        "foreign reviewer": ("reviewer", False, people.foreign_reviewer),
    }
    browsers = {}
    for name, (role, ours, who) in known.items():
        browser = site.browser()
        page = browser.sign_in(who.name, who.password)
        token = dict(page.form("Sign out").filled())["csrf"]
        browsers[name] = Visitor(role, ours, browser, token)
    yield browsers
    for one in browsers.values():
        one.browser.client.close()


VISITORS = ["admin", "member", "reviewer", "foreign admin", "foreign reviewer"]


def status(browser: Browser, path: str) -> int:
    """Of the answer itself; a stream is left as soon as it has begun."""
    with browser.client.stream("GET", path) as answer:
        return int(answer.status_code)


def allowed(pattern: str) -> set[str]:
    found = next((who for start, who in WHO if re.match(start, pattern)), None)
    assert found is not None, f"say in WHO who may see {pattern}"
    return found


def everything(site: Site) -> dict[str, list[Any]]:
    """All rows but sessions."""

    def work(connection: Connection) -> dict[str, list[Any]]:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table is not console_sessions
        }

    return site.database.read_blocking(work)


@pytest.mark.parametrize("pattern", PAGES)
def test_strangers_are_asked_to_sign_in_and_come_back(
    site: Site, things: Things, pattern: str
) -> None:
    address = things.at("GET", pattern)
    with site.browser() as browser:
        answer = browser.client.get(f"{address.path}?x=1") if not PUBLIC.match(pattern) else None
        if answer is None:
            assert status(browser, address.path) in {200, 302, 303, 401, 404}
        elif pattern == "/console":
            assert answer.headers["location"] == LOGIN
        else:
            assert answer.status_code == 303
            assert answer.headers["location"].startswith(f"{LOGIN}?back=%2Fconsole")


@pytest.mark.parametrize("pattern", PAGES)
@pytest.mark.parametrize("name", VISITORS)
def test_a_page_is_for_its_roles_in_its_organization(
    things: Things, visitors: dict[str, Visitor], name: str, pattern: str
) -> None:
    if PUBLIC.match(pattern):
        return
    who, address = visitors[name], things.at("GET", pattern)
    given = status(who.browser, address.path)
    permitted = who.role in allowed(pattern)
    if "certifications" in pattern and not who.ours:
        permitted = False
    if not permitted:
        assert given == 403
    elif address.names_something and not who.ours:
        assert given in {400, 403, 404}
    else:
        # some things are not there yet: a certificate, a second revision, what to install
        assert given in {200, 303, 400, 404}


@pytest.mark.parametrize("pattern", FORMS)
@pytest.mark.parametrize("name", VISITORS)
def test_a_form_of_whoever_may_not_send_it_changes_nothing(
    site: Site, things: Things, visitors: dict[str, Visitor], name: str, pattern: str
) -> None:
    who, address = visitors[name], things.at("POST", pattern)
    senders = next((one for start, one in CHANGING if re.match(start, pattern)), None)
    if who.ours and (pattern == LOGIN or who.role in (senders or allowed(pattern))):
        return
    if not who.ours and not address.names_something:
        # their own organization's, which they may change as ours may change ours
        return
    fields = {"csrf": who.token, "version": "1", "role": "administrator",
              "disabled": "true", "production": "true", "project": "demo"}  # fmt: skip
    before = everything(site)
    page = who.browser.post(address.path, fields)
    assert page.status < 500
    assert everything(site) == before


@pytest.mark.parametrize("pattern", FORMS)
def test_a_form_that_no_page_of_ours_has_sent_is_refused(
    site: Site, things: Things, visitors: dict[str, Visitor], pattern: str
) -> None:
    """An administrator may send every form: it is not for lack of rights."""
    path, (_, _, browser, token) = things.at("POST", pattern).path, visitors["admin"]
    before = everything(site)
    if pattern != LOGIN:
        for wrong in (None, "", "é", "x" * 32, visitors["foreign admin"].token):
            assert browser.post(path, {} if wrong is None else {"csrf": wrong}).status == 403
    for origin in ("https://evil.example", "null", "", f"{browser.origin}0", "http://127.0.0.1",
                   f"{browser.origin}@evil.example"):  # fmt: skip
        assert browser.post(path, {"csrf": token}, origin=origin).status == 403, origin
    assert browser.client.post(path, data={"csrf": token}).status_code == 403
    assert everything(site) == before


@pytest.mark.parametrize("pattern", FORMS)
def test_a_stranger_sends_no_form(site: Site, things: Things, pattern: str) -> None:
    if pattern == LOGIN:
        return
    before = everything(site)
    with site.browser() as browser:
        page = browser.post(things.at("POST", pattern).path, {"csrf": ""})
        assert page.path == LOGIN or page.status == 403
    assert everything(site) == before


def guarded(headers: Any) -> None:
    for name, value in HEADERS.items():
        if name == "content-security-policy":
            _require_strict(headers[name])
        else:
            assert headers[name] == value, name
    assert headers["x-correlation-id"]


def _require_strict(policy: str) -> None:
    """A page's own policy may be stricter than everybody's, never looser."""
    rules = dict(one.strip().partition(" ")[::2] for one in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")
    assert "http" not in policy
    assert not {"*", "blob:"} & set(policy.replace(";", " ").split())
    if "sandbox" not in rules:
        assert rules["base-uri"] == "'none'"
        assert rules["form-action"] in {"'self'", "'none'"}


@pytest.mark.parametrize("pattern", PAGES)
@pytest.mark.parametrize("name", ["stranger", "admin"])
def test_every_answer_lets_nothing_in_from_elsewhere(
    site: Site, things: Things, visitors: dict[str, Visitor], name: str, pattern: str
) -> None:
    address = things.at("GET", pattern)
    with site.browser() as stranger:
        browser = stranger if name == "stranger" else visitors[name].browser
        with browser.client.stream("GET", address.path) as answer:
            guarded(answer.headers)
            if pattern.startswith("/console"):
                assert answer.headers["cache-control"] == "no-store"
        with browser.client.stream("DELETE", address.path) as answer:
            assert answer.status_code == 405
            guarded(answer.headers)


@pytest.mark.parametrize(
    "path",
    ["/console/static/style.css", "/console/static/none", "/console/static/../app.py",
     "/console/nothing", "/console/<script>alert(1)</script>", "/marketplace/nothing/at/all",
     "/console/connectors/%00", "/console/connectors/%ff"],
)  # fmt: skip
def test_so_do_files_and_pages_that_are_not_there(site: Site, path: str) -> None:
    with site.browser() as browser:
        answer = browser.client.get(path)
        guarded(answer.headers)
        assert "<script>alert" not in answer.text
        assert answer.status_code in {200, 303, 404}


def test_static_files_are_the_only_place_of_scripts_and_styles(
    things: Things, visitors: dict[str, Visitor]
) -> None:
    """No page needs what the policy forbids."""
    for pattern in PAGES:
        address = things.at("GET", pattern)
        if address.is_stream or PUBLIC.match(pattern):
            continue
        page = visitors["admin"].browser.get(address.path)
        for element in page.root.find_all():
            assert "style" not in element.attributes, (pattern, element.tag)
            handlers = [one for one in element.attributes if re.match(r"on|hx-on", one)]
            assert not handlers, (pattern, handlers)
            assert element.tag != "style", pattern
            if element.tag == "script":
                assert element["src"].startswith("/console/static/")
            if element.tag == "img":
                assert element["src"].startswith(("/", "data:"))


def test_no_route_is_left_out() -> None:
    mounted = {one.path for one in _routes() if isinstance(one, Mount)}
    assert mounted == {"/console/static", "/console/reports"}
    assert len(PAGES) > 30
    assert len(FORMS) > 20


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
     "javascript:alert(1)", "/console//evil.example", "/console/\t//evil.example", " /console",
     "/\n/evil.example", "http:/evil.example", "/console\r\nSet-Cookie: x=1", "evil.example",
     "/%2F/evil.example", "///evil.example", "/consolé//evil.example"],
)  # fmt: skip
def test_the_way_back_never_leads_to_another_site(
    site: Site, visitors: dict[str, Visitor], back: str
) -> None:
    """Before signing in, after it, and with the choice of a Project."""
    admin = visitors["admin"].browser
    signed_in = admin.client.get(LOGIN, params={"back": back})
    chosen = admin.client.post(
        "/console/project",
        data={"csrf": visitors["admin"].token, "project": "demo", "back": back},
        headers={"origin": admin.origin},
    )
    with site.browser() as browser:
        form = browser.client.get(LOGIN, params={"back": back})
        assert "evil.example" not in form.text
        data = {"name": site.first.administrator, "password": site.first.password, "back": back}
        entered = browser.client.post(LOGIN, data=data, headers={"origin": browser.origin})
    for answer in (signed_in, chosen, entered):
        assert answer.status_code == 303
        assert answer.headers["location"] == "/console"
        assert len(answer.headers.get_list("set-cookie")) <= 1


def test_the_way_back_leads_to_the_page_that_was_asked_for(site: Site) -> None:
    with site.browser() as browser:
        page = browser.get("/console/audit-log?who=user%3Aadmin")
        assert page.path == LOGIN
        page = browser.submit(
            page, "Sign in", name=site.first.administrator, password=site.first.password
        )
        assert page.url.endswith("/console/audit-log?who=user%3Aadmin")


def enter(site: Site, name: str, password: str, forwarded: str = "") -> int:
    with site.browser() as browser:
        headers = {"origin": browser.origin}
        if forwarded:
            headers["x-forwarded-for"] = forwarded
        given = {"name": name, "password": password}
        return int(browser.client.post(LOGIN, data=given, headers=headers).status_code)


@pytest.fixture(scope="module")
def guessed(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Site]:
    repository = request.getfixturevalue("repository")
    with serving(tmp_path_factory.mktemp("guessed"), repository, login_tries=3) as site:
        yield site


def test_a_password_cannot_be_guessed_by_trying(guessed: Site) -> None:
    name, password = guessed.first.administrator, guessed.first.password
    tried = [enter(guessed, name, f"guess {n}", f"10.0.0.{n}") for n in range(4)]
    assert tried == [401, 401, 401, 429]
    # not even with the right one, nor in other letters
    assert enter(guessed, name, password) == 429
    assert enter(guessed, name.upper(), password) == 429
    # nobody else is locked out by it
    assert enter(guessed, "somebody", "x") == 401


def test_a_wrong_name_reads_like_a_wrong_password(site: Site) -> None:
    with site.browser() as browser:
        pages = [
            browser.submit(browser.get(LOGIN), "Sign in", name=name, password="wrong")
            for name in (site.first.administrator, "nobody-here")
        ]
    told = [page.main.text for page in pages]
    assert told[0] == told[1]
    assert {page.status for page in pages} == {401}
    assert all('value="wrong"' not in page.source for page in pages)


@pytest.mark.parametrize(
    ("headers", "body", "wanted"),
    [
        ({"content-type": "application/json"}, b"{}", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x--", 400),
        ({"content-type": "application/x-www-form-urlencoded"}, b"a=" + b"x" * 1_100_000, 413),
    ],
)
def test_only_forms_are_read(site: Site, headers: dict[str, str], body: bytes, wanted: int) -> None:
    with site.browser() as browser:
        sent = {"origin": browser.origin} | headers
        answer = browser.client.post(LOGIN, content=body, headers=sent)
        assert answer.status_code == wanted
        guarded(answer.headers)
