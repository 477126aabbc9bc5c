"""Vietnamese text written in the encodings of old files, and foreign texts in theirs, to test and to fuzz with.

The encoders are written apart from the decoders' tables: TCVN3 from the order of its letters, VNI from its marks,
Windows-1258 by Python's own codec.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from babel import Locale

from ingest.files.encodings import LEGACY_ENCODINGS, Encoding
from tests.worlds import HANOI

ACUTE, GRAVE, HOOK, TILDE, DOT = "\u0301\u0300\u0309\u0303\u0323"
TONES = (ACUTE, GRAVE, HOOK, TILDE, DOT)
SMALL_LETTERS = "".join(unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in ("", *TONES))
VIETNAMESE_LETTERS = tuple(
    letter for small in SMALL_LETTERS + "đ" if not small.isascii() for letter in (small, small.upper())
)
"""The 67 letters beyond ASCII, each small and large."""

UNMARKED: tuple[Encoding, ...] = ("utf-8", "utf-16-le", "utf-16-be", *LEGACY_ENCODINGS)
"""The encodings that no byte order mark gives away."""

_TCVN3 = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
_VNI_TONES = {GRAVE: "ø", ACUTE: "ù", HOOK: "û", TILDE: "õ", DOT: "ï"}
_VNI_CIRCUMFLEX = {"": "â", ACUTE: "á", GRAVE: "à", HOOK: "å", TILDE: "ã", DOT: "ä"}
_VNI_BREVE = {"": "ê", ACUTE: "é", GRAVE: "è", HOOK: "ú", TILDE: "ü", DOT: "ë"}
_VNI_ALONE = {"đ": "ñ", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "í": "í", "ì": "ì"}


def encode(text: str, encoding: Encoding) -> bytes:
    """The text as bytes of an encoding. TCVN3 has no capitals with a tone: the small letters stand for them.

    Raises
    ------
    UnicodeEncodeError
        The encoding lacks a character.
    """
    if encoding == "tcvn3":
        return "".join(map(_tcvn3, unicodedata.normalize("NFC", text))).encode("latin-1")
    if encoding == "vni":
        return "".join(map(_vni, unicodedata.normalize("NFC", text))).encode("cp1252")
    if encoding == "windows-1258":
        return "".join(map(_windows_1258, unicodedata.normalize("NFC", text))).encode("cp1258")
    return text.encode(encoding)


def as_shown(text: str, encoding: Encoding) -> str:
    """The text as a cell shows it that was typed with a font of the encoding: as Windows-1252 characters."""
    content = encode(text, encoding)
    return "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in content)


def decomposed_windows_1258(text: str) -> bytes:
    """The text in Windows-1258 as a Vietnamese keyboard types it: every tone as a mark of its own."""
    return "".join(letter + tone for letter, tone in map(_letter_and_tone, unicodedata.normalize("NFC", text))).encode(
        "cp1258"
    )


@cache
def _letter_and_tone(letter: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in decomposed if mark in TONES), "")
    return (unicodedata.normalize("NFC", decomposed.replace(tone, "")), tone) if tone else (letter, "")


@cache
def _windows_1258(letter: str) -> str:
    try:
        letter.encode("cp1258")
    except UnicodeEncodeError:
        return "".join(_letter_and_tone(letter))
    return letter


@cache
def _tcvn3(letter: str) -> str:
    for first, letters in _TCVN3.items():
        for candidate in (letter, letter.lower()):
            if candidate in letters:
                return chr(first + letters.index(candidate))
    return letter.encode("cp1252").decode("latin-1")


@cache
def _vni(letter: str) -> str:
    if letter.isupper():
        return _vni(letter.lower()).upper()
    if letter in _VNI_ALONE:
        return _VNI_ALONE[letter]
    base, tone = _letter_and_tone(letter)
    if base in "âêô":
        return unicodedata.normalize("NFD", base)[0] + _VNI_CIRCUMFLEX[tone]
    if base == "ă":
        return "a" + _VNI_BREVE[tone]
    return {"ơ": "ô", "ư": "ö"}.get(base, base) + (_VNI_TONES[tone] if tone else "")


FOREIGN: Mapping[str, tuple[str, ...]] = {
    "fr": ("cp1252", "latin-1"),
    "de": ("cp1252",),
    "es": ("cp1252",),
    "pt": ("cp1252",),
    "it": ("cp1252",),
    "sv": ("cp1252",),
    "is": ("cp1252",),
    "pl": ("cp1250", "iso8859-2"),
    "cs": ("cp1250",),
    "hu": ("cp1250",),
    "tr": ("cp1254",),
    "ru": ("cp1251", "koi8-r", "cp866"),
    "el": ("cp1253",),
    "he": ("cp1255",),
    "ar": ("cp1256",),
    "th": ("cp874",),
    "ja": ("shift_jis", "euc_jp"),
    "zh": ("gbk",),
    "zh_Hant": ("big5",),
    "ko": ("euc_kr",),
}
"""Languages and the encodings that their old files have."""


def foreign_names(language: str) -> list[str]:
    """The names of countries and languages in a language, as Unicode's locale data has them."""
    locale = Locale.parse(language)
    return sorted({*map(str, locale.territories.values()), *map(str, locale.languages.values())})


@cache
def hanoi_tables() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The tables of the demo network by name, header first, with no character that an old encoding lacks."""
    tables = {}
    for path in sorted(HANOI.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            tables[path.stem] = tuple(tuple(map(_plain, row)) for row in csv.reader(stream))
    return tables


def hanoi_words() -> list[str]:
    """The distinct words beyond ASCII in the demo network."""
    cells = (cell for table in hanoi_tables().values() for row in table for cell in row)
    words = {word for cell in cells for word in re.findall(r"[^\W\d_]+", cell)}
    return sorted(word for word in words if not word.isascii())


def _plain(text: str) -> str:
    letters = {*VIETNAMESE_LETTERS, *"“”‘’–…"}
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if letter.isascii() or letter in letters)
