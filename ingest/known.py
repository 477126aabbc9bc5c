"""The knowledge that checking a row needs: known actors and projects, erased actors, and stored relationships."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from graph.model import Actor, Fact, Project, Relationship
from ingest.seen import Seen
from ingest.staff.name_book import NameBook

KindOf = Callable[[str], str | None]
StoredRelationship = Callable[[str, str, str, int], Relationship | None]


def _no_relationship(_source_id: str, _target_id: str, _kind: str, _occurrence: int) -> None:
    return None


def _no_kind(_: str) -> None:
    return None


@dataclass(slots=True)
class Known:
    """The actors and projects that links may refer to: those read so far, and those in the store.

    Parameters
    ----------
    stored_actor, stored_project
        Return the kind of the stored actor or project with an id, or None; called at most once per id.
    names
        The names of the accepted actors and projects; None where no link refers to its ends by name.
    erased
        Digests of the ids of erased actors, which must not be loaded again.
    stored_relationship
        Returns the stored relationship between two ends with a kind and an occurrence number, or None.
    seen
        The kind and the first place of everything that was accepted or looked up.
    """

    stored_actor: KindOf = _no_kind
    stored_project: KindOf = _no_kind
    names: NameBook | None = None
    erased: frozenset[str] = frozenset()
    stored_relationship: StoredRelationship = _no_relationship
    seen: Seen = field(default_factory=Seen)

    def actor_kind(self, actor_id: str) -> str | None:
        """The kind of an actor, or None where the actor is unknown."""
        return self._kind(Actor, actor_id, self.stored_actor)

    def project_kind(self, project_id: str) -> str | None:
        """The kind of a project, or None where the project is unknown."""
        return self._kind(Project, project_id, self.stored_project)

    def remember(self, fact: Actor | Project) -> None:
        """Add an actor or a project to those that links may refer to."""
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
        """The occurrence number of a relationship in a list that staff made.

        It is the number that the same source and date had before, or else the first free number. Two lists may each
        contain a relationship between the same two actors, and so may this year's and last year's copy of one list.

        Parameters
        ----------
        tie
            The ids of both ends, and the kind.
        """
        occurrence = 0
        while self._is_taken(tie, occurrence, since, source):
            occurrence += 1
        self.seen.first("ties", digest_of((*tie, occurrence)), source)
        return occurrence

    def _is_taken(self, tie: tuple[str, str, str], occurrence: int, since: str | None, source: str) -> bool:
        if self.seen.get("ties", digest_of((*tie, occurrence))) is not None:
            return True
        stored = self.stored_relationship(*tie, occurrence)
        if stored is None:
            return False
        is_of_other_date = bool(stored.since and since and stored.since != since)
        return stored.provenance.source != source or is_of_other_date


def storable(fact_id: str) -> str | bytes:
    """The id in a form that SQLite accepts: an id with unprintable characters, such as lone surrogates, as bytes."""
    return fact_id if fact_id.isprintable() else fact_id.encode("utf-8", "surrogatepass")


def digest_of(content: Sequence[object]) -> bytes:
    """A digest of 16 bytes, the same for equal values."""
    return hashlib.blake2b(repr(content).encode("utf-8", "surrogatepass"), digest_size=16).digest()
