"""Small files of every kind damaged in ways that people and programs damage them, each the same for the same number."""

import gzip
import io
import json
import random
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.ingest.folders import ACTOR, PROJECT, SCHOOL, write_folder
from tests.ingest.legacy_encodings import encode
from tests.ingest.workbooks import (
    HEADER,
    MEMBERS,
    Cell,
    Grid,
    as_objects,
    staff_list,
    text_of,
    write_objects,
    write_parquet,
    write_xls,
    write_xlsx,
)

AGREEMENTS: Grid = (
    ("STT", "Bên A", "Bên B", "Ngày ký", "Nội dung", "Giá trị"),
    (1, "Trường Đại học Thủy lợi", "Công ty CP Ánh Dương", "04/03/2025", "Đo mưa", "1,5 tỷ đồng"),
    (2, "Sở Khoa học và Công nghệ", "Công ty không ai biết", "Quý II/2025", "", "500 triệu"),
)
PROJECTS: Grid = (
    ("Mã số", "Tên nhiệm vụ", "Đơn vị chủ trì", "Đơn vị phối hợp", "Thời gian", "Kinh phí (triệu đồng)"),
    ("ĐT.01", "Trạm đo mưa", "Trường Đại học Thủy lợi", "Công ty CP Ánh Dương; Ai đó", "2024-2026", 1500),
    ("ĐT.02", "Cảm biến", "Đơn vị lạ", "", "01/2025 - 12/2025", "2.300"),
)
EXPERTS: Grid = (
    ("TT", "Họ và tên", "Học vị", "Đơn vị công tác", "Chuyên môn", "Điện thoại", "Email"),
    (1, "Nguyễn Văn An", "PGS.TS", "Trường Đại học Thủy lợi", "AI", "0912345678", "an@tlu.edu.vn"),
    (2, "Lê Thị Bình", "TS", "Viện Toán", "Toán học", "024.38", "binh(at)x"),
)
FOOTERS: Grid = (("", "Tổng cộng", 3), ("", "", "", "Hà Nội, ngày 5 tháng 11 năm 2026"), ("", "Người lập bảng"))
GRIDS: tuple[Grid, ...] = (
    staff_list(numbering=True, footers=FOOTERS),
    staff_list(rows=[("I. Khối doanh nghiệp",), *MEMBERS], titles=("DANH SÁCH THÀNH VIÊN",)),
    AGREEMENTS,
    PROJECTS,
    staff_list(rows=EXPERTS[1:], header=EXPERTS[0], titles=("DANH SÁCH CHUYÊN GIA",)),
    (("Tên dự án", "Đơn vị tham gia", "Vai trò"), ("Trạm đo mưa", "Công ty CP Ánh Dương", "Đối tác")),
)

STRANGE: tuple[Cell, ...] = (
    "",
    " ",
    "\u200b",
    "\xa0",
    "�",
    "\ufeff",
    "\x07",
    "\u202e",
    "\n",
    "x" * 40_000,
    "a|b;c,d\te",
    '"',
    "=1+1",
    "'",
    "-",
    "#REF!",
    "🚀",
    "ﬁ",
    "０３/０４/２０２５",
    "31/02/2025",
    "00/00/0000",
    "99999999999999999999999999999999",
    "1e999",
    "-1",
    "1,5 tỷ tỷ tỷ",
    "nan",
    "Tổng cộng",
    "Ghi chú:",
    "I.",
    "1",
    "(1)",
    "STT",
    "Tên đơn vị",
    "Loại hình",
    "Công ty CP Ánh Dương",
    "Nguyễn Văn An",
    True,
    1e300,
    -0.0,
    45_750,
)
TEXT_ENDINGS = ("csv", "txt", "tsv", "xls", "jsonl", "json", "xlsx", "csv.gz", "parquet")
_ENCODINGS = ("utf-8", "utf-8", "utf-16", "windows-1258", "tcvn3", "vni")
_MAX_BYTES = 200_000


