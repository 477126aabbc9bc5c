"""The results of the search page, grouped by kind, with the words of the search marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from graph.folding import fold
from graph.kinds import ActorKind, Language, load_kinds
from graph.model import Actor
from graph.search import SearchHits
from service.directory import Filters
from service.network_state import Network
from service.pages.marking import mark
from service.pages.rendering import Reader
from service.pages.views import NetworkViews

_HITS_OF_A_KIND = 8
"""Hits in a group beside other groups."""
_HITS_OF_THE_KIND = 500
"""Hits in the only group of a page."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A member or project that was found.

    Attributes
    ----------
    also
        Another name that matches the words better than the name does; None if there is none.
    last_seen
        The last day on which its source listed it; None while the source still does.
    """

    address: str
    name: Markup
    also: Markup | None
    summary: str | None
    last_seen: str | None


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The first hits of one kind.

    Attributes
    ----------
    n_total
        Hits of the kind, with those that are not here.
    more
        Address of the page with all of them; None if all are here, or if this is that page.
    """

    label: str
    kind: ActorKind | None
    hits: tuple[Hit, ...]
    n_total: int
    more: str | None = None


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter of the search, and the address of the search without it."""

    label: str
    without: str


def find(reader: Reader, network: Network, filters: Filters) -> tuple[HitGroup, ...]:
    """The members and projects that pass the filters. A kind or a place leaves projects out, as they have neither.

    Raises
    ------
    InvalidQueryError
        A kind or a field is not known.
    """
    kinds = load_kinds()
    kinds.require_actor_kinds(filters.kinds)
    if filters == Filters():
        return ()
    requested = [kind for kind in kinds.actor.values() if not filters.kinds or kind.id in filters.kinds]
    is_alone = len(requested) == 1
    groups = [
        _members(reader, network, replace(filters, kinds=(kind.id,)), kind, is_alone=is_alone) for kind in requested
    ]
    if not filters.kinds and not filters.place:
        groups.append(_projects(reader, network, filters))
    return tuple(group for group in groups if group.hits)


def active_filters(reader: Reader, filters: Filters) -> tuple[ActiveFilter, ...]:
    """The filters that are set, in the order of the form."""

    def labelled() -> Iterator[tuple[str, Filters]]:
        kinds, language = load_kinds(), reader.language
        if filters.text:
            yield f"“{filters.text}”", replace(filters, text="")
        for kind in filters.kinds:
            rest = tuple(name for name in filters.kinds if name != kind)
            yield kinds.actor[kind].label[language], replace(filters, kinds=rest)
        for field in filters.fields:
            rest = tuple(name for name in filters.fields if name != field)
            yield kinds.field_label(field, language), replace(filters, fields=rest)
        if filters.place:
            yield reader.catalogue.text("search.at", place=filters.place), replace(filters, place="")

    return tuple(ActiveFilter(label, reader.at.found(rest)) for label, rest in labelled())


def _members(reader: Reader, network: Network, filters: Filters, kind: ActorKind, *, is_alone: bool) -> HitGroup:
    limit = _HITS_OF_THE_KIND if is_alone else _HITS_OF_A_KIND
    rows, n_total = _rows_of_members(network, filters, limit, reader.language)
    views = reader.views(network)
    hits = tuple(_member(reader, views, network.snapshot.actor(row), filters.text) for row in rows)
    more = None if is_alone or n_total == len(hits) else reader.at.found(filters)
    return HitGroup(kind.label[reader.language], kind, hits, n_total, more)


def _rows_of_members(network: Network, filters: Filters, limit: int, language: Language) -> tuple[Sequence[int], int]:
    """The rows of the first members and the number of all: the best hits first, or by name without a text."""
    if filters.text:
        found: SearchHits = network.directory.actors(filters, limit=limit)
        return found.indices, found.n_total
    rows = network.directory.actors(filters, limit=network.snapshot.n_actors).indices
    actors = network.snapshot.tables.actors
    names, english = actors["name"].to_pylist(), actors["name_en"].to_pylist()
    by_name = sorted((fold((language == "en" and english[row]) or names[row]), row) for row in rows)
    return [row for _, row in by_name[:limit]], len(rows)


def _member(reader: Reader, views: NetworkViews, actor: Actor, text: str) -> Hit:
    name = mark(views.name(actor), text)
    others = [mark(other, text) for other in views.other_names(actor)]
    also = max(others, key=_n_marks, default=None)
    if also is not None and _n_marks(also) <= _n_marks(name):
        also = None
    return Hit(reader.at.actor(actor.id), name, also, views.summary(actor), actor.provenance.last_seen)


def _n_marks(name: Markup) -> int:
    return name.count("<mark>")


def _projects(reader: Reader, network: Network, filters: Filters) -> HitGroup:
    views = reader.views(network)
    found = network.directory.projects(filters, limit=_HITS_OF_A_KIND)
    hits = []
    for row in found.indices:
        project = network.snapshot.project(row)
        address, title = reader.at.project(project.id), mark(views.title(project), filters.text)
        hits.append(Hit(address, title, None, views.summary(project), project.provenance.last_seen))
    return HitGroup(reader.catalogue.text("search.projects"), None, tuple(hits), found.n_total)
