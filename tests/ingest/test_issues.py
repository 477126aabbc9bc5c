import re
from pathlib import Path

import pytest

import ingest
from graph.kinds import LANGUAGES
from graph.wording import load_catalogue
from ingest.issues import MAX_VALUE_CHARACTERS, Place, render, severities, shorten, visible

SOURCES = Path(ingest.__file__).parent
CODE_IN_SOURCE = re.compile(
    r'(?:issue\(|CellError\(|_report(?:_once)?\(|notice\(|noticed\.append\(\(|with_notice\()\s*"([a-z0-9_]+)"'
)


def test_the_catalogue_and_the_code_know_the_same_issues() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))
    raised = set(CODE_IN_SOURCE.findall(text)) | {"missing_value", "missing_title"}
    assert raised == set(severities())
    words = {f"{code}.{part}" for code in raised for part in ("message", "hint")}
    assert words == load_catalogue("vi", "issue").texts.keys()


@pytest.mark.parametrize("code", severities())
def test_every_issue_is_complete_in_both_languages(code: str) -> None:
    assert severities()[code] in {"error", "warning"}
    issue = Place("actors.csv", line=3).issue(code, column="kind", value="{value}", detail="{detail}")
    for language in LANGUAGES:
        advice = render(issue, language)
        assert len(advice.message) > 10
        assert len(advice.hint) > 5
    for part in ("message", "hint"):
        template = load_catalogue("vi", "issue").template(f"{code}.{part}")
        assert set(re.findall(r"(?<!{){(\w+)}", template)) <= {"value", "column", "detail"}


def test_a_hint_that_needs_a_detail_is_left_out_without_one() -> None:
    issue = Place("actors.csv").issue("unknown_field", column="fields", value="ai")
    assert render(issue, "vi").hint == ""
    assert "ai" in render(issue, "vi").message


def test_what_is_shown_of_a_value_is_short_and_printable() -> None:
    assert len(shorten("x" * 10_000_000)) == MAX_VALUE_CHARACTERS
    assert shorten("một\n hai") == "một hai"
    assert shorten("\x1b[31m" * 50).isprintable()
    assert visible("a\ud800\u200b") == "a\\ud800\\u200b"
    issue = Place("a\x1b.csv", "S\x07").issue("bad_date", value="\x1b[2J", detail="\x1b")
    assert all(text.isprintable() for text in (issue.file, issue.sheet or "", issue.value or "", issue.detail or ""))
