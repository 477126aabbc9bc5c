"""Small networks with known answers, and ways to make any number of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
from hypothesis import strategies as st

from graph.kinds import load_kinds
from graph.model import Actor, Fact, Participation, Project, Provenance, Relationship
from graph.snapshot import GraphSnapshot
from graph.tables import Tables

AS_OF = datetime(2025, 1, 1, tzinfo=UTC)
KINDS = tuple(load_kinds().actor)
TOPICS = (
    "cảm biến đo bụi mịn không khí đô thị",
    "truy xuất nguồn gốc rau sạch nông trại",
    "soil moisture sensors irrigation farming",
    "battery recycling electric buses charging",
    "thoát nước ngập úng cống ngầm mưa lớn",
    "hospital records privacy diagnosis imaging",
)


def actor(actor_id: str, kind: str = "business", **columns: object) -> Actor:
    """An actor that says nothing but what is given, with a page of its own."""
    made = Actor(
        id=actor_id,
        kind=kind,
        name=f"Đơn vị {actor_id}",
        provenance=Provenance("actors.csv", f"https://example.org/actors/{actor_id}"),
    )
    return replace(made, **columns)  # type: ignore[arg-type]  # columns of Actor by name


def project(project_id: str, *members: str, start: str | None = "2024-06-01", **columns: object) -> list[Fact]:
    """A project with those who take part in it."""
    made = Project(
        id=project_id,
        kind="project",
        title=f"Dự án {project_id}",
        start=start,
        provenance=Provenance("projects.csv", f"https://example.org/projects/{project_id}"),
    )
    taking_part = [Participation(project_id, member) for member in members]
    return [replace(made, **columns), *taking_part]  # type: ignore[arg-type]  # columns of Project by name


def tie(source: str, target: str, kind: str = "partnered_in", since: str | None = "2024", occurrence: int = 0) -> Fact:
    """A relationship with a page of its own."""
    url = f"https://example.org/ties/{source}/{target}/{kind}/{occurrence}"
    return Relationship(
        source, target, kind, since=since, occurrence=occurrence, provenance=Provenance("relationships.csv", url)
    )


def actors(names: str) -> list[Fact]:
    """Silent actors, one a word."""
    return [actor(name) for name in names.split()]


def snapshot_of(*facts: Fact | Sequence[Fact]) -> GraphSnapshot:
    """The network of facts and groups of facts, as of the first day of 2025."""
    flat = (fact for group in facts for fact in (group if isinstance(group, Sequence) else (group,)))
    return GraphSnapshot.from_tables(Tables.from_facts(flat), as_of=AS_OF)


def snapshot_of_facts(facts: Iterable[Fact]) -> GraphSnapshot:
    """The network of facts, as of the first day of 2025."""
    return snapshot_of(list(facts))


_WORDS = " ".join(TOPICS).split()
_SOME_WORDS = st.lists(st.sampled_from(_WORDS), max_size=5).map(" ".join)
_SOME_FIELDS = st.lists(st.sampled_from(sorted(load_kinds().fields)[:6]), max_size=2, unique=True).map(tuple)
_SOME_DATES = st.sampled_from([None, "2015", "2019-05", "2022-03-01", "2023", "2024-11-30"])


@st.composite
def small_networks(draw: st.DrawFn) -> list[Fact]:
    """Facts of a network of three to nine actors with any projects and ties between them."""
    ids = [f"a{number}" for number in range(draw(st.integers(3, 9)))]
    facts: list[Fact] = [
        actor(
            actor_id,
            draw(st.sampled_from(KINDS)),
            summary=draw(_SOME_WORDS) or None,
            fields=draw(_SOME_FIELDS),
            needs=tuple(filter(None, [draw(_SOME_WORDS)])),
            offers=tuple(filter(None, [draw(_SOME_WORDS)])),
            country=draw(st.sampled_from([None, "VN", "PL"])),
        )
        for actor_id in ids
    ]
    for number in range(draw(st.integers(0, 6))):
        members = draw(st.lists(st.sampled_from(ids), max_size=5, unique=True))
        summary, fields, start = draw(_SOME_WORDS), draw(_SOME_FIELDS), draw(_SOME_DATES)
        facts += project(f"p{number}", *members, start=start, summary=summary or None, fields=fields)
    pairs = st.tuples(st.sampled_from(ids), st.sampled_from(ids), st.sampled_from(sorted(load_kinds().relationship)))
    for source, target, kind in draw(st.lists(pairs, max_size=4, unique=True)):
        facts.append(tie(source, target, kind, since=draw(_SOME_DATES)))
    return facts


def dated_network(n_actors: int, n_projects: int, rng: np.random.Generator) -> list[Fact]:
    """Facts of a network with a past to learn from: ten years of projects, each within a topic and its regulars.

    Every topic has its share of actors, of whom those with lower numbers come more often, so that both topic and
    history foretell who comes next. Summaries of the later half are long enough to be asked as briefs.
    """
    facts: list[Fact] = [
        actor(
            f"a{number:04}",
            KINDS[number % len(KINDS)],
            summary=TOPICS[number % len(TOPICS)] if number % 3 else None,
            country=("VN", "PL", "FR")[number % 7 % 3],
            founded=str(1990 + number % 20),
        )
        for number in range(n_actors)
    ]
    n_of_topic = n_actors // len(TOPICS)
    for number in range(n_projects):
        topic = int(rng.integers(len(TOPICS)))
        regulars = (rng.random(int(rng.integers(3, 7))) ** 1.5 * n_of_topic).astype(int)
        members = sorted({f"a{place * len(TOPICS) + topic:04}" for place in regulars})
        started = date.fromordinal(date(2015, 1, 1).toordinal() + number * 3650 // n_projects)
        words = " ".join(rng.permutation(TOPICS[topic].split() * 7))
        summary = words if number * 2 > n_projects else None
        facts += project(f"p{number:04}", *members, start=started.isoformat(), title=words[:40], summary=summary)
    return facts
