"""A creator who writes scripts into everything that a page shows: no page runs one."""

import pytest
from playwright.sync_api import Browser
from tests.browser.chromium import Visitor, visiting
from tests.browser.repository import BUILD, README, SERVER, SPECIFICATION
from tests.browser.scenes import EVERY
from tests.browser.stage import Stage
from tests.browser.walking import signed_in
from tests.browser.world import Words, World

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

RUN = "window.__xss=1"
SCRIPT = f"<script>{RUN}</script>"
IMAGE = f'"><img src=x onerror="{RUN}">'
QUOTE = f"' onmouseover='{RUN}' autofocus onfocus='{RUN}' x='"
LINK = f"javascript:{RUN}"
EVERYTHING = f"{SCRIPT}{IMAGE}{QUOTE}</textarea></title>{{{{7*7}}}}<svg/onload={RUN}>"
FILES = {
    "README.md": f"""{README}
{SCRIPT}
[follow]({LINK}) ![look](x" onerror="{RUN}) <a href="{LINK}">here</a>
<iframe srcdoc="{SCRIPT}"></iframe><svg onload="{RUN}"><style>@import '//x.invalid'</style></svg>
<details open ontoggle="{RUN}">x</details><img src="https://example.org/pixel.png" onerror="{RUN}">
[data](data:text/html,{SCRIPT}) <form action="//example.org"><button>x</button></form>

| {IMAGE} | b |
|---|---|
| {SCRIPT} | <b onclick="{RUN}">x</b> |
""",
    "logo.svg": f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="{RUN}">
<script>{RUN};document.documentElement.setAttribute('ran', '1')</script>
<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="{RUN}"/></foreignObject>
<image href="https://example.org/x.png"/><rect width="9" height="9"/></svg>
""",
    "connect.yaml": SPECIFICATION.replace("What is said first", f"'{SCRIPT}{IMAGE}'").replace(
        "default: Hello", f"default: '{SCRIPT}{IMAGE}'"
    ),
    "service/server.js": SERVER.replace(
        "createServer((", f"console.log({f'{EVERYTHING}{LINK}'!r});\ncreateServer(("
    ),
    "service/build.js": f"{BUILD}console.log({EVERYTHING!r});\n",
    f"docs/{QUOTE[:12]}.md": f"# Usage\n\n{SCRIPT}\n",
}
WORDS = Words(
    name=EVERYTHING,
    description=EVERYTHING,
    company=EVERYTHING,
    comment=EVERYTHING,
    caller=EVERYTHING,
    error=f"throw new Error({EVERYTHING!r});\n",
    changed=f"Call {EVERYTHING}",
    files=FILES,
)
SEEN = """
() => ({
  ran: window.__xss,
  planted: document.querySelectorAll(
    '[onerror], [onload], [onfocus], [onmouseover], [ontoggle], [onclick], iframe, foreignObject, '
    + 'main script, main style, main form[action^="//"], '
    + '[href^="javascript:"], [href^="data:"], [src^="javascript:"]').length,
})
"""


def test_no_page_runs_what_a_creator_wrote(stage: Stage, browser: Browser) -> None:
    world = World(stage, WORDS)
    state = signed_in(world, browser)
    shown = 0
    with visiting(stage, browser) as stranger, visiting(stage, browser, storage_state=state) as one:
        for scene in EVERY:
            visitor = stranger if scene.stranger else one
            scene.reach(visitor, world)
            assert _seen(visitor) == {"planted": 0}, scene.name
            shown += SCRIPT in visitor.page.locator("main").inner_text()
    # the texts were there to be read, as texts
    assert shown > 20


def _seen(visitor: Visitor) -> object:
    """With everything unfolded and hovered over."""
    page = visitor.page
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => one.open = true)")
    found = page.evaluate(SEEN)
    return {key: value for key, value in found.items() if value is not None}


def test_a_logo_of_its_own_is_only_an_image(stage: Stage, browser: Browser) -> None:
    """Opened as a document, where a script in it could run and more could be loaded."""
    repository = stage.repository("logo")
    repository.push("1.0.0", FILES)
    draft = stage.create(repository, "Logo")
    stage.certify(draft)
    loaded = list[str]()
    context = browser.new_context()
    try:
        context.on("requestfinished", lambda request: loaded.append(request.url))
        tab = context.new_page()
        answer = tab.goto(f"{stage.url}/marketplace/{draft['id']}/logo")
        assert answer is not None
        assert answer.ok
        assert tab.locator("rect").count() == 1
        assert tab.evaluate("() => document.documentElement.getAttribute('ran')") is None
    finally:
        context.close()
    assert all(url.startswith(stage.url) for url in loaded), loaded
