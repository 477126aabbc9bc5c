"""Decoding of the encodings in which Vietnamese files occur, as a stream, into Unicode composed form (NFC).

Besides Unicode these are Windows-1258, which writes a tone as a mark after its letter, and two font encodings: TCVN3
(ABC) with one byte per letter, and VNI with one or two. The decoders hold back the end of a chunk as long as the next
characters can change it, so the text does not depend on where chunks end.
"""

import codecs
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Encoding = Literal["utf-8", "utf-16", "utf-16-le", "utf-16-be", "windows-1258", "tcvn3", "vni"]
FontEncoding = Literal["tcvn3", "vni"]

LEGACY_ENCODINGS: tuple[Encoding, ...] = ("windows-1258", "tcvn3", "vni")
"""The encodings that are older than Unicode."""

NAMES: Mapping[Encoding, str] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "windows-1258": "Windows-1258",
    "tcvn3": "TCVN3 (ABC)",
    "vni": "VNI",
}
"""The names of the encodings as people know them."""

_PYTHON_CODECS: Mapping[Encoding, str] = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1258": "cp1258",
}
_UNDEFINED = "\ufffe"  # charmap codecs take this character for "undefined"
_FIRST_COMPOSING = "\u0300"
"""Characters below this one never combine with the character before them in NFC."""

_MAX_RUN = 1_000
_RUN_ENDS = ',;|\t\r\n"'
_RUN = re.compile(f"[^{_RUN_ENDS}]{{1,{_MAX_RUN}}}")
_SMALL = "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
_DISPLAYED_CAPITAL = re.compile(rf"[{_SMALL}][A-ZĂÂÊÔƠƯĐ]|[A-ZĂÂÊÔƠƯĐ]{{2}}[{_SMALL}](?![a-z])")
_SMALL_ASCII = re.compile("[a-z]")
_WORD = re.compile(r"[^\W\d_]+")


@cache
def encoding_tables() -> Mapping[str, Mapping[str, Any]]:
    """The contents of ``ingest/files/encodings.toml``."""
    return tomllib.loads(files("ingest.files").joinpath("encodings.toml").read_text(encoding="utf-8"))


@cache
def tcvn3_table() -> str:
    """The character of each byte in TCVN3; U+FFFE for a byte without a character.

    >>> tcvn3_table()[0xB5], tcvn3_table()[0xA7], tcvn3_table()[0x93]
    ('à', 'Đ', '“')
    """
    characters = list(_windows_1252_table())
    for first, row in encoding_tables()["tcvn3"].items():
        for byte, character in enumerate(row, int(first, 16)):
            if character != ".":
                characters[byte] = character
    return "".join(characters)


@cache
def vni_letters() -> Mapping[str, str]:
    """The VNI letter for each sequence of Windows-1252 characters; in a capital, the second byte may have either case.

    >>> vni_letters()["aù"], vni_letters()["AÙ"], vni_letters()["Aù"], vni_letters()["ñ"]
    ('á', 'Á', 'Á', 'đ')
    """
    small = {code: letter for letters in encoding_tables()["vni"].values() for letter, code in letters.items()}
    capital = {code.upper(): letter.upper() for code, letter in small.items()}
    mixed = {code[0].upper() + code[1:]: letter.upper() for code, letter in small.items()}
    return small | mixed | capital


@cache
def _windows_1252_table() -> str:
    return "".join(bytes([byte]).decode("cp1252", errors="replace") for byte in range(256)).replace(
        "\ufffd", _UNDEFINED
    )


def raw_decoder(encoding: Encoding) -> codecs.IncrementalDecoder:
    """A strict decoder of single bytes: it neither joins the two bytes of a VNI letter nor composes characters.

    It shows whether a file can be decoded, and where it cannot.
    """
    if encoding in _PYTHON_CODECS:
        return codecs.getincrementaldecoder(_PYTHON_CODECS[encoding])()
    return _CharmapDecoder(tcvn3_table() if encoding == "tcvn3" else _windows_1252_table())


class _CharmapDecoder(codecs.IncrementalDecoder):
    """A decoder with one character per byte."""

    def __init__(self, table: str) -> None:
        super().__init__()
        self._table = table

    def decode(self, input: bytes, final: bool = False) -> str:  # type: ignore[override]  # noqa: A002, ARG002, FBT001, FBT002
        """The characters of the bytes."""
        return codecs.charmap_decode(input, "strict", self._table)[0]


@dataclass(frozen=True, slots=True)
class _Completion:
    """How decoded bytes become text: the number of characters that are final, and the conversion of these."""

    n_settled: Callable[[str], int]
    convert: Callable[[str], str]


class TextDecoder(codecs.IncrementalDecoder):
    r"""An incremental decoder of any encoding to text in NFC.

    Raises
    ------
    UnicodeDecodeError
        From :meth:`decode`, at bytes that the encoding does not define.

    >>> decoder = TextDecoder("vni")
    >>> decoder.decode(b"Ha") + decoder.decode(b"\xf8 No\xe4i", final=True)
    'Hà Nội'
    """

    def __init__(self, encoding: Encoding) -> None:
        super().__init__()
        self._raw = raw_decoder(encoding)
        self._completion = _COMPLETIONS.get(encoding, _COMPOSITION)
        self._kept = ""

    def decode(self, input: bytes, final: bool = False) -> str:  # type: ignore[override]  # noqa: A002, FBT001, FBT002
        """The text of the next chunk of bytes, without the end that later bytes may still change."""
        text = self._kept + self._raw.decode(input, final)
        n_settled = len(text) if final else self._completion.n_settled(text)
        self._kept = text[n_settled:]
        return self._completion.convert(text[:n_settled])

    def reset(self) -> None:
        """Discard the text that was held back."""
        self._raw.reset()
        self._kept = ""


