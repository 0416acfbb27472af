"""Signing in with a provider: who it says one is, and all that it may say wrong."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from tests.console.oidc.provider import CLIENT, SECRET, Claims, Provider
from tests.console.oidc.provider import serving as providing
from tests.console.people import People
from tests.console.support import Browser, Page, Site, serving

from connectory.auth.roles import Role
from connectory.auth.sessions import console_sessions
from connectory.auth.users import account_with_name, set_disabled
from connectory.console.oidc import name_in
from connectory.settings import Settings, SettingsError, load

LOGIN = "/console/login"
VERIFIED = {"email": "ada@example.org", "email_verified": True}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, repository: Path, provider: Provider
) -> Iterator[Site]:
    given = {
        "oidc_issuer": provider.url,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
    }
    with serving(tmp_path_factory.mktemp("data"), repository, **given) as site:
        yield site


@pytest.fixture(autouse=True)
def as_it_should_be(provider: Provider) -> Iterator[None]:
    """Each test spoils it in its own way."""
    before = {one.name: getattr(provider, one.name) for one in dataclasses.fields(provider)}
    provider.claims = dict(VERIFIED)
    yield
    for name, value in before.items():
        setattr(provider, name, value)


@pytest.fixture(scope="module")
def ada(people: People) -> str:
    return people.add("ada@example.org").name


@pytest.fixture
def browser(site: Site) -> Iterator[Browser]:
    with site.browser() as browser:
        yield browser


def sign_in(browser: Browser, back: str = "/console/profile") -> Page:
    """As somebody does: from the page that was asked for, by the link of the form."""
    page = browser.get(back)
    assert page.path == LOGIN
    return browser.follow(page, "Sign in with 127.0.0.1")


def test_whoever_the_provider_knows_is_signed_in_and_gets_their_page(
    browser: Browser, provider: Provider, ada: str
) -> None:
    page = sign_in(browser, "/console/profile")
    assert (page.path, page.heading) == ("/console/profile", ada)
    asked = provider.asked
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{browser.url}/console/oidc/callback"
    assert {"openid", "email"} <= set(asked["scope"].split())
    assert len(asked["nonce"]) >= 16
    assert len(asked["state"]) >= 16


def test_the_session_is_a_new_one_and_keeps_nothing_of_the_way(
    site: Site, browser: Browser, ada: str
) -> None:
    browser.client.cookies.set("connectory", "f" * 32, domain="127.0.0.1")
    sign_in(browser)
    own = [one.value for one in browser.client.cookies.jar if one.name == "connectory"]
    assert "f" * 32 not in own
    rows = site.database.read_blocking(lambda c: c.execute(select(console_sessions.c.data)).all())
    signed_in = [row.data for row in rows if ada in row.data]
    assert signed_in
    assert not any("_state_" in data for data in signed_in)


def expired(claims: Claims) -> Claims:
    return claims | {"exp": claims["iat"] - 3600, "iat": claims["iat"] - 7200}


def changed(name: str, value: Any) -> Callable[[Claims], Claims]:
    return lambda claims: claims | {name: value}


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize(
    "spoil",
    [
        changed("nonce", "another"),
        without("nonce"),
        changed("aud", "another client"),
        changed("aud", [CLIENT, "another client"]),
        without("aud"),
        changed("iss", "https://evil.example"),
        without("iss"),
        without("sub"),
        expired,
        without("exp"),
        changed("iat", 99999999999),
    ],
    ids=["nonce", "no-nonce", "aud", "two-auds", "no-aud", "iss", "no-iss", "no-sub", "expired",
         "no-exp", "from-the-future"],
)  # fmt: skip
def test_a_token_that_does_not_hold_signs_nobody_in(
    browser: Browser, provider: Provider, ada: str, spoil: Callable[[Claims], Claims]
) -> None:
    provider.spoil = spoil
    page = sign_in(browser)
    assert page.status == 401
    assert "The sign-in service did not say who you are." in page.text
    assert browser.get("/console/profile").path == LOGIN


@pytest.mark.parametrize("offered", [["RS256"], ["RS256", "none", "HS256"]])
@pytest.mark.parametrize("way", ["unsigned", "signed_with_the_public_key", "other", "missing"])
def test_a_signature_that_is_not_the_providers_signs_nobody_in(
    site: Site, provider: Provider, ada: str, way: str, offered: list[str]
) -> None:
    provider.algorithms = offered
    ways: dict[str, Callable[[Claims], str | None]] = {
        "unsigned": provider.unsigned,
        "signed_with_the_public_key": provider.signed_with_the_public_key,
        "other": lambda claims: provider.signed(claims, provider.other_key),
        "missing": lambda claims: None,
    }
    provider.sign = ways[way]
    site.faces.pages.state.oidc = None  # what it says of itself is read anew
    with site.browser() as browser:
        page = sign_in(browser)
        assert page.status == 401
        assert browser.get("/console/profile").path == LOGIN
    provider.sign = None
    site.faces.pages.state.oidc = None


@pytest.mark.parametrize("query", ["", "code=the-code", "code=the-code&state=forged",
                                   "error=access_denied&error_description=<script>"])  # fmt: skip
def test_an_answer_that_nobody_has_asked_for_signs_nobody_in(
    browser: Browser, ada: str, query: str
) -> None:
    sent = browser.client.get("/console/oidc/login")
    assert sent.status_code == 302
    page = browser.get(f"/console/oidc/callback?{query}")
    assert page.status == 401
    assert "<script>" not in page.source
    assert browser.get("/console/profile").path == LOGIN


def test_the_state_of_another_browser_is_no_good(site: Site, browser: Browser, ada: str) -> None:
    with site.browser() as attacker:
        sent = attacker.client.get("/console/oidc/login")
        state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    page = browser.get(f"/console/oidc/callback?code=the-code&state={state}")
    assert page.status == 401


def test_a_state_counts_once(browser: Browser, provider: Provider, ada: str) -> None:
    sign_in(browser)
    again = browser.get(f"/console/oidc/callback?code=the-code&state={provider.asked['state']}")
    assert again.status == 401


def test_the_way_back_leads_nowhere_else(browser: Browser, ada: str) -> None:
    page = browser.get("/console/oidc/login?back=https://evil.example/")
    assert page.url.startswith(browser.url)
    assert page.path != "/"


@pytest.mark.parametrize("claims", [{}, {"email": "ada@example.org"},
                                    {"email": "ada@example.org", "email_verified": False},
                                    {"email": "ada@example.org", "email_verified": "true"},
                                    {"email": ["ada@example.org"], "email_verified": True},
                                    {"email": "nobody@example.org", "email_verified": True},
                                    {"preferred_username": "admin"}])  # fmt: skip
def test_whoever_is_not_known_here_is_told_whom_to_ask(
    browser: Browser, provider: Provider, ada: str, claims: Claims
) -> None:
    provider.claims = claims
    page = sign_in(browser)
    assert (page.status, page.path) == (403, "/console/oidc/callback")
    assert "Ask an administrator to add you." in page.text
    assert browser.get("/console/profile").path == LOGIN


def test_people_of_other_organizations_and_those_locked_out_stay_out(
    site: Site, browser: Browser, people: People, provider: Provider
) -> None:
    people.add("foreign@example.org", Role.ADMINISTRATOR, "acme")
    people.add("off@example.org")
    site.database.write_blocking(lambda c: set_disabled(c, "off@example.org", True))
    for name in ("foreign@example.org", "off@example.org"):
        provider.claims = {"email": name, "email_verified": True}
        assert sign_in(browser).status == 403


def test_a_provider_that_does_not_answer_leaves_the_form(
    site: Site, browser: Browser, provider: Provider
) -> None:
    site.faces.pages.state.oidc = None
    provider.silent = True
    page = browser.get("/console/oidc/login")
    assert page.status == 502
    assert "The sign-in service does not answer." in page.text
    assert page.has_button("Sign in")
    provider.silent = False
    provider.issuer = "https://another.example"
    assert browser.get("/console/oidc/login").status == 502
    provider.issuer = ""
    assert browser.client.get("/console/oidc/login").status_code == 302


def test_whoever_may_become_a_member_does_with_the_role_that_is_set(
    tmp_path: Path, repository: Path, provider: Provider
) -> None:
    given = {
        "oidc_issuer": provider.url,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_create_members": True,
        "oidc_claim": "preferred_username",
        "oidc_role": "reviewer",
    }
    provider.claims = {"preferred_username": "Grace.H"}
    with serving(tmp_path, repository, **given) as site, site.browser() as browser:
        page = sign_in(browser)
        assert (page.path, page.heading) == ("/console/profile", "grace.h")
        made = site.database.read_blocking(lambda c: account_with_name(c, "grace.h"))
        assert made is not None
        assert (made.person.role, made.password_hash) == ("reviewer", "")
        with site.administrator() as admin:
            log = admin.get("/console/audit-log?target=grace.h").main.find("tbody").text
            assert log.index("signIn") < log.index("createMember")
        with site.browser() as guesser:
            form = guesser.get(LOGIN)
            assert guesser.submit(form, "Sign in", name="grace.h", password="").status == 401
        provider.claims = {"preferred_username": "../admin"}
        with site.browser() as other:
            assert sign_in(other).status == 403


def test_without_a_provider_there_is_no_other_way(tmp_path: Path, repository: Path) -> None:
    with serving(tmp_path, repository) as site, site.browser() as browser:
        assert "Sign in with" not in browser.get(LOGIN).text
        assert browser.get("/console/oidc/login").status == 404
        assert browser.get("/console/oidc/callback?code=x&state=y").status == 404


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": " Ada@Example.org ", "email_verified": True}, "ada@example.org"),
        ({"email": "ada@example.org", "email_verified": 1}, ""),
        ({"email": "ada example", "email_verified": True}, ""),
        ({"email": "", "email_verified": True}, ""),
    ],
)
def test_a_name_is_a_verified_address_in_lower_case(claims: Claims, name: str) -> None:
    assert name_in(claims, Settings()) == name


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "http://login.example.org", "oidc_client_id": "x"},
        {"oidc_issuer": "https://login.example.org"},
        {"oidc_role": "king"},
        {"oidc_claim": "name"},
    ],
)
def test_settings_that_would_let_strangers_in_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        load({}, None, **given)
