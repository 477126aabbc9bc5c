"""What the words and concepts of one actor say of another that it has a relationship with.

How much is passed on by which kind of relationship is data: ``relationships.toml`` beside this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tomllib import loads

import numpy as np
from scipy import sparse

from graph.snapshot import GraphSnapshot

_HALVING_TIES = 2
"""Relationships with which an actor passes on half of what it would with none. Set by hand: an actor that works with
many stands for no single topic."""


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What a kind of relationship passes on, each 0 to 1; ``relationships.toml`` says what each value means."""

    words: float = 0.0
    to_source: float = 0.0
    to_target: float = 0.0


_NOTHING = Inheritance()


@cache
def load_inheritance() -> Mapping[str, Inheritance]:
    """What each kind of relationship passes on, by the id of the kind."""
    rows = loads(files("matching.index").joinpath("relationships.toml").read_text(encoding="utf-8"))
    return {kind: Inheritance(**row) for kind, row in rows.items()}


def inherited_words(snapshot: GraphSnapshot) -> sparse.csr_array:
    """How much the words of each actor count for each other actor, CSR of float32, shape (n_actors, n_actors).

    The words of a founder describe the company, and the words of an institute describe the people who work there.
    """
    share = np.array([each.words for each in _of_relationships(snapshot)], np.float32)
    source, target = snapshot.relationship_source, snapshot.relationship_target
    ends = (np.concatenate([source, target]), np.concatenate([target, source]))
    return sparse.csr_array((np.tile(share, 2), ends), shape=(snapshot.n_actors, snapshot.n_actors))


def inherited_concepts(snapshot: GraphSnapshot) -> sparse.csr_array:
    """How much of the concepts of each actor reaches each other actor, CSR of float32, shape (n_actors, n_actors).

    Row: the actor that inherits; column: the actor it inherits from. The more relationships an actor has, the less it
    passes on.
    """
    passed = [(each.to_source, each.to_target) for each in _of_relationships(snapshot)]
    share = np.array(passed, np.float32).reshape(-1, 2)
    source, target = snapshot.relationship_source, snapshot.relationship_target
    giver, heir = np.concatenate([target, source]), np.concatenate([source, target])
    damping = (_HALVING_TIES / (_HALVING_TIES + np.diff(snapshot.ties.indptr))).astype(np.float32)
    entries = (share.T.ravel() * damping[giver], (heir, giver))
    inherited = sparse.csr_array(entries, shape=(snapshot.n_actors, snapshot.n_actors))
    inherited.eliminate_zeros()
    return inherited


def _of_relationships(snapshot: GraphSnapshot) -> list[Inheritance]:
    known = load_inheritance()
    return [known.get(kind, _NOTHING) for kind in snapshot.tables.relationships["kind"].to_pylist()]
