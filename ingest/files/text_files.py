"""Text files: detection of their encoding, and the records of CSV files, where a bad record does not stop reading."""

import csv
import gzip
import io
import re
import zlib
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, cast

from ingest.files.detection import Detected, count_words, detect
from ingest.files.encodings import LEGACY_ENCODINGS, NAMES, Encoding, TextDecoder, raw_decoder
from ingest.issues import Issue, Place

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_QUOTED_CHARACTERS = 1 << 26
"""A quoted cell with more characters is taken to have a wrong quote."""

_CHUNK_BYTES = 1 << 20
_SAMPLE_BYTES = 1 << 20
_BEFORE_SAMPLE_BYTES = 100
_MIN_WORDS_TO_DOUBT = 30
_SIGNATURES = {
    b"PK\x03\x04": "ZIP / Excel (.xlsx)",
    b"\x1f\x8b": "gzip (.gz)",
    b"PAR1": "Parquet (.parquet)",
    b"\xd0\xcf\x11\xe0": "Excel 97–2003 (.xls)",
    b"%PDF": "PDF",
}
_WEB_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|table|meta|head)\b", re.IGNORECASE)
_BINARY = "dữ liệu nhị phân (binary data)"
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
_MAX_LINES_TO_GUESS = 50
_WIDE = ("utf-16", "utf-16-le", "utf-16-be")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that was found to contain only text.

    Attributes
    ----------
    n_lines
        The number of lines.
    confidence
        The confidence in the encoding, between 0 and 1; see :class:`ingest.files.detection.Detected`.
    noticed
        Warnings about the file, which can be read all the same.
    """

    path: Path
    encoding: Encoding
    n_lines: int
    confidence: float = 1.0
    noticed: tuple[Issue, ...] = ()

    def open_utf_8(self) -> io.BufferedReader:
        """A stream of the text as UTF-8 in NFC without a byte order mark, whatever the encoding of the file."""
        return io.BufferedReader(_Utf8Stream(_open_bytes(self.path), self.encoding), _CHUNK_BYTES)

    def lines(self) -> Iterator[str]:
        """The lines of the text with their line ends, in NFC, without a byte order mark."""
        with self.open_utf_8() as stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
            yield from text


class _Utf8Stream(io.RawIOBase):
    """A stream in any encoding, read as UTF-8 in NFC."""

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = TextDecoder(encoding)
        self._ready = memoryview(b"")
        self._has_ended = False

    def readable(self) -> bool:
        """True: the stream can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """The number of bytes written into the buffer; 0 at the end of the stream."""
        while not self._ready and not self._has_ended:
            chunk = self._stream.read(_CHUNK_BYTES)
            self._has_ended = not chunk
            self._ready = memoryview(self._decoder.decode(chunk, final=self._has_ended).encode())
        target = memoryview(buffer)
        n_bytes = min(len(target), len(self._ready))
        target[:n_bytes] = self._ready[:n_bytes]
        self._ready = self._ready[n_bytes:]
        return n_bytes

    def close(self) -> None:
        """Close the stream and the file under it."""
        self._stream.close()
        super().close()


@dataclass(frozen=True, slots=True)
class _DecodingFailure:
    """The place where a file stops being text in an encoding.

    Attributes
    ----------
    line, at_byte
        The line and the byte of the first wrong byte, counted from 1.
    wrong
        The wrong bytes.
    first_high_byte
        The number of bytes before the first non-ASCII byte.
    """

    line: int
    at_byte: int
    wrong: bytes
    first_high_byte: int


_Scanned: TypeAlias = int | _DecodingFailure | Issue


