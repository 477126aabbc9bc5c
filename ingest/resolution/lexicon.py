"""The lexicon: the words from which names of organisations are made, read from the TOML files beside this module."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise, product
from typing import Any, Literal

from graph.folding import fold, place_tones

Language = Literal["vi", "en"]
Part = Literal["head", "unit", "legal", "place", "concept", "country", "stop"]
BREAK = ","
"""The token for a comma or semicolon; no phrase extends across it."""
_WORD = re.compile(r"[^\W\d_]+|\d+|[,;]")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)
_MIN_LETTERS = 3
"""Shorter words are not part of the vocabulary by which misspellings are corrected; set by hand."""
NEUTRAL: tuple[Part, ...] = ("place", "country")
"""Parts that are written alike in both languages and so do not show the language of a name."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One or more words with one meaning.

    Attributes
    ----------
    part
        What the phrase is in a name, for example a head such as "university" or a place.
    id
        The meaning.
    spelt, folded
        The words in lower case, with and without diacritics.
    languages
        The languages in which a name may contain the phrase.
    """

    part: Part
    id: str
    spelt: tuple[str, ...]
    folded: tuple[str, ...]
    languages: frozenset[Language]

    @classmethod
    def of(cls, part: Part, id: str, text: str, languages: frozenset[Language]) -> "Phrase":  # noqa: A002
        """The phrase for a text of the data files."""
        spelt = spelt_words(text)
        return cls(part, id, spelt, tuple(folded_word(word) for word in spelt), languages)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The contents of the data files about names, arranged for look-up.

    Attributes
    ----------
    phrases
        Phrases by their first folded word, longer phrases first.
    abbreviations
        By the first folded word: the abbreviated words and the words they stand for, longer abbreviations first.
    generic_concepts, generic_heads
        Concepts that occur in many names, and heads that many organisations share.
    loose_forms
        Legal forms that translations use for any other legal form.
    known
        English names that do not translate word by word, and the Vietnamese names they stand for.
    family
        The family of each head; heads of one family may translate each other.
    within
        The province in which a place lies.
    titles
        Folded titles before the names of persons.
    small_words
        Folded words such as "và" or "of" that say nothing by themselves.
    syllables
        Every possible Vietnamese syllable without tone and diacritics.
    markers
        By language: folded words that occur in phrases of that language only.
    vocabulary
        Folded words of phrases, of three letters or more.
    neighbours
        Words of the vocabulary by each of their spellings with one letter left out.
    pairs
        Pairs of folded words that stand side by side in a phrase.
    gaps
        Phrases with one word replaced by an empty string, and the words that fill the gap. Contains phrases of three
        words or more, and of two words that are a head, a unit or a legal form.
    """

    phrases: Mapping[str, tuple[Phrase, ...]]
    abbreviations: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
    generic_concepts: frozenset[str]
    generic_heads: frozenset[str]
    loose_forms: frozenset[str]
    known: Mapping[str, str]
    family: Mapping[str, str]
    within: Mapping[str, str]
    titles: frozenset[str]
    small_words: frozenset[str]
    syllables: frozenset[str]
    markers: Mapping[Language, frozenset[str]]
    vocabulary: frozenset[str]
    neighbours: Mapping[str, frozenset[str]]
    pairs: frozenset[tuple[str, str]]
    gaps: Mapping[tuple[str, ...], frozenset[str]]


@cache
def lexicon() -> Lexicon:
    """The lexicon that is installed with Ketnoi."""
    words, places = _table("words"), _table("places")
    abbreviations = _table("abbreviations")
    phrases = list(_phrases(words, places, _table("concepts")))
    vocabulary = frozenset(word for phrase in phrases for word in phrase.folded if len(word) >= _MIN_LETTERS)
    neighbours = defaultdict(set)
    for word in vocabulary:
        for shorter in shortened(word):
            neighbours[shorter].add(word)
    by_first = defaultdict(list)
    for phrase in sorted(phrases, key=lambda one: -len(one.spelt)):
        by_first[phrase.folded[0]].append(phrase)
    return Lexicon(
        phrases={first: tuple(found) for first, found in by_first.items()},
        abbreviations=_abbreviations(abbreviations),
        generic_concepts=frozenset(words["generic"]["concepts"]),
        generic_heads=frozenset(words["generic"]["heads"]),
        loose_forms=frozenset(name for name, row in words["legal"].items() if row.get("loose")),
        known={name: stands_for for stands_for, names in words["known"].items() for name in names},
        family={name: row["family"] for name, row in words["head"].items()},
        within=places["within"],
        titles=frozenset(fold(title) for title in abbreviations["titles"]["words"]),
        small_words=frozenset(word for phrase in phrases if phrase.part == "stop" for word in phrase.folded),
        syllables=_syllables(words["syllable"]),
        markers=_markers(phrases),
        vocabulary=vocabulary,
        pairs=frozenset(pair for phrase in phrases for pair in pairwise(phrase.folded)),
        gaps=_gaps(phrases),
        neighbours={shorter: frozenset(found) for shorter, found in neighbours.items()},
    )


