"""Who is meant by a name: the actors and projects of a reading and of a store, found by what they are called."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from graph.folding import fold
from graph.model import Actor, Fact, Project
from ingest.resolution.names import name_key

_MIN_SIMILARITY = 80.0

StoredActors = Callable[[str], Sequence[Actor]]


Named = dict[str, str]
"""Ids of actors with their kinds."""
Key = tuple[tuple[str, ...], ...]


def _nobody(_: str) -> Sequence[Actor]:
    return ()


@dataclass(slots=True)
class NameBook:
    """Ids by name: as it is written, then with its abbreviations spelt out, then without a legal form it leaves out.

    Parameters
    ----------
    stored_actors
        The actors of a store whose names hold the words of a text; asked twice a name at most.
    """

    stored_actors: StoredActors = _nobody
    _actors: dict[str, Named] = field(default_factory=dict)
    _projects: dict[str, list[str]] = field(default_factory=dict)
    _written: dict[str, str] = field(default_factory=dict)
    _spelt_out: dict[Key, Named] = field(default_factory=dict)
    _found: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, fact: Fact) -> None:
        """Remember what an actor or a project of this reading is called; links have no names."""
        if isinstance(fact, Actor):
            for name in _names(fact):
                self._actors.setdefault(fold(name), {})[fact.id] = fact.kind
                self._written.setdefault(fold(name), name)
        elif isinstance(fact, Project):
            for title in (fact.title, fact.title_en, fact.attributes.get("code")):
                if title and fact.id not in (ids := self._projects.setdefault(fold(title), [])):
                    ids.append(fact.id)

    def actor_ids(self, name: str) -> tuple[str, ...]:
        """The actors of this name: those of this reading, and where it has none those of the store.

        Of several of one kind the first is meant: whether they are the same is for linkage to say, and a link to
        one of them goes wherever it goes. Several kinds, or legal forms where the name has none, are several actors.
        All actors must be known by now.
        """
        if not fold(name):
            return ()
        if name not in self._found:
            self._found[name] = self._read_as(name) or self._stored_as(name)
        return self._found[name]

    def _read_as(self, name: str) -> tuple[str, ...]:
        if known := self._actors.get(fold(name)):
            return _meant(known)
        if not self._spelt_out:
            for folded, named in self._actors.items():
                for key in _keys_as_known(self._written[folded]):
                    self._spelt_out.setdefault(key, {}).update(named)
        return _by_keys(name, lambda key: self._spelt_out.get(key, {}))

    def _stored_as(self, name: str) -> tuple[str, ...]:
        """The stored actors of a name; its words alone are asked for where it is an abbreviation of theirs."""
        same = {each.id: each.kind for each in self.stored_actors(name) if fold(name) in map(fold, _names(each))}
        if same:
            return _meant(same)
        near = self.stored_actors(" ".join(name_key(name).words)) if _keys_as_asked(name) else ()
        known = [(each, {key for written in _names(each) for key in _keys_as_known(written)}) for each in near]
        return _by_keys(name, lambda key: {each.id: each.kind for each, keys in known if key in keys})

    def project_ids(self, title: str) -> tuple[str, ...]:
        """The projects of this reading that have this title or code."""
        return tuple(self._projects.get(fold(title), ()))

    def nearest_actor(self, name: str) -> str | None:
        """The name of this reading that looks most like one that nobody has; None where none does."""
        nearest = _nearest(name, self._actors)
        return self._written[nearest] if nearest else None

    def nearest_project(self, title: str) -> str | None:
        """The folded title of this reading that looks most like one that no project has."""
        return _nearest(title, self._projects)


def _meant(named: Named) -> tuple[str, ...]:
    return tuple(named)[:1] if len(set(named.values())) == 1 else tuple(named)


def _by_keys(name: str, find: Callable[[Key], Named]) -> tuple[str, ...]:
    keys = _keys_as_asked(name)
    for place, key in enumerate(keys):
        if found := find(key):
            return _meant(found) if place == 0 else tuple(found)
    return ()


def _keys_as_known(name: str) -> tuple[Key, ...]:
    """The keys under which an actor of this name can be found: with its legal form, and without it."""
    key = name_key(name)
    if not key.words and not (key.heads and key.places):
        return ()
    rest = (tuple(sorted(key.heads)), tuple(sorted(key.units)), tuple(sorted(key.places)), tuple(sorted(key.numbers)))
    return (("|".join(sorted(key.legal)), *key.words), *rest), (("*", *key.words), *rest)


def _keys_as_asked(name: str) -> tuple[Key, ...]:
    """The keys to look for: with the legal form that the name has; any form will do for a name that has none."""
    keys = _keys_as_known(name)
    return keys if not name_key(name).legal else keys[:1]


def _names(actor: Actor) -> Iterable[str]:
    return (name for name in (actor.name, actor.name_en, actor.short_name, *actor.aliases) if name)


def _nearest(text: str, known: Iterable[str]) -> str | None:
    best = process.extractOne(fold(text), list(known), scorer=fuzz.token_sort_ratio, score_cutoff=_MIN_SIMILARITY)
    return best[0] if best else None
