"""Queries read from a CSV file."""

from pathlib import Path

import pytest

from graph.errors import InvalidQueryError
from service.cli.queries import ACTOR_COLUMNS, BRIEF_COLUMNS, read_queries


def read(tmp_path: Path, content: bytes, columns: tuple[str, ...] = ACTOR_COLUMNS) -> list[dict[str, str]]:
    path = tmp_path / "queries.csv"
    path.write_bytes(content)
    return read_queries(path, columns)


@pytest.mark.parametrize(
    "content",
    [
        b"actor_id\nb\na\n",
        "\ufeffactor_id\r\nb\r\na\r\n".encode(),
        b"note,actor_id\nx,b\ny,a\n",
        b'"actor_id"\n"b"\n"a"',
    ],
)
def test_queries_are_read_in_their_order(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == [{"actor_id": "b"}, {"actor_id": "a"}]


def test_awkward_cells_are_read_as_they_are(tmp_path: Path) -> None:
    text = 'id,title,summary\n"b/1","Cảm biến, ""bụi""","dòng một\ndòng hai"\nb2,chỉ tiêu đề\n'
    assert read(tmp_path, text.encode(), BRIEF_COLUMNS) == [
        {"id": "b/1", "title": 'Cảm biến, "bụi"', "summary": "dòng một\ndòng hai"},
        {"id": "b2", "title": "chỉ tiêu đề", "summary": ""},
    ]


def test_a_header_alone_asks_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, b"actor_id\n") == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "query_columns"),
        (b"id\na\n", "query_columns"),
        (b"ACTOR_ID\na\n", "query_columns"),
        ("actor_id\nđ\n".encode("utf-16"), "query_file"),
        ("actor_id\nđơn vị\n".encode("cp1258", "replace") + b"\xfe", "query_file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "query_file"),
    ],
)
def test_a_file_that_is_no_table_of_queries_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(InvalidQueryError, match=r"queries\.csv") as refused:
        read(tmp_path, content)
    assert refused.value.code == code


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.csv", tmp_path):
        with pytest.raises(InvalidQueryError, match=path.name):
            read_queries(path, ACTOR_COLUMNS)
