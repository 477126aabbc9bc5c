"""What people do on the pages, in a real browser, without JavaScript unless a test is about scripts."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import AWKWARD_ID

pytestmark = pytest.mark.browser

_LINES_OF_COUNTS = """() => {
  const counts = [];
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const start = texts.currentNode.data.search(/\\d+(\\u00a0\\S+)?/);
    if (start < 0 || !texts.currentNode.parentElement.closest('.count, .numbers, h2')) continue;
    const found = texts.currentNode.data.match(/\\d[\\d.,]*(\\u00a0\\S+)?/)[0];
    const range = document.createRange();
    range.setStart(texts.currentNode, start);
    range.setEnd(texts.currentNode, start + found.length);
    counts.push(new Set([...range.getClientRects()].map(box => Math.round(box.top))).size);
  }
  return counts;
}"""
"""On how many lines each count of a page stands, with the word after it."""

AWKWARD_ADDRESS = f"/vi/actors/{quote(AWKWARD_ID, safe='')}"


def test_from_a_question_to_a_member_and_back(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Bạn làm gì, cần gì?").fill("truy xuất nguồn gốc rau")
    page.get_by_role("button", name="Tìm đối tác").click()
    expect(page).to_have_title("Đối tác cho: truy xuất nguồn gốc rau · Kết nối")
    asked = page.url
    suggestions = page.locator(".suggestions > li")
    assert 1 <= suggestions.count() <= 20
    assert suggestions.first.locator(".reasons li").count() >= 1
    link = suggestions.first.get_by_role("heading").get_by_role("link")
    name = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page).to_have_title(f"{name} · Kết nối")
    page.get_by_role("link", name="Câu hỏi: truy xuất nguồn gốc rau").click()
    assert page.url.partition("?")[0] == asked.partition("?")[0]
    expect(page.get_by_label("Bạn làm gì, cần gì?")).to_have_value("truy xuất nguồn gốc rau")
    expect(suggestions.first.get_by_role("heading").get_by_role("link")).to_have_text(name)


def test_a_field_that_is_not_meant_can_be_turned_down_and_stays_so(page: Page) -> None:
    page.goto("/vi/partners?q=truy+xu%E1%BA%A5t+ngu%E1%BB%93n+g%E1%BB%91c+rau")
    field = page.get_by_role("checkbox", name="nông nghiệp công nghệ cao")
    expect(field).to_be_checked()
    field.uncheck()
    page.get_by_role("button", name="Tìm lại").click()
    expect(field).not_to_be_checked()
    page.get_by_role("button", name="Tìm lại").click()
    expect(field).not_to_be_checked()
    field.check()
    page.get_by_role("button", name="Tìm lại").click()
    expect(field).to_be_checked()


def test_a_field_can_be_added_and_taken_away(page: Page) -> None:
    page.goto("/vi/partners?q=rau")
    page.get_by_text("Bạn là ai, tìm loại nào, thêm lĩnh vực").click()
    page.get_by_label("Thêm lĩnh vực").select_option(label="chuỗi khối")
    page.get_by_role("button", name="Tìm lại").click()
    field = page.get_by_role("checkbox", name="chuỗi khối")
    expect(field).to_be_checked()
    field.uncheck()
    page.get_by_role("button", name="Tìm lại").click()
    expect(field).to_have_count(0)


def test_kinds_filter_the_answer_and_say_how_many_they_hide(page: Page) -> None:
    page.goto("/vi/partners?q=an+ninh+m%E1%BA%A1ng&kind=school")
    assert _kinds_in(page, ".suggestion") == {"Nhà trường"}
    expect(page.locator(".hidden-note")).to_contain_text(re.compile(r"đang ẩn [\d.]+\sthành viên"))
    page.get_by_role("link", name="Xem tất cả các loại").click()
    assert len(_kinds_in(page, ".suggestion")) > 1


def test_a_member_asks_by_its_short_name_and_is_not_suggested_to_itself(page: Page) -> None:
    page.goto("/en/partners?q=artificial+intelligence+and+robots&me=HUST")
    expect(page.locator(".asking")).to_contain_text("Hanoi University of Science and Technology")
    names = page.locator(".suggestion").get_by_role("heading").all_inner_texts()
    assert names
    assert not [name for name in names if "Hanoi University of Science and Technology" in name]


def test_a_name_that_several_members_share_is_asked_back(page: Page) -> None:
    page.goto("/vi/partners?me=ha+noi")
    choices = page.locator(".notice").get_by_role("link")
    assert choices.count() > 1
    chosen = choices.first.inner_text()
    choices.first.click()
    expect(page.locator(".asking")).to_contain_text(chosen)
    assert page.locator(".suggestion").count() > 0


def test_the_language_switch_stays_on_the_page(page: Page) -> None:
    page.goto("/vi/actors/sc-hust?question=q%3Drau")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(r"/en/actors/sc-hust\?question=q%3Drau$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hanoi University of Science and Technology")
    page.get_by_role("link", name="Tiếng Việt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đại học Bách khoa Hà Nội")


def test_a_way_to_a_member_is_found_and_told(page: Page) -> None:
    page.goto("/vi/actors/sc-hust")
    page.get_by_label("Tôi là").fill("Elcom")
    page.get_by_role("button", name="Tìm đường").click()
    way = page.get_by_role("list", name="Đường thứ 1")
    expect(way.get_by_role("listitem").first).to_contain_text("Elcom")
    expect(way.get_by_role("listitem").last).to_contain_text("Đại học Bách khoa Hà Nội")


def test_relationships_carry_dates_and_sources_newest_first(page: Page) -> None:
    page.goto("/vi/actors/ag-nic")
    ties = page.locator("section[aria-labelledby=relationships] .ties > li")
    assert ties.count() == page.locator("section[aria-labelledby=relationships] a.source").count() > 0
    for dates in page.locator("section[aria-labelledby=relationships] .ties").all():
        years = [re.findall(r"\d{4}", text) for text in dates.locator(".tie-when").all_inner_texts()]
        newest_first = [int(found[0]) if found else 0 for found in years]
        assert newest_first == sorted(newest_first, reverse=True)


def test_a_challenge_shows_which_party_is_missing_first(page: Page) -> None:
    page.goto("/vi/challenges")
    page.get_by_role("link", name="Giải quyết ngập úng đô thị").click()
    expect(page.locator(".missing")).to_contain_text("Nhà trường")
    groups = page.locator("section[aria-labelledby=partners] .group")
    expect(groups.first).to_contain_text("chưa có bên này")
    present = _kinds_in(page, "section[aria-labelledby=members] .ties")
    assert present
    assert not present & _kinds_in(page, ".missing")


def test_search_finds_without_diacritics_and_marks_hits(page: Page) -> None:
    page.goto("/vi/search")
    page.get_by_label("Tên thành viên, dự án hay bài toán").fill("bach khoa")
    page.get_by_role("button", name="Tìm", exact=True).click()
    first = page.locator(".hits li").first
    expect(first).to_contain_text("Đại học Bách khoa Hà Nội")
    assert first.locator("a mark").all_inner_texts() == ["Bách", "khoa"]


def test_filters_of_a_search_work_together_and_come_off_one_by_one(page: Page) -> None:
    page.goto("/vi/search")
    page.get_by_label("Tên thành viên, dự án hay bài toán").fill("ha noi")
    page.get_by_text("Lọc theo loại, lĩnh vực, nơi").click()
    page.get_by_role("checkbox", name="Nhà trường").check()
    page.get_by_role("checkbox", name="Doanh nghiệp").check()
    page.get_by_label("Lĩnh vực").select_option(label="trí tuệ nhân tạo, công nghệ số")
    page.get_by_label("Nơi").fill("hà nội")
    page.get_by_role("button", name="Tìm", exact=True).click()
    chips = page.get_by_role("list", name="Đang lọc theo").get_by_role("link")
    expect(chips).to_have_text(
        [
            re.compile("Bỏ “ha noi”"),
            re.compile("Bỏ Nhà trường"),
            re.compile("Bỏ Doanh nghiệp"),
            re.compile("Bỏ trí tuệ nhân tạo"),
            re.compile("Bỏ ở hà nội"),
            re.compile("Bỏ tất cả"),
        ]
    )
    few = _n_found(page)
    page.get_by_role("link", name="Bỏ Doanh nghiệp").click()
    expect(chips).to_have_count(5)
    fewer = _n_found(page)
    assert 0 < fewer < few
    expect(page.get_by_label("Tên thành viên, dự án hay bài toán")).to_have_value("ha noi")
    for name in ("Bỏ ở hà nội", "Bỏ trí tuệ nhân tạo, công nghệ số", "Bỏ Nhà trường"):
        page.get_by_role("link", name=name).click()
    expect(chips).to_have_count(1)
    assert _n_found(page) > few
    chips.click()
    expect(page).to_have_url(re.compile("/vi/search$"))
    expect(page.get_by_role("heading", name="Xem theo bên tham gia")).to_be_visible()


@pytest.mark.parametrize("path", ["/search", "/search?q=ha+noi", "/search?field=digital_ai", "/"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_count_breaks_in_two(scripted_page: Page, language: str, path: str) -> None:
    scripted_page.goto(f"/{language}{path}")
    for width in (280, 320, 360, 480, 640, 768, 1024, 1280):
        scripted_page.set_viewport_size({"width": width, "height": 800})
        lines = scripted_page.evaluate(_LINES_OF_COUNTS)
        assert lines, width
        assert all(n == 1 for n in lines), f"{width} px: {lines}"


def test_the_keyboard_reaches_the_content_first(page: Page) -> None:
    page.goto("/vi/partners?q=rau")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Bạn làm gì, cần gì?")).to_be_focused()


def test_a_printed_answer_has_neither_forms_nor_menus(page: Page) -> None:
    page.goto("/vi/partners?q=rau")
    page.emulate_media(media="print")
    expect(page.locator(".top nav")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.locator(".suggestion").first).to_be_visible()


def test_text_from_outside_stays_text(scripted_page: Page) -> None:
    attempts: list[str] = []
    scripted_page.on("dialog", lambda dialog: attempts.append(dialog.message))
    scripted_page.on("console", lambda message: attempts.append(message.text))
    for path in (
        AWKWARD_ADDRESS,
        "/vi/search?q=script",
        "/vi/search?q=%3Cscript%3Edocument.title%3D'run'%3C%2Fscript%3E",
        "/vi/partners?q=%3Cscript%3Edocument.title%3D'run'%3C%2Fscript%3E+rau",
        "/vi/actors/sc-hust?question=q%3D%3Cscript%3E",
        f"/vi/projects/{quote('pj/awkward?', safe='')}",
    ):
        scripted_page.goto(path)
        assert scripted_page.title() != "run"
        assert scripted_page.locator("main script, main img, main b, main i").count() == 0
        assert scripted_page.locator("a[href^='javascript']").count() == 0
    assert attempts == []


def test_an_id_with_slashes_and_quotes_has_a_page_that_links_find(page: Page) -> None:
    page.goto("/vi/search?q=rau+cu")
    page.locator(".hits a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rau & Củ")
    page.get_by_role("link", name="<i>Tem</i>").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("<i>Tem</i>")
    page.get_by_role("link", name="Rau & Củ").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rau & Củ")


def test_links_out_tell_the_other_site_nothing(page: Page) -> None:
    page.goto("/vi/partners?q=rau")
    outside = page.locator("main a[href^='http']")
    assert outside.count() > 0
    for link in outside.all():
        relation = (link.get_attribute("rel") or "").split()
        assert {"noopener", "nofollow"} <= set(relation)


def test_nothing_comes_from_elsewhere(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/vi/actors/sc-hust")
    page.close()
    assert asked
    assert all(url.startswith(address) for url in asked)


def _n_found(page: Page) -> int:
    """The number of results in the heading, which is that of the groups together."""
    heading = page.get_by_role("heading", level=2).inner_text()
    n_total = int(heading.split()[0].replace(".", ""))
    assert n_total == sum(int(count.replace(".", "")) for count in page.locator(".group .count").all_inner_texts())
    return n_total


def _kinds_in(page: Page, part: str) -> set[str]:
    """Kinds named in a part of a page, without the letters of their signs."""
    return {text.split("\n")[-1] for text in page.locator(f"{part} .kind").all_inner_texts()}
