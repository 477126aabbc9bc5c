"""Detection of the encoding of a text, with a confidence.

Valid UTF-8 and a byte order mark identify themselves. For encodings with one or two bytes per letter, the distinct
words with non-ASCII characters are decoded in each encoding and tested for being Vietnamese syllables. Among 969 such
words of the demo network, all but abbreviations were syllables in the right encoding and 9 to 30 % in a wrong one;
among names of countries and languages in 20 foreign languages at most 5 % were. The confidence is the posterior
probability of the encoding. All encodings and "none of them" have the same prior; each word is a syllable with
probability :data:`SYLLABLE_IF_RIGHT` in the right encoding and :data:`SYLLABLE_IF_WRONG` in a wrong one. Both values
were chosen more cautious than the measured ones.
"""

import codecs
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from ingest.files.encodings import LEGACY_ENCODINGS, Encoding, FontEncoding, decode, from_font, has_stray_marks
from ingest.files.syllables import has_vowel, is_syllable

THRESHOLD = 0.95
"""An encoding counts as found from this confidence on.

Measured: 8,141 texts of one word to forty cells in the three encodings reached it, and the encoding was right for all;
none of 7,333 texts in foreign encodings reached it. ``tests/ingest/files/test_detection.py`` repeats this on fewer.
"""

SYLLABLE_IF_RIGHT = 0.9
SYLLABLE_IF_WRONG = 0.3

MAX_WORDS = 2_000
"""At most this many distinct words are tested."""

_MAX_EXPONENT = 700.0  # of e, for a result that a float can hold
_FONTS: tuple[FontEncoding, ...] = ("tcvn3", "vni")
_AS_IT_STANDS = "unicode"
_Reading = TypeVar("_Reading", bound=str)

_WORD_BYTES = re.compile(rb"[A-Za-z\x80-\xff]+")
_WORD = re.compile(r"[A-Za-z\x80-\U0010ffff]+")
_BEYOND = re.compile(r"[^\x00-\xff]")
_TYPOGRAPHY = "“”‘’–—…•«»\u00a0"
"""Characters that may stand directly before or after a word."""

