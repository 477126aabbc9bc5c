"""Names taken apart into their meaningful parts, so that two spellings of one name give equal keys."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from graph.folding import fold, nfc
from ingest.resolution.lexicon import BREAK, Language, Part, Phrase, folded_word, lexicon, spelt_words
from ingest.resolution.spelling import corrected, is_damaged, repaired

_VIETNAMESE_ONLY = re.compile("[\u0309\u0323\u031b\u0306đ]")
_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_MIN_INITIALS, _MAX_ACRONYM_LETTERS = 3, 8
"""The fewest initials that form an acronym, and the most letters of an acronym; set by hand."""
COUNTRY = "viet_nam"
"""The place token for the country in the name of a brand: a firm and its Vietnamese branch are different actors."""


@dataclass(frozen=True, slots=True)
class NameKey:
    """One name, taken apart.

    Attributes
    ----------
    text
        The name as it is written, with characters repaired.
    language
        ``vi`` or ``en``; None where nothing shows the language, as in a brand.
    heads, units, legal, places, numbers
        What the actor is (university), which part of it (faculty), its legal form, and the places and numbers named.
    words
        All other words in their order, folded.
    spelt
        The same words with diacritics.
    concepts
        The meanings of the other words; a word that the lexicon does not know is its own meaning.
    proper
        The words that the lexicon does not know.
    tokens
        The parts that distinguish the name from other names, each marked by its type: ``h:university``, ``w:bach``,
        ``p:hue``.
    meaning
        Tokens for comparison with a name in the other language: families of heads, and concepts instead of words.
    initials
        Acronyms that the words may form.
    is_national
        Whether the name contains the country.
    is_generic
        Whether many actors may have this name: it has a common head and subject, but no place, number or word of its
        own.
    is_acronym
        Whether the name is one short word in capitals.
    letters
        The ASCII letters of the name as it is written; these remain when all other characters are lost.
    is_damaged
        Whether characters of the name are lost.
    """

    text: str
    language: Language | None
    heads: frozenset[str]
    units: frozenset[str]
    legal: frozenset[str]
    places: frozenset[str]
    numbers: frozenset[str]
    words: tuple[str, ...]
    spelt: tuple[str, ...]
    concepts: frozenset[str]
    proper: tuple[str, ...]
    tokens: frozenset[str]
    meaning: frozenset[str]
    initials: frozenset[str]
    is_national: bool
    is_generic: bool
    is_acronym: bool
    letters: str
    is_damaged: bool


@lru_cache(maxsize=200_000)
def name_key(name: str) -> NameKey:
    """The parts of the name of an organisation.

    >>> name_key("ĐHBK Hà Nội").tokens == name_key("Trường Đại học Bách khoa Hanoi").tokens
    True
    >>> sorted(name_key("CTCP Công nghệ An Phát").legal), name_key("CTCP Công nghệ An Phát").proper
    (['joint_stock'], ('an', 'phat'))
    >>> name_key("Hanoi University of Transport").meaning == name_key("Đại học Giao thông Vận tải Hà Nội").meaning
    True
    """
    text = repaired(nfc(name))
    spelt, folded = _words_of(text)
    stands_for = _known_names().get(tuple(word for word in folded if word != BREAK))
    if stands_for is not None:
        spelt, folded = _words_of(stands_for)
    return _key_of_words(text, _language(spelt, folded), spelt, folded)


@lru_cache(maxsize=200_000)
def person_key(name: str) -> NameKey:
    """The parts of the name of a person: its words, without titles before them.

    >>> person_key("GS.TS. Lê Anh Tuấn").words
    ('le', 'anh', 'tuan')
    """
    spelt = tuple(word for word in spelt_words(nfc(name)) if word != BREAK)
    start = 0
    while start < len(spelt) - 2 and fold(spelt[start]) in lexicon().titles:
        start += 1
    words = tuple(folded_word(word) for word in spelt[start:])
    nothing: frozenset[str] = frozenset()
    return NameKey(
        text=name,
        language=None,
        heads=nothing,
        units=nothing,
        legal=nothing,
        places=nothing,
        numbers=nothing,
        words=words,
        spelt=spelt[start:],
        concepts=frozenset(words),
        proper=words,
        tokens=_word_tokens(words),
        meaning=frozenset(f"c:{word}" for word in words),
        initials=nothing,
        is_national=False,
        is_generic=False,
        is_acronym=False,
        letters=_letters(name),
        is_damaged=is_damaged(name),
    )


def name_keys(names: Iterable[str], *, person: bool) -> tuple[NameKey, ...]:
    """The parts of each name; a text in brackets counts as a name of its own.

    >>> [key.text for key in name_keys(["Viện Công nghệ Thông tin (SoICT)"], person=False)]
    ['Viện Công nghệ Thông tin', 'SoICT']
    """
    if person:
        return tuple(dict.fromkeys(person_key(name) for name in names if spelt_words(name)))
    apart = (part for name in names for part in _split_brackets(name))
    return tuple(dict.fromkeys(key for part in apart if (key := name_key(part)).tokens or key.is_damaged))


def _split_brackets(name: str) -> list[str]:
    inner = [text.strip() for text in _BRACKETED.findall(name)]
    outer = _BRACKETED.sub(" ", name).strip()
    if not inner or not fold(outer) or any(" " in text or name_key(text).is_national for text in inner):
        return [name]
    return [outer, *inner]


@cache
def _known_names() -> dict[tuple[str, ...], str]:
    """The Vietnamese names that whole English names stand for, by the words of the English names."""
    read = ((_words_of(name)[1], stands_for) for name, stands_for in lexicon().known.items())
    return {tuple(word for word in folded if word != BREAK): stands_for for folded, stands_for in read}


def _words_of(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a text with and without diacritics; abbreviations are written out, misspellings corrected."""
    spelt = _expanded(spelt_words(text))
    folded = tuple(folded_word(word) for word in spelt)
    right = corrected(folded)
    return tuple(new if new != old else own for own, old, new in zip(spelt, folded, right, strict=True)), right


