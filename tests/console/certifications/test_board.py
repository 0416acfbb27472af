"""The queue: what waits, what is in review, one's own, what has ended."""

import pytest
from tests.api.test_certifications import World
from tests.console.people import People
from tests.console.support import Browser, Page

from connectory.console.certifications.board import backwards

BOARD = "/console/certifications"


def rows(page: Page) -> list[str]:
    found = page.root.find_all("tbody")
    return [one["href"].rpartition("/")[2] for body in found for one in _first_links(body)]


def _first_links(body: object) -> list[dict[str, str]]:
    return [row.find("a").attributes for row in body.find_all("tr")]  # type: ignore[attr-defined]


def count(page: Page, label: str) -> int:
    tab = next(
        one for one in page.root.find("nav", class_="tabs").find_all("a")
        if one.text.startswith(label)
    )  # fmt: skip
    return int(tab.find("span", class_="count").text)


def test_each_certification_stands_in_its_own_list(world: World, rita: Browser) -> None:
    before = {name: count(rita.get(BOARD), name) for name in ("Waiting", "In review", "Mine")}
    waiting, review = (world.ready()[1] for _ in range(2))
    world.do(review, "take")
    mine = world.ready()[1]
    rita.submit(rita.get(f"{BOARD}/{mine['id']}"), "Take")
    page = rita.get(BOARD)
    assert waiting["id"] in rows(page)
    assert count(page, "Waiting") == before["Waiting"] + 1
    assert count(page, "In review") == before["In review"] + 2
    assert count(page, "Mine") == before["Mine"] + 1
    taken = rows(rita.get(f"{BOARD}?state=review"))
    assert {review["id"], mine["id"]} <= set(taken)
    assert review["id"] not in rows(rita.get(f"{BOARD}?state=mine"))
    assert mine["id"] in rows(rita.get(f"{BOARD}?state=mine"))
    world.do(review, "reject", reason="No")
    assert rows(rita.get(f"{BOARD}?state=ended"))[0] == review["id"]


def test_a_row_says_whose_connector_how_old_and_how_far(world: World, rita: Browser) -> None:
    _, review = world.ready()
    page = rita.get(BOARD)
    row = next(one for one in page.root.find("tbody").find_all("tr")
               if review["id"] in one.find("a")["href"])  # fmt: skip
    assert "Draft 1.0.0" in row.text
    assert "Engines" in row.text
    assert row.find("time")["datetime"] == review["requestedAt"]
    total = len(world.read(review)["checklist"])
    assert f"of {total} decided" in row.text


def test_whoever_has_taken_none_is_told_what_to_do(people: People) -> None:
    with people.signed_in(people.second_reviewer) as browser:
        page = browser.get(f"{BOARD}?state=mine")
        assert "You have taken none" in page.text
        assert page.link("See what waits") == f"{BOARD}?state=waiting"


def test_an_unknown_filter_is_the_queue(rita: Browser) -> None:
    page = rita.get(f"{BOARD}?state=nonsense&offset=-3")
    current = page.root.find("nav", class_="tabs").find("a", **{"aria-current": "page"})
    assert current.text.startswith("Waiting")


@pytest.mark.parametrize(
    ("total", "limit", "offset", "wanted"),
    [(0, 20, 0, (0, 0)), (5, 20, 0, (0, 5)), (45, 20, 0, (25, 20)), (45, 20, 20, (5, 20)),
     (45, 20, 40, (0, 5)), (45, 20, 60, (0, 0))],
)  # fmt: skip
def test_pages_from_the_end_cover_everything_once(
    total: int, limit: int, offset: int, wanted: tuple[int, int]
) -> None:
    assert backwards(total, limit, offset) == wanted
