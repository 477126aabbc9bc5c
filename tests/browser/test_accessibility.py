"""Every page, in both languages, light and dark, on a phone and on a desk: no axe violation, nothing cut off."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from graph.kinds import Language
from tests.browser.conftest import AWKWARD_ID

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]

PAGES = {
    "ask": "/",
    "answer": "/partners?q=truy+xu%E1%BA%A5t+ngu%E1%BB%93n+g%E1%BB%91c+rau&kind=business&kind=startup",
    "answer to a member": "/partners?me=elcom",
    "answer with choices": "/partners?me=ha+noi",
    "nobody found": "/partners?q=xyzzy",
    "actor": "/actors/sc-hust?me=elcom&question=q%3Drau",
    "awkward actor": f"/actors/{quote(AWKWARD_ID, safe='')}",
    "challenges": "/challenges",
    "challenge": "/projects/ch-flood",
    "search": "/search?q=bach+khoa",
    "browse": "/search",
    "members": "/search?kind=startup",
    "filtered": "/search?q=ha+noi&kind=school&kind=business&field=digital_ai&place=ha+noi",
    "nothing passes": "/search?q=xyzzy&kind=school",
    "unknown parameter": "/search?feild=x",
    "not found": "/actors/nobody",
    "not valid": "/partners?kind=nobody",
}
WAYS_TO_READ: Mapping[Language, tuple[tuple[int, Scheme], ...]] = {
    "vi": ((360, "light"), (1280, "dark")),
    "en": ((360, "dark"), (1280, "light")),
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_page_has_no_violation_and_fits(chromium: Browser, address: str, language: Language, path: str) -> None:
    page = chromium.new_page()
    try:
        page.goto(f"{address}/{language}{path}")
        assert page.locator("html").get_attribute("lang") == language
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        for width, scheme in WAYS_TO_READ[language]:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow == 0, f"{overflow} px too wide at {width} px"
            results = Axe().run(page)
            assert results.violations_count == 0, f"{width} px, {scheme}: {results.generate_report()}"
    finally:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [PAGES["nobody found"], PAGES["search"], PAGES["challenge"]])
def test_colours_have_enough_contrast(chromium: Browser, address: str, path: str, scheme: Scheme) -> None:
    page = chromium.new_page(color_scheme=scheme, viewport={"width": 800, "height": 800})
    try:
        page.goto(f"{address}/vi{path}")
        results = Axe().run(page, options={"runOnly": ["color-contrast"]})
        assert results.violations_count == 0, results.generate_report()
    finally:
        page.close()
