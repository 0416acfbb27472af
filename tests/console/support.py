"""The API and the pages on a real socket, without workers, and a browser without JavaScript."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send
from tests.api.conftest import Api
from tests.console.html import Element, Form, parse

from connectory.api.app import api as application
from connectory.api.context import Context
from connectory.auth.administration import set_up
from connectory.console import is_page
from connectory.console.app import console
from connectory.database import open_database
from connectory.repositories import GitSettings, Repositories
from connectory.sealing import Seal
from connectory.settings import Settings

MOST_REDIRECTS = 5


class Faces:
    """What one origin serves, as in a running platform."""

    def __init__(self, context: Context) -> None:
        self.api = application(context, lambda: True)
        self.pages = console(context, self.api)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = scope["type"] == "http" and is_page(scope["path"])
        await (self.pages if page else self.api)(scope, receive, send)


class Site(Api):
    """The API as ``Api`` knows it, and its pages for whoever signs in."""

    faces: Faces

    def browser(self) -> "Browser":
        return Browser(self.url)

    @contextlib.contextmanager
    def signed_in(self, name: str, password: str) -> "Iterator[Browser]":
        with self.browser() as browser:
            browser.sign_in(name, password)
            yield browser

    def administrator(self) -> "contextlib.AbstractContextManager[Browser]":
        """The first administrator, of the organization ``default``."""
        return self.signed_in(self.first.administrator, self.first.password)


class Page:
    """What came back, after redirects."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.url = str(response.url)
        self.path = response.url.path
        self.source = response.text
        self.root = parse(self.source) if self._is_html else Element("", {})

    @property
    def _is_html(self) -> bool:
        return "html" in self.response.headers.get("content-type", "")

    @property
    def text(self) -> str:
        """What a person reads of the whole page."""
        return self.root.text if self._is_html else self.source

    @property
    def main(self) -> Element:
        return self.root.find("main")

    @property
    def heading(self) -> str:
        return self.root.find("h1").text

    @property
    def forms(self) -> list[Form]:
        return [Form(one) for one in self.root.find_all("form")]

    def form(self, label: str = "", action: str = "") -> Form:
        """The form with this button, or with this target."""
        for one in self.forms:
            labels = {button.text for button in one.element.find_all("button")}
            if (not label or label in labels) and (not action or one.action == action):
                return one
        offered = [(one.action, one.button) for one in self.forms]
        raise AssertionError(f"no form {label!r} {action!r} among {offered}: {self.text[:2000]}")

    def has_button(self, label: str) -> bool:
        return any(label == button.text for button in self.root.find_all("button"))

    def link(self, label: str) -> str:
        """Where the link with this text leads."""
        found = next((one for one in self.root.find_all("a") if one.text == label), None)
        assert found is not None, f"no link {label!r}: {self.text[:2000]}"
        return found["href"]


class Browser:
    """Keeps cookies, follows links and redirects, sends forms: no more."""

    def __init__(self, url: str) -> None:
        self.url = url
        # nothing here is encrypted: certificates would take a while to load
        self.client = httpx.Client(base_url=url, timeout=60, trust_env=False, verify=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def get(self, path: str, **headers: str) -> Page:
        return self._followed(self.client.get(path, headers=headers))

    def post(
        self, path: str, fields: "list[tuple[str, str]] | dict[str, str]", **headers: str
    ) -> Page:
        """A form as the browser sends it from a page of this origin, unless ``headers`` say
        otherwise."""
        sent = {"origin": self.origin} | headers
        pairs = list(fields.items()) if isinstance(fields, dict) else fields
        body = urlencode(pairs)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        response = self.client.post(path, content=body, headers=kind | sent)
        return self._followed(response)

    def submit(
        self, page: Page, label: str = "", action: str = "", **given: "str | list[str]"
    ) -> Page:
        """Fill in the form with the button ``label`` and press it."""
        form = page.form(label, action)
        target = urljoin(page.url, form.action) if form.action else page.url
        fields = form.filled(**given)
        pressed = [
            (one["name"], one.get("value"))
            for one in form.element.find_all("button")
            if one.text == label and one.get("name")
        ]
        if form.method == "GET":
            return self._followed(self.client.get(target, params=urlencode(fields)))
        return self.post(target, [*fields, *pressed[:1]])

    def follow(self, page: Page, label: str) -> Page:
        return self.get(urljoin(page.url, page.link(label)))

    def sign_in(self, name: str, password: str) -> Page:
        page = self.submit(self.get("/console/login"), "Sign in", name=name, password=password)
        assert page.path != "/console/login", page.text
        return page

    def _followed(self, response: httpx.Response) -> Page:
        for _ in range(MOST_REDIRECTS):
            if response.next_request is None:
                return Page(response)
            # a fragment is the browser's own affair
            response = self.client.get(str(response.next_request.url).partition("#")[0])
        raise AssertionError(f"too many redirects, last to {response.url}")


@contextlib.contextmanager
def serving(directory: Path, repository: Path, **settings: Any) -> Iterator[Site]:
    """A platform's faces over an empty data directory; ``settings`` as in ``Settings``."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    database = open_database("", directory)
    first = database.write_blocking(set_up)
    assert first is not None
    given: dict[str, Any] = {
        "data": str(directory),
        "git_allow_local": True,
        "public_url": url,
        "login_tries": 1000,
    } | settings
    seal = Seal.from_file(directory / "seal.key")
    repositories = Repositories(directory / "git", GitSettings(allow_local=True))
    faces = Faces(Context(Settings(**given), database, repositories, seal))
    config = uvicorn.Config(
        faces, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    try:
        site = Site(url, database, first, repository, seal, directory)
        site.faces = faces
        yield site
    finally:
        server.should_exit = True
        thread.join()
        database.close()
