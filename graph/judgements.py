"""Whether two actors are one and the same: what people and the machine have said, and the clusters that follow.

A judgement is a fact of the store, appended and never changed: of several about one pair the latest counts, so that
every one is undone by another, and the log says by whom and when. An actor that was never judged stays by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from graph.dates import utc_stamp
from graph.errors import InvalidQueryError
from graph.model import JUDGEMENT, Event
from graph.store import GraphReader, GraphWriter

Verdict = Literal["same", "different", "unsure"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

MACHINE = "ketnoi"
"""Who judges automatically. An ``unsure`` of the machine is a proposal, put to people."""

_MADE_ID_PREFIXES = ("auto-", "cordis-", "openalex-", "ror-")
_HANDLE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
_MAX_HANDLE = 32


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody says about two actors.

    Attributes
    ----------
    left_id, right_id
        The two, ``left_id < right_id``.
    by
        Handle of a member of staff, or :data:`MACHINE`.
    at
        UTC time, ISO 8601.
    probability
        That the two are the same, as the machine has it.
    """

    left_id: str
    right_id: str
    verdict: Verdict
    by: str
    at: str
    probability: float | None = None

    @classmethod
    def now(
        cls, one_id: str, other_id: str, verdict: Verdict, by: str, probability: float | None = None
    ) -> "Judgement":
        """A judgement made now, its ids in order.

        Raises
        ------
        InvalidQueryError
            The ids are the same, or ``by`` is no handle.
        """
        if one_id == other_id:
            raise InvalidQueryError("same_record", "A judgement is about two different records.")
        require_handle(by)
        left_id, right_id = sorted((one_id, other_id))
        return cls(left_id, right_id, verdict, by, utc_stamp("microseconds"), probability)

    @property
    def pair(self) -> tuple[str, str]:
        """Both ids, in order."""
        return self.left_id, self.right_id

    @property
    def is_human(self) -> bool:
        """Whether a person has judged."""
        return self.by != MACHINE


@dataclass(frozen=True, slots=True)
class Conflict:
    """Actors that people have called the same, link by link, although two of them were called different.

    ``judgements`` are the latter. All of the ``ids`` stay apart until somebody takes one back.
    """

    ids: tuple[str, ...]
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which actors are one.

    Attributes
    ----------
    canonical_ids
        The canonical id of every actor in a cluster of two or more, that of the canonical one itself included.
    links
        The judgements that hold the clusters together.
    held_off
        Automatic links that would have joined what a person keeps apart, the most probable first.
    conflicts
        Contradictions among the judgements of people.
    """

    canonical_ids: Mapping[str, str]
    links: tuple[Judgement, ...] = ()
    held_off: tuple[Judgement, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def require_handle(handle: str) -> None:
    """Raise :class:`~graph.errors.InvalidQueryError` unless a text is a handle: a short name, not that of a person.

    Judgements are kept for long and shown to many, so that they name a handle which staff can resolve, and nobody else.
    """
    if not handle or len(handle) > _MAX_HANDLE or not _HANDLE_CHARACTERS.issuperset(handle):
        raise InvalidQueryError(
            "bad_handle",
            f"Sign with a handle of at most {_MAX_HANDLE} lower-case letters, digits, dots, dashes or underscores, "
            "such as “lan.p”, not with a full name.",
            maximum=_MAX_HANDLE,
        )


def to_event(judgement: Judgement) -> Event:
    """The judgement as an event of the log."""
    payload = asdict(judgement)
    return Event(JUDGEMENT, payload.pop("at"), payload)


def append_judgements(store: GraphWriter, judgements: Sequence[Judgement]) -> None:
    """Write judgements down, all or none."""
    if judgements:
        store.append_events([to_event(judgement) for judgement in judgements])


def read_judgements(store: GraphReader) -> list[Judgement]:
    """Every judgement ever made, oldest first."""
    return [Judgement(at=event.at, **event.payload) for event in store.events(JUDGEMENT)]


def standing(judgements: Iterable[Judgement]) -> dict[tuple[str, str], Judgement]:
    """The judgement that counts for each pair: the latest of a person, or else the latest of the machine.

    Of two made at one moment the one given later counts.
    """
    counted: dict[tuple[str, str], Judgement] = {}
    for judgement in judgements:
        known = counted.get(judgement.pair)
        if known is None or (known.is_human, known.at) <= (judgement.is_human, judgement.at):
            counted[judgement.pair] = judgement
    return dict(sorted(counted.items()))


def canonical_of(ids: Iterable[str]) -> str:
    """The id by which a cluster is known.

    Ids that people gave come before those that a register or a load made, then the first in order. The choice depends
    on nothing but the ids, so that it is the same whatever came first; an id that it replaces still leads there.

    >>> canonical_of({"cordis-999", "sc-hust", "sc-bk"})
    'sc-bk'
    """
    return min(ids, key=lambda actor_id: (actor_id.startswith(_MADE_ID_PREFIXES), actor_id))


def clusters(judgements: Iterable[Judgement]) -> Clusters:
    """Who is one with whom, whatever the order of the judgements.

    What people call the same is joined first. Where they contradict themselves along a chain, all of its ids stay
    apart. Then automatic links are taken, the most probable first, except those that would join, directly or through
    others, two that a person calls different.
    """
    counted = standing(judgements).values()
    same = [judgement for judgement in counted if judgement.verdict == "same"]
    human_same = [judgement for judgement in same if judgement.is_human]
    human_different = [judgement for judgement in counted if judgement.verdict == "different" and judgement.is_human]
    conflicts = _conflicts(human_same, human_different)
    in_conflict = {actor_id for conflict in conflicts for actor_id in conflict.ids}
    joined = _Joined()
    for judgement in human_different:
        joined.keep_apart(*judgement.pair)
    for conflict in conflicts:
        joined.keep_all_apart(conflict.ids)
    links = [judgement for judgement in human_same if judgement.left_id not in in_conflict]
    for judgement in links:
        joined.join(*judgement.pair)
    held_off: list[Judgement] = []
    automatic = (judgement for judgement in same if not judgement.is_human)
    for judgement in sorted(automatic, key=lambda judgement: (-(judgement.probability or 0.0), judgement.pair)):
        (links if joined.join(*judgement.pair) else held_off).append(judgement)
    canonical_ids = {
        actor_id: canonical_of(members) for members in joined.clusters() if len(members) > 1 for actor_id in members
    }
    return Clusters(dict(sorted(canonical_ids.items())), tuple(links), tuple(held_off), conflicts)


def open_proposals(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Pairs that a person still has to judge: the most probable first, those a person was unsure of last.

    A pair whose answer follows from other judgements is none of them.
    """
    found = clusters(judgements)
    counted = standing(judgements).values()
    canonical = found.canonical_ids

    def ends(judgement: Judgement) -> frozenset[str]:
        return frozenset(canonical.get(actor_id, actor_id) for actor_id in judgement.pair)

    apart = {ends(judgement) for judgement in counted if judgement.verdict == "different" and judgement.is_human}
    waiting = [
        judgement
        for judgement in counted
        if judgement.verdict == "unsure" and len(ends(judgement)) == 2 and ends(judgement) not in apart
    ]
    return sorted(waiting, key=lambda judgement: (judgement.is_human, -(judgement.probability or 0.0), judgement.pair))


