"""Who is meant by a name: the actors and projects of a reading and of a store, found by what they are called."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from graph.folding import fold
from graph.model import Actor, Fact, Project

_MIN_SIMILARITY = 80.0

StoredActors = Callable[[str], Sequence[Actor]]


def _nobody(_: str) -> Sequence[Actor]:
    return ()


@dataclass(slots=True)
class NameBook:
    """Ids by folded name.

    Parameters
    ----------
    stored_actors
        The actors of a store whose names hold the words of a text; asked once a name at most.
    """

    stored_actors: StoredActors = _nobody
    _actors: dict[str, dict[str, str]] = field(default_factory=dict)
    _projects: dict[str, list[str]] = field(default_factory=dict)
    _asked: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, fact: Fact) -> None:
        """Remember what an actor or a project of this reading is called; links have no names."""
        if isinstance(fact, Actor):
            for name in _names(fact):
                self._actors.setdefault(fold(name), {})[fact.id] = fact.kind
        elif isinstance(fact, Project):
            for title in (fact.title, fact.title_en, fact.attributes.get("code")):
                if title and fact.id not in (ids := self._projects.setdefault(fold(title), [])):
                    ids.append(fact.id)

    def actor_ids(self, name: str) -> tuple[str, ...]:
        """The actors of this name: those of this reading, and where it has none those of the store.

        Of several of one kind the first is meant: whether they are the same is for linkage to say, and a link to
        one of them goes wherever it goes. Several kinds are several actors.
        """
        key = fold(name)
        if not key:
            return ()
        if known := self._actors.get(key):
            return tuple(known)[:1] if len(set(known.values())) == 1 else tuple(known)
        if key not in self._asked:
            found = {actor.id: actor.kind for actor in self.stored_actors(name) if key in map(fold, _names(actor))}
            self._asked[key] = tuple(found)[:1] if len(set(found.values())) == 1 else tuple(found)
        return self._asked[key]

    def project_ids(self, title: str) -> tuple[str, ...]:
        """The projects of this reading that have this title or code."""
        return tuple(self._projects.get(fold(title), ()))

    def nearest_actor(self, name: str) -> str | None:
        """The folded name of this reading that looks most like one that nobody has; None where none does."""
        return _nearest(name, self._actors)

    def nearest_project(self, title: str) -> str | None:
        """The folded title of this reading that looks most like one that no project has."""
        return _nearest(title, self._projects)


def _names(actor: Actor) -> Iterable[str]:
    return (name for name in (actor.name, actor.name_en, actor.short_name, *actor.aliases) if name)


def _nearest(text: str, known: Iterable[str]) -> str | None:
    best = process.extractOne(fold(text), list(known), scorer=fuzz.token_sort_ratio, score_cutoff=_MIN_SIMILARITY)
    return best[0] if best else None
