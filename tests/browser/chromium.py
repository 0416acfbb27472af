"""Debian's Chromium, and a visitor who notices everything that a page does wrong."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)
from tests.browser.stage import Known, Stage

PATIENCE = 120_000
"""Milliseconds that anything may take on a busy machine: nothing is told from the time it takes."""
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
DESKTOP, PHONE, SMALLEST = (1280, 800), (390, 844), (320, 640)
STREAM = re.compile(r"/events(\?|$)")
WITNESS = """
document.addEventListener('securitypolicyviolation', (seen) =>
  console.error(`against the policy: ${seen.violatedDirective} ${seen.blockedURI} ${seen.sample}`));
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "There is no Chromium on this machine: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser of their own. ``wrongs``: what no page may do."""

    def __init__(self, url: str, context: BrowserContext) -> None:
        self.url = url
        self.context = context
        self.wrongs: list[str] = []
        self._expected: list[str] = []
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WITNESS)
        context.on("request", self._requested)
        context.on("page", self._opened)
        self.page: Page = context.new_page()

    def go(self, path: str) -> Page:
        """The page at ``path`` of the platform."""
        self.page.goto(self.url + path)
        return self.page

    def sign_in(self, who: Known) -> None:
        """From the page of signing in, on which one is."""
        self.page.get_by_label("Name").fill(who.name)
        self.page.get_by_label("Password").fill(who.password)
        self.press("Sign in")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def press(self, label: str, within: "Page | Locator | None" = None) -> None:
        """The button with exactly this label."""
        (within or self.page).get_by_role("button", name=label, exact=True).click()

    def follow(
        self, label: str, within: "Page | Locator | None" = None, partly: bool = False
    ) -> None:
        """The link with exactly this text, or with it ``partly``."""
        (within or self.page).get_by_role("link", name=label, exact=not partly).click()

    def menu(self, label: str) -> None:
        self.follow(label, self.page.get_by_role("navigation", name="Main"))

    def tab(self, label: str) -> None:
        """Of what the page is about."""
        self.follow(label, self.page.locator("nav.tabs"))

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)

    def reads(self, text: str, within: "Page | Locator | None" = None) -> None:
        """Waits until a person can read it."""
        expect((within or self.page).get_by_text(text).first).to_be_visible()

    def heading(self, text: str) -> None:
        """Waits until it is the page's."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    def hush(self) -> None:
        """Pages stay as they came: nothing is put into them while somebody looks."""
        # a stream that never begins
        self.context.route(STREAM, lambda _: None)

    @contextmanager
    def stays(self) -> Iterator[None]:
        """Whatever happens inside happens without loading the page again."""
        self.page.evaluate("() => { window.stayed = true; }")
        yield
        assert self.page.evaluate("() => window.stayed"), "the page was loaded again"

    def _opened(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrongs.append(f"script: {error}"))
        page.on("dialog", self._asked)

    def _asked(self, dialog: Dialog) -> None:
        self.wrongs.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        here = parts.scheme in {"data", "about"} or parts.hostname == "127.0.0.1"
        if not here:
            self.wrongs.append(f"another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # a page that says no says so with its status, of which the browser makes an error
        refused = message.text.startswith("Failed to load resource") and (
            message.location["url"] == message.page.url if message.page else False
        )
        if message.type in {"error", "warning"} and not refused:
            self.wrongs.append(f"{message.type}: {message.text} ({message.location})")


@contextmanager
def visiting(
    stage: Stage, browser: Browser, who: "Known | None" = None, **options: Any
) -> Iterator[Visitor]:
    """Signed in as ``who``; afterwards nothing may have gone wrong on any page."""
    width, height = options.pop("size", DESKTOP)
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    try:
        visitor = Visitor(stage.url, context)
        if who is not None:
            visitor.go("/console/login")
            visitor.sign_in(who)
        yield visitor
        assert not visitor.wrongs, "\n".join(visitor.wrongs)
    finally:
        context.close()