def decode(content: bytes, encoding: Encoding) -> str:
    r"""The whole content as text in NFC.

    Raises
    ------
    UnicodeDecodeError
        The content has bytes that the encoding does not define.

    >>> decode(b"Tr\xad\xeang \xa7\xb9i h\xe4c", "tcvn3")
    'Trường Đại học'
    >>> decode(b"Nguy\xea\xden", "windows-1258")
    'Nguyễn'
    """
    return TextDecoder(encoding).decode(content, final=True)


def from_font(text: str, encoding: FontEncoding) -> str:
    """The Vietnamese text that was typed in a font encoding and is shown as Windows-1252 characters.

    A spreadsheet typed in such a font contains these characters. Characters outside Windows-1252 are left unchanged.

    >>> from_font("Tr­êng §¹i häc", "tcvn3"), from_font("Tröôøng Ñaïi hoïc", "vni")
    ('Trường Đại học', 'Trường Đại học')
    """
    return _vni_letters(text) if encoding == "vni" else restore_capitals(text.translate(_tcvn3_of_windows_1252()))


def has_stray_marks(text: str) -> bool:
    """Whether VNI text, shown as Windows-1252, has marks without a letter that they belong to.

    >>> has_stray_marks("hoïc"), has_stray_marks("très")
    (False, True)
    """
    return not set(_vni_pattern().sub("", text)).isdisjoint(_vni_marks())


@cache
def _vni_marks() -> frozenset[str]:
    return frozenset(code[1] for code in vni_letters() if len(code) > 1)


@cache
def _tcvn3_of_windows_1252() -> dict[int, str]:
    pairs = zip(_windows_1252_table(), tcvn3_table(), strict=True)
    return {ord(shown): letter for shown, letter in pairs if shown != letter}


def restore_capitals(text: str) -> str:
    """The text with words in capitals where a font displayed small letters as capitals.

    In TCVN3, a capital with a tone is the small letter in a font whose name ends in H, so that the decoded words look
    like "ĐạI HọC". Such words are recognised by a capital directly after a small Vietnamese letter, or by two capitals
    before one. The words around them that have no small ASCII letters are taken to be in the same font, up to the next
    comma, semicolon, bar, tab, quote or line end; in a text that continues in ordinary case, only the words between
    two recognised words. A single capital with a tone that begins a word of small letters cannot be recognised:
    "Ủy ban" stays "ủy ban".

    >>> restore_capitals("TRƯờNG ĐạI HọC Và Mỹ THUậT, Lê Vũ")
    'TRƯỜNG ĐẠI HỌC VÀ MỸ THUẬT, Lê Vũ'
    >>> restore_capitals("ĐạI HọC ở Hà Nội")
    'ĐẠI HỌC ở Hà Nội'
    """
    if _DISPLAYED_CAPITAL.search(text) is None:
        return text
    return _RUN.sub(lambda match: _restore_run(match[0]), text)


def _restore_run(run: str) -> str:
    displayed = [match.span() for match in _WORD.finditer(run) if _has_displayed_capitals(match[0])]
    if not displayed:
        return run
    if _SMALL_ASCII.search(run) is None:
        return run.upper()
    pieces, end = [], 0
    for start, stop in displayed:
        between = run[end:start]
        is_enclosed = end > 0 and _SMALL_ASCII.search(between) is None
        pieces += [between.upper() if is_enclosed else between, run[start:stop].upper()]
        end = stop
    return "".join(pieces) + run[end:]


def _has_displayed_capitals(word: str) -> bool:
    return _SMALL_ASCII.search(word) is None and _DISPLAYED_CAPITAL.search(word) is not None


def _n_whole_runs(text: str) -> int:
    """The number of characters in runs that :func:`restore_capitals` can already see completely."""
    start = 1 + max(text.rfind(end) for end in _RUN_ENDS)
    return start + (len(text) - start) // _MAX_RUN * _MAX_RUN


@cache
def _vni_pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, vni_letters()), key=len, reverse=True)))


def _vni_letters(text: str) -> str:
    letters = vni_letters()
    return _vni_pattern().sub(lambda match: letters[match[0]], text)


def _n_before_open_letter(text: str) -> int:
    """The number of characters before a last letter that a mark may follow."""
    return len(text) - (text[-1:] in _vni_bases())


@cache
def _vni_bases() -> frozenset[str]:
    return frozenset(code[0] for code in vni_letters() if len(code) > 1)


def _compose(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _n_before_last_base(text: str) -> int:
    """The number of characters before the last one that certainly begins a new composed character."""
    n_settled = len(text)
    while n_settled > 0 and text[n_settled - 1] >= _FIRST_COMPOSING:
        n_settled -= 1
    return max(n_settled - 1, 0)


_COMPOSITION = _Completion(_n_before_last_base, _compose)
_COMPLETIONS: Mapping[Encoding, _Completion] = {
    "tcvn3": _Completion(_n_whole_runs, restore_capitals),
    "vni": _Completion(_n_before_open_letter, _vni_letters),
}
