"""The network at one moment, as read-only arrays for search, paths and scores."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse
from scipy.sparse import csgraph

from graph.canonical import NO_MERGES, Merges, merged_view
from graph.columns import (
    BoolArray,
    CodeArray,
    IntArray,
    codes,
    days,
    first_days,
    hash_column,
    hide,
    index_in,
    locked,
    locked_csr,
    maximum_of_pairs,
    owners_of,
    row_ids,
)
from graph.dates import NO_DAY, to_day, utc_now
from graph.errors import NotFoundError
from graph.judgements import clusters, read_judgements
from graph.kinds import Kinds, load_kinds
from graph.model import Actor, Participation, Project, Relationship
from graph.store import GraphReader
from graph.tables import SCHEMAS, Tables, fact_at


@dataclass(frozen=True, slots=True)
class Undated:
    """Numbers of facts that a cut in time left out because they have no date."""

    n_projects: int = 0
    n_relationships: int = 0


@dataclass(frozen=True, eq=False)
class GraphSnapshot:
    """The network at one moment. Rows are numbered in the order of their ids, and every array is read-only.

    Build one with :meth:`from_store` or :meth:`from_tables`.

    Attributes
    ----------
    tables
        The visible facts themselves.
    as_of
        The moment that the snapshot shows: when it was read, or the moment of the cut.
    undated
        Numbers of facts that a cut left out because they have no date.
    actor_ids, project_ids
        Object arrays of str, shape (n_actors,) and (n_projects,), ascending.
    actor_kind, project_kind
        int16 codes: places in the tables ``actor`` and ``opportunity`` of the kinds file, -1 for an unknown kind.
    founded_day, project_day
        int32 days from 1970-01-01 to the last day that the partial date can mean; :data:`graph.dates.NO_DAY` for an
        absent date.
    membership
        CSR of float32 ones, shape (n_projects, n_actors): the participants and the owner of each project.
    relationship_source, relationship_target, relationship_kind, relationship_day
        int32 rows of actors, int16 codes and int32 days; one entry for each relationship, in the order of the table.
    merges
        The actors that stand for several records of a store that were judged to be one, and these records.
    """

    tables: Tables
    as_of: datetime
    undated: Undated
    actor_ids: npt.NDArray[np.object_]
    project_ids: npt.NDArray[np.object_]
    actor_kind: CodeArray
    project_kind: CodeArray
    founded_day: IntArray
    project_day: IntArray
    membership: sparse.csr_array
    relationship_source: IntArray
    relationship_target: IntArray
    relationship_kind: CodeArray
    relationship_day: IntArray
    merges: Merges = NO_MERGES

    @classmethod
    def from_store(cls, store: GraphReader, *, as_of: datetime | None = None) -> "GraphSnapshot":
        """The whole network as a store holds it now, with one actor for each cluster of records that are the same."""
        found = clusters(read_judgements(store))
        tables, merges = merged_view(store.tables(), found)
        return cls.from_tables(tables, as_of=as_of, merges=merges)

    @classmethod
    def from_tables(
        cls,
        tables: Tables,
        *,
        as_of: datetime | None = None,
        undated: Undated | None = None,
        merges: Merges = NO_MERGES,
    ) -> "GraphSnapshot":
        """The whole network as tables hold it.

        Parameters
        ----------
        as_of
            The moment that the snapshot shows; without it, now.
        merges
            The records behind merged actors, if the tables are a merged view.

        Raises
        ------
        SnapshotError
            Two actors or projects share an id, a relationship or participation names a missing actor or project, or a
            date cannot be read.
        """
        kinds = load_kinds()
        actor_ids, project_ids = row_ids(tables.actors, "actor"), row_ids(tables.projects, "project")
        members = tables.participations
        project_rows = index_in(project_ids, members["project_id"], "project")
        actor_rows = index_in(actor_ids, members["actor_id"], "actor")
        owned, owners = owners_of(tables.projects, actor_ids)
        rows, columns = np.concatenate([project_rows, owned]), np.concatenate([actor_rows, owners])
        membership = sparse.csr_array(
            (np.ones(len(rows), np.float32), (rows, columns)), shape=(len(project_ids), len(actor_ids))
        )
        membership.sum_duplicates()
        membership.data[:] = 1
        ties = tables.relationships
        return cls(
            tables=tables,
            as_of=as_of or utc_now(),
            undated=undated or Undated(),
            actor_ids=locked(actor_ids),
            project_ids=locked(project_ids),
            actor_kind=codes(tables.actors["kind"], kinds.actor),
            project_kind=codes(tables.projects["kind"], kinds.opportunity),
            founded_day=days(tables.actors["founded"]),
            project_day=days(pc.coalesce(tables.projects["start"], tables.projects["year"])),
            membership=locked_csr(membership),
            relationship_source=locked(index_in(actor_ids, ties["source_id"], "actor")),
            relationship_target=locked(index_in(actor_ids, ties["target_id"], "actor")),
            relationship_kind=codes(ties["kind"], kinds.relationship),
            relationship_day=days(ties["since"]),
            merges=merges,
        )

    def before(self, cut: date, *, is_recorded: bool = False) -> "GraphSnapshot":
        """The network as it was known on the morning of a day: nothing dated on that day or later is visible.

        Actors founded before the day, or at an unknown time, stay. Projects and relationships without a date are left
        out and counted in :attr:`undated`. The facts that stay lose what lies in the future: an end date, with the
        status of the relationship, and an owner that is founded later.

        Parameters
        ----------
        cut
            The day.
        is_recorded
            Whether the facts were recorded before the day. Then facts without a date, or with a partial date that
            includes the day, were known as well, and only facts that are surely dated later are hidden.
        """
        day = to_day(cut)
        if is_recorded:
            project_seen = first_days(pc.coalesce(self.tables.projects["start"], self.tables.projects["year"])) < day
            tie_seen = first_days(self.tables.relationships["since"]) < day  # NO_DAY lies before every day
        else:
            project_seen = (self.project_day != NO_DAY) & (self.project_day < day)
            tie_seen = (self.relationship_day != NO_DAY) & (self.relationship_day < day)
        actor_seen = self.founded_day < day  # NO_DAY lies before every day
        tie_seen &= actor_seen[self.relationship_source] & actor_seen[self.relationship_target]
        members = self.tables.participations
        member_seen = (
            project_seen[index_in(self.project_ids, members["project_id"], "project")]
            & actor_seen[index_in(self.actor_ids, members["actor_id"], "actor")]
        )
        projects = self.tables.projects.filter(pa.array(project_seen))
        unborn = pc.is_in(projects["owner_id"], value_set=pa.array(self.actor_ids[~actor_seen], pa.string()))
        ties = self.tables.relationships.filter(pa.array(tie_seen))
        open_ended = pa.array(days(ties["until"]) >= day)
        tables = Tables(
            actors=self.tables.actors.filter(pa.array(actor_seen)),
            projects=hide(hide(projects, "end", pa.array(days(projects["end"]) >= day)), "owner_id", unborn),
            relationships=hide(hide(ties, "until", open_ended), "status", open_ended),
            participations=members.filter(pa.array(member_seen)),
        )
        undated = Undated(
            n_projects=self.undated.n_projects + int(np.count_nonzero(~project_seen & (self.project_day == NO_DAY))),
            n_relationships=self.undated.n_relationships
            + int(np.count_nonzero(~tie_seen & (self.relationship_day == NO_DAY))),
        )
        midnight = datetime(cut.year, cut.month, cut.day, tzinfo=UTC)
        return GraphSnapshot.from_tables(tables, as_of=midnight, undated=undated, merges=self.merges)

    @cached_property
    def is_present(self) -> BoolArray:
        """Whether each actor is still in its source, bool, shape (n_actors,).

        An actor that has vanished stays in the network as history, with all its facts, but must not be suggested.
        """
        return locked(np.array(self.tables.actors["last_seen"].is_null().to_numpy(zero_copy_only=False), dtype=bool))

    @property
    def n_actors(self) -> int:
        """Number of actors."""
        return len(self.actor_ids)

    @property
    def n_projects(self) -> int:
        """Number of projects, products and challenges."""
        return len(self.project_ids)

    @property
    def n_relationships(self) -> int:
        """Number of relationships."""
        return len(self.relationship_source)

    @property
    def as_of_day(self) -> int:
        """Days from 1970-01-01 to the moment of the snapshot."""
        return to_day(self.as_of.date())

    @cached_property
    def digest(self) -> str:
        """Digest of the visible facts, 32 hexadecimal digits: equal for equal networks, in whatever store they are."""
        digest = hashlib.blake2b(digest_size=16)
        for fact_type in SCHEMAS:
            table = self.tables.of(fact_type)
            for name in table.column_names:
                if name != "recorded_at":
                    digest.update(name.encode())
                    hash_column(digest, table[name])
        return digest.hexdigest()

    @cached_property
    def actor_index(self) -> Mapping[str, int]:
        """Row of each actor id."""
        return MappingProxyType({actor_id: index for index, actor_id in enumerate(self.actor_ids)})

    @cached_property
    def project_index(self) -> Mapping[str, int]:
        """Row of each project id."""
        return MappingProxyType({project_id: index for index, project_id in enumerate(self.project_ids)})

    @cached_property
    def memberships(self) -> sparse.csr_array:
        """CSR of float32 ones, shape (n_actors, n_projects): the projects of each actor."""
        return locked_csr(sparse.csr_array(self.membership.T))

    @cached_property
    def incidence(self) -> sparse.csr_array:
        """CSR of float32 ones, shape (n_actors, n_relationships): the relationships that start or end at each actor."""
        ends = np.concatenate([self.relationship_source, self.relationship_target])
        rows = np.tile(np.arange(self.n_relationships, dtype=np.int32), 2)
        matrix = sparse.csr_array(
            (np.ones(len(ends), np.float32), (ends, rows)), shape=(self.n_actors, self.n_relationships)
        )
        matrix.sum_duplicates()
        matrix.data[:] = 1
        return locked_csr(matrix)

    @cached_property
    def component(self) -> IntArray:
        """Number of each actor's connected component, int32, shape (n_actors,).

        Two actors have the same number if a chain of relationships and shared projects joins them, however long.
        """
        facts = sparse.hstack([self.incidence, self.memberships])
        n_facts = facts.shape[1]
        both_sides = sparse.block_array([[None, facts], [sparse.csr_array((n_facts, self.n_actors)), None]])
        _, label = csgraph.connected_components(both_sides, directed=False)
        return locked(label[: self.n_actors].astype(np.int32))

    @cached_property
    def project_size(self) -> IntArray:
        """Number of members of each project, int32, shape (n_projects,)."""
        return locked(np.diff(self.membership.indptr).astype(np.int32))

    @cached_property
    def ties(self) -> sparse.csr_array:
        """Symmetric CSR of float32, shape (n_actors, n_actors): strength of the strongest relationship of each pair."""
        strengths = np.array([kind.strength for kind in load_kinds().relationship.values()] + [0.0], np.float32)
        return self._relationship_matrix(strengths)

    @cached_property
    def strong_ties(self) -> sparse.csr_array:
        """Symmetric CSR as :attr:`ties`, only of relationships that are evidence of working together."""
        strengths = [kind.strength * kind.is_strong for kind in load_kinds().relationship.values()]
        return self._relationship_matrix(np.array([*strengths, 0.0], np.float32))

    def _relationship_matrix(self, strength_of_kind: npt.NDArray[np.float32]) -> sparse.csr_array:
        strength = strength_of_kind[self.relationship_kind]  # the unknown code -1 reads the closing 0
        weighted = (strength > 0) & (self.relationship_source != self.relationship_target)
        strength, source, target = (
            strength[weighted],
            self.relationship_source[weighted],
            self.relationship_target[weighted],
        )
        pairs = (np.concatenate([source, target]), np.concatenate([target, source]))
        matrix = maximum_of_pairs(np.concatenate([strength, strength]), *pairs, n=self.n_actors)
        return locked_csr(matrix)

    def find_actor(self, actor_id: str) -> int | None:
        """Row of an actor, or of the actor that its record was merged into; None if there is neither."""
        return self.actor_index.get(self.merges.canonical(actor_id))

    def index_of(self, actor_id: str) -> int:
        """Row of an actor, or of the actor that its record was merged into.

        Raises
        ------
        NotFoundError
            There is no such actor.
        """
        index = self.find_actor(actor_id)
        if index is None:
            raise NotFoundError("actor_not_found", f"There is no actor {actor_id!r} in the network.", actor_id=actor_id)
        return index

    def project_index_of(self, project_id: str) -> int:
        """Row of a project; raises :class:`~graph.errors.NotFoundError` as :meth:`index_of` does."""
        index = self.project_index.get(project_id)
        if index is None:
            raise NotFoundError(
                "project_not_found",
                f"There is no project {project_id!r} in the network.",
                project_id=project_id,
            )
        return index

    def actor(self, index: int) -> Actor:
        """The actor in a row."""
        return fact_at(Actor, self.tables.actors, index)

    def project(self, index: int) -> Project:
        """The project in a row."""
        return fact_at(Project, self.tables.projects, index)

    def relationship(self, index: int) -> Relationship:
        """The relationship in a row."""
        return fact_at(Relationship, self.tables.relationships, index)

    def relationships_of(self, index: int) -> list[Relationship]:
        """The relationships of an actor, in either direction, in the order of their table."""
        incidence = self.incidence
        rows = incidence.indices[incidence.indptr[index] : incidence.indptr[index + 1]]
        return [self.relationship(int(row)) for row in rows]

    def participations_in(self, project_index: int) -> list[Participation]:
        """The participations in a project, in the order of their table; an owner alone is no participant."""
        return self._participations("project_id", str(self.project_ids[project_index]))

    def participations_of(self, index: int) -> list[Participation]:
        """The participations of an actor, in the order of their table."""
        return self._participations("actor_id", str(self.actor_ids[index]))

    def _participations(self, column: str, value: str) -> list[Participation]:
        members = self.tables.participations
        rows = np.flatnonzero(pc.equal(members[column], value).to_numpy(zero_copy_only=False))
        return [fact_at(Participation, members, int(row)) for row in rows]


def kind_codes(kinds: Kinds, names: Sequence[str]) -> CodeArray:
    """Codes of kinds of actor, as in :attr:`GraphSnapshot.actor_kind`."""
    kinds.require_actor_kinds(tuple(names))
    order = list(kinds.actor)
    return np.array([order.index(name) for name in names], np.int16)
