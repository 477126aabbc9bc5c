"""What the search page finds, grouped by kind, with the words of the search marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from graph.errors import InvalidQueryError
from graph.kinds import ActorKind, load_kinds
from graph.model import Actor
from service.network_state import Network
from service.pages.marking import mark
from service.pages.rendering import Reader
from service.pages.views import NetworkViews

_HITS_OF_A_KIND = 8
_MEMBERS_LISTED = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """A member or project found.

    ``also`` is the other name of it that was found, ``last_seen`` the day on which it was last in its source.
    """

    address: str
    name: Markup
    also: Markup | None
    summary: str | None
    last_seen: str | None


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits of one kind, the first of ``n_total``; ``more`` is where all of them are, if they are not all here."""

    label: str
    kind: ActorKind | None
    hits: tuple[Hit, ...]
    n_total: int
    more: str | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """A search page's findings under a heading; empty where nothing was asked."""

    heading: str = ""
    groups: tuple[HitGroup, ...] = ()


def find(reader: Reader, network: Network, text: str, kind: str = "") -> Results:
    """Members and projects whose names or titles hold the words of a text; with a kind, its members alone."""
    views, kinds = reader.views(network), load_kinds()
    groups: list[HitGroup] = []
    for actor_kind in kinds.actor.values():
        if kind in {"", actor_kind.id}:
            limit = _MEMBERS_LISTED if kind else _HITS_OF_A_KIND
            found = network.names.search(text, kinds=(actor_kind.id,), limit=limit)
            hits = tuple(_member(reader, views, network.snapshot.actor(row), text) for row in found.indices)
            more = reader.at.found(text, kind=actor_kind.id) if found.n_total > len(hits) and not kind else None
            groups.append(HitGroup(actor_kind.label[reader.language], actor_kind, hits, found.n_total, more))
    if not kind:
        groups.append(_projects(reader, network, views, text))
    n_total = sum(group.n_total for group in groups)
    heading = reader.catalogue.text("search.found", n=n_total) if n_total else ""
    return Results(heading, tuple(group for group in groups if group.hits))


def list_members(reader: Reader, network: Network, kind: str, field: str) -> Results:
    """The members of a kind, of a field, or of both, by name; nothing for neither.

    Raises
    ------
    InvalidQueryError
        The kind is no kind of actor, or nobody could be of the field.
    """
    if not kind and not field:
        return Results()
    kinds, views = load_kinds(), reader.views(network)
    kinds.require_actor_kinds((kind,) if kind else ())
    members = views.members_of(kind or None, field or None)
    if field and field not in kinds.fields and not members:
        raise InvalidQueryError("unknown_field", f"There is no field {field!r}.", field=field)
    said = ([kinds.actor[kind].label[reader.language]] if kind else []) + (
        [kinds.field_label(field, reader.language)] if field else []
    )
    heading = reader.catalogue.text("search.listed", n=len(members), what=", ".join(said))
    return Results(heading, tuple(_by_kind(reader, views, members[:_MEMBERS_LISTED])))


def _by_kind(reader: Reader, views: NetworkViews, members: Sequence[Actor]) -> list[HitGroup]:
    groups = []
    for kind in load_kinds().actor.values():
        hits = tuple(_member(reader, views, actor, "") for actor in members if actor.kind == kind.id)
        if hits:
            groups.append(HitGroup(kind.label[reader.language], kind, hits, len(hits)))
    return groups


def _member(reader: Reader, views: NetworkViews, actor: Actor, text: str) -> Hit:
    name = mark(views.name(actor), text)
    others = [mark(other, text) for other in views.other_names(actor)]
    also = max(others, key=_n_marks, default=None)
    if also is not None and _n_marks(also) <= _n_marks(name):
        also = None
    return Hit(reader.at.actor(actor.id), name, also, views.summary(actor), actor.provenance.last_seen)


def _n_marks(name: Markup) -> int:
    return name.count("<mark>")


def _projects(reader: Reader, network: Network, views: NetworkViews, text: str) -> HitGroup:
    found = network.names.search_projects(text, limit=_HITS_OF_A_KIND)
    hits = []
    for row in found.indices:
        project = network.snapshot.project(row)
        address, title = reader.at.project(project.id), mark(views.title(project), text)
        hits.append(Hit(address, title, None, views.summary(project), project.provenance.last_seen))
    return HitGroup(reader.catalogue.text("search.projects"), None, tuple(hits), found.n_total)
