"""What reasons show of the rows they rest on: names, titles, pages."""

import numpy as np
import pyarrow as pa

from graph.snapshot import GraphSnapshot
from matching.arrays import IndexArray
from matching.questions import Evidence


class Shown:
    """The columns of a snapshot that reasons are made of, as lists: a list gives up a value in no time.

    Parameters
    ----------
    snapshot
        The network.

    Attributes
    ----------
    names, kinds, needs, offers
        Of each actor.
    titles
        Of each project, in quotation marks and with its year.
    actors, projects
        The row of each as evidence.
    has_ties
        Whether each actor has a relationship.
    """

    def __init__(self, snapshot: GraphSnapshot) -> None:
        actors, projects, ties = snapshot.tables.actors, snapshot.tables.projects, snapshot.tables.relationships
        self._snapshot = snapshot
        self.names: list[str] = actors["name"].to_pylist()
        self.kinds: list[str] = actors["kind"].to_pylist()
        self.needs, self.offers = _lists(actors["needs"]), _lists(actors["offers"])
        self.titles = _titles(projects)
        self.actors = [
            Evidence("actors", (str(actor_id),), url)
            for actor_id, url in zip(snapshot.actor_ids, actors["source_url"].to_pylist(), strict=True)
        ]
        self.projects = [
            Evidence("projects", (str(project_id),), url)
            for project_id, url in zip(snapshot.project_ids, projects["source_url"].to_pylist(), strict=True)
        ]
        self._tie_url: list[str | None] = ties["source_url"].to_pylist()
        columns = [ties[name].to_pylist() for name in ("source_id", "target_id", "kind", "occurrence")]
        self.has_ties: list[bool] = (np.diff(snapshot.incidence.indptr) > 0).tolist()
        self._tie_key = [tuple(map(str, key)) for key in zip(*columns, strict=True)]

    def ties(self, one: int, other: int, limit: int) -> tuple[Evidence, ...]:
        """The first relationships between two actors, in the order of their table."""
        rows = np.intersect1d(self._ties_of(one), self._ties_of(other), assume_unique=True)[:limit]
        return tuple(Evidence("relationships", self._tie_key[row], self._tie_url[row]) for row in rows)

    def _ties_of(self, actor: int) -> IndexArray:
        incidence = self._snapshot.incidence
        return incidence.indices[incidence.indptr[actor] : incidence.indptr[actor + 1]]


def _lists(column: pa.ChunkedArray) -> list[tuple[str, ...]]:
    return [tuple(listed or ()) for listed in column.to_pylist()]


def _titles(projects: pa.Table) -> list[str]:
    columns = [projects[name].to_pylist() for name in ("id", "title", "start", "year")]
    return [
        f"“{title or project_id}”" + (f" ({(start or year)[:4]})" if start or year else "")
        for project_id, title, start, year in zip(*columns, strict=True)
    ]
