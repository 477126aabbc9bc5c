"""Damaged registers: whatever stands in a file, every record is written or reported, and what is written loads."""

import gzip
import io
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.issues import Issue, Place
from ingest.load import ReadingProgress
from ingest.registers.cordis import convert_cordis
from ingest.registers.openalex import convert_openalex
from ingest.registers.records import MAX_RECORD_CHARACTERS, RegisterRecord, csv_records, json_array
from ingest.registers.ror import convert_ror
from ingest.registers.sources import list_members
from tests.ingest.registers.archives import (
    FIRM,
    ORGANISATION_COLUMNS,
    PROJECT,
    PROJECT_COLUMNS,
    UNIVERSITY,
    Converted,
    json_lines,
    openalex_record,
    ror_record,
    semicolons,
    zip_of,
)

PROJECTS = semicolons([PROJECT | {"objective": 'a "b"; c\nd'}], PROJECT_COLUMNS)
ORGANISATIONS = semicolons([UNIVERSITY, FIRM, UNIVERSITY | {"role": "x"}], ORGANISATION_COLUMNS)
ROR = json.dumps([ror_record(f"0{n}aaaaa11", f"Viện {n}") for n in range(4)], indent=1, ensure_ascii=False)
OPENALEX = json_lines([openalex_record(f"I{n}", f"Viện {n}") for n in range(1, 5)])

PIECES = st.sampled_from(
    [b"", b'"', b";", b"\n", b"\r\n", b"{", b"}", b"]", b",", b"\\", b"\xff", b"\0", b"&#0;", b"|"]
)
MUTATIONS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 40), PIECES), min_size=1, max_size=4)


def mutated(text: str, mutations: list[tuple[int, int, bytes]]) -> bytes:
    content = text.encode()
    for at, n_replaced, piece in mutations:
        start = at % (len(content) + 1)
        content = content[:start] + piece + content[start + n_replaced :]
    return content


@settings(max_examples=150, deadline=None)
@given(MUTATIONS, st.booleans())
def test_cordis_loses_nothing(mutations: list[tuple[int, int, bytes]], in_projects: bool) -> None:
    projects = mutated(PROJECTS, mutations) if in_projects else PROJECTS
    organisations = ORGANISATIONS if in_projects else mutated(ORGANISATIONS, mutations)
    with tempfile.TemporaryDirectory() as name:
        source = zip_of(Path(name) / "c.zip", {"project.csv": projects, "organization.csv": organisations})
        Converted(lambda folder: convert_cordis(source, folder), Path(name) / "out")


@settings(max_examples=150, deadline=None)
@given(MUTATIONS)
def test_ror_loses_nothing(mutations: list[tuple[int, int, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        source = zip_of(Path(name) / "r.zip", {"ror-data.json": mutated(ROR, mutations)})
        Converted(lambda folder: convert_ror(source, folder), Path(name) / "out")


@settings(max_examples=150, deadline=None)
@given(MUTATIONS)
def test_openalex_loses_nothing(mutations: list[tuple[int, int, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "institutions.jsonl"
        source.write_bytes(mutated(OPENALEX, mutations))
        Converted(lambda folder: convert_openalex(source, folder), Path(name) / "out")


CELLS = st.text(st.one_of(st.sampled_from('";\\\n,'), st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])))


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8))
def test_what_is_written_in_quotes_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    columns = ("a", "b", "c")
    written = [{name: cell for name, cell in zip(columns, row, strict=True) if cell} for row in rows]
    text = io.StringIO(semicolons(written, columns), newline="")
    read = list(csv_records(text, Place("project.csv")))
    assert [dict(record.values) for record in read if isinstance(record, RegisterRecord)] == written


def test_an_open_quote_does_not_swallow_the_file() -> None:
    lines = ["id;title\n", '1;"open\n', *(f"{n};{'x' * 1_000}\n" for n in range(2, 2_500))]
    read = list(csv_records(lines, Place("project.csv")))
    assert [record.line for record in read if isinstance(record, Issue)] == [2]
    assert sum(isinstance(record, RegisterRecord) for record in read) == 2_498


@pytest.mark.parametrize("n_characters", [10, 1 << 18, MAX_RECORD_CHARACTERS, 3 * MAX_RECORD_CHARACTERS])
def test_a_broken_record_of_any_length_is_left_behind(n_characters: int) -> None:
    good = [{"id": n, "parts": [{"id": 0}]} for n in range(20)]
    broken = '{"id": 99, "parts": [{"id": 0}, "' + "x" * n_characters + '" "y"], "z": [{"id": 0}]}'
    text = f"[{json.dumps(good)[1:-1]}, {broken}, {json.dumps(good)[1:-1]}]"
    read = list(json_array(io.StringIO(text), Place("x.json"), lambda values: "parts" in values))
    assert [record.line for record in read if isinstance(record, Issue)] == [21]
    assert [record.values["id"] for record in read if isinstance(record, RegisterRecord)] == [*range(20), *range(20)]


def test_files_of_the_system_are_passed_over(tmp_path: Path) -> None:
    zip_of(tmp_path / "c.zip", {"csv/project.csv": "id", "__MACOSX/csv/._project.csv": "x", "csv/": ""})
    (tmp_path / ".DS_Store").write_text("x")
    assert [member.name for member in list_members(tmp_path)] == ["c.zip/csv/project.csv"]


def test_an_encrypted_archive_is_reported(tmp_path: Path) -> None:
    source = zip_of(tmp_path / "r.zip", {"ror-data.json": ROR})
    content = bytearray(source.read_bytes())
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    source.write_bytes(bytes(content))
    result = Converted(lambda folder: convert_ror(source, folder), tmp_path / "out")
    assert [issue.code for issue in result.conversion.issues] == ["unreadable_file"]


def test_progress_is_told_by_file(tmp_path: Path) -> None:
    source = tmp_path / "part_000.gz"
    source.write_bytes(gzip.compress(json_lines([openalex_record(f"I{n}", "x") for n in range(1, 2_501)]).encode()))
    steps: list[ReadingProgress] = []
    (tmp_path / "out").mkdir()
    convert_openalex(source, tmp_path / "out", on_progress=steps.append)
    assert [step.n_rows for step in steps] == [1_000, 2_000, 2_500]
    assert {step.file for step in steps} == {"part_000.gz"}
    assert [step.fraction for step in steps] == sorted(step.fraction for step in steps)
    assert steps[-1].fraction == 1.0
