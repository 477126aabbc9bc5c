"""The name book: finds actors and projects of a reading and of a store by their names."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from graph.folding import fold
from graph.model import Actor, Fact, Project
from ingest.resolution.names import name_key

_MIN_SIMILARITY = 80.0

StoredActors = Callable[[str], Sequence[Actor]]


Named = dict[str, str]
"""The kinds of actors by their ids."""
Key = tuple[tuple[str, ...], ...]


def _no_actors(_: str) -> Sequence[Actor]:
    return ()


@dataclass(slots=True)
class NameBook:
    """Ids by name: by the name as written, then with abbreviations written out, then without a legal form.

    Parameters
    ----------
    stored_actors
        Returns the actors of a store whose names contain the words of a text; called at most twice per name.
    """

    stored_actors: StoredActors = _no_actors
    _actors: dict[str, Named] = field(default_factory=dict)
    _projects: dict[str, list[str]] = field(default_factory=dict)
    _written: dict[str, str] = field(default_factory=dict)
    _spelt_out: dict[Key, Named] = field(default_factory=dict)
    _found: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, fact: Fact) -> None:
        """Add the names of an actor or a project of this reading; other facts have no names."""
        if isinstance(fact, Actor):
            for name in _names(fact):
                self._actors.setdefault(fold(name), {})[fact.id] = fact.kind
                self._written.setdefault(fold(name), name)
        elif isinstance(fact, Project):
            for title in (fact.title, fact.title_en, fact.attributes.get("code")):
                if title and fact.id not in (ids := self._projects.setdefault(fold(title), [])):
                    ids.append(fact.id)

    def actor_ids(self, name: str) -> tuple[str, ...]:
        """The ids of the actors with this name: of this reading, or else of the store.

        Of several actors of one kind, only the first is returned: record linkage decides whether they are the same, and
        a link to one of them then reaches the merged actor. Several ids are returned for actors of different kinds, or
        of different legal forms where the name has none. All actors must have been added before.
        """
        if not fold(name):
            return ()
        if name not in self._found:
            self._found[name] = self._find_read(name) or self._find_stored(name)
        return self._found[name]

    def _find_read(self, name: str) -> tuple[str, ...]:
        if known := self._actors.get(fold(name)):
            return _first_if_one_kind(known)
        if not self._spelt_out:
            for folded, named in self._actors.items():
                for key in _keys_of_actor(self._written[folded]):
                    self._spelt_out.setdefault(key, {}).update(named)
        return _ids_by_keys(name, lambda key: self._spelt_out.get(key, {}))

    def _find_stored(self, name: str) -> tuple[str, ...]:
        """The stored actors with a name, searched by the full name and then by the words of the name."""
        same = {each.id: each.kind for each in self.stored_actors(name) if fold(name) in map(fold, _names(each))}
        if same:
            return _first_if_one_kind(same)
        near = self.stored_actors(" ".join(name_key(name).words)) if _keys_to_search(name) else ()
        known = [(each, {key for written in _names(each) for key in _keys_of_actor(written)}) for each in near]
        return _ids_by_keys(name, lambda key: {each.id: each.kind for each, keys in known if key in keys})

    def project_ids(self, title: str) -> tuple[str, ...]:
        """The ids of the projects of this reading with this title or code."""
        return tuple(self._projects.get(fold(title), ()))

    def nearest_actor(self, name: str) -> str | None:
        """The name of this reading that is most similar to an unknown name; None where none is similar."""
        nearest = _nearest(name, self._actors)
        return self._written[nearest] if nearest else None

    def nearest_project(self, title: str) -> str | None:
        """The folded title of this reading that is most similar to an unknown title; None where none is similar."""
        return _nearest(title, self._projects)


def _first_if_one_kind(named: Named) -> tuple[str, ...]:
    return tuple(named)[:1] if len(set(named.values())) == 1 else tuple(named)


def _ids_by_keys(name: str, find: Callable[[Key], Named]) -> tuple[str, ...]:
    keys = _keys_to_search(name)
    for place, key in enumerate(keys):
        if found := find(key):
            return _first_if_one_kind(found) if place == 0 else tuple(found)
    return ()


def _keys_of_actor(name: str) -> tuple[Key, ...]:
    """The keys under which an actor with this name can be found: with its legal form, and with any legal form."""
    key = name_key(name)
    if not key.words and not (key.heads and key.places):
        return ()
    rest = (tuple(sorted(key.heads)), tuple(sorted(key.units)), tuple(sorted(key.places)), tuple(sorted(key.numbers)))
    return (("|".join(sorted(key.legal)), *key.words), *rest), (("*", *key.words), *rest)


def _keys_to_search(name: str) -> tuple[Key, ...]:
    """The keys to search for: with the legal form of the name; also with any legal form, if the name has none."""
    keys = _keys_of_actor(name)
    return keys if not name_key(name).legal else keys[:1]


def _names(actor: Actor) -> Iterable[str]:
    return (name for name in (actor.name, actor.name_en, actor.short_name, *actor.aliases) if name)


def _nearest(text: str, known: Iterable[str]) -> str | None:
    best = process.extractOne(fold(text), list(known), scorer=fuzz.token_sort_ratio, score_cutoff=_MIN_SIMILARITY)
    return best[0] if best else None
