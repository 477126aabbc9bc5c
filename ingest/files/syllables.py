"""A test whether a word is spelt like a Vietnamese syllable."""

import unicodedata
from functools import cache

from ingest.files.encodings import encoding_tables

_TONES = str.maketrans(dict.fromkeys("\u0300\u0301\u0303\u0309\u0323"))
_TONES_OF_STOPS = frozenset("\u0301\u0323")
_MOST_LETTERS = 7
"""The longest syllable, nghiêng, has this many letters."""

_VOWELS = frozenset("aăâeêioôơuưy")


@cache
def _toneless_syllables() -> tuple[frozenset[str], frozenset[str]]:
    """All syllables without tone: those that end in a stop consonant, and all others."""
    table = encoding_tables()["syllables"]
    initials, stops = ["", *table["initials"].split()], tuple(table["stops"].split())
    syllables = {initial + rime for initial in initials for rime in table["rimes"].split()}
    stopped = frozenset(syllable for syllable in syllables if syllable.endswith(stops))
    return stopped, frozenset(syllables - stopped)


def is_syllable(word: str) -> bool:
    """Whether a word in NFC is a Vietnamese syllable, in small letters, in capitals or with a capital first letter.

    The initial, the rime and the tone must be possible together: a rime that ends in a stop has the acute tone or the
    dot below.

    >>> is_syllable("Nguyễn"), is_syllable("QUỐC"), is_syllable("hoà"), is_syllable("hòa")
    (True, True, True, True)
    >>> is_syllable("NguyÔn"), is_syllable("quồc"), is_syllable("nguyỄn"), is_syllable("éte")
    (False, False, False, False)
    """
    if len(word) > _MOST_LETTERS or not (word.islower() or word.isupper() or word.istitle()):
        return False
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = [mark for mark in decomposed if ord(mark) in _TONES]
    if len(tones) > 1:
        return False
    toneless = unicodedata.normalize("NFC", decomposed.translate(_TONES))
    stopped, open_ended = _toneless_syllables()
    return toneless in open_ended or (toneless in stopped and (not tones or tones[0] in _TONES_OF_STOPS))


def has_vowel(word: str) -> bool:
    """Whether a word has a vowel. Abbreviations such as "ĐHQG" have none.

    A word that is too long for a syllable counts as having one.

    >>> has_vowel("ĐHQG"), has_vowel("Đại")
    (False, True)
    """
    if len(word) > _MOST_LETTERS:
        return True
    decomposed = unicodedata.normalize("NFD", word.lower())
    return not _VOWELS.isdisjoint(unicodedata.normalize("NFC", decomposed.translate(_TONES)))