def _conflicts(same: Sequence[Judgement], different: Sequence[Judgement]) -> tuple[Conflict, ...]:
    joined = _Joined()
    for judgement in same:
        joined.join(*judgement.pair)
    contradicted = defaultdict(list)
    for judgement in different:
        if (root := joined.root(judgement.left_id)) == joined.root(judgement.right_id):
            contradicted[root].append(judgement)
    found = (Conflict(tuple(sorted(joined.members(root))), tuple(pairs)) for root, pairs in contradicted.items())
    return tuple(sorted(found, key=lambda conflict: conflict.ids))


class _Joined:
    """Disjoint sets of ids, some of which must stay apart."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._foes: defaultdict[str, set[str]] = defaultdict(set)

    def root(self, actor_id: str) -> str:
        parent = self._parent.setdefault(actor_id, actor_id)
        while parent != self._parent[parent]:
            self._parent[parent] = self._parent[self._parent[parent]]
            parent = self._parent[parent]
        self._parent[actor_id] = parent
        return parent

    def members(self, root: str) -> set[str]:
        return self._members.setdefault(root, {root})

    def keep_apart(self, one_id: str, other_id: str) -> None:
        self._foes[self.root(one_id)].add(other_id)
        self._foes[self.root(other_id)].add(one_id)

    def keep_all_apart(self, ids: Sequence[str]) -> None:
        for place, one_id in enumerate(ids):
            for other_id in ids[:place]:
                self.keep_apart(one_id, other_id)

    def join(self, one_id: str, other_id: str) -> bool:
        """Whether the sets of two ids are one now."""
        large, small = self.root(one_id), self.root(other_id)
        if large == small:
            return True
        if len(self.members(large)) < len(self.members(small)):
            large, small = small, large
        if not self._foes[large].isdisjoint(self.members(small)):
            return False
        self._parent[small] = large
        self._members[large] |= self._members.pop(small)
        self._foes[large] |= self._foes.pop(small, set())
        return True

    def clusters(self) -> list[set[str]]:
        return list(self._members.values())
