"""Networks to test with: the Hanoi network, generated ones of any size, and how a store is filled with either."""

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as columns_of
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from graph.kinds import load_kinds
from graph.model import Actor, F, Fact, Participation, Project, Provenance, Relationship
from graph.store import BATCH_SIZE, GraphStore, UpsertCounts
from graph.tables import KEYS, Tables

T = TypeVar("T")
TieOrPart = TypeVar("TieOrPart", Relationship, Participation)

HANOI = Path(__file__).parent.parent / "data" / "hanoi"

_SYLLABLES = """
    an anh bách bảo bình châu công cường đại đạt điện đông đức dũng gia giang hà hải hạnh hòa hoàng hùng hương khánh
    khoa kiên lan lâm liên linh long lộc mai minh mỹ nam nga nghệ ngọc nhật phong phúc phương quang quốc sơn tâm tân
    thái thành thảo thịnh thủy tiến toàn trí trung tuấn tùng uyên vân việt vinh vũ xuân ý yên
"""
_ID_HEADS = ("bz-", "sc-", "Ex/", "o'", "đv-", "\U0001f600-", "\uff5e-")
_HEADS = ("Công ty", "Trường Đại học", "Viện", "Sở", "Trung tâm", "Tập đoàn")


@dataclass(frozen=True, slots=True)
class World:
    """All facts of a network, as a store would be given them."""

    actors: Sequence[Actor]
    projects: Sequence[Project]
    relationships: Sequence[Relationship]
    participations: Sequence[Participation]

    def __iter__(self) -> Iterator[Fact]:
        yield from self.actors
        yield from self.projects
        yield from self.relationships
        yield from self.participations

    def tables(self) -> Tables:
        """The tables a store with these facts must give, but for the time of recording."""
        return Tables.from_facts(self)


def load_world(store: GraphStore, world: World, batch_size: int = BATCH_SIZE) -> UpsertCounts:
    """What became of the facts of a world, written in batches."""
    counts = UpsertCounts()
    for actors in _batches(world.actors, batch_size):
        counts += store.upsert_actors(actors)
    for projects in _batches(world.projects, batch_size):
        counts += store.upsert_projects(projects)
    for relationships in _batches(world.relationships, batch_size):
        counts += store.upsert_relationships(relationships)
    for participations in _batches(world.participations, batch_size):
        counts += store.upsert_participations(participations)
    return counts


def _batches(facts: Sequence[F], size: int) -> Iterator[Sequence[F]]:
    for start in range(0, len(facts), size):
        yield facts[start : start + size]


def hanoi_network() -> World:
    """The demo network, read without the help of the ingest package."""
    return World(
        actors=_read(Actor, "actors.csv"),
        projects=_read(Project, "projects.csv"),
        relationships=list(_counted(_read(Relationship, "relationships.csv"))),
        participations=list(_counted(_read(Participation, "project_participants.csv"))),
    )


def _read(fact_type: type[F], file_name: str) -> list[F]:
    with (HANOI / file_name).open(encoding="utf-8", newline="") as file:
        return [_parse(fact_type, file_name, row) for row in csv.DictReader(file)]


def _parse(fact_type: type[F], file_name: str, row: Mapping[str, str]) -> F:
    lists = {column.name for column in columns_of(fact_type) if column.default == ()}
    values: dict[str, Any] = {
        name: tuple(text.split("|")) if name in lists else text for name, text in row.items() if text
    }
    values["provenance"] = Provenance(file_name, values.pop("source_url", None))
    return fact_type(**values)


def _counted(facts: Iterable[TieOrPart]) -> Iterator[TieOrPart]:
    seen: Counter[tuple[str, ...]] = Counter()
    for fact in facts:
        ends = tuple(getattr(fact, column) for column in KEYS[type(fact)] if column != "occurrence")
        yield replace(fact, occurrence=seen[ends])
        seen[ends] += 1


