"""How to get to every page of the console, and to what pages say when something is wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect
from tests.browser.chromium import Visitor
from tests.browser.world import World

Path = Callable[[World], str]
Deeds = Callable[[Visitor], None]


@dataclass(frozen=True)
class Scene:
    """A page by the path of its route. ``deeds`` are done there first; ``stranger``: nobody is
    signed in."""

    name: str
    route: str
    path: "Path | None" = None
    deeds: "Deeds | None" = None
    stranger: bool = False

    def reach(self, visitor: Visitor, world: World) -> None:
        visitor.go(self.path(world) if self.path else self.route)
        if self.deeds:
            self.deeds(visitor)
        expect(visitor.page.get_by_role("heading", level=1)).to_have_count(1)


def _fill_creator(visitor: Visitor) -> None:
    visitor.fill("Contact email", "ada@example.org")
    visitor.press("Next")


def _fill_connector(visitor: Visitor) -> None:
    _fill_creator(visitor)
    visitor.page.get_by_label("Name", exact=True).fill("Greeting")
    visitor.fill("Repository URL", "https://github.com/example/nowhere.git")
    visitor.fill("Repository tag", "1.0.0")
    visitor.press("Next")


def _be_refused(visitor: Visitor) -> None:
    _fill_connector(visitor)
    visitor.press("Next")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def _sign_in_wrongly(visitor: Visitor) -> None:
    visitor.fill("Name", "ada")
    visitor.fill("Password", "wrong")
    visitor.press("Sign in")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def _create_api_client(visitor: Visitor) -> None:
    visitor.page.get_by_label("view_connectors:demo", exact=True).check()
    visitor.press("Create API client")
    visitor.heading("The API client is there")


def _invite(visitor: Visitor) -> None:
    visitor.page.get_by_label("Name").fill("eve")
    visitor.press("Invite")
    visitor.heading("eve can sign in")


def _invite_again(visitor: Visitor) -> None:
    visitor.page.get_by_label("Name").fill("rita")
    visitor.press("Invite")
    expect(visitor.page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")


def _install_without_a_value(visitor: Visitor) -> None:
    visitor.press("Install")
    expect(visitor.page.locator("[aria-invalid=true]").first).to_be_visible()


def _take(visitor: Visitor) -> None:
    if visitor.page.get_by_role("button", name="Take", exact=True).count():
        visitor.press("Take")
    expect(visitor.page.get_by_role("heading", name="Verdict")).to_be_visible()


def _draft(which: str, tab: str = "") -> Path:
    return lambda world: f"/console/connectors/{getattr(world, which)[1]['id']}{tab}"


def _review(which: str, tab: str = "") -> Path:
    return lambda world: f"/console/certifications/{getattr(world, which)['id']}{tab}"


def _installation(which: str, tab: str = "") -> Path:
    return lambda world: f"/console/installations/demo/{getattr(world, which)['id']}{tab}"


def _install(step: str = "") -> Path:
    return lambda world: f"/console/install?connectorId={world.private[1]['id']}{step}"


def _listed(tab: str = "") -> Path:
    return lambda world: f"/marketplace/{world.listed[1]['id']}{tab}"


def _busy(tab: str) -> Path:
    return lambda world: f"/console/installations/demo/{world.busy['id']}{tab}"


def _letter(which: str, tab: str = "") -> Path:
    """A message of the event application: the one that waits, or the one that was given up."""
    return lambda world: _busy(f"/topics/listener/messages/{world.letters[which]}{tab}")(world)


def _publish_nothing(visitor: Visitor) -> None:
    visitor.press("Publish")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


ONE, RUN = "/console/connectors/{id}", "/console/connectors/{id}/runs/{run}"
REVIEW, INSTALLATION = "/console/certifications/{id}", "/console/installations/{project}/{id}"
TOPIC = f"{INSTALLATION}/topics/{{application}}"
MESSAGE = f"{TOPIC}/messages/{{message}}"
MEMBER = "/console/members/{name}"
VALUES = "&step=values&region=europe-west1.gcp&which=some&project=demo&shown=europe-west1.gcp"

CREATING = (
    Scene("connectors", "/console/connectors"),
    Scene("connectors-none", "/console/connectors", lambda _: "/console/connectors?text=nothing"),
    Scene("create-1-creator", "/console/connectors/new"),
    Scene("create-2-connector", "/console/connectors/new", deeds=_fill_creator),
    Scene("create-3-project", "/console/connectors/new", deeds=_fill_connector),
    Scene("create-refused", "/console/connectors/new", deeds=_be_refused),
    Scene("publish", f"{ONE}/publish", _draft("new", "/publish")),
    Scene("connector-new", ONE, _draft("new")),
    Scene("connector-red", ONE, _draft("red")),
    Scene("connector-published", ONE, _draft("private")),
    Scene("connector-in-certification", ONE, _draft("listed")),
    Scene("connector-preview-report", f"{ONE}/preview-report", _draft("red", "/preview-report")),
    Scene("connector-publish-report", f"{ONE}/publish-report", _draft("listed", "/publish-report")),
    Scene("connector-configuration", f"{ONE}/configuration", _draft("listed", "/configuration")),
    Scene("connector-versions", f"{ONE}/versions", _draft("private", "/versions")),
    Scene("connector-certification", f"{ONE}/certification", _draft("listed", "/certification")),
    Scene("connector-no-certification", f"{ONE}/certification", _draft("new", "/certification")),
    Scene("connector-run", RUN, lambda w: f"/console/connectors/{w.red[1]['id']}/runs/{w.red_run}"),
    Scene("connector-edit", f"{ONE}/edit", _draft("private", "/edit")),
    Scene("connector-edit-locked", f"{ONE}/edit", _draft("listed", "/edit")),
    Scene("connector-delete", f"{ONE}/delete", _draft("private", "/delete")),
    Scene("report", "/console/reports", lambda world: f"/console/reports/{world.red_run}"),
)
CERTIFYING = (
    Scene("certifications", "/console/certifications"),
    Scene("certifications-mine", "/console/certifications",
          lambda _: "/console/certifications?state=mine"),
    Scene("certifications-ended", "/console/certifications",
          lambda _: "/console/certifications?state=ended"),
    Scene("certification-waiting", REVIEW, _review("review")),
    Scene("certification-mine", REVIEW, _review("review", "?show=all"), deeds=_take),
    Scene("certification-granted", REVIEW, _review("granted")),
    Scene("certification-difference", f"{REVIEW}/difference", _review("review", "/difference")),
    Scene("marketplace", "/marketplace", stranger=True),
    Scene("marketplace-nothing", "/marketplace", lambda _: "/marketplace?text=zzz", stranger=True),
    Scene("marketplace-connector", "/marketplace/{id}", _listed(), stranger=True),
    Scene("marketplace-signed-in", "/marketplace/key={key}",
          lambda world: f"/marketplace/key={world.listed[1]['key']}"),
)  # fmt: skip
INSTALLING = (
    Scene("install-1-projects", "/console/install", _install()),
    Scene("install-2-values", "/console/install", _install(VALUES)),
    Scene("install-refused", "/console/install", _install(VALUES), deeds=_install_without_a_value),
    Scene("installations", "/console/installations"),
    Scene("installations-none", "/console/installations",
          lambda _: "/console/installations?text=nothing"),
    Scene("installation", INSTALLATION, _installation("works")),
    Scene("installation-crashed", INSTALLATION, _installation("crashed")),
    Scene("installation-configuration", f"{INSTALLATION}/configuration",
          _installation("works", "/configuration")),
    Scene("installation-version", f"{INSTALLATION}/version", _installation("works", "/version")),
    Scene("installation-logs", f"{INSTALLATION}/logs", _installation("works", "/logs")),
    Scene("installation-revisions", f"{INSTALLATION}/revisions",
          _installation("works", "/revisions")),
    Scene("installation-revision", f"{INSTALLATION}/revisions/{{revision}}",
          _busy("/revisions/1")),
    Scene("installation-overrides", f"{INSTALLATION}/configuration", _busy("/configuration")),
    Scene("installation-health", f"{INSTALLATION}/health", _busy("/health")),
    Scene("topics", f"{INSTALLATION}/topics", _busy("/topics")),
    Scene("topic", TOPIC, _busy("/topics/listener")),
    Scene("topic-dead", TOPIC, _busy("/topics/listener?state=dead")),
    Scene("topic-refused", TOPIC, _busy("/topics/listener"), deeds=_publish_nothing),
    Scene("message-dead", MESSAGE, _letter("dead")),
    Scene("message-discard", f"{MESSAGE}/discard", _letter("dead", "/discard")),
    Scene("jobs", f"{INSTALLATION}/jobs", _busy("/jobs")),
    Scene("job", f"{INSTALLATION}/jobs/{{application}}", _busy("/jobs/nightly")),
    Scene("installation-uninstall", f"{INSTALLATION}/uninstall",
          _installation("works", "/uninstall")),
)  # fmt: skip
MANAGING = (
    Scene("login", "/console/login", stranger=True),
    Scene("login-wrong", "/console/login", deeds=_sign_in_wrongly, stranger=True),
    Scene("start", "/console"),
    Scene("projects", "/console/projects"),
    Scene("api-clients", "/console/api-clients"),
    Scene("api-client-created", "/console/api-clients", deeds=_create_api_client),
    Scene("api-client-delete", "/console/api-clients/{id}/delete",
          lambda world: f"/console/api-clients/{world.stage.client_id}/delete?project=demo"),
    Scene("members", "/console/members"),
    Scene("members-refused", "/console/members", deeds=_invite_again),
    Scene("member-invited", "/console/members", deeds=_invite),
    Scene("member", MEMBER, lambda _: "/console/members/rita"),
    Scene("member-remove", f"{MEMBER}/remove", lambda _: "/console/members/rita/remove"),
    Scene("audit-log", "/console/audit-log"),
    Scene("profile", "/console/profile"),
    Scene("not-found", "/console/certifications/{id}", lambda _: "/console/certifications/none"),
    Scene("not-found-stranger", "/marketplace/{id}", lambda _: "/marketplace/none", stranger=True),
)  # fmt: skip
EVERY = (*CREATING, *CERTIFYING, *INSTALLING, *MANAGING)
NO_PAGES = (
    "/events", "/logo", ".json", ".txt", "/console/static", "/console/oidc/login",
    "/console/oidc/callback",
)  # fmt: skip
"""How routes end that answer with something else: streams, files, redirects."""
