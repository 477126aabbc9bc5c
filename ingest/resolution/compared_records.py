"""Records prepared for comparison: their names taken apart, and their places, parents and identifiers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.folding import fold
from graph.kinds import load_kinds
from ingest.resolution.lexicon import lexicon
from ingest.resolution.names import NameKey, name_key, name_keys
from ingest.resolution.records import Record

_N_PARENTS = 6
"""A name is completed by at most this many names of parents; set by hand to bound the work per record."""
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class ComparedRecord:
    """One record, prepared for comparison.

    Attributes
    ----------
    record
        The record.
    is_person
        Whether the record is of a person.
    keys
        All names taken apart, the record's own name first.
    full
        The record's own name, and every other name that is not an acronym.
    acronyms
        The names that are acronyms, folded.
    places
        The place of the record, and the provinces around it.
    parents
        The names of the organisations that the record belongs to, without acronyms.
    context, context_meaning
        What place and parents would add to the name, as tokens and as meaning.
    belongs
        The names of the parents as written by :func:`direct_key`.
    identifiers
        The values of the identifiers by scheme.
    year
        The year of foundation.
    """

    record: Record
    is_person: bool
    keys: tuple[NameKey, ...]
    full: tuple[NameKey, ...]
    acronyms: frozenset[str]
    places: frozenset[str]
    parents: tuple[NameKey, ...]
    context: frozenset[str]
    context_meaning: frozenset[str]
    belongs: frozenset[str]
    identifiers: Mapping[str, frozenset[str]]
    year: int | None

    @property
    def own(self) -> NameKey | None:
        """The record's own name; None where nothing is left of it."""
        return self.keys[0] if self.keys else None

    def written_out(self, key: NameKey) -> tuple[frozenset[str], ...]:
        """The tokens of one of the names: alone, with the place added, and with each parent's name added."""
        placed = frozenset(f"p:{place}" for place in self.places)
        added = (placed, *(parent.tokens for parent in self.parents[:_N_PARENTS]))
        return tuple(dict.fromkeys((key.tokens, *(key.tokens | more for more in added))))

    def meanings(self, key: NameKey) -> tuple[frozenset[str], ...]:
        """The meanings of one of the names: alone, with the place added, and with each parent's name added."""
        placed = frozenset(f"p:{place}" for place in self.places)
        added = (placed, *(parent.meaning for parent in self.parents[:_N_PARENTS]))
        return tuple(dict.fromkeys((key.meaning, *(key.meaning | more for more in added))))


def compared_records(records: Sequence[Record]) -> list[ComparedRecord]:
    """The prepared form of each record, in their order; parents are looked up among the records."""
    by_id = {record.id: record for record in records}
    return [_compared_record(record, by_id) for record in records]


def places_in(text: str | None) -> frozenset[str]:
    """The last place named in a text, and the provinces around it.

    >>> sorted(places_in("12 Thái Nguyên, phường Vĩnh Hải, TP. Nha Trang"))
    ['khanh_hoa', 'nha_trang']
    """
    named = _last_place(text) if text else None
    around = set()
    while named is not None and named not in around:
        around.add(named)
        named = lexicon().within.get(named)
    return frozenset(around)


def direct_key(tokens: Iterable[str]) -> str:
    """The tokens of a name as one text that does not depend on their order.

    >>> direct_key({"w:bach", "h:university"})
    'h:university w:bach'
    """
    return " ".join(sorted(tokens))


def _last_place(text: str) -> str | None:
    for part in reversed(text.split(",")):
        if found := name_key(part).places:
            return min(found)
    return None


def _compared_record(record: Record, by_id: Mapping[str, Record]) -> ComparedRecord:
    is_person = record.kind in load_kinds().actor and load_kinds().actor[record.kind].is_person
    keys = name_keys(record.names, person=is_person)
    full = tuple(key for i, key in enumerate(keys) if i == 0 or not key.is_acronym)
    places = places_in(record.place)
    near = [by_id[parent] for parent in record.parents if parent in by_id]
    parents = [key for parent in near for key in name_keys(parent.names, person=False) if not key.is_acronym]
    around = places.union(*(places_in(parent.place) for parent in near))
    located = frozenset(f"p:{place}" for place in around)
    year = _YEAR.match(record.founded or "")
    return ComparedRecord(
        record=record,
        is_person=is_person,
        keys=keys,
        full=full,
        acronyms=frozenset("".join(fold(key.text).split()) for key in keys if key.is_acronym),
        places=places,
        parents=tuple(parents),
        context=located.union(*(key.tokens for key in parents)),
        context_meaning=located.union(*(key.meaning for key in parents)),
        belongs=frozenset(direct_key(key.tokens) for key in parents),
        identifiers=_by_scheme(record.identifiers),
        year=int(year.group()) if year else None,
    )


def _by_scheme(identifiers: Sequence[str]) -> dict[str, frozenset[str]]:
    schemes: dict[str, set[str]] = {}
    for identifier in identifiers:
        scheme, separator, value = identifier.partition(":")
        if separator and value:
            schemes.setdefault(scheme, set()).add(value)
    return {scheme: frozenset(values) for scheme, values in schemes.items()}
