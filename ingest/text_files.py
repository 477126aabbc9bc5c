"""Text files read line by line: which encoding they have, and the records of a CSV file, one bad record at a time."""

import codecs
import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ingest.issues import Issue, Place

MAX_QUOTED_CHARACTERS = 1 << 26
"""Characters of a quoted cell beyond which its quotes are taken to be wrong."""

_CHUNK_BYTES = 1 << 20
_SIGNATURES = {
    b"PK\x03\x04": "ZIP / Excel (.xlsx)",
    b"\x1f\x8b": "gzip (.gz)",
    b"PAR1": "Parquet (.parquet)",
    b"\xd0\xcf\x11\xe0": "Excel 97–2003 (.xls)",
    b"%PDF": "PDF",
}
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that was found to hold nothing but text."""

    path: Path
    encoding: str
    n_lines: int

    def lines(self) -> Iterator[str]:
        """Its physical lines with their ends, without a byte order mark."""
        with _open_bytes(self.path) as stream, io.TextIOWrapper(stream, self.encoding, newline="") as text:
            yield from text


def scan_text(path: Path) -> TextFile | Issue:
    """The file as text, or why it is none. It is decoded once from end to end, so that reading it cannot fail later.

    UTF-8 with or without a byte order mark and UTF-16 with one are text; other encodings are never guessed.
    """
    place = Place(path.name)
    try:
        with _open_bytes(path) as stream:
            return _scan(stream, path, place)
    except (OSError, EOFError, zlib.error) as failure:
        return place.issue("unreadable_file", detail=getattr(failure, "strerror", None) or failure)


def _scan(stream: BinaryIO, path: Path, place: Place) -> TextFile | Issue:
    chunk = stream.read(_CHUNK_BYTES)
    if not chunk:
        return place.issue("empty_file")
    for signature, content in _SIGNATURES.items():
        if chunk.startswith(signature):
            return place.issue("binary_file", detail=content)
    encoding = "utf-16" if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)()
    n_bytes = n_lines = 0
    while True:
        n_bytes += len(chunk)
        try:
            if encoding == "utf-8-sig" and b"\0" in chunk:
                return place.issue("binary_file", detail="dữ liệu nhị phân (binary data)")
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as failure:
            n_lines += failure.object[: failure.start].count(b"\n")
            at_byte = n_bytes - len(failure.object) + failure.start + 1
            wrong = failure.object[failure.start : failure.end].hex(" ")
            return Place(path.name, line=n_lines + 1).issue("not_utf8", value=f"0x {wrong}", detail=at_byte)
        if "\0" in text:
            return place.issue("binary_file", detail="dữ liệu nhị phân (binary data)")
        n_lines += text.count("\n")
        if not chunk:
            return TextFile(path, encoding, n_lines + 1)
        chunk = stream.read(_CHUNK_BYTES)


def _open_bytes(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


def find_delimiter(lines: Iterable[str], columns: Collection[str]) -> str:
    r"""The comma, semicolon or tab between the known columns of a header; Vietnamese spreadsheets write semicolons.

    >>> find_delimiter(["id;kind;name\n"], ["id", "kind", "name"])
    ';'
    """
    header = next((line for line in lines if line.strip()), "")

    def n_known(delimiter: str) -> int:
        return sum(cell.strip('" \r\n').lower() in columns for cell in header.split(delimiter))

    return max(_DELIMITERS, key=n_known)


def csv_records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    r"""Each record's first physical line and its cells; None for cells whose quotes do not close.

    A record with bad quotes costs one line: reading goes on behind that line, so a forgotten quote does not swallow
    the rest of the file.

    >>> list(csv_records(['id,name\n', 'a,"An\n', 'b,Bình\n', 'c,"Cúc, Hà Nội"\n'], ","))
    [(1, ['id', 'name']), (2, None), (3, ['b', 'Bình']), (4, ['c', 'Cúc, Hà Nội'])]
    """
    if csv.field_size_limit() < MAX_QUOTED_CHARACTERS:
        csv.field_size_limit(MAX_QUOTED_CHARACTERS)  # one limit a process; it is raised and never put back
    rest = iter(lines)
    returned: deque[str] = deque()

    def next_line() -> str | None:
        return returned.popleft() if returned else next(rest, None)

    number = 0
    while (line := next_line()) is not None:
        number += 1
        if '"' not in line:
            yield number, line.rstrip("\r\n").split(delimiter)
            continue
        taken = [line]
        cells = _quoted_record(taken, next_line, delimiter)
        yield number, cells
        if cells is None:
            returned.extendleft(reversed(taken[1:]))
        else:
            number += len(taken) - 1


def _quoted_record(taken: list[str], next_line: Callable[[], str | None], delimiter: str) -> list[str] | None:
    """The cells of the record that begins with the line taken; the further lines it needs are added to it."""

    def feed() -> Iterator[str]:
        yield taken[0]
        while (line := next_line()) is not None:
            taken.append(line)
            yield line

    try:
        return next(csv.reader(feed(), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
