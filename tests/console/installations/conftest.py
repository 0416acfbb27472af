"""Published Connectors to install, and Deployments as their runs leave them."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from tests.api.released import PROJECT, finish, release
from tests.console.people import People
from tests.console.support import Browser, Page, Site

from connectory.auth.administration import ProjectDraft, add_project
from connectory.hosting.lines import LogType, Severity
from connectory.hosting.logs import deployment_logs
from connectory.wire import encode, now, timestamp

SECRET = "correct-horse-battery"
Document = dict[str, Any]


class Shop:
    """One organization with a Project for trying things out and one in production."""

    def __init__(self, site: Site, people: People) -> None:
        self.site = site
        self.people = people
        draft = ProjectDraft(key="store", production=True)
        site.database.write_blocking(lambda c: add_project(c, draft))

    def connector(self, tag: str = "1.0.0", **changes: Any) -> Document:
        """A draft that is published, and previewable in the Project ``demo``."""
        repository = {"url": str(self.site.repository), "tag": tag}
        staged = self.site.create(repository=repository, privateProjects=[PROJECT], **changes)
        return release(self.site, staged)

    def next_version(self, draft: Document, tag: str) -> Document:
        """The Connector at another tag."""
        repository = {"action": "setRepository", "url": str(self.site.repository), "tag": tag}
        answer = self.site.update(draft, repository)
        assert answer.status == 201, answer
        return release(self.site, dict(answer.body), number=2)

    def installed(self, draft: Document, status: str = "Deployed", **changes: Any) -> Document:
        """A Deployment in ``demo`` that has ended."""
        return finish(self.site, self.begun(draft, **changes), status)

    def begun(self, draft: Document, project: str = "demo", **changes: Any) -> Document:
        """A Deployment whose run waits for a worker."""
        secured = [{"key": "TOKEN", "value": SECRET}]
        body = {
            "connector": {"id": draft["id"]},
            "region": "europe-west1.gcp",
            "configurations": [{"applicationName": "service", "securedConfiguration": secured}],
        } | changes
        token = self.site.caller(project, "manage_project", "manage_api_clients")
        answer = self.site.send("POST", f"/{project}/deployments", body, token=token)
        assert answer.status == 201, answer
        return dict(answer.body)

    def now(self, deployment: Document) -> Document:
        return dict(self.site.send("GET", f"/demo/deployments/{deployment['id']}").body)

    def log(self, deployment: Document, *said: Any, **columns: Any) -> None:
        """What the application said: text, or the details of an entry."""
        rows = [
            {
                "deployment_id": deployment["id"],
                "application_name": "service",
                "type": LogType.APPLICATION_TEXT,
                "severity": Severity.INFO,
                "timestamp": timestamp(now()),
                "details": encode({"message": one} if isinstance(one, str) else one).decode(),
            }
            | columns
            for one in said
        ]
        self.site.database.write_blocking(lambda c: _keep(c, rows))


def _keep(connection: Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(deployment_logs), rows)


def page_of(deployment: Document, part: str = "", project: str = "demo") -> str:
    """The address of an installation's page."""
    return f"/console/installations/{project}/{deployment['id']}{part}"


def headings(page: Page) -> list[str]:
    return [one.text for one in page.root.find_all("h1", "h2", "h3", "h4")]


def messages(page: Page) -> str:
    return " ".join(one.text for one in page.root.find_all(class_="message"))


@pytest.fixture(scope="module")
def shop(site: Site, people: People) -> Shop:
    return Shop(site, people)


@pytest.fixture(scope="module")
def mia(people: People) -> Iterator[Browser]:
    """A member at work."""
    with people.signed_in(people.member) as browser:
        yield browser
