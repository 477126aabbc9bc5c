"""Folders in the exchange format to test with, written in each of its file formats."""

import csv
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

Rows = Sequence[Mapping[str, str]]

ACTOR = {"id": "a1", "kind": "startup", "name": "Công ty Ánh Dương"}
SCHOOL = {"id": "a2", "kind": "school", "name": "Trường Đại học Thủy lợi"}
PROJECT = {"id": "p1", "kind": "project", "title": "Trạm đo bụi mịn"}


def columns_of(rows: Rows) -> list[str]:
    """Every column that a row has, in the order of their first appearance."""
    return list(dict.fromkeys(column for row in rows for column in row))


def csv_text(rows: Rows, delimiter: str = ",") -> str:
    """The rows as the text of a CSV file."""
    columns = columns_of(rows)
    lines: list[str] = []
    writer = csv.writer(_Lines(lines), delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return "".join(lines)


class _Lines:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def write(self, line: str) -> None:
        self._lines.append(line)


def write_csv(path: Path, rows: Rows) -> None:
    path.write_text(csv_text(rows), encoding="utf-8", newline="")


def write_csv_gz(path: Path, rows: Rows) -> None:
    path.write_bytes(gzip.compress(csv_text(rows).encode()))


def write_xlsx(path: Path, rows: Rows) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    columns = columns_of(rows)
    sheet.append(columns)
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    workbook.save(path)


def write_parquet(path: Path, rows: Rows) -> None:
    columns = columns_of(rows)
    table = pa.table({column: pa.array([row.get(column) for row in rows], pa.string()) for column in columns})
    pq.write_table(table, path)


def write_json(path: Path, rows: Rows) -> None:
    path.write_text(json.dumps(list(rows), ensure_ascii=False), encoding="utf-8")


def write_jsonl(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


WRITERS: Mapping[str, Callable[[Path, Rows], None]] = {
    "csv": write_csv,
    "csv.gz": write_csv_gz,
    "xlsx": write_xlsx,
    "parquet": write_parquet,
    "json": write_json,
    "jsonl": write_jsonl,
}


def write_folder(folder: Path, ending: str = "csv", **tables: Rows) -> Path:
    """The folder, holding one file a table: ``write_folder(path, actors=[…], projects=[…])``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        WRITERS[ending](folder / f"{name}.{ending}", rows)
    return folder


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, empty cells left out."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [{column: cell for column, cell in row.items() if cell} for row in csv.DictReader(stream)]
