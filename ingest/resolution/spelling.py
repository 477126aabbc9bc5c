"""Misspelt and damaged names: corrected where that is safe, otherwise compared with what they may have been."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from graph.folding import nfc
from ingest.resolution.lexicon import folded_word, lexicon, shortened

_LOST_RUN = re.compile("[\ufffd?]+")
_LOST = re.compile("\ufffd|(?<=\\w)\\?|\\?(?=\\w)")
_MIN_CORRECTED_LETTERS = 4
"""A shorter unknown word is corrected only if its neighbours support the correction; set by hand."""
_MIN_SLIP_LETTERS = 2
"""Words of so many letters or fewer are never taken for misspelt; set by hand."""
_MIN_LETTERS_ONE_SLIP, _MIN_LETTERS_TWO_SLIPS = 4, 9
"""Words with so many letters may differ by one, or by two, wrong letters; set by hand."""
_MAX_GAP_WORDS = 4
"""The longest phrase, in words, that is searched for a word to correct; set by hand."""
_SHAPE_OF_UTF8 = re.compile("[\u00c2-\u00f4\u0102\u0110][\u0080-\u00bf\u0152-\u2122]")
_LOST_SPACE = re.compile("\u00c3(?= |$)")
"""The first half of "à", whose second half, a no-break space, was turned into a space or removed."""


def is_damaged(text: str) -> bool:
    """Whether characters of a text may be lost: a question mark or replacement character touches a word.

    >>> is_damaged("H?c vi?n"), is_damaged("Học viện")
    (True, False)
    """
    return _LOST.search(text) is not None


def repaired(text: str) -> str:
    r"""The text; where it is UTF-8 that was decoded as Windows-1252, decoded correctly.

    >>> repaired("Há»\x8dc viá»‡n")
    'Học viện'
    """
    if not _SHAPE_OF_UTF8.search(text):
        return text
    whole = _LOST_SPACE.sub("\u00c3\u00a0", text)
    try:
        raw = b"".join(char.encode("latin-1") if ord(char) < 0x100 else char.encode("cp1252") for char in whole)
        return nfc(raw.decode("utf-8"))
    except UnicodeError:
        return text


def remains_of(damaged: str, whole: str) -> bool:
    """Whether ``damaged`` is what remains of ``whole`` after non-ASCII characters were replaced by question marks.

    >>> remains_of("H?ng Thành", "Hồng Thành"), remains_of("H?ng Thành", "Hồng Thịnh")
    (True, False)
    """
    parts = _LOST_RUN.split(" ".join(damaged.split()).casefold())
    lost = [len(run) for run in _LOST_RUN.findall(damaged)]
    pattern = re.escape(parts[0])
    for n, part in zip(lost, parts[1:], strict=True):
        pattern += f"[^\\x00-\\x7f]{{1,{n}}}{re.escape(part)}"
    return re.fullmatch(pattern, " ".join(whole.split()).casefold()) is not None


def is_odd(word: str) -> bool:
    """Whether a folded word is neither a word of the lexicon nor a Vietnamese syllable.

    >>> is_odd("khooa"), is_odd("khoa"), is_odd("university")
    (True, False, False)
    """
    words = lexicon()
    return word not in words.vocabulary and word not in words.syllables and word.isalpha()


def corrected(folded: Sequence[str]) -> tuple[str, ...]:
    """The words, where each unknown word with one possible correction in the lexicon is corrected.

    Of several possible corrections, the one that fits the word before or after it is taken.

    >>> corrected(("nha", "tbang", "univerisity")), corrected(("vinfast",)), corrected(("trong", "dai", "hoc"))
    (('nha', 'trang', 'university'), ('vinfast',), ('truong', 'dai', 'hoc'))
    """
    right = [_correction_of(i, folded) if is_odd(word) else word for i, word in enumerate(folded)]
    for i, word in enumerate(right):
        if not _is_paired(i, right) and len(word) > _MIN_SLIP_LETTERS:
            meant = {other for other in _words_completing_a_phrase(i, right) if OSA.distance(word, other) == 1}
            right[i] = meant.pop() if len(meant) == 1 else word
    return tuple(right)


def _is_paired(i: int, folded: Sequence[str]) -> bool:
    """Whether a word stands beside a word that it also stands beside in a phrase."""
    pairs = lexicon().pairs
    before, behind = (folded[i - 1] if i else "", folded[i + 1] if i + 1 < len(folded) else "")
    return (before, folded[i]) in pairs or (folded[i], behind) in pairs


def _words_completing_a_phrase(i: int, folded: Sequence[str]) -> Iterator[str]:
    """Words that would complete a phrase at this position: of three words or more, or of two that begin the name."""
    gaps = lexicon().gaps
    for n in range(2, _MAX_GAP_WORDS + 1):
        for start in range(max(0, i - n + 1), min(i, len(folded) - n) + 1):
            if n > 2 or start == 0:
                around = (*folded[start:i], "", *folded[i + 1 : start + n])
                yield from gaps.get(around, ())


def _correction_of(i: int, folded: Sequence[str]) -> str:
    meant = _near_words(folded[i])
    if len(meant) == 1 and len(folded[i]) >= _MIN_CORRECTED_LETTERS:
        return meant[0]
    pairs = lexicon().pairs
    before, behind = (folded[i - 1] if i else "", folded[i + 1] if i + 1 < len(folded) else "")
    fitting = [word for word in meant if (before, word) in pairs or (word, behind) in pairs]
    return fitting[0] if len(fitting) == 1 else folded[i]


@lru_cache(maxsize=200_000)
def _near_words(word: str) -> tuple[str, ...]:
    words = lexicon()
    if len(word) <= _MIN_SLIP_LETTERS:
        return ()
    near = set(words.neighbours.get(word, ()))
    for shorter in shortened(word):
        near.update(words.neighbours.get(shorter, ()))
        if shorter in words.vocabulary:
            near.add(shorter)
    return tuple(sorted(other for other in near if OSA.distance(word, other) == 1))


def is_slip(left: str, right: str) -> bool:
    """Whether one of two different folded words is a misspelling of the other.

    Two Vietnamese syllables or two numbers are different words, however similar they are. Words of four letters
    may differ by one letter, words of nine by two.

    >>> is_slip("phat", "phatt"), is_slip("long", "lang"), is_slip("university", "univerisity")
    (True, False, True)
    """
    syllables = lexicon().syllables
    if left.isdigit() or right.isdigit() or (left in syllables and right in syllables):
        return False
    n_letters = max(len(left), len(right))
    n_allowed = 2 if n_letters >= _MIN_LETTERS_TWO_SLIPS else 1
    return n_letters >= _MIN_LETTERS_ONE_SLIP and OSA.distance(left, right, score_cutoff=2) <= n_allowed


def tones_agree(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether no word has other diacritics than the same word of the other name; a word without any agrees with all.

    >>> tones_agree(("mỏ",), ("mở",)), tones_agree(("mo",), ("mở",))
    (False, True)
    """
    one, two = _marked(left), _marked(right)
    return all(one[word] <= two[word] or two[word] <= one[word] for word in one.keys() & two.keys())


def _marked(words: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for word in words:
        if not word.isascii():
            found.setdefault(folded_word(word), set()).add(word)
    return found
