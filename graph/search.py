"""Search by name in memory, in the order of the store's own search; it works while the store does not answer."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from graph.columns import BoolArray, CodeArray, IntArray
from graph.folding import fold, search_words
from graph.kinds import load_kinds
from graph.snapshot import GraphSnapshot
from graph.store import N_SEARCH_WORDS

_AFTER_ALL_LETTERS = "{"
"""Sorts right after z, the last letter of folded text, so that every text with a prefix sorts before prefix + this."""


@dataclass(frozen=True, slots=True)
class SearchHits:
    """One page of hits: their rows in the snapshot, best first, and the number of all hits."""

    indices: tuple[int, ...]
    n_total: int


class NameIndex:
    """Finds actors by their names and projects by their titles.

    Hits and their order are as in :meth:`graph.store.GraphReader.search_actors`, except for a blank text: it finds
    everything, in the order of the ids.
    """

    def __init__(self, snapshot: GraphSnapshot) -> None:
        actors, projects = snapshot.tables.actors, snapshot.tables.projects
        names = zip(*(actors[column].to_pylist() for column in ("name", "name_en", "short_name")), strict=True)
        aliases = actors["aliases"].to_pylist()
        self._actors = _WordIndex([(*row, *more) for row, more in zip(names, aliases, strict=True)])
        self._actor_kind = snapshot.actor_kind
        titles = zip(projects["title"].to_pylist(), projects["title_en"].to_pylist(), strict=True)
        self._projects = _WordIndex(list(titles))
        self._project_kind = snapshot.project_kind

    def search(
        self,
        text: str,
        *,
        kinds: Sequence[str] = (),
        among: BoolArray | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> SearchHits:
        """Actors whose names hold words that begin with the words of a text; diacritics do not matter.

        Parameters
        ----------
        kinds
            Kinds of actor to find; empty for all.
        among
            Mask of the actors to find, bool array (n_actors,); None for all.

        Raises
        ------
        InvalidQueryError
            A kind of actor is not known.
        """
        known = load_kinds()
        known.require_actor_kinds(tuple(kinds))
        wanted = _of_kinds(self._actor_kind, kinds, list(known.actor))
        return _part_of(self._actors.find(text, _both(wanted, among)), limit, offset)

    def search_projects(
        self,
        text: str,
        *,
        kinds: Sequence[str] = (),
        among: BoolArray | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> SearchHits:
        """Projects by the words of their titles, found and ordered as :meth:`search` does with actors."""
        known = load_kinds()
        known.require_opportunity_kinds(tuple(kinds))
        wanted = _of_kinds(self._project_kind, kinds, list(known.opportunity))
        return _part_of(self._projects.find(text, _both(wanted, among)), limit, offset)


class _WordIndex:
    """An inverted index of the words in rows of names; the first name of a row decides its place among the hits."""

    def __init__(self, rows: Sequence[Sequence[str | None]]) -> None:
        postings: defaultdict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            for word in search_words(" ".join(name for name in row if name)):
                postings[word].append(index)
        self._words = sorted(postings)
        self._starts = np.cumsum([0, *(len(postings[word]) for word in self._words)])
        self._postings = np.array([index for word in self._words for index in postings[word]], np.int32)
        names = [fold(row[0] or "") for row in rows]
        self._length = np.array([len(name) for name in names], np.int32)
        self._by_name = np.array(sorted(range(len(names)), key=names.__getitem__), np.int32)
        self._sorted_names = sorted(names)

    def find(self, text: str, wanted: BoolArray) -> IntArray:
        """Wanted rows that a text finds, best first, int32, shape (n_hits,); ``wanted`` is bool, shape (n_rows,)."""
        hits = wanted.copy()
        words = search_words(text)[:N_SEARCH_WORDS]
        if not words and text.strip():  # no name begins with punctuation, or with letters that folding drops
            return np.empty(0, np.int32)
        for word in words:
            first, end = _range_of_prefix(self._words, word)
            hits &= self._mask(self._postings[self._starts[first] : self._starts[end]])
        found = np.flatnonzero(hits).astype(np.int32)
        if not words:
            return found
        folded = fold(text)
        first, end = _range_of_prefix(self._sorted_names, folded)
        begins = self._mask(self._by_name[first:end])[found]
        is_equal = begins & (self._length[found] == len(folded))
        return found[np.lexsort((self._length[found], ~begins, ~is_equal))]

    def _mask(self, rows: IntArray) -> BoolArray:
        mask = np.zeros(len(self._length), bool)
        mask[rows] = True
        return mask


def _range_of_prefix(ordered: Sequence[str], prefix: str) -> tuple[int, int]:
    return bisect_left(ordered, prefix), bisect_left(ordered, prefix + _AFTER_ALL_LETTERS)


def _of_kinds(codes: CodeArray, kinds: Iterable[str], order: Sequence[str]) -> BoolArray:
    names = set(kinds)
    return np.isin(codes, [order.index(name) for name in names]) if names else np.ones(len(codes), bool)


def _both(wanted: BoolArray, among: BoolArray | None) -> BoolArray:
    return wanted if among is None else wanted & among


def _part_of(found: IntArray, limit: int, offset: int) -> SearchHits:
    start = max(offset, 0)
    return SearchHits(tuple(found[start : start + max(limit, 0)].tolist()), len(found))
