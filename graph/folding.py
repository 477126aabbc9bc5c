"""Comparable forms of Vietnamese text: folded words for search, one Unicode form, one place for tone marks."""

import re
import unicodedata

_STROKE = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})
_LONGEST_WORD = 64
_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")

# Newer spelling puts the tone mark of oa, oe and uy on the second vowel (hoà), older spelling on the first (hòa).
# The two differ only where no consonant follows.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OPEN_CLUSTER = re.compile(rf"(o)([{_TONES}])([ae])(?![\w{_TONES}])|(u)([{_TONES}])(y)(?![\w{_TONES}])", re.IGNORECASE)


def nfc(text: str) -> str:
    """The text in Unicode composed form, without white space at its ends."""
    return unicodedata.normalize("NFC", text).strip()


def fold(text: str) -> str:
    """The text in lower-case ASCII words separated by single spaces.

    Diacritics are dropped, đ becomes d, and every character that is neither a letter nor a digit separates words.

    >>> fold("ĐH Bách khoa Hà Nội (HUST)")
    'dh bach khoa ha noi hust'
    >>> fold("Hòa") == fold("Hoà")
    True
    """
    plain = text.translate(_STROKE).casefold()
    if not plain.isascii():
        plain = _MARKS.sub("", unicodedata.normalize("NFD", plain))
    if not plain.isascii():
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", plain).strip()


def search_words(text: str) -> list[str]:
    """The distinct words of the folded text in their order, each cut to the 64 letters that a search index keeps.

    >>> search_words("Đại học Bách khoa, Đại học Đà Nẵng")
    ['dai', 'hoc', 'bach', 'khoa', 'da', 'nang']
    """
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in fold(text).split()))


def place_tones(text: str) -> str:
    """The text in NFC, with the tone mark of oa, oe and uy on the second vowel where no consonant follows.

    >>> place_tones("Hòa Lạc") == place_tones("Hoà Lạc") == "Hoà Lạc"
    True
    >>> place_tones("hoàn") == "hoàn"
    True
    """

    def move(match: re.Match[str]) -> str:
        first, tone, second = (group for group in match.groups() if group is not None)
        return first + second + tone

    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _OPEN_CLUSTER.sub(move, decomposed))
