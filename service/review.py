"""Pairs of records that may be of one actor: their comparison, the judgements of staff, and the merges that follow."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Literal

from graph.errors import InvalidQueryError, NotFoundError
from graph.folding import fold
from graph.judgements import (
    MACHINE,
    Clusters,
    Judgement,
    Verdict,
    append_judgements,
    canonical_of,
    clusters,
    open_proposals,
    read_judgements,
    require_handle,
)
from graph.kinds import Language, load_kinds
from graph.model import Actor
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from service.web_addresses import host_of

Speaks = Literal["for", "against", "neither"]
TRAITS: Mapping[str, str] = MappingProxyType(
    {
        "names": "review.trait_names",
        "kind": "review.trait_kind",
        "identifiers": "review.trait_identifiers",
        "place": "review.trait_place",
        "website": "review.trait_website",
        "founded": "review.trait_founded",
        "summary": "review.trait_summary",
        "source": "review.trait_source",
    }
)
"""The compared traits in order, and the key of each in the catalogues."""

ActorOf = Callable[[str], Actor | None]


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait of two records, and whether it speaks for or against a merge."""

    name: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    speaks: Speaks


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two records that may be of one actor; ``judgement`` names who proposed the pair, and its probability."""

    judgement: Judgement
    left: Actor
    right: Actor
    traits: tuple[Trait, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """A cluster of records: its canonical id, the records with the canonical one first, and the linking judgements."""

    canonical_id: str
    sources: tuple[Actor, ...]
    links: tuple[Judgement, ...]

    @property
    def at(self) -> str:
        """The moment of its latest judgement."""
        return max(link.at for link in self.links)


def compare(left: Actor, right: Actor, language: Language) -> tuple[Trait, ...]:
    """The traits of two records side by side; a trait that both lack is left out.

    >>> [(trait.name, trait.speaks) for trait in compare(
    ...     Actor("a", "school", "Đại học A", identifiers=("tax:1",)),
    ...     Actor("b", "school", "ĐẠI HỌC A", identifiers=("tax:2",)),
    ...     "vi",
    ... )]
    [('names', 'for'), ('kind', 'neither'), ('identifiers', 'against')]
    """
    sides = [_values(actor, language) for actor in (left, right)]
    judged: dict[str, Speaks] = {
        "names": _names_speak(left, right),
        "kind": "neither" if left.kind == right.kind else "against",
        "identifiers": _identifiers_speak(left.identifiers, right.identifiers),
        "place": _texts_speak(left.district_or_city, right.district_or_city),
        "website": _texts_speak(host_of(_with_scheme(left.website)), host_of(_with_scheme(right.website))),
        "founded": _dates_speak(left.founded, right.founded),
    }
    return tuple(
        Trait(name, sides[0][name], sides[1][name], judged.get(name, "neither"))
        for name in TRAITS
        if sides[0][name] or sides[1][name]
    )


def proposals(waiting: Iterable[Judgement], actor_of: ActorOf, language: Language) -> Iterator[Proposal]:
    """Both records of each waiting pair, in order; a pair with a missing record is left out."""
    for judgement in waiting:
        left, right = (actor_of(actor_id) for actor_id in judgement.pair)
        if left is not None and right is not None:
            yield Proposal(judgement, left, right, compare(left, right, language))


def waiting_in(snapshot: GraphSnapshot, judgements: Sequence[Judgement]) -> list[Judgement]:
    """The waiting pairs with both records in a network, the most probable first."""
    return [
        judgement
        for judgement in open_proposals(judgements)
        if all(snapshot.find_actor(actor_id) is not None for actor_id in judgement.pair)
    ]


def merges(found: Clusters, actor_of: ActorOf, limit: int | None = None) -> list[Merge]:
    """The clusters with at least two records in the network, the latest first, ``limit`` at most."""
    members: dict[str, list[str]] = {}
    for actor_id, canonical in found.canonical_ids.items():
        members.setdefault(canonical, []).append(actor_id)
    links: dict[str, list[Judgement]] = {}
    for link in found.links:
        links.setdefault(found.canonical_ids[link.left_id], []).append(link)
    newest_first = sorted(members, key=lambda canonical: max(link.at for link in links[canonical]), reverse=True)
    listed = (_merge(members[canonical], links[canonical], actor_of) for canonical in newest_first)
    return list(islice((merge for merge in listed if merge is not None), limit))


def n_merges(found: Clusters) -> int:
    """The number of clusters."""
    return len(set(found.canonical_ids.values()))


def record_of(snapshot: GraphSnapshot, actor_id: str) -> Actor | None:
    """The record of an id as its source gives it, merged or not; None if there is no such record."""
    source = snapshot.merges.source(actor_id)
    row = snapshot.actor_index.get(actor_id)
    return source or (None if row is None else snapshot.actor(row))


def is_handle(handle: str) -> bool:
    """Whether a person may sign with a handle."""
    try:
        require_handle(handle)
    except InvalidQueryError:
        return False
    return handle != MACHINE


def judge(store: GraphStore, one_id: str, other_id: str, verdict: Verdict, by: str) -> Judgement:
    """The judgement of a person, after storing it.

    Raises
    ------
    NotFoundError
        There is no such actor.
    InvalidQueryError
        Both ids are the same, or ``by`` is no handle of a person.
    """
    judgement = Judgement.now(one_id, other_id, verdict, by)
    _require_person(by)
    for actor_id in judgement.pair:
        if store.get_actor(actor_id) is None:
            raise NotFoundError("actor_not_found", f"There is no actor {actor_id!r} in the network.", actor_id=actor_id)
    append_judgements(store, [judgement])
    return judgement


def unmerge(store: GraphStore, actor_id: str, by: str) -> list[Judgement]:
    """The judgements that take an actor out of its cluster, after storing them: it differs from each other record.

    Raises
    ------
    InvalidQueryError
        It is in no cluster, or ``by`` is no handle of a person.
    """
    _require_person(by)
    canonical_ids = clusters(read_judgements(store)).canonical_ids
    if actor_id not in canonical_ids:
        raise InvalidQueryError(
            "not_merged", f"The actor {actor_id!r} is not merged with another one.", actor_id=actor_id
        )
    others = [
        other
        for other, canonical in canonical_ids.items()
        if canonical == canonical_ids[actor_id] and other != actor_id
    ]
    judgements = [Judgement.now(actor_id, other, "different", by) for other in others]
    append_judgements(store, judgements)
    return judgements


def _require_person(by: str) -> None:
    if not Judgement("", "", "unsure", by, "").is_human:
        raise InvalidQueryError("bad_handle", f"{by} is how the machine signs. Sign with a handle of your own.")


def _merge(ids: Iterable[str], links: Sequence[Judgement], actor_of: ActorOf) -> Merge | None:
    sources = {actor_id: actor for actor_id in ids if (actor := actor_of(actor_id)) is not None}
    if len(sources) < 2:
        return None
    canonical = canonical_of(sources)
    first = sources.pop(canonical)
    return Merge(canonical, (first, *sources.values()), tuple(links))


def _values(actor: Actor, language: Language) -> dict[str, tuple[str, ...]]:
    kind = load_kinds().actor.get(actor.kind)
    subkind = kind.subkinds.get(actor.subkind or "") if kind else None
    labels = (kind.label[language] if kind else actor.kind, subkind[language] if subkind else None)
    seen = f"{actor.provenance.source} ({actor.provenance.last_seen})" if actor.provenance.last_seen else None
    columns: dict[str, tuple[str | None, ...]] = {
        "names": (actor.name, actor.name_en, actor.short_name, *actor.aliases),
        "kind": labels,
        "identifiers": actor.identifiers,
        "place": (actor.district_or_city, actor.country),
        "website": (actor.website,),
        "founded": (actor.founded,),
        "summary": (actor.summary or actor.summary_en,),
        "source": (seen or actor.provenance.source, actor.provenance.source_url),
    }
    return {name: tuple(value for value in values if value) for name, values in columns.items()}


def _names_speak(left: Actor, right: Actor) -> Speaks:
    """``for`` if a name is the same, ``against`` if no word is the same, else ``neither``."""
    names = [
        {fold(name) for name in (actor.name, actor.name_en, actor.short_name, *actor.aliases) if name} - {""}
        for actor in (left, right)
    ]
    if names[0] & names[1]:
        return "for"
    words = [{word for name in folded for word in name.split()} for folded in names]
    return "neither" if words[0] & words[1] else "against"


def _identifiers_speak(left: Sequence[str], right: Sequence[str]) -> Speaks:
    if set(left) & set(right):
        return "for"
    schemes = [{identifier.partition(":")[0] for identifier in identifiers} for identifiers in (left, right)]
    return "against" if schemes[0] & schemes[1] else "neither"


def _texts_speak(left: str | None, right: str | None) -> Speaks:
    if not left or not right:
        return "neither"
    return "for" if fold(left) == fold(right) else "against"


def _dates_speak(left: str | None, right: str | None) -> Speaks:
    if not left or not right:
        return "neither"
    return "for" if left.startswith(right) or right.startswith(left) else "against"


def _with_scheme(website: str | None) -> str:
    return website if website and "//" in website else f"http://{website or ''}"
