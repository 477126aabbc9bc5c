"""Fields and themes: which ones actors and projects are in, and how active each actor is in each.

The columns of all matrices here are the same fields: the taxonomy, then further tags and themes found in the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy import sparse

from graph.kinds import Kinds
from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray, FloatArray, IndexArray, Structure
from matching.index.projects import ProjectIndex
from matching.index.unit_rows import ones_like, unit_rows
from matching.kernels.sparse_rows import aligned, structure_of

N_CHAMPIONS = 150
"""Actors of each kind that :attr:`FieldIndex.champions` keeps for a field. Set by hand."""
_OLD_PROJECT_SHARE = 0.25
"""What a project counts in :attr:`FieldIndex.of_actors` however old it is; a new one counts 1 more. Set by hand."""


@dataclass(frozen=True, slots=True)
class FieldMatrices:
    """Five matrices of actors by fields, merged so that one pass over the entries reads all of them.

    Attributes
    ----------
    structure
        Where any of the matrices has an entry. Rows are actors, columns are fields.
    values
        Values of ``of_actors``, ``activity``, ``joint``, ``joint_last_18m`` and ``led`` at each entry, float32,
        shape (n_entries, 5).
    """

    structure: Structure
    values: FloatArray


@dataclass(frozen=True, slots=True)
class FieldIndex:
    """Fields of actors and projects. Matrices are CSR of float32.

    Attributes
    ----------
    ids
        Name of each column.
    column
        Column of each name.
    of_projects
        Fields and theme of each project, rare ones heavier, unit rows, shape (n_projects, n_fields).
    newest_projects
        :attr:`of_projects` turned, projects newest first, shape (n_fields, n_projects).
    of_actors
        Fields that an actor declares and fields that it works in, newer projects more, unit rows,
        shape (n_actors, n_fields).
    joint
        log(1 + joint projects of each actor by field, each halved every two years), shape (n_actors, n_fields).
    joint_last_18m
        Joint projects of the last eighteen months of each actor by field, shape (n_actors, n_fields).
    champions
        Ones, shape (n_fields, n_actors): for each field and kind the candidates for whom the field weighs most and the
        ones with the most recent projects in it (champion lists: Manning, Raghavan & Schütze 2008, 7.1.3).
    work
        All matrices of actors by fields, merged.
    """

    ids: Sequence[str]
    column: dict[str, int]
    of_projects: sparse.csr_array
    newest_projects: sparse.csr_array
    of_actors: sparse.csr_array
    joint: sparse.csr_array
    joint_last_18m: sparse.csr_array
    champions: sparse.csr_array
    work: FieldMatrices


def index_fields(snapshot: GraphSnapshot, kinds: Kinds, projects: ProjectIndex, is_candidate: BoolArray) -> FieldIndex:
    """The fields of a snapshot; ``is_candidate`` says who may be suggested, shape (n_actors,)."""
    ids = _field_ids(snapshot, kinds)
    column = {field_id: place for place, field_id in enumerate(ids)}
    of_projects = _unit_field_rows(_project_rows(snapshot), column)
    declared = _unit_field_rows([fields or () for fields in snapshot.tables.actors["fields"].to_pylist()], column)
    half_life_2y = sparse.diags_array(projects.half_life_2y)
    of_actors = _of_actors(declared, projects, of_projects)
    activity = sparse.csr_array(projects.memberships @ (half_life_2y @ of_projects))
    joint = _joint(projects, projects.half_life_2y, of_projects).log1p()
    joint_last_18m = _joint(projects, projects.is_last_18m, of_projects)
    led = sparse.csr_array(projects.leads @ (half_life_2y @ of_projects))
    candidates_by_kind = np.where(is_candidate, snapshot.actor_kind.astype(np.intp), _NO_CANDIDATE)
    return FieldIndex(
        ids=ids,
        column=column,
        of_projects=of_projects,
        newest_projects=sparse.csr_array(of_projects[projects.newest_first].T),
        of_actors=of_actors,
        joint=joint,
        joint_last_18m=joint_last_18m,
        champions=_champions((of_actors, activity), candidates_by_kind, len(kinds.actor)),
        work=_merged((of_actors, activity, joint, joint_last_18m, led)),
    )


_NO_CANDIDATE = -2
"""Stands in place of the kind of an actor that may not be suggested; -1 is an unknown kind."""


def _field_ids(snapshot: GraphSnapshot, kinds: Kinds) -> list[str]:
    tables = snapshot.tables
    listed = chain(tables.actors["fields"].to_pylist(), tables.projects["fields"].to_pylist())
    seen = {field_id for row in listed for field_id in row or ()}
    seen |= {theme for theme in tables.projects["theme"].to_pylist() if theme}
    return [*kinds.fields, *sorted(seen - kinds.fields.keys())]


def _project_rows(snapshot: GraphSnapshot) -> list[list[str]]:
    tables = snapshot.tables.projects
    columns = zip(tables["fields"].to_pylist(), tables["theme"].to_pylist(), strict=True)
    return [[*(fields or ()), *([theme] if theme else ())] for fields, theme in columns]


def _unit_field_rows(rows: Sequence[Sequence[str]], column: dict[str, int]) -> sparse.csr_array:
    columns = np.array([column[name] for row in rows for name in row], np.intp)
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    shape = (len(rows), len(column))
    matrix = sparse.csr_array((np.ones(len(columns), np.float32), columns, indptr), shape=shape)
    matrix.sum_duplicates()
    frequency = np.asarray(matrix.sum(axis=0)).ravel()
    rarity = np.log1p(len(rows) / (1 + frequency)).astype(np.float32)
    return unit_rows(sparse.csr_array(matrix @ sparse.diags_array(rarity)))


def _of_actors(declared: sparse.csr_array, projects: ProjectIndex, of_projects: sparse.csr_array) -> sparse.csr_array:
    weight = sparse.diags_array(_OLD_PROJECT_SHARE + projects.half_life_2y)
    worked_in = unit_rows(sparse.csr_array(projects.memberships @ (weight @ of_projects)))
    fields = unit_rows(sparse.csr_array(declared + worked_in))
    fields.sort_indices()
    return fields


def _joint(projects: ProjectIndex, weight: FloatArray, of_projects: sparse.csr_array) -> sparse.csr_array:
    weights = sparse.diags_array(projects.is_joint * weight)
    return sparse.csr_array(projects.memberships @ (weights @ ones_like(of_projects)))


def _champions(matrices: Sequence[sparse.csr_array], kind_of_candidate: IndexArray, n_kinds: int) -> sparse.csr_array:
    """Ones, shape (n_fields, n_actors): the actors with the largest entries of either matrix, by field and kind."""
    found = [_champions_by(matrix, kind_of_candidate, n_kinds) for matrix in matrices]
    fields, rows = np.concatenate(found, axis=1)
    champions = sparse.csr_array((np.ones(len(rows), np.float32), (fields, rows)), shape=matrices[0].shape[::-1])
    champions.sum_duplicates()
    return champions


def _champions_by(matrix: sparse.csr_array, kind_of_candidate: IndexArray, n_kinds: int) -> IndexArray:
    """Fields and rows of the actors with the largest entries of a matrix, shape (2, n_champions)."""
    entries = matrix.tocoo()
    is_counted = (kind_of_candidate[entries.row] != _NO_CANDIDATE) & (entries.data > 0)
    row, field, value = entries.row[is_counted], entries.col[is_counted], entries.data[is_counted]
    group = field.astype(np.intp) * (n_kinds + 1) + kind_of_candidate[row]
    order = np.lexsort((row, -value, group))
    starts = np.flatnonzero(np.diff(group[order], prepend=-2))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    best = order[place < N_CHAMPIONS]
    return np.stack([field[best], row[best]]).astype(np.intp)


def _merged(matrices: Sequence[sparse.csr_array]) -> FieldMatrices:
    union = sparse.csr_array(sum(ones_like(matrix) for matrix in matrices))
    union.sort_indices()
    for matrix in matrices:
        matrix.sort_indices()
    return FieldMatrices(structure_of(union), np.stack([aligned(union, each) for each in matrices], axis=1))
