"""The lines of ``docs/python.md`` give what the page says."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "python.md"


def test_every_line_gives_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert tried > 30
    assert failed == 0


@pytest.mark.parametrize(
    "name",
    [
        "read_tables",
        "GraphSnapshot.from_tables",
        "to_frames",
        "to_networkx",
        "before",
        "neighbourhood",
        "shortest_paths",
        "Recommender.build",
        "for_brief",
        "evaluate",
    ],
)
def test_the_page_names_what_analysts_need(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