def scan_text(path: Path) -> TextFile | Issue:
    """The file as text, or the issue that prevents reading it.

    The file is decoded once from beginning to end, so that reading it cannot fail later. A file that is valid UTF-8,
    or has the byte order mark of UTF-16, has that encoding. For other files the encoding is detected from up to 1 MB
    from the first non-ASCII byte on. An encoding with too little confidence is never used; neither is another encoding
    for a file that is UTF-8 except for some bytes.
    """
    place = Place(path.name)
    try:
        head = _sample(path, 0)
        if not head:
            return place.issue("empty_file")
        for signature, content in _SIGNATURES.items():
            if head.startswith(signature):
                return place.issue("binary_file", detail=content)
        if _WEB_PAGE.match(head):
            return place.issue("binary_file", detail="HTML (.html)")
        found = detect(head)
        if found.encoding not in _WIDE:
            found = Detected("utf-8", 1.0)
        elif not found.is_certain:
            return place.issue("binary_file", detail=_BINARY)
        scanned = _scan(path, found.encoding)
        if isinstance(scanned, _DecodingFailure) and found.encoding == "utf-8":
            found = detect(_sample(path, max(scanned.first_high_byte - _BEFORE_SAMPLE_BYTES, 0)))
            if found.encoding != "utf-8" and found.is_certain:
                scanned = _scan(path, found.encoding)
        return _outcome(path, found, scanned)
    except (OSError, EOFError, zlib.error) as failure:
        return place.issue("unreadable_file", detail=getattr(failure, "strerror", None) or failure)


def _sample(path: Path, start: int) -> bytes:
    with _open_bytes(path) as stream:
        stream.seek(start)
        return stream.read(_SAMPLE_BYTES)


def _outcome(path: Path, found: Detected, scanned: _Scanned) -> TextFile | Issue:
    """The text, or the issue of the place where decoding fails, for the result of a scan."""
    place = Place(path.name)
    match scanned:
        case Issue():
            return scanned
        case _DecodingFailure(line, at_byte, wrong):
            shown = f"0x {wrong.hex(' ')}"
            here = Place(path.name, line=line)
            if found.encoding in ("utf-8", "utf-16"):
                return here.issue("not_utf8", value=shown, detail=at_byte)
            if found.is_certain:
                return here.issue("mixed_encodings", value=shown, detail=NAMES[found.encoding])
            return here.issue(
                "unknown_encoding", value=shown, detail=f"{NAMES[found.encoding]}, {_percent(found.confidence)} %"
            )
        case n_lines:
            noticed: tuple[Issue, ...] = ()
            if found.encoding not in ("utf-8", "utf-16"):
                noticed = (encoding_issue(place, found.encoding, found.confidence),)
            return TextFile(path, found.encoding, n_lines, found.confidence, noticed)


def encoding_issue(place: Place, encoding: Encoding, confidence: float) -> Issue:
    """The warning that a text was read in an encoding older than Unicode."""
    return place.issue("encoding_detected", value=NAMES[encoding], detail=_percent(confidence))


def _percent(confidence: float) -> str:
    return f"{min(confidence * 100, 99.9):.1f}"


def _scan(path: Path, encoding: Encoding) -> _Scanned:
    """The number of lines of a file in an encoding, the place where decoding fails, or the issue of a binary file."""
    place = Place(path.name)
    decoder = raw_decoder(encoding)
    is_wide = encoding in _WIDE
    n_bytes, n_lines = 0, 1
    first_high_byte: int | None = None
    with _open_bytes(path) as stream:
        while True:
            chunk = stream.read(_CHUNK_BYTES)
            if first_high_byte is None and not chunk.isascii():
                first_high_byte = n_bytes + cast(re.Match[bytes], _BEYOND_ASCII.search(chunk)).start()
            n_bytes += len(chunk)
            if not is_wide and b"\0" in chunk:
                return place.issue("binary_file", detail=_BINARY)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as failure:
                n_lines += failure.object[: failure.start].count(b"\n")
                at_byte = n_bytes - len(failure.object) + failure.start + 1
                return _DecodingFailure(
                    n_lines, at_byte, failure.object[failure.start : failure.end], first_high_byte or 0
                )
            if "\0" in text:
                return place.issue("binary_file", detail=_BINARY)
            if encoding in LEGACY_ENCODINGS and _is_doubtful(chunk, encoding):
                return _DecodingFailure(n_lines, n_bytes - len(chunk) + 1, chunk[:1], first_high_byte or 0)
            n_lines += text.count("\n")
            if not chunk:
                return n_lines


