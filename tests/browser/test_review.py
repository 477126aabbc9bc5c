"""The page on which staff judge who is the same, in a real browser without JavaScript."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from graph.judgements import MACHINE, Judgement, append_judgements
from graph.model import Actor, Provenance
from graph.sqlite_store import SqliteStore
from graph.store import GraphStore
from service.app import create_app
from service.settings import Settings
from tests.browser.conftest import wait_until_ready
from tests.servers import free_port
from tests.service.doubles import wait_until
from tests.worlds import hanoi_network, load_world

pytestmark = pytest.mark.browser

TOKEN = "a-token-for-tests-only"
COPY = Actor(
    "auto-0017",
    "school",
    "ĐH Bách khoa HN",
    name_en="Hanoi University of Science and Technology",
    aliases=("Trường Đại học Bách khoa Hà Nội",),
    district_or_city="Hai Bà Trưng",
    identifiers=("ror:04nyv3z04", "openalex:I98381234"),
    website="https://hust.edu.vn/vi",
    founded="1956",
    summary="Trường đại học kỹ thuật đầu tiên của Việt Nam.",
    provenance=Provenance("danh sách trường tháng 5.xlsx", "https://example.org/danh-sach"),
)
OTHER = Actor("auto-0018", "school", "Học viện Công nghệ BCVT (cơ sở 2)", district_or_city="Thành phố Hồ Chí Minh")


PAIRS = ((COPY.id, "sc-hust"), (OTHER.id, "sc-ptit"), ("bz-cmc", "bz-viettel"))


def propose(store: GraphStore, by: str) -> None:
    append_judgements(store, [Judgement.now(*pair, "unsure", by, 0.5) for pair in PAIRS])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, GraphStore]]:
    """Address of a service with a write token and pairs to judge."""
    path: Path = tmp_path_factory.mktemp("review") / "network.db"
    with SqliteStore(path) as store:
        load_world(store, hanoi_network())
        store.upsert_actors([COPY, OTHER])
        propose(store, MACHINE)
        port = free_port()
        settings = Settings(_env_file=None, write_token=TOKEN, poll_seconds=0.05)
        server = uvicorn.Server(uvicorn.Config(create_app(settings, store), port=port, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run)
        thread.start()
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url)
        yield url, store
        server.should_exit = True
        thread.join()


@pytest.fixture
def staffed(service: tuple[str, GraphStore]) -> str:
    """The address of the service, with all pairs waiting again."""
    url, store = service
    propose(store, "minh")
    return url


@pytest.fixture
def staff(chromium: Browser, staffed: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=staffed, java_script_enabled=False)
    page = context.new_page()
    page.goto("/vi/review")
    page.get_by_label("Mã ghi của máy chủ").fill(TOKEN)
    page.get_by_label("Bạn ký là").fill("lan.p")
    page.get_by_role("button", name="Vào trang duyệt").click()
    yield page
    context.close()


def test_staff_go_through_pairs_and_take_one_apart_again(staff: Page) -> None:
    expect(staff.get_by_text("Bạn đang ký là lan.p.")).to_be_visible()
    expect(staff.get_by_role("heading", name="Cặp 1 trên 3")).to_be_visible()
    staff.get_by_role("link", name="Để sau, xem cặp kế tiếp").click()
    expect(staff.get_by_role("heading", name="Cặp 2 trên 3")).to_be_visible()
    staff.get_by_role("button", name="Khác nhau").click()
    expect(staff.get_by_role("heading", name="Cặp 2 trên 2")).to_be_visible()
    staff.goto("/vi/review")
    expect(staff.get_by_role("columnheader", name=COPY.id)).to_be_visible()
    staff.get_by_role("button", name="Cùng một").click()
    expect(staff.get_by_role("heading", name="Cặp 1 trên 1")).to_be_visible()
    staff.get_by_role("button", name="Chưa rõ").click()
    expect(staff.get_by_role("heading", name="Cặp 1 trên 1")).to_be_visible()  # it waits for somebody who knows
    taken_out = staff.get_by_role("button", name=f"Tách {COPY.name} ra khỏi Đại học Bách khoa Hà Nội")
    taken_out.click()
    expect(staff.get_by_text("Chưa ghép hồ sơ nào.")).to_be_visible()
    staff.get_by_role("button", name="Thoát").click()
    expect(staff.get_by_label("Mã ghi của máy chủ")).to_be_visible()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")])
def test_every_state_of_the_page_is_accessible_and_fits(
    chromium: Browser, staffed: str, language: str, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        base_url=staffed,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    try:
        page.goto(f"/{language}/review")
        _check(page)
        page.locator("#token").fill("wrong")
        page.locator("#by").fill("lan.p")
        _press(page.locator(".sign-in button"))
        _check(page)
        page.locator("#token").fill(TOKEN)
        _press(page.locator(".sign-in button"))
        _check(page)
        _press(page.locator("button[value=same]"))
        _check(page)
        address = page.locator(".merge h3 a").first.get_attribute("href")
        assert address is not None
        wait_until(lambda: page.goto(address) is not None and page.locator("#merged").count() == 1)
        _check(page)
        page.goto(f"/{language}/review")
        _press(page.locator(".merge button").last)
        _check(page)
    finally:
        context.close()


def _press(button: Locator) -> None:
    """Press a button and wait for the page that answers."""
    with button.page.expect_navigation():
        button.click()


def _check(page: Page) -> None:
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0, f"{overflow} px too wide"
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
