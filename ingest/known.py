"""What is known while rows are checked: who may be named by links, who was erased, which ties there are."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from graph.model import Actor, Fact, Project, Relationship
from ingest.seen import Seen
from ingest.staff.name_book import NameBook

KindOf = Callable[[str], str | None]
StoredTie = Callable[[str, str, str, int], Relationship | None]


def _knows_no_tie(_source_id: str, _target_id: str, _kind: str, _occurrence: int) -> None:
    return None


def _knows_nothing(_: str) -> None:
    return None


@dataclass(slots=True)
class Known:
    """The kinds of the actors and projects that links may name: those of this reading, then those of a store.

    Parameters
    ----------
    stored_actor, stored_project
        The kind of the actor or project that a store holds under an id, or None; asked once an id at most.
    names
        What accepted actors and projects are called, where links name their ends so; None where none does.
    erased
        Digests of the ids of actors that were erased, which are not loaded again.
    stored_tie
        The relationship that a store holds between two ends, of a kind and an occurrence, or None.
    seen
        The kinds and places of everything that was accepted or asked for.
    """

    stored_actor: KindOf = _knows_nothing
    stored_project: KindOf = _knows_nothing
    names: NameBook | None = None
    erased: frozenset[str] = frozenset()
    stored_tie: StoredTie = _knows_no_tie
    seen: Seen = field(default_factory=Seen)

    def actor_kind(self, actor_id: str) -> str | None:
        """The kind of an actor, None where nobody knows it."""
        return self._kind(Actor, actor_id, self.stored_actor)

    def project_kind(self, project_id: str) -> str | None:
        """The kind of a project, None where nobody knows it."""
        return self._kind(Project, project_id, self.stored_project)

    def remember(self, fact: Actor | Project) -> None:
        """Let links name an actor or a project."""
        self.seen.first(type(fact), storable(fact.id), fact.kind)

    def _kind(self, fact_type: type[Fact], fact_id: str, stored: KindOf) -> str | None:
        key = storable(fact_id)
        kind = self.seen.get(fact_type, key)
        if kind is None:
            kind = self.seen.get((fact_type, "stored"), key)
        if kind is None:
            kind = self.seen.first((fact_type, "stored"), key, stored(fact_id) or "")
        return str(kind) or None

    def free_occurrence(self, tie: tuple[str, str, str], since: str | None, source: str) -> int:
        """The number of a tie of a list: the one it had before, known by its date, or the first that is free.

        Two lists may each tell of the same two parties, and so may this year's and last year's list of one name.

        Parameters
        ----------
        tie
            Both ends and the kind.
        """
        occurrence = 0
        while self._is_taken(tie, occurrence, since, source):
            occurrence += 1
        self.seen.first("ties", digest_of((*tie, occurrence)), source)
        return occurrence

    def _is_taken(self, tie: tuple[str, str, str], occurrence: int, since: str | None, source: str) -> bool:
        if self.seen.get("ties", digest_of((*tie, occurrence))) is not None:
            return True
        stored = self.stored_tie(*tie, occurrence)
        if stored is None:
            return False
        is_of_other_date = bool(stored.since and since and stored.since != since)
        return stored.provenance.source != source or is_of_other_date


def storable(fact_id: str) -> str | bytes:
    """The id as something that a database takes: one with half a character in it as bytes."""
    return fact_id if fact_id.isprintable() else fact_id.encode("utf-8", "surrogatepass")


def digest_of(content: Sequence[object]) -> bytes:
    """Sixteen bytes that stand for some values, equal for equal ones."""
    return hashlib.blake2b(repr(content).encode("utf-8", "surrogatepass"), digest_size=16).digest()