def _is_doubtful(chunk: bytes, encoding: Encoding) -> bool:
    """Whether most non-ASCII words are not Vietnamese in the encoding that fits the beginning of the file."""
    words = count_words(chunk, encoding)
    return words.n_others > max(words.n_syllables, _MIN_WORDS_TO_DOUBT)


def _open_bytes(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


def find_delimiter(lines: Iterable[str], columns: Collection[str]) -> str:
    r"""The delimiter (comma, semicolon, tab or bar) that separates the most known columns in a header.

    A first line such as ``sep=;``, which spreadsheets write, decides.

    >>> find_delimiter(["id;kind;name\n"], ["id", "kind", "name"])
    ';'
    """
    header = next((line for line in lines if line.strip()), "")
    if declared := _SEPARATOR_LINE.fullmatch(header):
        return declared[1]

    def n_known(delimiter: str) -> int:
        return sum(cell.strip('" \r\n').lower() in columns for cell in header.split(delimiter))

    return max(_DELIMITERS, key=n_known)


def guess_delimiter(lines: Iterable[str]) -> str:
    r"""The delimiter that divides the first 50 records most evenly, whatever their columns; quotes are respected.

    Evenness is the number of records with the most common number of cells above one. Among equal delimiters, the one
    with more such records in a row is taken, then the one with more cells. A first line such as ``sep=;`` decides.

    >>> guess_delimiter(["Tên đơn vị;Vốn (tỷ)\n", '"A; B";1,5\n', "C;2,25\n"])
    ';'
    >>> guess_delimiter(["Tên đơn vị\n", "Viện A\n"])
    ','
    """
    first = list(islice((line for line in lines if line.strip()), _MAX_LINES_TO_GUESS))
    if first and (declared := _SEPARATOR_LINE.fullmatch(first[0])):
        return declared[1]
    return max(_DELIMITERS, key=lambda delimiter: _evenness(first, delimiter))


def _evenness(lines: Iterable[str], delimiter: str) -> tuple[int, int, int]:
    """The number of records with the most common width above one, the most of them in a row, and the width."""
    widths = [len(cells or ()) for _, cells in csv_records(lines, delimiter)]
    n_in_one_go = Counter[int]()
    for width, run in groupby(widths):
        n_in_one_go[width] = max(n_in_one_go[width], sum(1 for _ in run))
    counted = ((n_records, n_in_one_go[width], width) for width, n_records in Counter(widths).items() if width > 1)
    return max(counted, default=(0, 0, 0))


def csv_records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    r"""The line number and the cells of each record; the cells are None where quotes are not closed.

    A record with bad quotes costs one line: reading continues at the next line, so that a forgotten quote does not
    swallow the rest of the file. A first line such as ``sep=;``, which spreadsheets write, is not a record.

    >>> list(csv_records(['id,name\n', 'a,"An\n', 'b,Bình\n', 'c,"Cúc, Hà Nội"\n'], ","))
    [(1, ['id', 'name']), (2, None), (3, ['b', 'Bình']), (4, ['c', 'Cúc, Hà Nội'])]
    """
    if csv.field_size_limit() < MAX_QUOTED_CHARACTERS:
        csv.field_size_limit(MAX_QUOTED_CHARACTERS)  # the limit is one per process; it is only ever raised
    rest = iter(lines)
    returned: deque[str] = deque()

    def next_line() -> str | None:
        return returned.popleft() if returned else next(rest, None)

    number = 0
    while (line := next_line()) is not None:
        number += 1
        if number == 1 and _SEPARATOR_LINE.fullmatch(line):
            continue
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
    """The cells of the record that begins with the first line taken; further lines it needs are added to ``taken``."""

    def feed() -> Iterator[str]:
        yield taken[0]
        while (line := next_line()) is not None:
            taken.append(line)
            yield line

    try:
        return next(csv.reader(feed(), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
