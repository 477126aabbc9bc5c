"""What reasons show of the network: names, titles, pages and relationships, ready to be quoted."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
from scipy import sparse

from graph.snapshot import GraphSnapshot
from matching.arrays import CodeArray, IndexArray
from matching.index.links import LinkIndex
from matching.index.projects import ProjectIndex
from matching.index.words import WordIndex
from matching.kernels.sparse_rows import entries_of_rows, keys_of_entries
from matching.questions import Evidence
from matching.text.shared_terms import SharedTerms


@dataclass(frozen=True, slots=True)
class EvidenceIndex:
    """The facts that reasons quote, as lists: reading one element of a list costs less than one of an array.

    Attributes
    ----------
    names, kinds, needs, offers
        Of each actor.
    titles
        Of each project, in quotation marks and with its year.
    actors, projects
        Each actor and each project as evidence.
    has_relationships
        Whether each actor has a relationship.
    projects_by_date
        CSR, shape (n_actors, n_projects) with the columns in the order of
        :attr:`~matching.index.projects.ProjectIndex.newest_first`: each actor's projects, newest first.
    latest_common_project
        For each entry of :attr:`~matching.index.links.LinkIndex.matrix` the row of the latest project that links the
        two, -1 where only a relationship does.
    terms
        The terms of each actor's own text and of the texts of its projects, as they are written there.
    """

    names: list[str]
    kinds: list[str]
    needs: list[tuple[str, ...]]
    offers: list[tuple[str, ...]]
    titles: list[str]
    actors: list[Evidence]
    projects: list[Evidence]
    has_relationships: list[bool]
    projects_by_date: sparse.csr_array
    latest_common_project: CodeArray
    terms: SharedTerms
    _incidence: sparse.csr_array
    _relationship_keys: list[tuple[str, ...]]
    _relationship_urls: list[str | None]

    def relationships(self, one: int, other: int, limit: int) -> tuple[Evidence, ...]:
        """The first relationships between two actors, in the order of their table."""
        rows = np.intersect1d(self._relationship_rows(one), self._relationship_rows(other), assume_unique=True)
        keys, urls = self._relationship_keys, self._relationship_urls
        return tuple([Evidence("relationships", keys[row], urls[row]) for row in rows[:limit].tolist()])

    def _relationship_rows(self, actor: int) -> IndexArray:
        incidence = self._incidence
        return incidence.indices[incidence.indptr[actor] : incidence.indptr[actor + 1]]


def index_evidence(
    snapshot: GraphSnapshot, projects: ProjectIndex, links: LinkIndex, words: WordIndex
) -> EvidenceIndex:
    """The facts of a snapshot that reasons quote."""
    tables = snapshot.tables
    actors = tables.actors
    projects_by_date = sparse.csr_array(projects.memberships[:, projects.newest_first])
    projects_by_date.sort_indices()
    return EvidenceIndex(
        names=actors["name"].to_pylist(),
        kinds=actors["kind"].to_pylist(),
        needs=_tuples(actors["needs"]),
        offers=_tuples(actors["offers"]),
        titles=_titles(tables.projects),
        actors=[
            Evidence("actors", (str(actor_id),), url)
            for actor_id, url in zip(snapshot.actor_ids, actors["source_url"].to_pylist(), strict=True)
        ],
        projects=[
            Evidence("projects", (str(project_id),), url)
            for project_id, url in zip(snapshot.project_ids, tables.projects["source_url"].to_pylist(), strict=True)
        ],
        has_relationships=(np.diff(snapshot.incidence.indptr) > 0).tolist(),
        projects_by_date=projects_by_date,
        latest_common_project=_latest_common_project(projects, links),
        terms=_terms(projects, words),
        _incidence=snapshot.incidence,
        _relationship_keys=_relationship_keys(tables.relationships),
        _relationship_urls=tables.relationships["source_url"].to_pylist(),
    )


def _tuples(column: pa.ChunkedArray) -> list[tuple[str, ...]]:
    return [tuple(cell or ()) for cell in column.to_pylist()]


def _titles(projects: pa.Table) -> list[str]:
    columns = [projects[name].to_pylist() for name in ("id", "title", "start", "year")]
    return [
        f"“{title or project_id}”" + (f" ({(start or year)[:4]})" if start or year else "")
        for project_id, title, start, year in zip(*columns, strict=True)
    ]


def _relationship_keys(table: pa.Table) -> list[tuple[str, ...]]:
    columns = [table[name].to_pylist() for name in ("source_id", "target_id", "kind", "occurrence")]
    return [tuple(map(str, key)) for key in zip(*columns, strict=True)]


def _latest_common_project(projects: ProjectIndex, links: LinkIndex) -> CodeArray:
    membership, n_actors = projects.membership, projects.membership.shape[1]
    linking = projects.newest_first[projects.is_joint[projects.newest_first] > 0]
    project, entry = entries_of_rows(membership, linking)  # newest first
    other, entry_of_other = entries_of_rows(membership, linking[project])
    keys = membership.indices[entry][other].astype(np.int64) * n_actors + membership.indices[entry_of_other]
    keys, first = np.unique(keys, return_index=True)
    latest = np.full(links.matrix.nnz, -1, np.int32)
    link_keys = keys_of_entries(links.matrix)
    is_link = np.isin(keys, link_keys, assume_unique=True)  # a member paired with itself is not a link
    latest[np.searchsorted(link_keys, keys[is_link])] = linking[project[other[first[is_link]]]]
    return latest


def _terms(projects: ProjectIndex, words: WordIndex) -> SharedTerms:
    own = sparse.eye_array(projects.memberships.shape[0], format="csr")
    texts_of_actor = sparse.csr_array(sparse.hstack([own, projects.memberships]))
    texts_of_actor.sort_indices()
    return SharedTerms(chain(words.profile_texts, words.project_texts)).merged(texts_of_actor)
