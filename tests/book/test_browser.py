"""The site as a reader without a network sees it, page by page, in a real browser."""

from __future__ import annotations

import functools
import os
import re
import shutil
from dataclasses import dataclass

import pytest
from playwright.sync_api import sync_playwright

from .chapters import toc

pytestmark = pytest.mark.browser
PAGES = pytest.mark.parametrize("page", [*toc(), "search", "genindex"])

QUIET = ["disable-gpu", "disable-background-networking", "disable-component-update"]
QUIET += ["no-sandbox", "disable-sync", "no-first-run"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

TYPESET = "async () => { if (window.MathJax?.startup) await MathJax.startup.promise; }"
PROSE = """() => {
  const page = document.body.cloneNode(true);
  page.querySelectorAll("pre, code, script, style, mjx-container").forEach(e => e.remove());
  return page.textContent;
}"""
SHADE = """() => {
  const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).map(Number);
  return (r + g + b) / 3;
}"""
DRAWING = """() => [...document.querySelectorAll("#flow-demo [data-moving]")].map(e => {
  const box = e.getBoundingClientRect();
  return [box.x, box.y, box.width, box.height, e.getAttribute("d"), e.getAttribute("points")];
})"""


@dataclass
class Seen:
    """What one visit to a page showed."""

    complaints: list[str]
    outside: list[str]
    prose: str
    math_errors: int
    images_without_alt: list[str]
    width_on_a_phone: int
    shades: dict[str, float]


@pytest.fixture(scope="module")
def browser():
    program = os.environ.get("LIEGAN_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if program is None:
        how = "no browser: apt-get install chromium, or set LIEGAN_CHROMIUM to one"
        if os.environ.get("CI"):
            pytest.fail(how)
        pytest.skip(how)
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=program, args=[f"--{a}" for a in QUIET])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def offline(browser):
    """A reader with a wide screen and no network."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", offline=True
    )
    yield context
    context.close()


@pytest.fixture(scope="module")
def visit(offline, site):
    """Return a function that opens a page once and tells what it saw."""
    home = site.html.as_uri()

    @functools.cache
    def look(name: str) -> Seen:
        tab = offline.new_page()
        complaints: list[str] = []
        asked: list[str] = []
        tab.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda e: complaints.append(str(e)))
        tab.on("request", lambda r: asked.append(r.url))
        tab.goto(f"{home}/{name}.html")
        tab.evaluate(TYPESET)
        shades = {}
        switch = tab.locator(".theme-switch-button:visible").first
        for _ in range(3):  # auto, light, dark
            switch.click()
            mode = tab.evaluate("document.documentElement.dataset.mode")
            shades[mode] = tab.evaluate(SHADE)
        alt = "e => e.filter(i => !i.alt.trim()).map(i => i.outerHTML.slice(0, 200))"
        seen = Seen(
            complaints=complaints,
            outside=[u for u in asked if not u.startswith((home, "data:", "blob:"))],
            prose=tab.evaluate(PROSE),
            math_errors=tab.locator("mjx-merror, [data-mjx-error]").count(),
            images_without_alt=tab.eval_on_selector_all("img", alt),
            width_on_a_phone=_phone(tab),
            shades=shades,
        )
        tab.close()
        return seen

    return look


def _phone(tab) -> int:
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.reload()
    tab.evaluate(TYPESET)
    return tab.evaluate("document.documentElement.scrollWidth")


@PAGES
def test_no_error_and_no_request_outside_the_site(visit, page):
    assert not visit(page).complaints
    assert not visit(page).outside


@PAGES
def test_no_raw_tex_is_left(visit, page):
    assert visit(page).math_errors == 0
    assert not re.findall(r".{0,30}(?:\$|\\begin\{|\\frac|\\\(|\\\[).{0,30}", visit(page).prose)


@PAGES
def test_every_image_has_alt_text(visit, page):
    assert not visit(page).images_without_alt


@PAGES
def test_a_phone_does_not_scroll_sideways(visit, page):
    assert visit(page).width_on_a_phone <= 391


@PAGES
def test_dark_mode_is_dark_and_light_mode_light(visit, page):
    shades = visit(page).shades
    assert shades["dark"] < 60
    assert shades["light"] > 200


def test_search_finds_the_killing_form(offline, site):
    tab = offline.new_page()
    tab.goto(f"{site.html.as_uri()}/search.html?q=Killing+form")
    tab.wait_for_selector("#search-results li a")
    found = tab.eval_on_selector_all("#search-results li a", "e => e.map(a => a.pathname)")
    tab.close()
    assert any(p.endswith("/02-lie-groups.html") for p in found)


def test_the_slider_moves_the_figure(offline, site):
    tab = offline.new_page()
    tab.goto(f"{site.html.as_uri()}/02-lie-groups.html")
    slider = tab.locator('#flow-demo input[type="range"]').first
    seen = []
    for key in ("Home", "End", "Home"):
        slider.press(key)
        tab.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        seen.append(tab.evaluate(DRAWING))
    tab.close()
    assert seen[0], "nothing in the figure is marked data-moving"
    assert all(a != b for a, b in zip(seen[0], seen[1], strict=True))
    assert seen[0] == seen[2]