def seeds(folder: Path) -> Mapping[str, bytes]:
    """The contents of sound files of every format and encoding under names with the ending each should have."""
    folder.mkdir(exist_ok=True)
    found: dict[str, bytes] = {}
    for number, grid in enumerate(GRIDS):
        for delimiter, ending in ((",", "csv"), (";", "csv"), ("\t", "txt")):
            found[f"text{number}{ord(delimiter)}.{ending}"] = text_of(grid, delimiter).encode()
        found[f"book{number}.xlsx"] = write_xlsx(folder / "a.xlsx", {"DS": grid}, {"DS": ["A1:C1"]}).read_bytes()
    for encoding in ("utf-16", "windows-1258", "tcvn3", "vni"):
        found[f"{encoding}.csv"] = encode(text_of(GRIDS[0], ";"), encoding)
    found["sep.csv"] = b"sep=;\r\n" + text_of(GRIDS[0], ";").encode()
    found["packed.csv.gz"] = gzip.compress(text_of(GRIDS[0]).encode())
    sheets = {"TV": GRIDS[0], "MOU": AGREEMENTS, "Đề tài": PROJECTS, "Ghi chú": (("Hướng dẫn",), ("1. Điền",))}
    found["several.xlsx"] = write_xlsx(folder / "a.xlsx", sheets, {"TV": ["A1:F1", "B7:B9"]}).read_bytes()
    found["old.xls"] = write_xls(folder / "a.xls", sheets, {"TV": ["A1:F1"]}).read_bytes()
    found["text.xls"] = text_of(GRIDS[0], "\t").encode()
    objects = as_objects((HEADER, *MEMBERS))
    for ending in ("json", "jsonl"):
        found[f"objects.{ending}"] = write_objects(folder / f"a.{ending}", objects).read_bytes()
    found["lists.json"] = json.dumps({"thành viên": objects, "dự án": as_objects(PROJECTS)}).encode()
    found["columns.parquet"] = write_parquet(folder / "a.parquet", (HEADER, *MEMBERS)).read_bytes()
    for ending in ("csv", "xlsx", "parquet", "json", "jsonl", "csv.gz"):
        write_folder(folder, ending, actors=[ACTOR, SCHOOL], projects=[PROJECT])
        for table in ("actors", "projects"):
            found[f"{table}.{ending}"] = (folder / f"{table}.{ending}").read_bytes()
    return found


def mutated_bytes(content: bytes, chance: random.Random) -> bytes:
    """The bytes after one to four changes."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(content) + 1)
        stop = min(len(content), start + chance.choice((1, 1, 2, 8, 64, 512)))
        content = chance.choice(_CHANGES)(content, start, stop, chance)[:_MAX_BYTES]
    return content


_PIECES = (
    *(
        piece.encode()
        for piece in ("\0", '"', "\n", "\r", "\r\n\r\n", ";", ",", "\t", "\ufeff", "<", "[", "}", "Tổng cộng")
    ),
    *(b"\\ud800", b"\\u0000", b"\x1a", b"\xff", b"\xc3", b"a\xcc\x82\xcc\x81", b"1e400", b"\xed\xa0\x80"),
)

_Change = Callable[[bytes, int, int, random.Random], bytes]
_CHANGES: tuple[_Change, ...] = (
    lambda content, start, stop, chance: content[:start] + chance.randbytes(stop - start) + content[stop:],
    lambda content, start, stop, _: content[:start] + content[stop:],
    lambda content, start, _, __: content[:start],
    lambda content, start, stop, _: content[:stop] + content[start:stop] * 3 + content[stop:],
    lambda content, start, stop, _: content[start:stop] + content[:start] + content[stop:],
    lambda content, start, _, chance: content[:start] + chance.choice(_PIECES) + content[start:],
)


def mutated_archive(content: bytes, chance: random.Random) -> bytes:
    """A workbook after a change to its members: one is gone, changed, twice there or another one's content."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    place = chance.randrange(len(members))
    name, member = members[place]
    match chance.randrange(4):
        case 0:
            del members[place]
        case 1:
            members[place] = (name, chance.choice(members)[1])
        case 2:
            members[place] = (name, member[: chance.randrange(len(member) + 1)])
        case _:
            sheets = [n for n, (each, _) in enumerate(members) if "sheet" in each or "Strings" in each]
            place = chance.choice(sheets)
            members[place] = (members[place][0], mutated_bytes(members[place][1], chance))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, member in members:
            archive.writestr(name, member)
    return written.getvalue()


