"""Members found by a typed name or id."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.folding import fold
from graph.model import Actor
from service.directory import Filters
from service.network_state import Network

_CHOICES = 6


@dataclass(frozen=True, slots=True)
class Typed:
    """The member that a typed name means.

    Attributes
    ----------
    text
        The typed name; empty for none.
    actor
        The member; None if no member or more than one has the name.
    choices
        Members with this or a similar name, if none is the only one.
    """

    text: str = ""
    actor: Actor | None = None
    choices: tuple[Actor, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a name was typed that does not name exactly one member."""
        return bool(self.text) and self.actor is None


def find_member(network: Network, text: str) -> Typed:
    """The member with a typed name or id, or else all members with this or a similar name."""
    if not text:
        return Typed()
    snapshot = network.snapshot
    row = snapshot.find_actor(text)
    if row is not None:
        return Typed(text, snapshot.actor(row))
    found = [snapshot.actor(row) for row in network.directory.actors(Filters(text), limit=_CHOICES).indices]
    named = [actor for actor in found if fold(text) in _folded_names(actor)]
    if len(named) == 1:
        return Typed(text, named[0])
    return Typed(text, None, tuple(named or found))


def shortest_reference(network: Network, actor: Actor) -> str:
    """The name of an actor if no other has it, else its id."""
    return actor.name if find_member(network, actor.name).actor == actor else actor.id


def _folded_names(actor: Actor) -> Sequence[str]:
    return [fold(name) for name in (actor.name, actor.name_en, actor.short_name, *actor.aliases) if name]
