"""Text files read line by line: which encoding they have, and the records of a CSV file, one bad record at a time."""

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
"""Characters of a quoted cell beyond which its quotes are taken to be wrong."""

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
    """A file that was found to hold nothing but text.

    Attributes
    ----------
    confidence
        How sure the encoding is, between 0 and 1; see :class:`ingest.files.detection.Detected`.
    noticed
        What a person should know of the file though it can be read.
    """

    path: Path
    encoding: Encoding
    n_lines: int
    confidence: float = 1.0
    noticed: tuple[Issue, ...] = ()

    def open_utf_8(self) -> io.BufferedReader:
        """A stream of its text as UTF-8 in NFC, without a byte order mark, whatever its own encoding is."""
        return io.BufferedReader(_Utf8Stream(_open_bytes(self.path), self.encoding), _CHUNK_BYTES)

    def lines(self) -> Iterator[str]:
        """Its physical lines with their ends, in NFC, without a byte order mark."""
        with self.open_utf_8() as stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
            yield from text


class _Utf8Stream(io.RawIOBase):
    """A stream in some encoding, read as UTF-8 in NFC."""

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = TextDecoder(encoding)
        self._ready = memoryview(b"")
        self._has_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
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
        self._stream.close()
        super().close()


@dataclass(frozen=True, slots=True)
class _Break:
    """Where a file stops being text of an encoding.

    Attributes
    ----------
    first_high_byte
        How many bytes stand before the first one beyond ASCII.
    """

    line: int
    at_byte: int
    wrong: bytes
    first_high_byte: int


_Scanned: TypeAlias = int | _Break | Issue


def scan_text(path: Path) -> TextFile | Issue:
    """The file as text, or why it is none. It is decoded once from end to end, so that reading it cannot fail later.

    A file that is UTF-8 from end to end, or bears the mark of UTF-16, is just that. For others the encoding is judged
    by up to 1 MB from the first byte beyond ASCII on. One that is found with too little confidence is never taken, nor
    is another one for a file that is UTF-8 but for some bytes.
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
        if isinstance(scanned, _Break) and found.encoding == "utf-8":
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
    """What the scan of a file in an encoding comes to: the text, or the issue of the place where it breaks."""
    place = Place(path.name)
    match scanned:
        case Issue():
            return scanned
        case _Break(line, at_byte, wrong):
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
    """The note that texts were read in an encoding of former days."""
    return place.issue("encoding_detected", value=NAMES[encoding], detail=_percent(confidence))


def _percent(confidence: float) -> str:
    return f"{min(confidence * 100, 99.9):.1f}"


def _scan(path: Path, encoding: Encoding) -> _Scanned:
    """The number of lines of a file in an encoding, where it breaks, or the issue that it is no text at all."""
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
                return _Break(n_lines, at_byte, failure.object[failure.start : failure.end], first_high_byte or 0)
            if "\0" in text:
                return place.issue("binary_file", detail=_BINARY)
            if encoding in LEGACY_ENCODINGS and _is_doubtful(chunk, encoding):
                return _Break(n_lines, n_bytes - len(chunk) + 1, chunk[:1], first_high_byte or 0)
            n_lines += text.count("\n")
            if not chunk:
                return n_lines


def _is_doubtful(chunk: bytes, encoding: Encoding) -> bool:
    """Whether most words beyond ASCII are no Vietnamese in the encoding that fitted the beginning of a file."""
    words = count_words(chunk, encoding)
    return words.n_others > max(words.n_syllables, _MIN_WORDS_TO_DOUBT)


def _open_bytes(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


def find_delimiter(lines: Iterable[str], columns: Collection[str]) -> str:
    r"""The comma, semicolon, tab or bar between the known columns of a header; Vietnamese sheets write semicolons.

    A first line such as ``sep=;``, as spreadsheets write it, has the first word.

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
    r"""The delimiter that divides the first 50 records most evenly, whatever their columns are; quotes are respected.

    Records are even that have the most common number of cells above one. Of delimiters with equally many even records
    the one is returned that has more of them one behind the other, then the one that makes more cells. A first line
    ``sep=;`` decides.

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
    """How many records have the same number of cells above one, how many of them in one go, and that number."""
    widths = [len(cells or ()) for _, cells in csv_records(lines, delimiter)]
    n_in_one_go = Counter[int]()
    for width, run in groupby(widths):
        n_in_one_go[width] = max(n_in_one_go[width], sum(1 for _ in run))
    counted = ((n_records, n_in_one_go[width], width) for width, n_records in Counter(widths).items() if width > 1)
    return max(counted, default=(0, 0, 0))


def csv_records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    r"""Each record's first physical line and its cells; None for cells whose quotes do not close.

    A record with bad quotes costs one line: reading goes on behind that line, so a forgotten quote does not swallow
    the rest of the file. A first line ``sep=;``, as spreadsheets write it, is no record.

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