def mutated_grid(grid: Grid, chance: random.Random) -> Grid:
    """The cells after one to five changes of rows, columns and contents."""
    lines = [list(line) for line in grid]
    for _ in range(chance.randint(1, 5)):
        chance.choice(_GRID_CHANGES)(lines, chance)
    return lines or [[""]]


_Lines = list[list[Cell]]


def _strange_cell(lines: _Lines, chance: random.Random) -> None:
    line = chance.choice(lines) if lines else []
    if line:
        line[chance.randrange(len(line))] = chance.choice(STRANGE)


def _drop_cell(lines: _Lines, chance: random.Random) -> None:
    if lines and (line := chance.choice(lines)):
        del line[chance.randrange(len(line))]


def _move_column(lines: _Lines, chance: random.Random) -> None:
    width = max(map(len, lines), default=0)
    order = chance.sample(range(width), width)
    lines[:] = [[line[place] if place < len(line) else "" for place in order] for line in lines]


def _repeat_line(lines: _Lines, chance: random.Random) -> None:
    if lines:
        lines.insert(chance.randrange(len(lines)), list(chance.choice(lines)))


def _drop_line(lines: _Lines, chance: random.Random) -> None:
    if lines:
        del lines[chance.randrange(len(lines))]


def _another_header(lines: _Lines, chance: random.Random) -> None:
    other = chance.choice(GRIDS)
    lines += [list(line) for line in other[: chance.randint(1, len(other))]]


def _decompose(lines: _Lines, chance: random.Random) -> None:
    for line in lines:
        line[:] = [unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in line]


_GRID_CHANGES: tuple[Callable[[_Lines, random.Random], None], ...] = (
    _strange_cell,
    _strange_cell,
    _strange_cell,
    _drop_cell,
    _move_column,
    _repeat_line,
    _drop_line,
    _another_header,
    _decompose,
)


def write_grid(path: Path, grid: Grid, chance: random.Random) -> Path:
    """A file of the grid in a format and encoding of chance; its path is the one given with the ending of that."""
    match chance.randrange(32):
        case 0:
            return write_xlsx(path.with_suffix(".xlsx"), {"DS": _printable(grid)}, {"DS": _areas(chance)})
        case 1 | 2 | 3 | 4:
            objects = as_objects(grid) if grid else []
            return write_objects(path.with_suffix(chance.choice((".json", ".jsonl"))), objects)
        case _:
            text = text_of(grid, chance.choice(",;\t|"))
            target = path.with_suffix(chance.choice((".csv", ".txt", ".xls")))
            encoding = chance.choice(_ENCODINGS)
            try:
                target.write_bytes(encode(text, encoding))  # type: ignore[arg-type]
            except UnicodeEncodeError:
                target.write_text(text, encoding="utf-8", errors="replace", newline="")
            return target


def _areas(chance: random.Random) -> list[str]:
    found = []
    for _ in range(chance.randint(0, 2)):
        top, left = chance.randint(1, 12), chance.randint(0, 6)
        bottom, right = top + chance.choice((0, 0, 1, 3, 200)), left + chance.choice((0, 1, 2, 12))
        found.append(f"{chr(65 + left)}{top}:{chr(65 + right)}{bottom}")
    return found


def _printable(grid: Grid) -> Grid:
    """The grid without what a workbook cannot hold."""
    return [
        ["".join(c for c in cell if c >= " " or c == "\n")[:32_000] if isinstance(cell, str) else cell for cell in line]
        for line in grid
    ]
