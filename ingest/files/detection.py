"""Which encoding a text has, judged by what its bytes say when they are read that way, and how sure that is.

Bytes that are valid UTF-8 or bear a byte order mark speak for themselves. For the encodings of a byte or two a letter
the distinct words beyond ASCII are read in each of them and looked at as Vietnamese syllables. In 969 such words of the
demo network the right encoding made syllables of all but abbreviations, a wrong one of 9 to 30 %; in the names of
countries and languages in 20 foreign languages it was at most 5 %. Confidence is the posterior probability, all
encodings and "something else" being equally likely before, where each word is a syllable with probability
:data:`SYLLABLE_IF_RIGHT` in the right reading and :data:`SYLLABLE_IF_WRONG` in a wrong one, both put on the safe side.
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
"""Confidence from which an encoding is taken to be found.

Of 8,141 texts of one word to forty cells in the three encodings that reached it, all were right, and none of 7,333 in
foreign encodings reached it; ``tests/ingest/test_detection.py`` repeats the measurement on fewer.
"""

SYLLABLE_IF_RIGHT = 0.9
SYLLABLE_IF_WRONG = 0.3

MAX_WORDS = 2_000
"""Distinct words that are looked at."""

_MAX_EXPONENT = 700.0  # of e, for a result that a float can hold
_FONTS: tuple[FontEncoding, ...] = ("tcvn3", "vni")
_AS_IT_STANDS = "unicode"
_Reading = TypeVar("_Reading", bound=str)

_WORD_BYTES = re.compile(rb"[A-Za-z\x80-\xff]+")
_WORD = re.compile(r"[A-Za-z\x80-\U0010ffff]+")
_BEYOND = re.compile(r"[^\x00-\xff]")
_TYPOGRAPHY = "“”‘’–—…•«»\u00a0"
"""What may stand directly before or behind a word."""

_UTF_8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_UTF_8_CUT_OFF = re.compile(rb"([\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_EXPECTED = re.compile(r"[\t\r\n -~\xa0-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u203a\u20ab]")
"""Characters that Vietnamese and English texts are made of."""


@dataclass(frozen=True, slots=True)
class Detected:
    """The likeliest encoding of a text.

    Attributes
    ----------
    confidence
        Between 0 and 1. For an encoding of a byte or two a letter: its posterior probability. For UTF-8: the share of
        characters beyond ASCII that are whole. For UTF-16 without a mark: the share of expected characters.
    """

    encoding: Encoding
    confidence: float

    @property
    def is_certain(self) -> bool:
        """Whether the confidence reaches the threshold."""
        return self.confidence >= THRESHOLD


def detect(sample: bytes) -> Detected:
    r"""The likeliest encoding of the text that a sample was taken from.

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
    """The share of whole sequences among these and the bytes beyond ASCII that belong to none; 1 for ASCII."""
    if sample.isascii():
        return 1.0
    n_whole = len(_UTF_8_SEQUENCE.findall(sample))
    n_stray = len(_HIGH_BYTE.findall(_UTF_8_SEQUENCE.sub(b"", sample)))
    if n_whole and (cut_off := _UTF_8_CUT_OFF.search(sample)):
        n_stray -= len(cut_off[0])
    return n_whole / (n_whole + n_stray) if n_whole else 0.0


@dataclass(frozen=True, slots=True)
class WordCount:
    """How many distinct words beyond ASCII are Vietnamese syllables in some reading, and how many are none."""

    n_syllables: int
    n_others: int

    @property
    def log_odds(self) -> float:
        """Logarithm of how much likelier the words are where the reading is right than where it is wrong."""
        return self.n_syllables * math.log(SYLLABLE_IF_RIGHT / SYLLABLE_IF_WRONG) + self.n_others * math.log(
            (1 - SYLLABLE_IF_RIGHT) / (1 - SYLLABLE_IF_WRONG)
        )


def count_words(content: bytes, encoding: Encoding) -> WordCount:
    r"""The distinct words beyond ASCII that bytes hold when they are read in an encoding.

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
    """The count of words, None standing for one that cannot be read; abbreviations without vowels say nothing."""
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
    """The likeliest reading and its posterior probability, one hypothesis more being that none is right."""
    log_odds = {reading: count.log_odds for reading, count in counts.items()}
    best = max(log_odds, key=log_odds.__getitem__)
    others = [0.0, *(odds for reading, odds in log_odds.items() if reading != best)]
    return best, 1 / (1 + sum(math.exp(min(odds - log_odds[best], _MAX_EXPONENT)) for odds in others))


@dataclass(frozen=True, slots=True)
class Repair:
    """A function that gives back the letters of cells typed with a TCVN3 or VNI font, and how sure that is.

    A cell that already has letters beyond Windows-1252, or holds more Vietnamese syllables as it stands, stays.
    """

    encoding: FontEncoding
    confidence: float

    def __call__(self, text: str) -> str:
        """The cell with its letters given back, or as it stands."""
        if text.isascii() or _has_letters_beyond(text):
            return text
        repaired = from_font(text, self.encoding)
        as_it_stands, as_repaired = (_count(_WORD.findall(each)) for each in (text, repaired))
        return text if as_it_stands.n_syllables > as_repaired.n_syllables else repaired


def repair_text(texts: Iterable[str]) -> Repair | None:
    """What repairs the cells of a column or sheet that was typed with a TCVN3 or VNI font; None where that is not sure.

    The evidence is that of all the texts together: their distinct words, as they stand and as read in either encoding.

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
    """Whether a letter stands in the text that no font of a byte a character can show."""
    return any(letter.isalpha() and not letter.encode("cp1252", errors="ignore") for letter in _BEYOND.findall(text))
