"""Corrupts names in the ways that spreadsheets and typing do; each way is deterministic for its random generator."""

import re
import unicodedata
from collections.abc import Callable, Mapping

import numpy as np

from graph.folding import fold, place_tones

_SHORT = {
    "Trường Đại học": "Trường ĐH",
    "Đại học Quốc gia Hà Nội": "ĐHQGHN",
    "Đại học Quốc gia Thành phố Hồ Chí Minh": "ĐHQG-HCM",
    "Đại học": "ĐH",
    "Học viện": "HV",
    "Cao đẳng": "CĐ",
    "Trung học phổ thông": "THPT",
    "Bệnh viện": "BV",
    "Trung tâm": "TT",
    "Công ty Cổ phần": "CTCP",
    "Công ty cổ phần": "Cty CP",
    "Công ty": "Cty",
    "Tổng Công ty": "TCT",
    "Thành phố Hồ Chí Minh": "TP.HCM",
    "Thành phố": "TP",
    "Hà Nội": "HN",
    "Việt Nam": "VN",
    "Khoa học và Công nghệ": "KH&CN",
    "Khoa học Tự nhiên": "KHTN",
    "Khoa học Xã hội và Nhân văn": "KHXH&NV",
    "Công nghệ Thông tin": "CNTT",
    "Công nghệ thông tin": "CNTT",
    "Giao thông Vận tải": "GTVT",
    "Giao thông vận tải": "GTVT",
    "Tài nguyên và Môi trường": "TN&MT",
    "Thể dục Thể thao": "TDTT",
    "Trung ương": "TW",
    "Đổi mới sáng tạo": "ĐMST",
    "University": "Univ.",
    "Institute": "Inst.",
    "Technology": "Tech.",
    "Ho Chi Minh City": "HCMC",
    "Joint Stock Company": "JSC",
    "Corporation": "Corp.",
    "National": "Natl.",
    "International": "Int'l",
}
_OLD_TONES = re.compile(
    "(o)([ae])([\u0300\u0301\u0303\u0309\u0323])(?!\\w)|(u)(y)([\u0300\u0301\u0303\u0309\u0323])(?!\\w)"
)
_HEADS = ("Trường Đại học", "Đại học", "Học viện", "Viện", "Bệnh viện", "University of", "Institute of")

Corruption = Callable[[str, np.random.Generator], str]


def corrupt(name: str, kind: str, rng: np.random.Generator) -> str:
    """The name, corrupted in one way; unchanged if that way does not apply to it.

    >>> corrupt("Trường Đại học Luật Hà Nội", "abbreviations", np.random.default_rng(0))
    'Trường ĐH Luật HN'
    """
    return _CORRUPTIONS[kind](name, rng)


def _drop_diacritics(name: str, rng: np.random.Generator) -> str:
    del rng
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _place_tones(name: str, rng: np.random.Generator) -> str:
    """The name with the tone marks of oa, oe and uy on the other vowel, as the other school of spelling writes them."""
    del rng
    newer = place_tones(name)
    if newer != unicodedata.normalize("NFC", name):
        return newer

    def move(match: re.Match[str]) -> str:
        first, second, tone = (group for group in match.groups() if group is not None)
        return first + tone + second

    return unicodedata.normalize("NFC", _OLD_TONES.sub(move, unicodedata.normalize("NFD", name)))


def _abbreviate(name: str, rng: np.random.Generator) -> str:
    del rng
    for long, short in _SHORT.items():
        name = name.replace(long, short)
    return name


def _reorder(name: str, rng: np.random.Generator) -> str:
    """The name with its kind of organisation moved to the end, as in sorted lists."""
    del rng
    head = next((head for head in _HEADS if name.startswith(f"{head} ")), None)
    return name if head is None else f"{name[len(head) + 1 :]}, {head}"


def _misspell(name: str, rng: np.random.Generator) -> str:
    """The name with one typing slip in a word of four letters or more: a letter lost, doubled, changed or swapped."""
    places = [match.start() + 1 for match in re.finditer(r"\w{4,}", name)]
    if not places:
        return name
    at = int(rng.choice(places)) + int(rng.integers(2))
    slips = (
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + "abcdeghiklmnopqrstuvxy"[int(rng.integers(22))] + name[at + 1 :],
        name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
    )
    return slips[int(rng.integers(len(slips)))]


def _misread(name: str, rng: np.random.Generator) -> str:
    """The name as UTF-8 that was read as Windows-1252; bytes without a character in Windows-1252 stay."""
    del rng
    return "".join(_as_windows_1252(byte) for byte in name.encode())


def _as_windows_1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _lose(name: str, rng: np.random.Generator) -> str:
    """The name with a question mark for every character that Windows-1252 lacks."""
    del rng
    return unicodedata.normalize("NFC", name).encode("cp1252", errors="replace").decode("cp1252")


def _capitals(name: str, rng: np.random.Generator) -> str:
    del rng
    return name.upper()


def _several(name: str, rng: np.random.Generator) -> str:
    """The name abbreviated, without diacritics and in lower case, as people type it."""
    return fold(_abbreviate(name, rng))


_CORRUPTIONS: Mapping[str, Corruption] = {
    "diacritics": _drop_diacritics,
    "tones": _place_tones,
    "abbreviations": _abbreviate,
    "order": _reorder,
    "slip": _misspell,
    "misread": _misread,
    "lost": _lose,
    "capitals": _capitals,
    "typed": _several,
}
CORRUPTIONS = tuple(_CORRUPTIONS)
