"""The network with one actor for each member: every cluster of records is merged into its canonical actor.

Nothing here writes to a store. The records stay as their sources have them, and the merged tables are made anew each
time, so a merge that is taken back leaves no trace.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.judgements import Clusters, Judgement, canonical_of
from graph.kinds import load_kinds
from graph.model import Actor, Participation, Provenance, Relationship, from_row, to_row
from graph.tables import KEYS, SCHEMAS, Tables

L = TypeVar("L", Relationship, Participation)

_ENDS = {Relationship: ("source_id", "target_id"), Participation: ("actor_id",)}
_FILLED = (
    "name_en",
    "short_name",
    "summary",
    "summary_en",
    "district_or_city",
    "country",
    "founded",
    "website",
)
_UNITED = ("fields", "needs", "offers", "identifiers")


@dataclass(frozen=True, slots=True)
class Merges:
    """The records behind each member of a merged view.

    Attributes
    ----------
    canonical_ids
        The canonical id of every merged record, including the canonical record itself.
    sources
        The records behind each canonical id, as their sources have them; the record whose values win comes first.
    links
        The judgements that hold the records of each canonical id together.
    """

    canonical_ids: Mapping[str, str]
    sources: Mapping[str, tuple[Actor, ...]]
    links: Mapping[str, tuple[Judgement, ...]]

    def canonical(self, actor_id: str) -> str:
        """The canonical id of a record; its own id where it was not merged."""
        return self.canonical_ids.get(actor_id, actor_id)

    def source(self, actor_id: str) -> Actor | None:
        """A merged record as its own source has it; None for a record that was not merged."""
        behind = self.sources.get(self.canonical(actor_id), ())
        return next((actor for actor in behind if actor.id == actor_id), None)


NO_MERGES = Merges(MappingProxyType({}), MappingProxyType({}), MappingProxyType({}))


def merges_in(tables: Tables, found: Clusters) -> Merges:
    """The merges that clusters make among the records of some tables.

    A cluster of which only one record is in the tables makes no merge. Where the canonical record of a cluster is not
    in the tables, another record of it becomes canonical.
    """
    sources = _sources(tables, found.canonical_ids)
    canonical_ids = {actor.id: canonical for canonical, actors in sources.items() for actor in actors}
    links = defaultdict(list)
    for link in found.links:
        if (canonical := canonical_ids.get(link.left_id)) and canonical == canonical_ids.get(link.right_id):
            links[canonical].append(link)
    return Merges(
        MappingProxyType(canonical_ids),
        MappingProxyType(sources),
        MappingProxyType({canonical: tuple(held_by) for canonical, held_by in links.items()}),
    )


def merged_view(tables: Tables, found: Clusters) -> tuple[Tables, Merges]:
    """The tables with one row in place of the records of each cluster, and the merges; see :func:`merged`."""
    merges = merges_in(tables, found)
    return _merged(tables, merges), merges


def merged(tables: Tables, canonical_ids: Mapping[str, str]) -> Tables:
    """The tables with one actor for each set of records that share a canonical id.

    The values of the canonical record win, and the other records fill its gaps. A record that has vanished from its
    source comes after all records that have not; ties are broken by id. Lists are united, and other names become
    aliases. Attributes that disagree are kept under ``NAME [ID]``, and further pages under ``source_url [ID]``.
    Relationships and participations lead to the canonical actor and are numbered anew. A relationship between two
    records of one member is dropped, and a link that several sources state with the same values counts once.
    """
    return merged_view(tables, Clusters(canonical_ids))[0]


def merged_actor(canonical_id: str, actors: Iterable[Actor]) -> Actor:
    """One actor made of several records; :func:`merged` says how.

    >>> one = Actor("a", "school", "Đại học A", country="VN", aliases=("ĐHA",))
    >>> other = Actor("b", "school", "Trường A", website="https://a.edu.vn", needs=("phòng đo",))
    >>> merged_actor("a", [one, other]) == Actor(
    ...     "a", "school", "Đại học A", aliases=("ĐHA", "Trường A"), needs=("phòng đo",), country="VN",
    ...     website="https://a.edu.vn",
    ... )
    True
    """
    ordered = _by_weight(canonical_id, actors)
    first = ordered[0]
    filled: dict[str, Any] = {name: _first(getattr(actor, name) for actor in ordered) for name in _FILLED}
    united: dict[str, Any] = {
        name: tuple(dict.fromkeys(item for actor in ordered for item in getattr(actor, name))) for name in _UNITED
    }
    names = (first.name, filled["name_en"], filled["short_name"])
    others = (
        name
        for actor in ordered
        for name in (*actor.aliases, actor.name, actor.name_en, actor.short_name)
        if name and name not in names
    )
    return replace(
        first,
        id=canonical_id,
        subkind=_first(actor.subkind for actor in ordered if actor.kind == first.kind),
        aliases=tuple(dict.fromkeys(others)),
        attributes=_united_attributes(ordered),
        provenance=replace(first.provenance, last_seen=_last_seen([actor.provenance for actor in ordered])),
        **filled,
        **united,
    )


def _by_weight(canonical_id: str, actors: Iterable[Actor]) -> list[Actor]:
    """The records in the order in which their values win."""
    return sorted(actors, key=lambda actor: (bool(actor.provenance.last_seen), actor.id != canonical_id, actor.id))


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value), None)


def _united_attributes(ordered: Sequence[Actor]) -> Mapping[str, str]:
    united: dict[str, str] = {}
    for actor in ordered:
        for name, value in actor.attributes.items():
            if united.setdefault(name, value) != value:
                united[f"{name} [{actor.id}]"] = value
    pages = {ordered[0].provenance.source_url}
    for actor in ordered[1:]:
        if (url := actor.provenance.source_url) and url not in pages:
            pages.add(url)
            united[f"source_url [{actor.id}]"] = url
    return MappingProxyType(united)


def _last_seen(provenances: Sequence[Provenance]) -> str | None:
    """The latest day on which a record was in its source; None where a record still is."""
    days = [provenance.last_seen for provenance in provenances]
    return None if None in days else max(day for day in days if day is not None)


def _sources(tables: Tables, canonical_ids: Mapping[str, str]) -> dict[str, tuple[Actor, ...]]:
    judged = tables.actors.filter(pc.is_in(tables.actors["id"], value_set=_strings(canonical_ids)))
    groups = defaultdict(list)
    for row in judged.to_pylist():
        groups[canonical_ids[row["id"]]].append(from_row(Actor, row))
    sources = {}
    for named, actors in groups.items():
        if len(actors) > 1:
            ids = {actor.id for actor in actors}
            canonical = named if named in ids else canonical_of(ids)
            sources[canonical] = tuple(_by_weight(canonical, actors))
    return sources


def _merged(tables: Tables, merges: Merges) -> Tables:
    if not merges.sources:
        return tables
    return Tables(
        actors=_merged_actors(tables.actors, merges),
        projects=_set(tables.projects, "owner_id", _renamed_ids(tables.projects["owner_id"], merges)),
        relationships=_rewired(Relationship, tables.relationships, merges),
        participations=_rewired(Participation, tables.participations, merges),
    )


def _merged_actors(table: pa.Table, merges: Merges) -> pa.Table:
    touched = pc.is_in(table["id"], value_set=_strings(merges.canonical_ids))
    rows = [to_row(merged_actor(canonical, actors)) for canonical, actors in merges.sources.items()]
    made = pa.Table.from_pylist(rows, schema=SCHEMAS[Actor])
    return pa.concat_tables([table.filter(pc.invert(touched)), made]).sort_by("id")


def _rewired(fact_type: type[L], table: pa.Table, merges: Merges) -> pa.Table:
    """A table of links that lead to canonical actors. A link whose ends were not merged stays as it is."""
    ends = _ENDS[fact_type]
    ids = _strings(merges.canonical_ids)
    touched = pc.is_in(table[ends[0]], value_set=ids)
    for column in ends[1:]:
        touched = pc.or_(touched, pc.is_in(table[column], value_set=ids))
    before = table.filter(touched)
    after = before
    for column in ends:
        after = _set(after, column, _renamed_ids(before[column], merges))
    if fact_type is Relationship:
        arises = pc.and_(pc.equal(after["source_id"], after["target_id"]), pc.invert(_is_loop(before)))
        before, after = before.filter(pc.invert(arises)), after.filter(pc.invert(arises))
    shared = _share_ends(after, ends)
    alone = after.filter(pc.invert(shared))
    alone = _set(alone, "occurrence", pa.array(np.zeros(len(alone), np.int32)))
    links = [from_row(fact_type, row) for row in before.filter(shared).to_pylist()]
    rows = [to_row(link) for link in _numbered(_counted_once(links, merges))]
    made = pa.Table.from_pylist(rows, schema=SCHEMAS[fact_type])
    keys = [(column, "ascending") for column in KEYS[fact_type]]
    return pa.concat_tables([table.filter(pc.invert(touched)), alone, made]).sort_by(keys)


def _is_loop(table: pa.Table) -> pa.ChunkedArray:
    return pc.equal(table["source_id"], table["target_id"])


def _share_ends(table: pa.Table, ends: Sequence[str]) -> pa.Array:
    """Whether another link of the same kind joins the same ends, in either direction; bool, one value a link."""
    others = [column for column in ("project_id", "kind") if column in table.column_names and column not in ends]
    pairs = zip(*(table[column].to_pylist() for column in ends), strict=True)
    kinds = zip(*(table[column].to_pylist() for column in others), strict=True)
    keys = [(frozenset(pair), kind) for pair, kind in zip(pairs, kinds, strict=True)]
    n_of = Counter(keys)
    return pa.array([n_of[key] > 1 for key in keys], pa.bool_())


def _renamed_ids(column: pa.ChunkedArray, merges: Merges) -> pa.ChunkedArray:
    place = pc.index_in(column, value_set=_strings(merges.canonical_ids))
    renamed = _strings(merges.canonical_ids.values()).take(pc.fill_null(place.combine_chunks(), 0))
    return pc.if_else(pc.is_valid(place), pa.chunked_array([renamed]), column)


def _set(table: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(column), table.schema.field(column), values)


def _counted_once(links: Sequence[L], merges: Merges) -> list[L]:
    """Links that lead to canonical actors; equal links of different records become one.

    Two equal links of the same record stay two, because one source counts them as two.
    """
    kept: list[L] = []
    ends_of: dict[int, set[tuple[str, ...]]] = {}
    places: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    own_first = sorted(links, key=lambda link: (bool(link.provenance.last_seen), _renamed(link, merges) != link))
    for link in own_first:
        before = tuple(getattr(link, column) for column in _ENDS[type(link)])
        renamed = _renamed(link, merges)
        same = places[_content(renamed)]
        twin = next((place for place in same if before not in ends_of[place]), None)
        if twin is None:
            same.append(len(kept))
            ends_of[len(kept)] = {before}
            kept.append(renamed)
        else:
            ends_of[twin].add(before)
            kept[twin] = _with_evidence(kept[twin], link)
    return kept


def _renamed(link: L, merges: Merges) -> L:
    if isinstance(link, Relationship):
        source_id, target_id = merges.canonical(link.source_id), merges.canonical(link.target_id)
        return replace(link, source_id=source_id, target_id=target_id)
    return replace(link, actor_id=merges.canonical(link.actor_id))


def _content(link: Relationship | Participation) -> tuple[object, ...]:
    """The values in which two links must agree to count as one. An undirected relationship has its ends in order."""
    values: dict[str, object] = {
        column.name: getattr(link, column.name)
        for column in fields(link)
        if column.name not in {"occurrence", "provenance", "attributes"}
    }
    if isinstance(link, Relationship):
        kind = load_kinds().relationship.get(link.kind)
        if kind is not None and not kind.directed:
            values["source_id"], values["target_id"] = sorted((link.source_id, link.target_id))
    return (*values.values(), *sorted(link.attributes.items()))


def _with_evidence(kept: L, other: L) -> L:
    """The kept link with the page of another link that states the same."""
    url = other.provenance.source_url
    if not url or url == kept.provenance.source_url:
        return kept
    if not kept.provenance.source_url:
        return replace(kept, provenance=replace(kept.provenance, source_url=url))
    also = {f"source_url [{other.provenance.source}]": url}
    return replace(kept, attributes=MappingProxyType({**kept.attributes, **also}))


def _numbered(links: Sequence[L]) -> list[L]:
    n_of: defaultdict[tuple[object, ...], int] = defaultdict(int)
    numbered = []
    for link in links:
        key = tuple(getattr(link, column) for column in KEYS[type(link)] if column != "occurrence")
        numbered.append(replace(link, occurrence=n_of[key]))
        n_of[key] += 1
    return numbered


def _strings(values: Iterable[str]) -> pa.Array:
    return pa.array(list(values), pa.string())