def shortened(word: str) -> Iterator[str]:
    """The spellings of a word with one letter left out, each letter in turn.

    >>> list(shortened("abc"))
    ['bc', 'ac', 'ab']
    """
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


def spelt_words(text: str) -> tuple[str, ...]:
    """Words, numbers and commas of a text in lower case and NFC, with tone marks where the newer spelling puts them.

    >>> spelt_words("Đại học Hòa Bình 2 (No1); Women's")
    ('đại', 'học', 'hoà', 'bình', '2', 'no', '1', ',', 'women')
    """
    plain = _POSSESSIVE.sub("", place_tones(text)).casefold()
    return tuple(BREAK if word == ";" else word for word in _WORD.findall(plain))


def _syllables(table: Mapping[str, Sequence[str]]) -> frozenset[str]:
    front = [rime for rime in table["rimes"] if rime[0] in "eiy"]
    back = [rime for rime in table["rimes"] if rime[0] not in "eiy"]
    return frozenset(
        onset + rime
        for onsets, rimes in (
            (table["onsets"], table["rimes"]),
            (table["onsets_before_front_vowels"], front),
            (table["onsets_before_back_vowels"], back),
        )
        for onset, rime in product(onsets, rimes)
    )


def _gaps(phrases: Iterable[Phrase]) -> dict[tuple[str, ...], frozenset[str]]:
    filling = defaultdict(set)
    for phrase in phrases:
        words = phrase.folded
        if len(words) > 2 or (len(words) == 2 and phrase.part in ("head", "unit", "legal")):
            for i, word in enumerate(words):
                filling[(*words[:i], "", *words[i + 1 :])].add(word)
    return {around: frozenset(found) for around, found in filling.items()}


def folded_word(word: str) -> str:
    """The word without diacritics; a word in another script unchanged.

    >>> folded_word("đại"), folded_word("大学")
    ('dai', '大学')
    """
    return fold(word).replace(" ", "") or word


def _markers(phrases: Iterable[Phrase]) -> dict[Language, frozenset[str]]:
    spoken: dict[Language, set[str]] = {"vi": set(), "en": set()}
    for phrase in phrases:
        if len(phrase.languages) == 1 and phrase.part != "place":
            for language in phrase.languages:
                spoken[language].update(phrase.folded)
    return {
        "vi": frozenset(spoken["vi"] - spoken["en"]),
        "en": frozenset(spoken["en"] - spoken["vi"]),
    }


def _table(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("ingest.resolution").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(part for word in words for part in fold(word).split())


def _phrases(words: Mapping[str, Any], places: Mapping[str, Any], concepts: Mapping[str, Any]) -> Iterator[Phrase]:
    parts: tuple[tuple[Part, Mapping[str, Any]], ...] = (
        ("head", words["head"]),
        ("unit", words["unit"]),
        ("legal", words["legal"]),
        ("country", {"vietnam": words["country"]}),
        ("stop", {"": words["stop"]}),
        ("concept", concepts["concept"]),
    )
    both: frozenset[Language] = frozenset(("vi", "en"))
    for name, spellings in places["place"].items():
        for spelling in spellings:
            yield Phrase.of("place", name, spelling, both)
            yield Phrase.of("place", name, f"tại {spelling}", frozenset(("vi",)))
    for spelling in places["no_place"]["words"]:
        yield Phrase.of("concept", "_".join(fold(spelling).split()), spelling, both)
    languages: tuple[Language, ...] = ("vi", "en")
    for part, table in parts:
        for name, row in table.items():
            for language in languages:
                allowed = both if part in NEUTRAL else frozenset((language,))
                for spelling in row[language]:
                    yield Phrase.of(part, name, spelling, allowed)


def _abbreviations(table: Mapping[str, Any]) -> dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    by_first = defaultdict(list)
    for language in ("vi", "en"):
        for short, long in table[language].items():
            abbreviated = _folded((short,))
            by_first[abbreviated[0]].append((abbreviated, spelt_words(long)))
    return {first: tuple(sorted(found, key=lambda entry: -len(entry[0]))) for first, found in by_first.items()}
