"""Finds the fields of the taxonomy that a text is about."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from graph.kinds import Kinds, load_kinds
from matching.text.concepts import field_entries, load_concepts
from matching.text.phrase_book import Entry, Finding, PhraseBook

_MAX_FIELDS = 6
"""Most fields that are read from one text. Set by hand on the development part of the judged requests."""
_LEAST_SHARE = 0.3
"""Weight that a field needs, as a share of the strongest field's weight. Set by hand on the development part of the
judged requests."""


@dataclass(frozen=True, slots=True)
class FieldReading:
    """A field that a text is about.

    Attributes
    ----------
    weight
        Weight of the field relative to the strongest field of the text, 0 to 1.
    words
        Words of the text that mention the field.
    """

    field_id: str
    weight: float
    words: tuple[str, ...]


class FieldReader:
    """Finds the fields of the taxonomy in a text by their labels and terms.

    Parameters
    ----------
    kinds
        The taxonomy.
    more
        Further terms, whose ids are those of fields.
    """

    def __init__(self, kinds: Kinds, more: Iterable[Entry] = ()) -> None:
        self._phrases = PhraseBook([*_field_entries(kinds), *more])

    def read(self, text: str) -> tuple[FieldReading, ...]:
        """The fields that a text is about, strongest first, ties by id, at most six.

        A term weighs the square root of its number of words. If several fields have the term, they share its weight. A
        longer term hides the shorter terms inside it.
        """
        return _readings(self._phrases.find(text))


def _readings(found: Iterable[Finding]) -> tuple[FieldReading, ...]:
    weights: dict[str, float] = {}
    words_of: dict[str, list[str]] = {}
    for term in found:
        for field_id in term.ids:
            weights[field_id] = weights.get(field_id, 0.0) + term.weight / len(term.ids)
            words_of.setdefault(field_id, []).append(term.written)
    if not weights:
        return ()
    top = max(weights.values())
    ordered = sorted(weights, key=lambda field_id: (-weights[field_id], field_id))
    return tuple(
        FieldReading(field_id, weights[field_id] / top, tuple(dict.fromkeys(words_of[field_id])))
        for field_id in ordered[:_MAX_FIELDS]
        if weights[field_id] >= _LEAST_SHARE * top
    )


def _field_entries(kinds: Kinds) -> Iterator[Entry]:
    for field in kinds.fields.values():
        for language in ("vi", "en"):
            label = (part.strip() for part in re.split(r",| and | và |[()]", field.label[language]))
            for term in (*filter(None, label), *field.terms[language]):
                yield field.id, language, term


@cache
def field_reader() -> FieldReader:
    """The reader of the whole taxonomy, which also knows the terms of all concepts; it is built once."""
    return FieldReader(load_kinds(), field_entries(load_concepts()))
