"""What a list keeps from month to month: the name of its source, and the ids of its rows."""

import hashlib
import re
from pathlib import Path

from graph.folding import fold, nfc

_MAX_SLUG = 48
_DIGEST_SIZE = 5
_MONTH = (
    r"(january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)"
)
_DATE = re.compile(
    r"(?<![^\W_])("
    r"(ngày\s*)?\d{1,2}[-_. /]\d{1,2}[-_. /](19|20)\d{2}|(19|20)\d{2}[-_. /]?\d{2}[-_. /]?\d{2}|"
    r"(tháng|thang|th|t)[-_. ]?\d{1,2}([-_. /]+(năm|nam)?\s*(19|20)?\d{2})?|(19|20)\d{2}[-_. /]\d{1,2}|"
    r"\d{1,2}[-_. /](19|20)\d{2}|(quý|quy|q)[-_. ]?([1-4]|IV|I{1,3})([-_. /]+(năm|nam)?\s*(19|20)\d{2})?|"
    r"(năm|nam)?\s*(19|20)\d{2}|" + _MONTH + r"|(19|20)\d{6}(\d{4,6})?"
    r")(?![^\W_])",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"(\s*\(\d+\)|[-_ ]+(v|ver|version|bản|lần)[-_. ]?\d+(\.\d+)*"
    r"|[-_ ]+(copy|bản sao|final|cuối|mới nhất|mới|moi|new|latest|cập nhật|cap nhat|updated?)|\s+-\s+copy)+$",
    re.IGNORECASE,
)


def source_name(path: Path, part: str | None = None) -> str:
    """The name that a list has every month: the file name without dates, versions and words such as "mới".

    Parameters
    ----------
    part
        The sheet or object inside the file, where the file contains several tables.

    >>> source_name(Path("DS thành viên T10-2026 (2).xlsx")), source_name(Path("DS thành viên 2026_11_05_final.xlsx"))
    ('DS thành viên.xlsx', 'DS thành viên.xlsx')
    >>> source_name(Path("2026-11.xlsx"), "Tháng 11"), source_name(Path("Mạng lưới.xlsx"), "Startup")
    ('2026-11.xlsx', 'Mạng lưới.xlsx/Startup')
    """
    name = nfc(path.name)
    stem, dot, ending = name.partition(".")
    while dot and "." in ending and not re.fullmatch(r"[a-z]+\.gz", ending, re.IGNORECASE):
        first, _, ending = ending.partition(".")
        stem = f"{stem}.{first}"
    whole = (_undated(stem) or stem) + dot + ending
    return f"{whole}/{undated}" if part and (undated := _undated(nfc(part))) else whole


def _undated(text: str) -> str:
    for _ in range(2):
        text = _VERSION.sub("", _DATE.sub(" ", text))
        text = re.sub(r"[-_ .]*\s[-_ .]*", " ", text).strip(" -_.()")
    return text


def row_id(source: str, key: str, readable: str, occurrence: int = 0) -> str:
    """The id for a row that has none: readable, and the same whenever its source has a row with this key again.

    It begins with ``auto-``, which marks it as generated.

    Parameters
    ----------
    key
        What distinguishes the row from others of its source: its code, or its name.
    readable
        The text that is readable in the id; empty for persons, whose names must not be part of ids.
    occurrence
        The number of earlier rows with this key in the source.

    >>> row_id("DS.xlsx", "Viện A", "Viện A") == row_id("DS.xlsx", "viện  a", "Viện A")
    True
    >>> row_id("DS.xlsx", "Viện A", "Viện A")
    'auto-vien-a-f071245ea0'
    """
    content = "\0".join((source, fold(key) or key, str(occurrence)))
    digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_SIZE).hexdigest()
    slug = fold(readable).replace(" ", "-")[:_MAX_SLUG].strip("-")
    return f"auto-{slug}-{digest}" if slug else f"auto-{digest}"