def _expanded(spelt: tuple[str, ...]) -> tuple[str, ...]:
    known = lexicon().abbreviations
    bare = [folded_word(word) if _has_no_diacritics(word) else "" for word in spelt]
    out: list[str] = []
    i = 0
    while i < len(spelt):
        for short, long in known.get(bare[i], ()):
            if tuple(bare[i : i + len(short)]) == short:
                out.extend(long)
                i += len(short)
                break
        else:
            out.append(spelt[i])
            i += 1
    return tuple(out)


def _has_no_diacritics(word: str) -> bool:
    """Whether a word has no diacritics except those of đ and ư, which occur in abbreviations."""
    return word.replace("đ", "d").replace("ư", "u").isascii()


def _language(spelt: tuple[str, ...], folded: tuple[str, ...]) -> Language | None:
    if any(_VIETNAMESE_ONLY.search(unicodedata.normalize("NFD", word)) for word in spelt):
        return "vi"
    markers = lexicon().markers
    n_vi = sum(word in markers["vi"] for word in folded)
    n_en = sum(word in markers["en"] for word in folded)
    if n_vi == n_en:
        return None
    return "vi" if n_vi > n_en else "en"


@dataclass(slots=True)
class _Parts:
    """The words of a name, grouped by their part in it.

    Attributes
    ----------
    found
        The meanings of the phrases found, by part.
    others
        The positions of the words that are concepts or unknown.
    proper
        The unknown words.
    main_words
        All words except small words.
    """

    found: dict[Part, set[str]]
    numbers: set[str] = field(default_factory=set)
    others: list[int] = field(default_factory=list)
    proper: list[str] = field(default_factory=list)
    main_words: list[str] = field(default_factory=list)


def _parts_of(language: Language | None, spelt: tuple[str, ...], folded: tuple[str, ...]) -> _Parts:
    parts = _Parts({part: set() for part in ("head", "unit", "legal", "place", "concept", "country")})
    small_words = lexicon().small_words
    i = 0
    while i < len(folded):
        if folded[i] == BREAK:
            i += 1
            continue
        n, part, meaning = _phrase_at(i, language, spelt, folded)
        if part is None and (number := _number_at(i, folded)) is not None:
            parts.numbers.add(number)
        elif part in ("concept", None):
            parts.others.extend(j for j in range(i, i + n) if n == 1 or folded[j] not in small_words)
            parts.found["concept"].add(meaning)
            if part is None:
                parts.proper.append(folded[i])
        elif part in parts.found:
            parts.found[part].add(meaning)
        if part != "stop":
            parts.main_words.extend(folded[i : i + n])
        i += n
    if parts.found["country"] and not parts.found["head"]:
        parts.found["place"].add(COUNTRY)
    return parts


