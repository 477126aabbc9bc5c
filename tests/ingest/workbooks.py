"""Files as network staff have them, to test with: titles, headers of two lines, sections, totals, signatures."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlwt

from ingest.files.encodings import Encoding
from tests.ingest.legacy_encodings import encode

Cell = str | int | float | bool | date | None
Grid = Sequence[Sequence[Cell]]
Sheets = Mapping[str, Grid]
Merged = Mapping[str, Sequence[str]]
"""Areas such as ``A1:D1`` by the names of their sheets."""

HEADER = ("STT", "Tên đơn vị", "Loại hình", "Lĩnh vực", "Nhu cầu", "Website")
MEMBERS: Grid = (
    (1, "Trường Đại học Thủy lợi", "Trường ĐH", "Môi trường", "Đối tác thử nghiệm", "tlu.edu.vn"),
    (2, "Công ty CP Ánh Dương", "DN", "AI", "Vốn đầu tư", "anhduong.vn"),
    (3, "Sở Khoa học và Công nghệ", "CQNN", "", "", ""),
)
"""Three members as a list of staff has them, under :data:`HEADER`."""


def staff_list(
    rows: Grid = MEMBERS,
    header: Sequence[Cell] = HEADER,
    *,
    titles: Sequence[str] = ("UBND THÀNH PHỐ HÀ NỘI", "DANH SÁCH THÀNH VIÊN MẠNG LƯỚI"),
    numbering: bool = False,
    footers: Grid = (),
) -> list[Sequence[Cell]]:
    """A grid with titles, an empty line, the header, perhaps a numbering line, rows and footers."""
    above: list[Sequence[Cell]] = [(title,) for title in titles]
    numbers = [tuple(f"({number})" for number in range(1, len(header) + 1))] if numbering else []
    return [*above, *([()] if titles else []), header, *numbers, *rows, *footers]


def write_xlsx(path: Path, sheets: Sheets, merged: Merged | None = None) -> Path:
    """The path, written as a workbook of several sheets."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, grid in sheets.items():
        sheet = workbook.create_sheet(name)
        for line in grid:
            sheet.append(list(line))
        for area in (merged or {}).get(name, ()):
            sheet.merge_cells(area)
    workbook.save(path)
    return path


def write_xls(path: Path, sheets: Sheets, merged: Merged | None = None) -> Path:
    """The path, written as a workbook of Excel 97–2003."""
    workbook = xlwt.Workbook(encoding="utf-8")
    day_style = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, grid in sheets.items():
        sheet = workbook.add_sheet(name)
        covered = {}
        for area in (merged or {}).get(name, ()):
            left, top, right, bottom = openpyxl.utils.range_boundaries(area)
            covered[top - 1, left - 1] = (top - 1, bottom - 1, left - 1, right - 1)
        for row, line in enumerate(grid):
            for column, cell in enumerate(line):
                if cell is None or cell == "":
                    continue
                style = day_style if isinstance(cell, date | datetime) else xlwt.Style.default_style
                if area_of := covered.get((row, column)):
                    sheet.write_merge(*area_of, cell, style)
                else:
                    sheet.write(row, column, cell, style)
    workbook.save(str(path))
    return path


def text_of(grid: Grid, delimiter: str = ",") -> str:
    """The grid as the text of a CSV file, as spreadsheets save it: every line as wide as the widest."""
    width = max(map(len, grid), default=0)
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerows(
        [["" if cell is None else str(cell) for cell in line] + [""] * (width - len(line)) for line in grid]
    )
    return written.getvalue()


def write_text(path: Path, grid: Grid, delimiter: str = ",", encoding: Encoding = "utf-8") -> Path:
    """The path, written as a text with delimiters."""
    path.write_bytes(encode(text_of(grid, delimiter), encoding))
    return path


def as_objects(grid: Grid) -> list[dict[str, str]]:
    """The lines below the first as objects under its names, empty cells left out."""
    header = [str(cell) for cell in grid[0]]
    return [
        {name: str(cell) for name, cell in zip(header, line, strict=False) if cell not in ("", None)}
        for line in grid[1:]
    ]


def write_objects(path: Path, objects: Sequence[Mapping[str, object]]) -> Path:
    """The path, written as JSON: an array, or an object a line where the name ends in ``.jsonl``."""
    texts = [json.dumps(item, ensure_ascii=False) for item in objects]
    text = "\n".join(texts) + "\n" if path.suffix == ".jsonl" else f"[{', '.join(texts)}]"
    path.write_text(text, encoding="utf-8")
    return path


def write_parquet(path: Path, grid: Grid) -> Path:
    """The path, written as Parquet, all cells texts."""
    columns = zip(*(map(str, line) for line in grid[1:]), strict=True)
    header = map(str, grid[0])
    pq.write_table(
        pa.table({name: pa.array(cells, pa.string()) for name, cells in zip(header, columns, strict=True)}), path
    )
    return path
