"""The actors and projects of a network, found by words, kind, field, place and year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from graph.columns import BoolArray, CodeArray
from graph.kinds import load_kinds
from graph.search import NameIndex, SearchHits
from graph.snapshot import GraphSnapshot
from service.fields import require_fields
from service.places import RequestedPlace

NO_YEAR = 0
"""Stands for a date that is not known."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What to find; an entry must pass every filter that is set.

    Attributes
    ----------
    text
        Words, or beginnings of words, of a name or title.
    kinds
        Kinds of actor or of project, any of them.
    fields
        Ids of fields, any of them.
    place
        A district, a city or a country; for actors.
    year
        Year in which an actor was founded or a project started.
    """

    text: str = ""
    kinds: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    place: str = ""
    year: int | None = None


class Directory:
    """Finds the actors and projects of one snapshot. Nothing in it changes."""

    def __init__(self, snapshot: GraphSnapshot) -> None:
        actors, projects = snapshot.tables.actors, snapshot.tables.projects
        self._names = NameIndex(snapshot)
        self._actors = _Columns(actors["fields"].to_pylist(), actors["founded"].to_pylist())
        starts = zip(projects["start"].to_pylist(), projects["year"].to_pylist(), strict=True)
        self._projects = _Columns(projects["fields"].to_pylist(), [start or year for start, year in starts])
        self._places = list(zip(actors["district_or_city"].to_pylist(), actors["country"].to_pylist(), strict=True))
        self.fields = frozenset({*load_kinds().fields, *self._actors.rows_of_field, *self._projects.rows_of_field})

    def actors(self, filters: Filters, *, limit: int, offset: int = 0) -> SearchHits:
        """The actors that pass the filters: the best hits first, or in the order of their ids without a text.

        Raises
        ------
        InvalidQueryError
            A kind or a field is not known.
        """
        require_fields(filters.fields, self.fields)
        among = self._actors.mask(filters) & self._mask_of_place(filters.place)
        return self._names.search(filters.text, kinds=filters.kinds, among=among, limit=limit, offset=offset)

    def projects(self, filters: Filters, *, limit: int, offset: int = 0) -> SearchHits:
        """The projects that pass the filters, in the order of :meth:`actors`. A project has no place.

        Raises
        ------
        InvalidQueryError
            A kind or a field is not known.
        """
        require_fields(filters.fields, self.fields)
        among = self._projects.mask(filters)
        return self._names.search_projects(filters.text, kinds=filters.kinds, among=among, limit=limit, offset=offset)

    def _mask_of_place(self, text: str) -> BoolArray:
        if not text.strip():
            return np.ones(len(self._places), bool)
        place = RequestedPlace.of(text)
        holds = {pair: place.holds(*pair) for pair in set(self._places)}
        return np.fromiter((holds[pair] for pair in self._places), bool, len(self._places))


class _Columns:
    """Fields and years of a table as arrays.

    Attributes
    ----------
    rows_of_field
        Rows of each field, by its id.
    """

    def __init__(self, fields: Sequence[Sequence[str] | None], dates: Sequence[str | None]) -> None:
        self.rows_of_field: dict[str, list[int]] = {}
        for row, names in enumerate(fields):
            for name in names or ():
                self.rows_of_field.setdefault(name, []).append(row)
        self._years = _years(dates)

    def mask(self, filters: Filters) -> BoolArray:
        """The rows of any of the fields and of the year, bool array (n_rows,)."""
        mask = np.ones(len(self._years), bool) if filters.year is None else self._years == filters.year
        if filters.fields:
            of_fields = np.zeros(len(mask), bool)
            for field in filters.fields:
                of_fields[self.rows_of_field.get(field, [])] = True
            mask &= of_fields
        return mask


def _years(dates: Iterable[str | None]) -> CodeArray:
    """Year of each partial date, int16 array; NO_YEAR where it is not known."""
    return np.array([int(date[:4]) if date and date[:4].isdecimal() else NO_YEAR for date in dates], np.int16)
