"""The projects of a network: who takes part, how old each is, and how much each counts."""

from dataclasses import dataclass
from importlib.resources import files
from tomllib import loads

import numpy as np
import pyarrow.compute as pc
from scipy import sparse

from graph.dates import NO_DAY
from graph.snapshot import GraphSnapshot
from matching.arrays import FloatArray, IndexArray

MAX_PROJECT_SIZE = 60
"""Members of the largest project that links its members. Set by the benchmark's protocol: projects of 2 to 60."""
HALF_LIFE_2Y_DAYS = 730
"""Days in which the weight of a project halves for most features. Measured: two to four years do equally well."""
RECENT_YEARS = 3.0
"""Age in years up to which a reason calls a project recent. Set by hand."""
LAST_18M_YEARS = 1.5
"""Age in years of the oldest project that the features named ``last_18m`` count. Set by hand."""
UNDATED_AGE_YEARS = 10.0
"""Age in years of a project without a date. Set by hand: old enough to count little."""


@dataclass(frozen=True, slots=True)
class ProjectIndex:
    """The projects of a network as arrays.

    Attributes
    ----------
    memberships
        CSR of float32 ones, shape (n_actors, n_projects): the projects of each actor.
    membership
        The same turned, shape (n_projects, n_actors): the members of each project.
    age_years
        Years from the start of each project to the snapshot, float32, at least 0, shape (n_projects,).
    half_life_2y, half_life_1y
        Weight of each project by age, float32 in 0 … 1: halved every two years, or every year.
    is_last_18m
        1 for projects that began in the last eighteen months, else 0, float32.
    is_joint
        1 for projects of 2 to :data:`MAX_PROJECT_SIZE` members, else 0, float32.
    is_solo
        1 for projects of a single member, else 0, float32.
    newest_first
        Rows of the projects by date, newest first, ties by row, undated last, shape (n_projects,).
    n_recent
        How many of :attr:`newest_first` began in the last :data:`RECENT_YEARS`.
    leads
        CSR of float32 ones, shape (n_actors, n_projects): the projects that each actor leads or owns.
    """

    memberships: sparse.csr_array
    membership: sparse.csr_array
    age_years: FloatArray
    half_life_2y: FloatArray
    half_life_1y: FloatArray
    is_last_18m: FloatArray
    is_joint: FloatArray
    is_solo: FloatArray
    newest_first: IndexArray
    n_recent: int
    leads: sparse.csr_array


def index_projects(snapshot: GraphSnapshot) -> ProjectIndex:
    """The projects of a snapshot as arrays."""
    days = snapshot.as_of_day - snapshot.project_day.astype(np.int64)
    is_undated = snapshot.project_day == NO_DAY
    age_years = np.where(is_undated, UNDATED_AGE_YEARS, np.maximum(days, 0) / 365.25).astype(np.float32)
    size = snapshot.project_size
    return ProjectIndex(
        memberships=snapshot.memberships,
        membership=snapshot.membership,
        age_years=age_years,
        half_life_2y=np.exp2(-age_years * 365.25 / HALF_LIFE_2Y_DAYS).astype(np.float32),
        half_life_1y=np.exp2(-age_years),
        is_last_18m=(age_years < LAST_18M_YEARS).astype(np.float32),
        is_joint=((size > 1) & (size <= MAX_PROJECT_SIZE)).astype(np.float32),
        is_solo=(size == 1).astype(np.float32),
        newest_first=np.argsort(-snapshot.project_day.astype(np.int64), kind="stable"),
        n_recent=int(np.count_nonzero(age_years < RECENT_YEARS)),
        leads=_leads(snapshot),
    )


def _leads(snapshot: GraphSnapshot) -> sparse.csr_array:
    """The projects that each actor owns, or takes part in with a role that ``roles.toml`` calls leading."""
    tables = snapshot.tables
    leading_roles = "|".join(
        loads(files("matching.index").joinpath("roles.toml").read_text(encoding="utf-8"))["leading"]
    )
    roles = pc.utf8_lower(pc.fill_null(tables.participations["role"], ""))
    leading = tables.participations.filter(pc.match_substring_regex(roles, leading_roles))
    owned = tables.projects.filter(pc.is_valid(tables.projects["owner_id"]))
    actor_ids = [*leading["actor_id"].to_pylist(), *owned["owner_id"].to_pylist()]
    project_ids = [*leading["project_id"].to_pylist(), *owned["id"].to_pylist()]
    project_row = {project_id: row for row, project_id in enumerate(snapshot.project_ids)}
    known = [
        (snapshot.actor_index[actor_id], project_row[project_id])
        for actor_id, project_id in zip(actor_ids, project_ids, strict=True)
        if actor_id in snapshot.actor_index
    ]
    rows, columns = np.array(known, np.intp).reshape(-1, 2).T
    leads = sparse.csr_array((np.ones(len(known), np.float32), (rows, columns)), shape=snapshot.memberships.shape)
    leads.sum_duplicates()
    leads.data[:] = 1
    return leads
