"""The log of an installation: reading, filtering, following, taking away."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.console.installations.conftest import Document, Shop, page_of
from tests.console.support import Browser, Page

from connectory.console.installations import reading
from connectory.deployments.store import delete_deployment
from connectory.hosting.lines import LogType, Severity
from connectory.wire import now, timestamp

REQUEST = {"requestMethod": "GET", "requestUrl": "/service/hello", "status": 200, "latencyMs": 3.5}
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def greeting(shop: Shop) -> Document:
    return shop.connector("many", name="Talking")


@pytest.fixture
def talking(shop: Shop, greeting: Document) -> Document:
    """A Deployment that has said nothing yet."""
    names = ("service", "listener", "nightly")
    secured = {"securedConfiguration": [{"key": "TOKEN", "value": "hunter2"}]}
    return shop.installed(
        greeting,
        configurations=[
            {"applicationName": one} | (secured if one == "service" else {}) for one in names
        ],
        globalConfiguration={"standardConfiguration": [{"key": "REGION", "value": "north"}]},
    )


def logs_of(deployment: Document, query: str = "") -> str:
    return page_of(deployment, f"/logs{query}")


def said(page: Page) -> list[str]:
    """The text of each entry."""
    return [one.find("code").text for one in page.root.find("ol", class_="entries").find_all("li")]


def test_entries_are_readable_oldest_first(shop: Shop, mia: Browser, talking: Document) -> None:
    shop.log(talking, "listening on 8080")
    shop.log(talking, REQUEST, type=LogType.HTTP_REQUEST)
    shop.log(
        talking, {"message": "it broke", "order": 7},
        type=LogType.APPLICATION_JSON, severity=Severity.ERROR,
    )  # fmt: skip
    shop.log(talking, {"order": 8}, type=LogType.APPLICATION_JSON)
    page = mia.get(logs_of(talking))
    assert said(page) == [
        "listening on 8080", "GET /service/hello 200 in 3.5 ms", "it broke", '{"order":8}',
    ]  # fmt: skip
    (broken,) = page.root.find_all("li", class_="error")
    assert '"order": 7' in broken.find("pre").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"applicationName": "listener"}, ["of the listener"]),
        ({"severity": "WARNING"}, ["a warning", "an error"]),
        ({"type": "HTTP_REQUEST"}, ["GET /service/hello 200 in 3.5 ms"]),
        ({"text": "WARN"}, ["a warning"]),
        ({"text": "nobody said this"}, []),
    ],
)
def test_filters(
    shop: Shop, mia: Browser, talking: Document, query: dict[str, str], found: list[str]
) -> None:
    shop.log(talking, "all is well")
    shop.log(talking, "a warning", severity=Severity.WARNING)
    shop.log(talking, "an error", severity=Severity.CRITICAL)
    shop.log(talking, REQUEST, type=LogType.HTTP_REQUEST)
    shop.log(talking, "of the listener", application_name="listener")
    page = mia.submit(mia.get(logs_of(talking)), "Filter", **query)
    assert said(page) == found
    kept = dict(page.form("Filter").filled())
    assert {name: kept[name] for name in query} == query
    text = mia.get(page.link("Download as text"))
    assert len(text.source.splitlines()) == len(found)


def test_the_newest_of_many_are_shown_first(shop: Shop, mia: Browser, talking: Document) -> None:
    old = timestamp(now() - timedelta(hours=2))
    shop.log(talking, *(f"old {number}" for number in range(300)), timestamp=old)
    shop.log(talking, "new")
    assert said(mia.get(logs_of(talking)))[-2:] == ["old 299", "new"]
    assert len(said(mia.get(logs_of(talking)))) == reading.MOST


def test_a_search_with_a_beginning_goes_on_from_page_to_page(
    shop: Shop, mia: Browser, talking: Document
) -> None:
    old = timestamp(now() - timedelta(hours=2))
    shop.log(talking, *(f"old {number}" for number in range(250)), timestamp=old)
    start = (now() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    page = mia.submit(mia.get(logs_of(talking)), "Filter", startDate=start)
    first = said(page)
    assert first[0] == "old 0"
    rest = said(mia.follow(page, "Later entries"))
    assert [*first, *rest] == [f"old {number}" for number in range(250)]


def test_an_end_is_looked_back_from(shop: Shop, mia: Browser, talking: Document) -> None:
    moment = now() - timedelta(days=2)
    shop.log(talking, "before", timestamp=timestamp(moment))
    shop.log(talking, "after", timestamp=timestamp(moment + timedelta(hours=2)))
    end = (moment + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    assert said(mia.get(logs_of(talking, f"?endDate={end}"))) == ["before"]


@pytest.mark.parametrize(
    "query",
    ["startDate=yesterday", "endDate=x", "startDate=2001-01-01T00:00"],
)
def test_dates_that_cannot_be_used_are_told(mia: Browser, talking: Document, query: str) -> None:
    page = mia.get(logs_of(talking, f"?{query}"))
    assert page.status == 400
    assert "at most 30 days ago" in page.root.find(role="alert").text


def test_dates_of_a_text_are_refused_before_it_begins(mia: Browser, talking: Document) -> None:
    assert mia.get(page_of(talking, "/logs.txt?startDate=yesterday")).status == 400


def test_odd_filters_are_no_trouble(mia: Browser, talking: Document) -> None:
    assert mia.get(logs_of(talking, "?severity=LOUD&type=x")).status == 200
    assert mia.get(logs_of(talking, "?pageToken=x")).status == 400
    assert mia.get(logs_of(talking, "?applicationName=none")).status == 400


def test_nothing_logged_yet_says_what_will_come(mia: Browser, talking: Document) -> None:
    assert "Nothing was logged yet" in mia.get(logs_of(talking)).text


def test_what_applications_say_stays_text(shop: Shop, mia: Browser, talking: Document) -> None:
    shop.log(talking, SCRIPT, "turned \u202e round \x1b[31m")
    shop.log(talking, {"message": SCRIPT, "a": SCRIPT}, type=LogType.APPLICATION_JSON)
    shop.log(talking, REQUEST | {"requestUrl": SCRIPT}, type=LogType.HTTP_REQUEST)
    shop.log(talking, {"requestUrl": 7, "status": None}, type=LogType.HTTP_REQUEST)
    shop.log(talking, {"msg": {"deep": SCRIPT}}, type=LogType.APPLICATION_JSON)
    page = mia.get(logs_of(talking))
    assert SCRIPT not in page.source
    assert "<img" not in page.source
    assert "\u202e" not in page.source
    assert SCRIPT in page.text
    text = mia.get(page.link("Download as text"))
    assert text.response.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.response.headers["content-disposition"].startswith("attachment;")
    assert "\x1b" not in text.source
    assert "\u202e" not in text.source


def entries(lines: list[str]) -> int:
    return sum(line.count("<li ") for line in lines)


def test_a_page_of_the_newest_leads_back(shop: Shop, mia: Browser, talking: Document) -> None:
    shop.log(talking, *(f"entry {number}" for number in range(250)))
    page = mia.get(logs_of(talking, "?severity=INFO"))
    assert said(page) == [f"entry {number}" for number in range(50, 250)]
    earlier = mia.follow(page, "Earlier entries")
    assert said(earlier) == [f"entry {number}" for number in range(50)]
    assert "sse-connect" not in earlier.source


def test_following_shows_what_the_filters_let_through(
    shop: Shop, mia: Browser, talking: Document
) -> None:
    page = mia.get(logs_of(talking, "?severity=ERROR&text=Order"))
    (element,) = page.root.find_all(**{"sse-swap": "entries"})
    lines = list[str]()
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        for line in stream.iter_lines():
            if not lines:
                shop.log(talking, "order 1 is well")
                shop.log(talking, "something else broke", severity=Severity.ERROR)
                shop.log(talking, "order 2 broke", severity=Severity.CRITICAL)
            lines.append(line)
            if entries(lines):
                break
    assert "order 2 broke" in lines[-1]


def test_a_browser_that_comes_again_gets_what_it_missed(
    shop: Shop, mia: Browser, talking: Document
) -> None:
    page = mia.get(logs_of(talking))
    (element,) = page.root.find_all(**{"sse-swap": "entries"})
    place = ""
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        shop.log(talking, "seen")
        for line in stream.iter_lines():
            place = line.removeprefix("id: ") if line.startswith("id: ") else place
            if ">seen<" in line:
                break
    shop.log(talking, "missed", timestamp=timestamp(now() - timedelta(minutes=1)))
    lines = list[str]()
    headers = {"last-event-id": place}
    with mia.client.stream("GET", element["sse-connect"], headers=headers) as stream:
        for line in stream.iter_lines():
            lines.append(line)
            if entries(lines):
                break
    assert ">missed<" in lines[-1]
    assert ">seen<" not in "".join(lines)


def test_following_brings_what_is_new_once(shop: Shop, mia: Browser, talking: Document) -> None:
    shop.log(talking, "before")
    page = mia.get(logs_of(talking))
    (element,) = page.root.find_all(**{"sse-swap": "entries"})
    lines, wanted, sent = list[str](), ["first", SCRIPT, "third"], 1
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        shop.log(talking, wanted[0])
        for line in stream.iter_lines():
            lines.append(line)
            if line == "" and entries(lines) == len(wanted):
                break
            if line == "" and entries(lines) == sent:
                shop.log(talking, wanted[sent])
                sent += 1
    text = "\n".join(lines)
    assert "before" not in text
    assert text.count(">first<") == 1
    assert text.count(">third<") == 1
    assert SCRIPT not in text
    assert "id: " in text


def test_following_ends_with_the_installation(shop: Shop, mia: Browser, talking: Document) -> None:
    page = mia.get(logs_of(talking))
    (element,) = page.root.find_all(**{"sse-close": "over"})
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        shop.site.database.write_blocking(lambda c: delete_deployment(c, talking["id"]))
        assert "event: over" in list(stream.iter_lines())


def test_a_log_can_be_paused(mia: Browser, talking: Document) -> None:
    page = mia.follow(mia.get(logs_of(talking, "?text=x")), "Pause")
    assert "sse-connect" not in page.source
    assert parse_qs(urlsplit(page.link("Follow")).query) == {"text": ["x"]}


def test_a_search_is_not_followed(mia: Browser, talking: Document) -> None:
    start: Any = (now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    page = mia.get(logs_of(talking, f"?startDate={start}"))
    assert "sse-connect" not in page.source
    assert "Nothing was logged that is like that" in page.text
