"""The texts of the pages: all of them used, and nowhere else."""

import re
from pathlib import Path

import pytest

import service
from graph.kinds import LANGUAGES
from graph.wording import load_catalogue
from service.pages.rendering import EXAMPLES
from service.pages.wording import format_date, format_number

SERVICE = Path(service.__file__).parent
TEMPLATES = sorted((SERVICE / "templates").glob("*.html"))
_USE_IN_TEMPLATE = re.compile(r'\bt\("([^"]+)"')
_USE_IN_CODE = re.compile(r'"([a-z]+\.[a-z_]+)"')
_SAID_OUTSIDE_CATALOGUE = re.compile(
    r">[^<]*[^\W\d_]{2}[^<]*<|(?:aria-label|placeholder|title|alt)=\"[^\"]*[^\W\d_]{2}"
)


def test_every_text_is_used_and_every_used_text_exists() -> None:
    known = set(load_catalogue("vi", "page").texts)
    in_templates = {key for path in TEMPLATES for key in _USE_IN_TEMPLATE.findall(path.read_text(encoding="utf-8"))}
    in_code = {
        key
        for path in SERVICE.rglob("*.py")
        for key in _USE_IN_CODE.findall(path.read_text(encoding="utf-8"))
        if key in known
    }
    assert in_templates <= known
    assert known - in_templates - in_code == set()
    assert set(EXAMPLES) <= known


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_say_nothing_by_themselves(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert _SAID_OUTSIDE_CATALOGUE.findall(text.replace("<!doctype html>", "")) == []


def test_counts_choose_their_form() -> None:
    assert load_catalogue("en", "page").text("home.members", n=1) == "1 member"
    assert load_catalogue("en", "page").text("home.members", n=1234) == "1,234 members"
    assert load_catalogue("vi", "page").text("home.members", n=1234) == "1.234 thành viên"
    assert load_catalogue("vi", "page").page_text("home.members", n=1234) == "1.234\N{NO-BREAK SPACE}thành viên"


def test_numbers_and_dates_are_local() -> None:
    assert [format_number(1234.5, language) for language in LANGUAGES] == ["1.234,5", "1,234.5"]
    assert [format_date("2026-02-05", language) for language in LANGUAGES] == ["05/02/2026", "5 February 2026"]
    assert [format_date("2026-02", language) for language in LANGUAGES] == ["02/2026", "February 2026"]
    assert [format_date("2026", language) for language in LANGUAGES] == ["2026", "2026"]
