"""The page that an evaluation writes: whole in itself, with every figure beside its picture."""

import re
import sys
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from math import inf
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from graph.errors import KetnoiError
from graph.wording import load_catalogue
from matching.evaluation.metrics import Bin
from matching.evaluation.report import EXPOSURE_AWARE, OURS, MethodResult, Protocol, Report, Split
from service.evaluation_charts import ChartText, Interval, interval_chart, reliability_chart
from service.evaluation_report import report_page

HOSTILE = "<script>alert('1')</script> & \"co\""
BINS = tuple(Bin(0.02 * number, 0.015 * number, 100 + number) for number in range(1, 11))


def method(name: str, ndcg: float, coverage: float = 0.05) -> MethodResult:
    spread = (ndcg - 0.01, ndcg + 0.01)
    scores = np.array([ndcg])
    return MethodResult(name, ndcg, spread, 0.1, 0.4, coverage, 0.9, 0.02, scores, scores, [np.arange(3)])


@pytest.fixture
def report() -> Report:
    return Report(
        protocol=Protocol("partner", date(2019, 1, 1), date(2021, 1, 1)),
        n_questions=1500,
        n_candidates=27411,
        model_version="blended-partner+5fe07c17",
        methods=(method(OURS, 0.163), method(EXPOSURE_AWARE, 0.16, 0.08), method("degree", 0.11), method(HOSTILE, 0.1)),
        splits=(
            Split("history", ("0",), 33, 0.075, 0.065, "degree"),
            Split("kinds", ("school", "business"), 120, 0.05, 0.0, HOSTILE),
        ),
        ratio_interval=(1.4, 1.6),
        calibration_error=0.0274,
        reliability=BINS,
    )


class _Reader(HTMLParser):
    """Collects the cells of tables, ids, and whatever would be fetched or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.ids: list[str] = []
        self.fetched: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.ids += [value for value in [names.get("id")] if value]
        self.fetched += [tag] if tag in {"script", "link", "img", "iframe", "object"} else []
        self.fetched += [name for name in names if name in {"src", "href"} or name.startswith("on")]
        self.fetched += [value for value in [names.get("xlink:href")] if value and not value.startswith("#")]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside in {"td", "th"} and self.tables:
            self.tables[-1][-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def test_the_page_needs_nothing_but_itself(report: Report) -> None:
    page = report_page(report, HOSTILE, "en")
    assert read(page).fetched == []
    assert "<script" not in page
    assert set(re.findall(r"url\((.)", page)) <= {"#"}
    assert "@import" not in page
    ids = read(page).ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', page)) <= set(ids)


def test_every_figure_of_the_report_is_in_a_table(report: Report) -> None:
    methods, by_history, by_kinds, exposure, calibration = read(report_page(report, "cordis", "en")).tables
    assert [row[0] for row in methods[1:]] == [OURS, EXPOSURE_AWARE, "degree", HOSTILE]
    assert methods[1][1:4] == ["0.163", "0.153–0.173", "1.48"]
    assert by_history[1:] == [["0 earlier partners", "33", "0.075", "0.065", "1.15", "degree"]]
    assert by_kinds[1:] == [["School → Business", "120", "0.050", "0.000", "–", HOSTILE]]
    assert [(row[0], row[6]) for row in exposure[1:]] == [(OURS, "0.050"), (EXPOSURE_AWARE, "0.080")]
    assert calibration[1:3] == [["1", "2.0%", "1.5%", "101"], ["2", "4.0%", "3.0%", "102"]]
    assert len(calibration) == 11


def test_the_page_says_what_exposure_costs_and_what_a_likelihood_is_worth(report: Report) -> None:
    page = report_page(report, "cordis", "en")
    assert "costs 1.8% of" in page
    assert "<strong>0.027</strong>" in page
    assert "1.48 times as good" in page
    gaining = replace(report, methods=(method(OURS, 0.1), method(EXPOSURE_AWARE, 0.11), method("degree", 0.1)))
    assert "adds 10.0% to" in report_page(gaining, "cordis", "en")


def test_what_cannot_be_told_is_said_to_be_so(report: Report) -> None:
    helpless = (method(OURS, 0.1), method(EXPOSURE_AWARE, 0.1), method("degree", 0.0))
    bare = replace(
        report, methods=helpless, splits=(), calibration_error=None, reliability=(), ratio_interval=(inf, inf)
    )
    page = report_page(bare, "cordis", "en")
    assert "nothing to compare with" in page
    assert "states no probability" in page
    assert "too few queries" in page
    assert "inf" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).split("Model")[0]


def test_the_page_speaks_vietnamese_with_vietnamese_numbers(report: Report) -> None:
    page = report_page(report, "cordis", "vi")
    assert '<html lang="vi">' in page
    assert "tốt gấp 1,48 lần" in page
    methods, by_history, by_kinds, *_ = read(page).tables
    assert methods[0][:2] == ["phương pháp", "nDCG@20"]
    assert [row[0] for row in methods[1:]] == [OURS, "Ketnoi, có chia đều cơ hội", "số đối tác", HOSTILE]
    assert methods[1][1] == "0,163"
    assert by_history[1][0] == "0 đối tác trước đây"
    assert by_kinds[1][0] == "Nhà trường → Doanh nghiệp"


def test_a_picture_has_no_colour_of_its_own(report: Report) -> None:
    page = report_page(report, "cordis", "en")
    pictures = "".join(re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL))
    assert pictures.count("<svg") == 2
    assert set(re.findall(r"(?:fill|stroke): ([^;\"]+)", pictures)) == {
        "none",
        "var(--ink)",
        "var(--quiet)",
        "var(--line)",
        "var(--accent)",
    }


def test_both_languages_have_every_word_of_the_page_and_no_more() -> None:
    service = Path(report_page.__code__.co_filename).parent
    sources = [
        *service.glob("evaluation_*.py"),
        service / "cli" / "evaluation.py",
        service / "templates/evaluation/report.html",
    ]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    for key in load_catalogue("en", "evaluation").texts:
        prefix = key.partition(".")[0]
        assert f'"{key}"' in text or f'"{prefix}." ~' in text or f'"{prefix}.{{' in text, key


def test_the_missing_library_of_charts_is_named(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(KetnoiError, match=r"\[evaluation\]") as missing:
        report_page(report, "cordis", "en")
    assert missing.value.code == "charts_missing"


def described(name: str) -> ChartText:
    return ChartText(name, "described", "x", "y", "en")


def test_a_dot_stands_where_its_bin_says() -> None:
    picture = reliability_chart((Bin(0.1, 0.2, 5), Bin(0.4, 0.4, 7)), described("title"))
    dots = re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)"', picture)
    (low_x, low_y), (high_x, high_y) = ((float(x), float(y)) for x, y in dots)
    assert high_x - low_x == pytest.approx(1.5 * (low_y - high_y), abs=0.01)  # 0.3 to the right, 0.2 upwards
    assert high_x > low_x


def test_pictures_are_well_formed_and_the_same_each_time_for_any_name_and_value() -> None:
    for share in (0.0, 1.0):
        ET.fromstring(reliability_chart((Bin(share, share, 1),), described(HOSTILE)))
    for name in (HOSTILE, "$x$ and $\\frac$", "kết nối"):
        values = [Interval(name, 0.5, 0.4, 1.0, True), Interval("b", 0, 0, 0, False)]
        picture = interval_chart(values, described(HOSTILE))
        assert picture == interval_chart(values, described(HOSTILE))
        texts = "".join(ET.fromstring(picture).itertext())
        assert name in texts
        assert HOSTILE in texts
