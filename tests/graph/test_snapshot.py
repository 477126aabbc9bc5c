"""Read-only pictures of the network: what they show, what a cut hides, and what they refuse."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from graph.columns import UNKNOWN_CODE
from graph.dates import NO_DAY, to_day
from graph.errors import NotFoundError, SnapshotError
from graph.kinds import load_kinds
from graph.model import Actor, Fact, Participation, Project, Provenance, Relationship
from graph.snapshot import GraphSnapshot, kind_codes
from graph.tables import Tables
from tests.worlds import generated_network, hanoi_network

CUT = date(2024, 1, 1)

ACTORS = [
    Actor("a", "school", "Trường A", founded="1956"),
    Actor("b", "startup", "Startup B", founded="2023-06"),
    Actor("c", "business", "Công ty C"),
    Actor("d", "wizard", "Pháp sư D"),
]
PROJECTS = [
    Project("p", "project", "Cảm biến", owner_id="a", start="2023-05", end="2023-11"),
    Project("q", "challenge", "Ngập úng", owner_id="not-stored", year="2022"),
    Project("r", "product", "Không ngày"),
]
TIES = [
    Relationship("a", "b", "signed_mou", since="2023-07-01"),
    Relationship("b", "a", "mentors", since="2022"),
    Relationship("c", "c", "supplies", since="2021"),
    Relationship("c", "b", "attended_with"),
    Relationship("d", "a", "enchanted", since="2020"),
]
PARTS = [
    Participation("p", "b", role="thử nghiệm"),
    Participation("p", "b", role="đo đạc", occurrence=1),
    Participation("q", "c"),
    Participation("r", "a"),
]
FACTS: list[Fact] = [*ACTORS, *PROJECTS, *TIES, *PARTS]


def snapshot_of(facts: Sequence[Fact]) -> GraphSnapshot:
    return GraphSnapshot.from_tables(Tables.from_facts(facts), as_of=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def small() -> GraphSnapshot:
    return snapshot_of(FACTS)


def test_rows_are_numbered_in_the_order_of_ids(small: GraphSnapshot) -> None:
    assert (small.n_actors, small.n_projects, small.n_relationships) == (4, 3, 5)
    assert small.actor_ids.tolist() == ["a", "b", "c", "d"]
    assert small.index_of("c") == 2
    assert small.project_index_of("q") == 1
    assert small.actor(1) == ACTORS[1]
    assert small.project(2) == PROJECTS[2]
    assert small.as_of_day == to_day(date(2026, 1, 1))


def test_kinds_are_numbered_as_in_their_file(small: GraphSnapshot) -> None:
    kinds = load_kinds()
    assert small.actor_kind.tolist() == [*kind_codes(kinds, ["school", "startup", "business"]), UNKNOWN_CODE]
    assert [list(kinds.opportunity)[code] for code in small.project_kind] == ["project", "challenge", "product"]


def test_days_are_the_last_that_a_date_can_mean(small: GraphSnapshot) -> None:
    assert small.founded_day.tolist() == [to_day(date(1956, 12, 31)), to_day(date(2023, 6, 30)), NO_DAY, NO_DAY]
    assert small.project_day.tolist() == [to_day(date(2023, 5, 31)), to_day(date(2022, 12, 31)), NO_DAY]


def test_owners_and_participants_are_members_once_each(small: GraphSnapshot) -> None:
    assert small.membership.toarray().tolist() == [[1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]]
    assert (small.memberships.toarray() == small.membership.toarray().T).all()
    assert small.project_size.tolist() == [2, 1, 1]


def test_ties_run_both_ways_and_keep_the_strongest(small: GraphSnapshot) -> None:
    strength = load_kinds().relationship
    ties = small.ties.toarray()
    assert (ties == ties.T).all()
    assert ties[0, 1] == pytest.approx(max(strength["signed_mou"].strength, strength["mentors"].strength))
    assert ties[1, 2] == pytest.approx(strength["attended_with"].strength)
    assert ties[2, 2] == 0, "a tie with oneself is none"
    assert ties[0, 3] == 0, "a kind that is unknown has no strength"
    assert small.strong_ties.toarray()[1, 2] == 0
    assert small.strong_ties[0, 1] == small.ties[0, 1]


def test_facts_of_an_actor_and_a_project(small: GraphSnapshot) -> None:
    assert small.relationships_of(0) == [TIES[0], TIES[1], TIES[4]]
    assert small.relationships_of(2) == [TIES[3], TIES[2]]
    assert small.participations_of(1) == PARTS[:2]
    assert small.participations_in(2) == PARTS[3:]


def test_an_unknown_id_is_not_found(small: GraphSnapshot) -> None:
    with pytest.raises(NotFoundError, match="no actor 'zz'"):
        small.index_of("zz")
    with pytest.raises(NotFoundError, match="no project 'a'"):
        small.project_index_of("a")


def test_nothing_can_be_written(small: GraphSnapshot) -> None:
    matrices = (small.membership, small.memberships, small.incidence, small.ties, small.strong_ties)
    arrays: list[Any] = [value for value in vars(small).values() if isinstance(value, np.ndarray)]
    arrays += [small.project_size, *(part for matrix in matrices for part in (matrix.data, matrix.indices))]
    assert len(arrays) >= 20
    assert not any(array.flags.writeable for array in arrays)
    with pytest.raises(ValueError, match="read-only"):
        small.actor_kind[0] = 1
    with pytest.raises(TypeError):
        small.actor_index["a"] = 3  # type: ignore[index]  # that it cannot be written is what is tried


def test_an_empty_network_is_a_network() -> None:
    empty = snapshot_of([])
    assert (empty.n_actors, empty.n_projects, empty.n_relationships) == (0, 0, 0)
    assert empty.ties.shape == empty.strong_ties.shape == (0, 0)
    assert empty.incidence.shape == empty.memberships.shape == (0, 0)
    assert empty.before(CUT).digest == empty.digest


# Cuts in time


def test_a_cut_hides_what_is_dated_on_its_day_or_later() -> None:
    facts: list[Fact] = [
        *(Actor(name, "school", name, founded=founded) for name, founded in [("old", "2023"), ("new", "2024-01-01")]),
        Actor("undated", "school", "undated"),
        Project("before", "project", "x", start="2023-12-31"),
        Project("on", "project", "x", start="2024-01-01"),
        Project("within", "project", "x", year="2024"),
        Relationship("old", "undated", "mentors", since="2023-12"),
        Relationship("undated", "old", "mentors", since="2024-01"),
        Participation("before", "old"),
        Participation("on", "old"),
    ]
    cut = snapshot_of(facts).before(CUT)
    assert cut.actor_ids.tolist() == ["old", "undated"]
    assert cut.project_ids.tolist() == ["before"]
    assert [tie.since for tie in cut.tables.facts(Relationship)] == ["2023-12"]
    assert cut.tables.facts(Participation) == [Participation("before", "old")]
    assert cut.as_of == datetime(2024, 1, 1, tzinfo=UTC)


def test_what_was_written_down_before_the_cut_is_hidden_only_where_it_is_surely_dated_later() -> None:
    facts: list[Fact] = [
        *(Actor(name, "school", name) for name in ("a", "b")),
        Project("none", "project", "x"),
        Project("within", "project", "x", year="2024"),
        Project("on", "project", "x", start="2024-06-01"),
        Project("later", "project", "x", start="2025"),
        *(
            Relationship("a", "b", "mentors", since=since, occurrence=n)
            for n, since in enumerate([None, "2024-06", "2024-05"])
        ),
    ]
    cut = snapshot_of(facts).before(date(2024, 6, 1), is_recorded=True)
    assert cut.project_ids.tolist() == ["none", "within"]
    assert [tie.since for tie in cut.tables.facts(Relationship)] == [None, "2024-05"]
    assert (cut.undated.n_projects, cut.undated.n_relationships) == (0, 0)


def test_a_cut_leaves_out_and_counts_what_has_no_date(small: GraphSnapshot) -> None:
    cut = small.before(CUT)
    assert "r" not in cut.project_index
    assert (cut.undated.n_projects, cut.undated.n_relationships) == (1, 1)
    assert cut.before(CUT).undated == cut.undated, "a second cut still tells of it"
    assert (small.undated.n_projects, small.undated.n_relationships) == (0, 0)


def test_a_cut_takes_away_ends_that_lie_ahead_and_the_status_that_tells_of_them() -> None:
    facts: list[Fact] = [
        *ACTORS[:3],
        Project("over", "project", "x", year="2020", end="2023-12"),
        Project("running", "project", "x", year="2020", end="2024-06"),
        Relationship("a", "b", "mentors", since="2023-07", until="2023-12-31", status="ended"),
        Relationship("a", "c", "mentors", since="2021", until="2025", status="ended"),
        Relationship("b", "c", "mentors", since="2023-07", status="active"),
    ]
    cut = snapshot_of(facts).before(CUT)
    assert [project.end for project in cut.tables.facts(Project)] == ["2023-12", None]
    assert [(tie.until, tie.status) for tie in cut.tables.facts(Relationship)] == [
        ("2023-12-31", "ended"),
        (None, None),
        (None, "active"),
    ]


def test_a_cut_takes_away_owners_that_lie_ahead_but_not_those_outside_the_network() -> None:
    facts: list[Fact] = [
        Actor("later", "startup", "x", founded="2025"),
        Project("p", "product", "x", owner_id="later", year="2020"),
        Project("q", "product", "x", owner_id="elsewhere", year="2020"),
    ]
    cut = snapshot_of(facts).before(CUT)
    assert [project.owner_id for project in cut.tables.facts(Project)] == [None, "elsewhere"]
    assert cut.membership.nnz == 0


@pytest.mark.parametrize(
    "planted",
    [
        [Actor("z-later", "startup", "Mai sau", founded="2024")],
        [Actor("z-later", "startup", "Mai sau", founded="2024"), Relationship("z-later", "a", "mentors", since="2020")],
        [Actor("z-later", "startup", "Mai sau", founded="2024-05"), Participation("p", "z-later")],
        [Project("z-later", "project", "Mai sau", owner_id="a", start="2024-01-01"), Participation("z-later", "c")],
        [Relationship("a", "c", "invested_in", since="2024-02-30"[:7])],
        [Participation("r", "c")],
    ],
)
def test_facts_planted_in_the_future_change_nothing_before_it(small: GraphSnapshot, planted: list[Fact]) -> None:
    changed = snapshot_of([*FACTS, *planted])
    assert changed.digest != small.digest
    assert changed.before(CUT).digest == small.before(CUT).digest


def test_a_cut_of_a_generated_network_holds_nothing_of_later() -> None:
    whole = snapshot_of(list(generated_network(2_000, np.random.default_rng(5))))
    cut = whole.before(date(2015, 6, 1))
    day = to_day(date(2015, 6, 1))
    assert 0 < cut.n_projects < whole.n_projects
    assert 0 < cut.n_relationships < whole.n_relationships
    for days in (cut.founded_day, cut.project_day, cut.relationship_day):
        assert days.max() < day
    assert (cut.relationship_day > NO_DAY).all()
    assert (cut.project_day > NO_DAY).all()
    assert cut.before(date(2015, 6, 1)).digest == cut.digest


# Digests


def test_the_digest_does_not_hang_on_the_order_of_facts(small: GraphSnapshot) -> None:
    shuffled = [FACTS[place] for place in np.random.default_rng(3).permutation(len(FACTS))]
    assert snapshot_of(shuffled).digest == small.digest


def test_the_digest_does_not_hang_on_when_facts_were_recorded_or_read(small: GraphSnapshot) -> None:
    stamped = [replace(fact, provenance=Provenance(recorded_at="2026-01-01T00:00:00Z")) for fact in FACTS]
    assert snapshot_of(stamped).digest == small.digest
    assert GraphSnapshot.from_tables(small.tables).digest == small.digest


def _variants(fact: Fact) -> list[Fact]:
    texts = {
        Actor: ("name", "kind", "summary", "country", "founded", "website"),
        Project: ("title", "kind", "summary", "theme", "year", "owner_id"),
        Relationship: ("since", "until", "status", "note"),
        Participation: ("role",),
    }[type(fact)]
    variants: list[Fact] = [replace(fact, **{name: "2019"}) for name in texts]  # type: ignore[arg-type]  # names vary
    variants.append(replace(fact, attributes={"cột": "x"}))
    variants.append(replace(fact, provenance=Provenance("other.csv")))
    variants.append(replace(fact, provenance=Provenance(source_url="https://example.org")))
    if isinstance(fact, Actor):
        lists: list[tuple[str, ...]] = [("x",), ("", "x"), ("x", ""), ("x", "y"), ("xy",)]
        variants += [replace(fact, needs=needs) for needs in lists]
        variants += [replace(fact, offers=lists[0]), replace(fact, summary="")]
    if isinstance(fact, Project):
        variants += [replace(fact, total_cost=0.0), replace(fact, total_cost=1.5)]
    if isinstance(fact, Relationship):
        variants += [replace(fact, value_vnd=0), replace(fact, value_vnd=1)]
    return variants


def test_every_change_of_a_fact_changes_the_digest(small: GraphSnapshot) -> None:
    changed = [
        [variant if fact is original else fact for fact in FACTS]
        for original in (ACTORS[2], PROJECTS[2], TIES[1], PARTS[2])
        for variant in _variants(original)
    ]
    shortened = [[fact for fact in FACTS if fact is not removed] for removed in (*TIES, *PARTS)]
    digests = {snapshot_of(facts).digest for facts in (FACTS, *changed, *shortened)}
    assert len(digests) == 1 + len(changed) + len(shortened)


# What is refused


@pytest.mark.parametrize(
    ("fact", "code", "message"),
    [
        (ACTORS[0], "snapshot_ids", "actor table must be unique and ascending; see 'a'"),
        (PROJECTS[1], "snapshot_ids", "project table must be unique and ascending; see 'q'"),
        (Relationship("a", "nobody", "mentors"), "snapshot_dangling", "the actor 'nobody'"),
        (Relationship("nobody", "a", "mentors"), "snapshot_dangling", "the actor 'nobody'"),
        (Participation("nothing", "a"), "snapshot_dangling", "the project 'nothing'"),
        (Participation("p", "nobody"), "snapshot_dangling", "the actor 'nobody'"),
        (Actor("e", "school", "x", founded="31/02/2025"), "snapshot_date", "'31/02/2025'"),
        (Relationship("a", "c", "mentors", since="2025-02-31"), "snapshot_date", "'2025-02-31'"),
    ],
)
def test_tables_that_contradict_themselves_are_refused(fact: Fact, code: str, message: str) -> None:
    with pytest.raises(SnapshotError, match=message) as caught:
        snapshot_of([*FACTS, fact])
    assert caught.value.code == code


def test_tables_out_of_order_are_refused(small: GraphSnapshot) -> None:
    backwards = replace(small.tables, actors=small.tables.actors.take([3, 2, 1, 0]))
    with pytest.raises(SnapshotError, match="ascending"):
        GraphSnapshot.from_tables(backwards)


# Size, and names that do not matter


def test_a_national_network_takes_seconds() -> None:
    n_actors, n_projects, n_parts = 40_000, 32_000, 150_000
    rng = np.random.default_rng(1)
    parts = np.unique(rng.integers((n_projects, n_actors), size=(n_parts + 100, 2)), axis=0)[:n_parts]
    tables = Tables.from_facts(
        [
            *(Actor(f"a{number}", "school", "Trường", founded=f"{1950 + number % 70}") for number in range(n_actors)),
            *(Project(f"p{number}", "project", "Dự án", year=f"{2000 + number % 25}") for number in range(n_projects)),
            *(Participation(f"p{project}", f"a{actor}") for project, actor in parts.tolist()),
        ]
    )
    started = time.process_time()
    snapshot = GraphSnapshot.from_tables(tables)
    cut = snapshot.before(date(2020, 1, 1))
    digests = {snapshot.digest, cut.digest}
    assert time.process_time() - started < 10
    assert (snapshot.n_actors, snapshot.membership.nnz) == (n_actors, n_parts)
    assert len(digests) == 2


def test_other_ids_only_move_rows() -> None:
    world = hanoi_network()
    snapshot = snapshot_of(list(world))
    ids = {actor.id: f"x{place:03}" for place, actor in enumerate(reversed(world.actors))}
    renamed = snapshot_of(
        [
            *(replace(actor, id=ids[actor.id]) for actor in world.actors),
            *(replace(project, owner_id=ids.get(project.owner_id or "")) for project in world.projects),
            *(replace(tie, source_id=ids[tie.source_id], target_id=ids[tie.target_id]) for tie in world.relationships),
            *(replace(part, actor_id=ids[part.actor_id]) for part in world.participations),
        ]
    )
    rows = np.array([renamed.index_of(ids[actor_id]) for actor_id in snapshot.actor_ids])
    assert (renamed.actor_kind[rows] == snapshot.actor_kind).all()
    assert (renamed.founded_day[rows] == snapshot.founded_day).all()
    matrices: list[Callable[[GraphSnapshot], sparse.csr_array]] = [lambda one: one.ties, lambda one: one.strong_ties]
    for matrix in matrices:
        assert (matrix(renamed).toarray()[np.ix_(rows, rows)] == matrix(snapshot).toarray()).all()
    assert (renamed.membership.toarray()[:, rows] == snapshot.membership.toarray()).all()