_UTF_8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_UTF_8_CUT_OFF = re.compile(rb"([\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_EXPECTED = re.compile(r"[\t\r\n -~\xa0-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u203a\u20ab]")
"""Characters that occur in Vietnamese and English texts."""


@dataclass(frozen=True, slots=True)
class Detected:
    """The most likely encoding of a text.

    Attributes
    ----------
    encoding
        The encoding.
    confidence
        Between 0 and 1. For encodings with one or two bytes per letter: the posterior probability. For UTF-8: the
        share of non-ASCII characters that are complete. For UTF-16 without a byte order mark: the share of characters
        that occur in Vietnamese and English texts.
    """

    encoding: Encoding
    confidence: float

    @property
    def is_certain(self) -> bool:
        """Whether the confidence reaches :data:`THRESHOLD`."""
        return self.confidence >= THRESHOLD


def detect(sample: bytes) -> Detected:
    r"""The most likely encoding of the text from which a sample was taken.

    >>> detect(b"id,name\n")
    Detected(encoding='utf-8', confidence=1.0)
    >>> detect(b"Tr\xad\xeang \xa7\xb9i h\xe4c").encoding
    'tcvn3'
    >>> detect(b"M\xfcller, K\xf6ln, Stra\xdfe").is_certain
    False
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Detected("utf-16", 1.0)
    if b"\0" in sample:
        return max(_as_utf_16(sample, "utf-16-le"), _as_utf_16(sample, "utf-16-be"), key=lambda each: each.confidence)
    share_whole = _share_of_whole_utf_8(sample)
    if share_whole >= 0.5:
        return Detected("utf-8", share_whole)
    counts = {encoding: count_words(sample, encoding) for encoding in LEGACY_ENCODINGS}
    return Detected(*_likeliest(counts))


def _as_utf_16(sample: bytes, encoding: Encoding) -> Detected:
    text = sample[: len(sample) // 2 * 2].decode(encoding, errors="replace")
    return Detected(encoding, len(_EXPECTED.findall(text)) / max(len(text), 1))


def _share_of_whole_utf_8(sample: bytes) -> float:
    """The share of complete UTF-8 sequences among these and the stray non-ASCII bytes; 1 for an ASCII text."""
    if sample.isascii():
        return 1.0
    n_whole = len(_UTF_8_SEQUENCE.findall(sample))
    n_stray = len(_HIGH_BYTE.findall(_UTF_8_SEQUENCE.sub(b"", sample)))
    if n_whole and (cut_off := _UTF_8_CUT_OFF.search(sample)):
        n_stray -= len(cut_off[0])
    return n_whole / (n_whole + n_stray) if n_whole else 0.0


@dataclass(frozen=True, slots=True)
class WordCount:
    """The distinct non-ASCII words of one decoding: how many are Vietnamese syllables, and how many are not."""

    n_syllables: int
    n_others: int

    @property
    def log_odds(self) -> float:
        """Logarithm of the likelihood ratio of the words: decoding right to decoding wrong."""
        return self.n_syllables * math.log(SYLLABLE_IF_RIGHT / SYLLABLE_IF_WRONG) + self.n_others * math.log(
            (1 - SYLLABLE_IF_RIGHT) / (1 - SYLLABLE_IF_WRONG)
        )


def count_words(content: bytes, encoding: Encoding) -> WordCount:
    r"""The count of distinct non-ASCII words after decoding bytes in one encoding.

    >>> count_words(b"\xa7\xb9i h\xe4c B\xb8ch khoa", "tcvn3")
    WordCount(n_syllables=3, n_others=0)
    """
    words = dict.fromkeys(word for word in _WORD_BYTES.findall(content) if not word.isascii())
    return _count(_read_bytes(word, encoding) for word in islice(words, MAX_WORDS))


def _read_bytes(word: bytes, encoding: Encoding) -> str | None:
    try:
        if encoding in ("tcvn3", "vni"):
            return _read_font(word.decode("cp1252"), encoding)
        return decode(word, encoding)
    except UnicodeDecodeError:
        return None


def _read_font(shown: str, encoding: FontEncoding) -> str | None:
    if _has_letters_beyond(shown) or (encoding == "vni" and has_stray_marks(shown)):
        return None
    return from_font(shown, encoding)


def _count(words: Iterable[str | None]) -> WordCount:
    """The count of words; None is a word that cannot be decoded. Abbreviations without vowels are not counted."""
    n_syllables = n_others = 0
    for word in words:
        if word is None:
            n_others += 1
        elif has_vowel(bare := word.strip(_TYPOGRAPHY)) and not bare.isascii():
            spelt = is_syllable(bare)
            n_syllables += spelt
            n_others += not spelt
    return WordCount(n_syllables, n_others)


def _likeliest(counts: Mapping[_Reading, WordCount]) -> tuple[_Reading, float]:
    """The most likely decoding and its posterior probability; "none is right" is one more hypothesis."""
    log_odds = {reading: count.log_odds for reading, count in counts.items()}
    best = max(log_odds, key=log_odds.__getitem__)
    others = [0.0, *(odds for reading, odds in log_odds.items() if reading != best)]
    return best, 1 / (1 + sum(math.exp(min(odds - log_odds[best], _MAX_EXPONENT)) for odds in others))


@dataclass(frozen=True, slots=True)
class Repair:
    """A function that restores the letters of cells typed in a TCVN3 or VNI font, and the confidence in it.

    A cell is left unchanged if it has letters outside Windows-1252, or more Vietnamese syllables as it is.
    """

    encoding: FontEncoding
    confidence: float

    def __call__(self, text: str) -> str:
        """The cell with its letters restored, or unchanged."""
        if text.isascii() or _has_letters_beyond(text):
            return text
        repaired = from_font(text, self.encoding)
        as_it_stands, as_repaired = (_count(_WORD.findall(each)) for each in (text, repaired))
        return text if as_it_stands.n_syllables > as_repaired.n_syllables else repaired


def repair_text(texts: Iterable[str]) -> Repair | None:
    """The repair for the cells of a column or sheet typed in a TCVN3 or VNI font; None without enough confidence.

    The decision uses the distinct words of all texts together, undecoded and decoded in each of the two encodings.

    >>> repair = repair_text(["Tr­êng §¹i häc B¸ch khoa", "ViÖn Khoa häc"])
    >>> repair.encoding, repair("§¹i häc Thuû lîi")
    ('tcvn3', 'Đại học Thuỷ lợi')
    >>> repair_text(["Hà Nội", "Université de Genève"]) is None
    True
    """
    every_word = (word for text in texts for word in _WORD.findall(text) if not word.isascii())
    words = tuple(islice(dict.fromkeys(every_word), MAX_WORDS))
    counts: dict[str, WordCount] = {_AS_IT_STANDS: _count(words)}
    for encoding in _FONTS:
        counts[encoding] = _count(_read_font(word, encoding) for word in words)
    found, confidence = _likeliest(counts)
    return next((Repair(font, confidence) for font in _FONTS if font == found and confidence >= THRESHOLD), None)


def _has_letters_beyond(text: str) -> bool:
    """Whether the text has a letter that no one-byte font can display."""
    return any(letter.isalpha() and not letter.encode("cp1252", errors="ignore") for letter in _BEYOND.findall(text))
