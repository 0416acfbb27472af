"""What holds of every page: accessible, within its width, reachable by keyboard."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page
from tests.browser.chromium import DESKTOP, PHONE, SMALLEST

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
GRAVE = {"serious", "critical"}
ALL_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
OPEN = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
WIDTH = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
WATCH = """
() => {
  const radios = new Set();
  const stops = [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter((one) => !one.matches(':disabled') && one.type !== 'hidden' && one.tabIndex >= 0)
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => {
      if (one.type !== 'radio') return true;
      const group = [...(one.form || document).querySelectorAll('input[type=radio]')]
        .filter((other) => other.name === one.name);
      return one === (group.find((other) => other.checked) || group[0]);
    });
  const seen = [];
  document.addEventListener('focusin', (event) => {
    const style = getComputedStyle(event.target);
    const visible = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    const at = stops.indexOf(event.target);
    if (at >= 0 && seen.length < stops.length) seen.push([at, visible]);
  });
  window.walked = () => ({
    seen, names: stops.map((one) => one.outerHTML.slice(0, 160)) });
  stops[0].focus();
}
"""


def looks(page: Page) -> Iterator[tuple[Scheme, tuple[int, int]]]:
    """The page in each of its four shapes."""
    for size in (DESKTOP, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            yield scheme, size


def photograph(page: Page, name: str) -> None:
    """Where somebody wants to look at the pages: ``SCREENSHOTS`` names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        for scheme, (width, _) in looks(page):
            path = Path(folder) / f"{name}-{scheme}-{width}.png"
            page.screenshot(path=path, full_page=True)


def barriers(page: Page) -> list[str]:
    """What axe finds grave, with everything unfolded. Only contrasts differ between the schemes."""
    page.evaluate(OPEN)
    page.evaluate(AXE_SCRIPT)
    found = list[str]()
    for scheme, (width, _) in looks(page):
        options = ALL_RULES if scheme == SCHEMES[0] else CONTRAST
        said = page.evaluate("(options) => axe.run(options)", options)
        found += (f"{scheme} {width}: {one}" for one in _grave(said["violations"]))
    return found


def overhang(page: Page) -> int:
    """Pixels by which the page is wider than the smallest screen."""
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    return int(page.evaluate(WIDTH))


def keyboard(page: Page) -> list[str]:
    """What Tab does not reach in the order of the page, or reaches invisibly."""
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.evaluate(WATCH)
    # a date is several stops within one field
    for _ in range(page.evaluate("() => window.walked().names.length + 40")):
        page.keyboard.press("Tab")
    walked = page.evaluate("() => window.walked()")
    page.evaluate("() => document.activeElement.blur()")
    names, seen = walked["names"], walked["seen"]
    order = [at for at, _ in seen]
    expected = list(range(len(names)))
    wrong = [f"no focus to be seen: {names[at]}" for at, visible in seen if not visible]
    if order != expected:
        first = next((n for n, at in enumerate(expected) if order[n : n + 1] != [at]), 0)
        wrong.append(f"not in order from: {names[first]}")
    return wrong


def _grave(violations: list[dict[str, Any]]) -> Iterator[str]:
    for one in violations:
        if one["impact"] in GRAVE:
            for node in one["nodes"]:
                why = (node.get("failureSummary") or "").replace("\n", " ")
                yield f"{one['id']} ({one['impact']}): {node['html'][:200]} {why[:200]}"
