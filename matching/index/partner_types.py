"""Which actors of a network are of which partner type."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray, FloatArray
from matching.text.partner_types import (
    PartnerType,
    PartnerTypeReader,
    load_partner_types,
    partner_type_marks,
    partner_type_reader,
)

_MAX_READ = 500
"""Characters of a profile that are read for marks: a profile says what its owner is at its start."""


@dataclass(frozen=True, slots=True)
class PartnerTypeIndex:
    """The partner types of a network's actors.

    Attributes
    ----------
    ids
        Ids of the types.
    reader
        Finds the types that a text requests.
    share
        How surely each actor is of each type, float32, 0 to 1, shape (n_types, n_actors).
    """

    ids: tuple[str, ...]
    reader: PartnerTypeReader
    share: FloatArray

    def requested(self, text: str) -> FloatArray:
        """How surely each actor is of a type that a text requests, float32, 0 to 1, shape (n_actors,)."""
        requested = self.reader.read(text)
        best = np.zeros(self.share.shape[1], np.float32)
        for row, type_id in enumerate(self.ids):
            if type_id in requested:
                np.maximum(best, self.share[row] * np.float32(requested[type_id]), out=best)
        return best

    def words_for(self, text: str, actor: int) -> tuple[str, ...]:
        """The words of a text that request the types of an actor."""
        words = self.reader.words(text)
        of_actor = [type_id for row, type_id in enumerate(self.ids) if self.share[row, actor] > 0]
        return tuple(dict.fromkeys(word for type_id in of_actor for word in words.get(type_id, ())))


def index_partner_types(snapshot: GraphSnapshot) -> PartnerTypeIndex:
    """The partner types of the actors of a snapshot."""
    types = load_partner_types()
    is_marked = _marked(snapshot)
    share = np.stack([_share_of(snapshot, each, is_marked[each.id]) for each in types.values()])
    return PartnerTypeIndex(tuple(types), partner_type_reader(), share)


def _share_of(snapshot: GraphSnapshot, each: PartnerType, is_marked: BoolArray) -> FloatArray:
    tables = snapshot.tables
    is_kind = np.isin(tables.actors["kind"].to_pylist(), each.kinds)
    is_shown = is_marked | np.isin(tables.actors["subkind"].to_pylist(), each.subkinds)
    kinds = tables.relationships["kind"].to_pylist()
    is_shown[snapshot.relationship_source[np.isin(kinds, each.gives)]] = True
    is_shown[snapshot.relationship_target[np.isin(kinds, each.takes)]] = True
    return np.where(is_kind, np.where(is_shown, 1.0, each.alone), 0.0).astype(np.float32)


def _marked(snapshot: GraphSnapshot) -> Mapping[str, BoolArray]:
    """Whether the name or profile of each actor has a mark of each type, bool, shape (n_actors,)."""
    phrases = partner_type_marks()
    is_marked = {type_id: np.zeros(snapshot.n_actors, bool) for type_id in load_partner_types()}
    tables = snapshot.tables.actors
    for column in ("name", "name_en", "summary", "summary_en"):
        for row, text in enumerate(tables[column].to_pylist()):
            for finding in phrases.find(text[:_MAX_READ]) if text else ():
                for type_id in finding.ids:
                    is_marked[type_id][row] = True
    return is_marked
