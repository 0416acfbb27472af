"""Pages that change while one looks send what has changed, and nothing else."""

import pytest
from tests.api import released
from tests.api.test_certifications import World
from tests.console.connectors.stages import begin, say
from tests.console.people import Known, People
from tests.console.support import Browser, Site

Pages = dict[str, tuple[str, Known]]
"""Each with somebody who may see it."""


@pytest.fixture(scope="module")
def pages(site: Site, people: People) -> Pages:
    """Pages with something under way, which is at rest now."""
    busy = site.create()
    asked = site.update(busy, {"action": "updatePreviewable"})
    assert asked.status == 201, asked
    run = begin(site, busy, "fetch", "test service")
    say(site, run, "test", "first")
    world = World(site)
    staged, review = world.ready()
    published = released.release(site, site.create(), public=True)
    begun = site.send("POST", released.DEPLOYMENTS, released.draft(published))
    assert begun.status == 201, begun
    paths = {
        "overview": f"/console/connectors/{busy['id']}",
        "run": f"/console/connectors/{busy['id']}/runs/{run.id}",
        "certification": f"/console/connectors/{staged['id']}/certification",
        "board": "/console/certifications",
        "review": f"/console/certifications/{review['id']}",
        "installations": "/console/installations",
        "installation": f"/console/installations/demo/{begun.body['id']}",
        "log": f"/console/installations/demo/{begun.body['id']}/logs",
    }
    creator = Known("eve", world.creators_password)
    return {
        name: (path, creator if name == "certification" else people.admin)
        for name, path in paths.items()
    }


PAGES = ["overview", "run", "certification", "board", "review", "installations", "installation",
         "log"]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_shows_is_not_sent_again(people: People, pages: Pages, name: str) -> None:
    path, who = pages[name]
    with people.signed_in(who) as browser:
        page = browser.get(path)
        (element,) = (one for one in page.root.find_all() if one.get("sse-connect"))
        assert element["sse-close"] == "over"
        lines = list[str]()
        with browser.client.stream("GET", element["sse-connect"]) as stream:
            for line in stream.iter_lines():
                if not lines:
                    sign_out(browser)
                lines.append(line)
    assert [one for one in lines if one.startswith("event:")] == ["event: over"]


def sign_out(browser: Browser) -> None:
    page = browser.get("/console/profile")
    browser.submit(page, "Sign out")
