"""What does not matter to the facts of a list: its format, the order of columns, titles, blank lines, Unicode forms."""

import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import Actor
from ingest.load import read_tables
from tests.ingest.readings import read
from tests.ingest.workbooks import (
    Cell,
    Grid,
    as_objects,
    staff_list,
    write_objects,
    write_parquet,
    write_text,
    write_xls,
    write_xlsx,
)

HEADER = ("STT", "Tên doanh nghiệp", "Lĩnh vực", "Nhu cầu", "Năm thành lập", "Vòng gọi vốn")
WORDS = st.sampled_from(["Ánh Dương", "Tổng công ty 36", "Cộng đồng AI", "Nguồn Việt", "Hòa Phát", "Sao Khuê", "E. B."])
CELLS = st.sampled_from(["", "AI", "Y tế; Giáo dục", "Tìm vốn", "a|b", "Đo mưa, đo gió", "“x”"])
ROWS = st.lists(
    st.tuples(
        WORDS, st.sampled_from(["", "AI", "Y tế", "Bán dẫn; AI"]), CELLS, st.sampled_from(["", "2021", "3/2020"]), CELLS
    ),
    min_size=1,
    max_size=6,
)
CHECKED = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
Write = Callable[[Path], object]


def numbered(rows: Sequence[tuple[str, ...]]) -> Grid:
    return [(str(number), f"{row[0]} {number}", *row[1:]) for number, row in enumerate(rows, 1)]


def facts(write: Write) -> list[tuple[object, ...]]:
    """Everything that is told of each actor, but not where it was read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        actors = read_tables(folder).tables.facts(Actor)
    told = [(a.name, a.kind, a.fields, a.needs, a.founded, tuple(sorted(a.attributes.items()))) for a in actors]
    return sorted(told, key=repr)


def csv_of(grid: Grid, delimiter: str = ",") -> Write:
    return lambda folder: write_text(folder / "DS.csv", grid, delimiter)


@CHECKED
@given(ROWS, st.permutations(range(len(HEADER))))
def test_the_order_of_columns_does_not_matter(rows: list[tuple[str, ...]], order: list[int]) -> None:
    grid: Grid = [HEADER, *numbered(rows)]
    moved = [[line[place] for place in order] for line in grid]
    assert facts(csv_of(grid)) == facts(csv_of(moved))


@CHECKED
@given(ROWS, st.integers(0, 3), st.booleans())
def test_titles_blank_lines_and_sums_do_not_matter(rows: list[tuple[str, ...]], n_blank: int, has_footer: bool) -> None:
    lines: list[Sequence[Cell]] = []
    for line in numbered(rows):
        lines += [line, *[()] * n_blank]
    footers: Grid = [("", "Tổng cộng", len(rows)), ("", "Người lập bảng"), ("", "Trần Thị B")] if has_footer else []
    made = staff_list(
        lines, HEADER, titles=("UBND THÀNH PHỐ HÀ NỘI", "Năm 2026\nĐợt 2"), numbering=has_footer, footers=footers
    )
    assert facts(csv_of([HEADER, *numbered(rows)])) == facts(csv_of(made))


@CHECKED
@given(ROWS)
def test_composed_and_decomposed_letters_are_the_same(rows: list[tuple[str, ...]]) -> None:
    grid: Grid = [HEADER, *numbered(rows)]
    apart = [[unicodedata.normalize("NFD", str(cell)) for cell in line] for line in grid]
    assert facts(csv_of(grid, ";")) == facts(csv_of(apart, ";"))


@settings(CHECKED, max_examples=8)
@given(ROWS)
def test_every_format_gives_the_same_facts(rows: list[tuple[str, ...]]) -> None:
    grid: Grid = [HEADER, *numbered(rows)]
    writers: list[Write] = [
        lambda folder: write_xlsx(folder / "DS.xlsx", {"Sheet1": grid}),
        lambda folder: write_xls(folder / "DS.xls", {"Sheet1": grid}),
        lambda folder: write_objects(folder / "DS.json", as_objects(grid)),
        lambda folder: write_objects(folder / "DS.jsonl", as_objects(grid)),
        lambda folder: write_parquet(folder / "DS.parquet", grid),
        csv_of(grid, ";"),
        csv_of(grid, "\t"),
    ]
    expected = facts(csv_of(grid))
    assert len(expected) == len(rows)
    assert [facts(write) for write in writers] == [expected] * len(writers)


@pytest.mark.parametrize("n_hidden", [0, 3])
def test_hidden_lines_are_read_as_others_are(tmp_path: Path, n_hidden: int) -> None:
    def write(folder: Path) -> None:
        path = write_xlsx(folder / "DS.xlsx", {"DS": [HEADER, *numbered([("A", "", "", "", "")] * 4)]})
        workbook = openpyxl.load_workbook(path)
        for number in range(2, 2 + n_hidden):
            workbook["DS"].row_dimensions[number].hidden = True
        workbook.save(path)

    assert len(read(tmp_path, write).actors) == 4