def generated_network(n_actors: int, rng: np.random.Generator) -> World:
    """A network of a given size with everything real ones have: gaps, lists, attributes, awkward ids and names.

    About 0.8 projects, 1.5 relationships and 3.7 participations come to each actor.
    """
    actors = [_actor(index, rng) for index in range(n_actors)]
    projects = [_project(index, actors, rng) for index in range(n_actors * 4 // 5)]
    ties = zip(*(_draw(actors, n_actors * 3 // 2, rng) for _ in range(2)), strict=True)
    members = zip(_draw(projects, n_actors * 37 // 10, rng), _draw(actors, n_actors * 37 // 10, rng), strict=True)
    return World(
        actors=actors,
        projects=projects,
        relationships=list(_counted(_relationship(source, target, rng) for source, target in ties)),
        participations=list(_counted(_participation(project, actor, rng) for project, actor in members)),
    )


def _actor(index: int, rng: np.random.Generator) -> Actor:
    kinds = list(load_kinds().actor)
    name = f"{_one_of(_HEADS, rng)} {_name(rng)}"
    return Actor(
        id=f"{_one_of(_ID_HEADS, rng)}{index}",
        kind=_one_of(kinds, rng),
        name=unicodedata.normalize("NFD", name) if index % 50 == 0 else name,
        name_en=_maybe(f"Company {index}", rng),
        short_name=_maybe("".join(word[0] for word in name.split()), rng),
        aliases=tuple(_name(rng) for _ in range(rng.integers(3))),
        summary=_maybe(f"Làm về {_name(rng)}.\nTừ năm {1950 + index % 75}.", rng),
        fields=_fields(rng),
        needs=(_name(rng),) * int(rng.integers(2)),
        country=_maybe("VN", rng),
        founded=_maybe(str(1950 + index % 75), rng),
        identifiers=(f"tax:{index}",) if index % 4 == 0 else (),
        attributes={"mã số": str(index), "ghi chú": ""} if index % 3 == 0 else {},
        provenance=Provenance(
            "actors.csv",
            _maybe(f"https://example.org/{index}", rng),
            last_seen="2026-01-31" if index % 10 == 0 else None,
        ),
    )


def _project(index: int, actors: Sequence[Actor], rng: np.random.Generator) -> Project:
    owner_id = _maybe(actors[int(rng.integers(len(actors)))].id, rng)
    return Project(
        id=f"pj-{index}",
        kind=_one_of(list(load_kinds().opportunity), rng),
        title=f"Dự án {_name(rng)}",
        summary=_maybe(_name(rng), rng),
        fields=_fields(rng),
        owner_id="not-stored" if index % 100 == 0 else owner_id,
        year=_maybe(str(2000 + index % 26), rng),
        start=_maybe(f"{2000 + index % 26}-{1 + index % 12:02}", rng),
        total_cost=_maybe(round(float(rng.lognormal(12)), 2), rng),
        provenance=Provenance("projects.csv"),
    )


def _relationship(source: Actor, target: Actor, rng: np.random.Generator) -> Relationship:
    return Relationship(
        source_id=source.id,
        target_id=target.id,
        kind=_one_of(list(load_kinds().relationship), rng),
        since=_maybe(f"{2000 + int(rng.integers(26))}", rng),
        value_vnd=_maybe(int(rng.integers(10**12)), rng),
        note=_maybe(_name(rng), rng),
        provenance=Provenance("relationships.csv"),
    )


def _participation(project: Project, actor: Actor, rng: np.random.Generator) -> Participation:
    return Participation(
        project.id, actor.id, _maybe("thành viên", rng), provenance=Provenance("project_participants.csv")
    )


def _name(rng: np.random.Generator) -> str:
    syllables = _SYLLABLES.split()
    return " ".join(_one_of(syllables, rng) for _ in range(2 + int(rng.integers(2)))).title()


def _fields(rng: np.random.Generator) -> tuple[str, ...]:
    known = list(load_kinds().fields)
    return tuple(_one_of(known, rng) for _ in range(int(rng.integers(4))))


def _draw(population: Sequence[T], n: int, rng: np.random.Generator) -> list[T]:
    return [population[int(index)] for index in rng.integers(len(population), size=n)]


def _one_of(population: Sequence[T], rng: np.random.Generator) -> T:
    return population[int(rng.integers(len(population)))]


def _maybe(value: T, rng: np.random.Generator) -> T | None:
    return value if rng.random() < 0.6 else None
