"""Records made ready for comparison: names taken apart, and what is known around them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.folding import fold
from graph.kinds import load_kinds
from ingest.resolution.lexicon import lexicon
from ingest.resolution.names import COUNTRY, NameKey, name_key, name_keys
from ingest.resolution.records import Record

_VIETNAM = ("vn", "vietnam", "viet nam")
_N_PARENTS = 6
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Profile:
    """A record made ready for comparison.

    Attributes
    ----------
    keys
        All names taken apart, its own first.
    full
        Those that name it in full: its own, and every other that is no acronym.
    acronyms
        Those that are, folded.
    places
        Where it is, and the provinces around that.
    parents
        Full names of what it belongs to.
    context, context_meaning
        What its place and what it belongs to would add to its name, as tokens and as meaning.
    belongs
        Names of what it belongs to, as :func:`direct_key` writes them.
    identifiers
        Values by scheme.
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
        """Its own name; ``None`` where nothing is left of it."""
        return self.keys[0] if self.keys else None

    def written_out(self, key: NameKey) -> tuple[frozenset[str], ...]:
        """Tokens of one of its names: as it is, with its place, and with the name of what it belongs to."""
        placed = frozenset(f"p:{place}" for place in self.places)
        added = (placed, *(parent.tokens for parent in self.parents[:_N_PARENTS]))
        return tuple(dict.fromkeys((key.tokens, *(key.tokens | more for more in added))))

    def meanings(self, key: NameKey) -> tuple[frozenset[str], ...]:
        """The same as meaning."""
        placed = frozenset(f"p:{place}" for place in self.places)
        added = (placed, *(parent.meaning for parent in self.parents[:_N_PARENTS]))
        return tuple(dict.fromkeys((key.meaning, *(key.meaning | more for more in added))))


def profiles_of(records: Sequence[Record]) -> list[Profile]:
    """The profile of every record, in their order; what a record belongs to is looked up among the records."""
    by_id = {record.id: record for record in records}
    return [_profile(record, by_id) for record in records]


def places_in(text: str | None) -> frozenset[str]:
    """The last place that a text names, and the provinces around it.

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
    """The tokens of a name as one text, the same whatever their order.

    >>> direct_key({"w:bach", "h:university"})
    'h:university w:bach'
    """
    return " ".join(sorted(tokens))


def _last_place(text: str) -> str | None:
    for part in reversed(text.split(",")):
        if found := name_key(part).places:
            return min(found)
    return None


def _profile(record: Record, by_id: Mapping[str, Record]) -> Profile:
    is_person = record.kind in load_kinds().actor and load_kinds().actor[record.kind].is_person
    keys = name_keys(record.names, person=is_person)
    full = tuple(key for i, key in enumerate(keys) if i == 0 or not key.is_acronym)
    places = places_in(record.place)
    near = [by_id[parent] for parent in record.parents if parent in by_id]
    parents = [key for parent in near for key in name_keys(parent.names, person=False) if not key.is_acronym]
    around = places.union(*(places_in(parent.place) for parent in near))
    is_vietnamese = bool(around) or fold(record.country or "") in _VIETNAM
    located = frozenset(f"p:{place}" for place in (*around, *([COUNTRY] if is_vietnamese else [])))
    year = _YEAR.match(record.founded or "")
    return Profile(
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
