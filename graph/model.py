"""The facts of the network: actors, relationships, projects, participations and events."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, TypeVar

_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from.

    Attributes
    ----------
    source
        The file it was read from, relative to the folder that was loaded, such as ``actors.csv``.
    source_url
        The public page that says so.
    recorded_at
        UTC time, ISO 8601 to the second, at which the store wrote the fact in its present form; empty before the fact
        is stored. Not part of the fact: two facts that differ only here are equal in content.
    last_seen
        The last day, ``YYYY-MM-DD``, on which a fact that has vanished from its source was there; None while it is in
        its source. Part of the fact: a fact that vanishes or returns has changed.
    """

    source: str = ""
    source_url: str | None = None
    recorded_at: str = ""
    last_seen: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of the network. Dates are ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    ``identifiers`` are its ids in registers, each written ``scheme:value``. The schemes are ``ror``, ``pic``,
    ``openalex``, ``wikidata`` and ``tax``.
    """

    id: str
    kind: str
    name: str
    subkind: str | None = None
    name_en: str | None = None
    short_name: str | None = None
    aliases: tuple[str, ...] = ()
    summary: str | None = None
    summary_en: str | None = None
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    district_or_city: str | None = None
    country: str | None = None
    founded: str | None = None
    website: str | None = None
    identifiers: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: _NO_ATTRIBUTES)
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Project:
    """An opportunity that actors share: a project, a product or a challenge. ``owner_id`` names an actor."""

    id: str
    kind: str
    title: str
    title_en: str | None = None
    summary: str | None = None
    summary_en: str | None = None
    theme: str | None = None
    fields: tuple[str, ...] = ()
    owner_id: str | None = None
    year: str | None = None
    start: str | None = None
    end: str | None = None
    total_cost: float | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: _NO_ATTRIBUTES)
    provenance: Provenance = Provenance()

    @property
    def started(self) -> str | None:
        """The start, or the year if the start is unknown."""
        return self.start or self.year


@dataclass(frozen=True, slots=True)
class Relationship:
    """A tie between two actors.

    ``occurrence`` numbers the relationships of one kind between the same two ends, from 0 in the order of their file.
    So two memoranda are two facts, and a corrected date changes one of them instead of adding a third.
    """

    source_id: str
    target_id: str
    kind: str
    since: str | None = None
    until: str | None = None
    status: str | None = None
    value_vnd: int | None = None
    note: str | None = None
    occurrence: int = 0
    attributes: Mapping[str, str] = field(default_factory=lambda: _NO_ATTRIBUTES)
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class Participation:
    """An actor's part in a project. ``occurrence`` numbers its parts in the same project, from 0."""

    project_id: str
    actor_id: str
    role: str | None = None
    occurrence: int = 0
    attributes: Mapping[str, str] = field(default_factory=lambda: _NO_ATTRIBUTES)
    provenance: Provenance = Provenance()


Fact = Actor | Project | Relationship | Participation
F = TypeVar("F", Actor, Project, Relationship, Participation)

_OWN_COLUMNS: Mapping[type[Fact], tuple[str, ...]] = {
    fact_type: tuple(column.name for column in fields(fact_type) if column.name != "provenance")
    for fact_type in (Actor, Project, Relationship, Participation)
}
_PROVENANCE_COLUMNS = tuple(column.name for column in fields(Provenance))
_COLUMNS_ADDED_LATER = frozenset({"identifiers", "last_seen"})


JUDGEMENT = "judgement"
"""Kind of the events that say whether two actors are the same; they change the network as it is shown."""


ERASURE = "erasure"
"""Kind of the events that keep the digest of an erased actor's id, so that no load brings the actor back."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the network, an entry of a log that only grows.

    ``payload`` holds counts and ids only; names, texts and other personal data stay out of the log.
    """

    kind: str
    at: str
    payload: Mapping[str, Any]


def event_text(event: Event) -> str:
    """The payload of an event as JSON text."""
    return json.dumps(dict(event.payload), ensure_ascii=False)


def event_of(kind: str, at: str, text: str) -> Event:
    """The event with the payload in a text that :func:`event_text` made."""
    return Event(kind, at, MappingProxyType(json.loads(text)))


def id_digest(actor_id: str) -> str:
    """Digest of an id, 32 hexadecimal digits, from which the id cannot be read; it recognises an erased actor."""
    return hashlib.blake2b(actor_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def to_row(fact: Fact) -> dict[str, Any]:
    """The fact as one flat row: all columns of its table, with the attributes as the text of a JSON object."""
    row = {name: getattr(fact, name) for name in _OWN_COLUMNS[type(fact)]}
    row["attributes"] = json.dumps(dict(fact.attributes), ensure_ascii=False, sort_keys=True)
    for name in _PROVENANCE_COLUMNS:
        row[name] = getattr(fact.provenance, name)
    return row


def from_row(fact_type: type[F], row: Mapping[str, Any]) -> F:
    """The fact in a row that :func:`to_row` made; the inverse of it. Lists may come as lists or tuples."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    provenance = Provenance(*(values.pop(name) for name in _PROVENANCE_COLUMNS))
    attributes = json.loads(values.pop("attributes"))
    values |= {"attributes": MappingProxyType(attributes), "provenance": provenance}
    return fact_type(**values)


def changed_columns(before: Fact, after: Fact) -> tuple[str, ...]:
    """Names of the columns and attributes in which two facts of one key differ.

    >>> changed_columns(Actor("a", "expert", "Lan"), Actor("a", "expert", "Lân", attributes={"phone": "1"}))
    ('name', 'phone')
    """
    names = [name for name in _OWN_COLUMNS[type(before)] if name != "attributes"]
    columns = [name for name in names if getattr(before, name) != getattr(after, name)]
    columns += [
        name
        for name in sorted({*before.attributes, *after.attributes})
        if before.attributes.get(name) != after.attributes.get(name)
    ]
    columns += [
        name
        for name in _PROVENANCE_COLUMNS
        if name != "recorded_at" and getattr(before.provenance, name) != getattr(after.provenance, name)
    ]
    return tuple(columns)


def content_digest(row: Mapping[str, Any]) -> str:
    """Digest of a flat row without the time of its recording, 32 hexadecimal digits: equal for equal facts.

    Columns that were added to the model later count only if they hold a value. So facts that were stored before keep
    their digests.
    """
    content = {
        name: value
        for name, value in row.items()
        if name != "recorded_at" and (value or name not in _COLUMNS_ADDED_LATER)
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=list)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