def _number_at(i: int, folded: Sequence[str]) -> str | None:
    """The number that a word is, in digits; a Roman number does not begin a name."""
    if folded[i].isdigit():
        return folded[i].lstrip("0") or "0"
    return _ROMAN.get(folded[i]) if i else None


def _key_of_words(text: str, language: Language | None, spelt: tuple[str, ...], folded: tuple[str, ...]) -> NameKey:
    parts = _parts_of(language, spelt, folded)
    found = parts.found
    compact = "".join(char for char in text if char.isalnum())
    words = tuple(folded[j] for j in parts.others)
    marked = [("u", found["unit"]), ("p", found["place"]), ("n", parts.numbers)]
    structure = {f"{mark}:{value}" for mark, values in marked for value in values}
    families = {lexicon().family[head] for head in found["head"]}
    return NameKey(
        text=text,
        language=language,
        heads=frozenset(found["head"]),
        units=frozenset(found["unit"]),
        legal=frozenset(found["legal"] - {"company"}),
        places=frozenset(found["place"]),
        numbers=frozenset(parts.numbers),
        words=words,
        spelt=tuple(spelt[j] for j in parts.others),
        concepts=frozenset(found["concept"]),
        proper=tuple(parts.proper),
        tokens=frozenset(structure | {f"h:{head}" for head in found["head"]} | _word_tokens(words)),
        meaning=frozenset(structure | {f"h:{one}" for one in families} | {f"c:{one}" for one in found["concept"]}),
        initials=_initials([word for word in folded if word != BREAK], parts.main_words),
        is_national=bool(found["country"]),
        is_generic=_is_generic(found, has_own=bool(parts.proper or parts.numbers)),
        is_acronym=compact.isupper() and len(compact) <= _MAX_ACRONYM_LETTERS and " " not in text,
        letters=_letters(text),
        is_damaged=is_damaged(text),
    )


def _word_tokens(words: Sequence[str]) -> frozenset[str]:
    """One token per word; a repeated word is numbered, so that "Sơn Sơn" differs from "Sơn"."""
    seen: dict[str, int] = {}
    tokens = []
    for word in words:
        seen[word] = seen.get(word, 0) + 1
        tokens.append(f"w:{word}" if seen[word] == 1 else f"w:{word} {seen[word]}")
    return frozenset(tokens)


def _is_generic(found: Mapping[Part, set[str]], *, has_own: bool) -> bool:
    if has_own or found["place"] or found["country"]:
        return False
    return found["concept"] <= lexicon().generic_concepts and found["head"] <= lexicon().generic_heads


def _phrase_at(
    i: int, language: Language | None, spelt: tuple[str, ...], folded: tuple[str, ...]
) -> tuple[int, Part | None, str]:
    """The number of words, the part and the meaning of the longest phrase at a position; else of the single word."""
    begins = i == 0 or folded[i - 1] == BREAK
    for phrase in lexicon().phrases.get(folded[i], ()):
        n = len(phrase.folded)
        if folded[i : i + n] != phrase.folded or (language is not None and language not in phrase.languages):
            continue
        if any(
            not own.isascii() and own != main_words
            for own, main_words in zip(spelt[i : i + n], phrase.spelt, strict=True)
        ):
            continue
        ends = i + n == len(folded) or folded[i + n] == BREAK
        if n == 1 and not _stands_alone(phrase, language, begins=begins, ends=ends):
            continue
        return n, phrase.part, phrase.id
    return 1, None, folded[i]


def _stands_alone(phrase: Phrase, language: Language | None, *, begins: bool, ends: bool) -> bool:
    """Whether a phrase of one syllable has its meaning at this position.

    Many such syllables are also names of persons or firms. "Viện" and "Khoa" must begin the name, "Vinh" and "Huế"
    must end it.
    """
    if phrase.part in ("head", "unit") and "vi" in phrase.languages:
        return begins
    return phrase.part != "place" or ends or language == "en"


def _initials(folded: Sequence[str], main_words: Sequence[str]) -> frozenset[str]:
    """The acronyms that the words may form, with and without small words."""
    both = ("".join(word[0] for word in words) for words in (folded, main_words))
    return frozenset(acronym for acronym in both if _MIN_INITIALS <= len(acronym) <= _MAX_ACRONYM_LETTERS)


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isascii() and char.isalpha())
