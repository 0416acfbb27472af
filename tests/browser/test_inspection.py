"""The inspection itself: it finds what it is there to find."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.chromium import Visitor
from tests.browser.inspection import barriers, keyboard, overhang

PAGE = """<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>
<p><a href="#a">One</a> <button>Two</button></p>{}</main></html>"""

NO_IMAGES = "<meta http-equiv='content-security-policy' content=\"img-src 'none'\">"


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    context = browser.new_context()
    yield Visitor("http://127.0.0.1", context)
    context.close()


def _page(visitor: Visitor, more: str = "") -> Page:
    visitor.page.set_content(PAGE.format(more))
    return visitor.page


def test_nothing_is_wrong_with_a_plain_page(visitor: Visitor) -> None:
    page = _page(visitor)
    assert (keyboard(page), barriers(page), overhang(page)) == ([], [], 0)
    assert visitor.wrongs == []


@pytest.mark.parametrize(
    "more",
    [
        "<input>",
        '<p style="color: #bbb; background: #fff">pale</p>',
        "<details><summary>More</summary><img src='data:,'></details>",
    ],
)
def test_a_barrier_is_found(visitor: Visitor, more: str) -> None:
    assert barriers(_page(visitor, more))


def test_a_control_that_cannot_be_reached_is_found(visitor: Visitor) -> None:
    trap = "document.querySelector('button').onfocus = () => document.querySelector('a').focus()"
    page = _page(visitor, f"<button>Three</button><script>{trap}</script>")
    assert "not in order" in keyboard(page)[0]


def test_an_invisible_focus_is_found(visitor: Visitor) -> None:
    page = _page(visitor, '<button style="outline: none">Three</button>')
    assert keyboard(page) == [
        'no focus to be seen: <button style="outline: none">Three</button>'
    ]  # fmt: skip


def test_what_is_too_wide_is_found(visitor: Visitor) -> None:
    assert overhang(_page(visitor, '<p style="width: 40rem">wide</p>')) > 300


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ("<script>nothing.there()</script>", "script:"),
        ("<script>console.error('odd')</script>", "error: odd"),
        ("<script>alert('hello')</script>", "dialog: hello"),
        ("<img alt='' src='https://nowhere.invalid/pixel.png'>", "another host:"),
        (f"{NO_IMAGES}<img alt='' src='data:,'>", "error: "),
    ],
)
def test_what_no_page_may_do_is_noticed(visitor: Visitor, more: str, wrong: str) -> None:
    page = _page(visitor, more)
    # a turn of the browser, in which it tells what it has seen
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert any(one.startswith(wrong) for one in visitor.wrongs), visitor.wrongs
