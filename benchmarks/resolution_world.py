"""Records with known identities: the labelled reference lists, corrupted copies of them, and invented names.

The reference lists are not part of the project. They are read from ``KETNOI_REFERENCE_DATA``, or from
``shared/data/reference`` beside the checkout. ``tests/gold/pairs.csv`` holds the judgements about them, by identifiers.
"""

import csv
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.corruption import CORRUPTIONS, corrupt
from ingest.load import read_tables
from ingest.resolution.records import Record, domain_of, records_of

ROOT = Path(__file__).parent.parent
PAIRS_FILE = ROOT / "tests" / "gold" / "pairs.csv"
NETWORK_FOLDER = ROOT / "data" / "hanoi"
_NAMES = {
    "ror": "ror_vietnam.csv",
    "universities": "vn_universities.csv",
    "hipo": "hipo_vn_universities.csv",
}

Label = Literal["same", "different", "unsure"]
Half = Literal["fit", "held_out"]
IdPair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """Records, and the label of every pair of them.

    Attributes
    ----------
    entity
        The entity of every record: two records are the same if they have the same entity.
    unsure
        Pairs of entities that could not be judged.
    corruption
        The corruption of each record that is a corrupted copy.
    """

    records: tuple[Record, ...]
    entity: Mapping[str, str]
    unsure: frozenset[IdPair]
    corruption: Mapping[str, str]

    def label(self, left_id: str, right_id: str) -> Label:
        """The label of two records; records that were not grouped by hand are different."""
        one, two = sorted((self.entity[left_id], self.entity[right_id]))
        if one == two:
            return "same"
        return "unsure" if (one, two) in self.unsure else "different"

    def half(self, left_id: str, right_id: str) -> Half:
        """The half that a pair belongs to; it depends on the two entities alone."""
        key = "|".join(sorted((self.entity[left_id], self.entity[right_id])))
        return "fit" if hashlib.sha256(key.encode()).digest()[0] % 2 else "held_out"

    def same_pairs(self) -> list[IdPair]:
        """All pairs of records that are the same."""
        members: dict[str, list[str]] = {}
        for record in self.records:
            members.setdefault(self.entity[record.id], []).append(record.id)
        return [
            (one, two) for ids in members.values() for i, one in enumerate(sorted(ids)) for two in sorted(ids)[i + 1 :]
        ]


def reference_folder() -> Path | None:
    """The folder of the reference lists; None if there is none."""
    named = os.environ.get("KETNOI_REFERENCE_DATA")
    folders = [Path(named)] if named else [parent / "shared" / "data" / "reference" for parent in ROOT.parents]
    return next((folder for folder in folders if all((folder / name).is_file() for name in _NAMES.values())), None)


def reference_world(folder: Path) -> World:
    """All records of the reference lists and of the Hanoi network, with the judged pairs."""
    records = (*_ror(folder), *_universities(folder), *_hipo(folder), *_hanoi())
    entity = {record.id: record.id for record in records}
    rows = list(_rows(PAIRS_FILE))
    for row in rows:
        if row["label"] == "same":
            old, new = entity[row["right"]], entity[row["left"]]
            if old != new:
                entity |= {name: new for name, of in entity.items() if of == old}
    unsure = {(entity[row["left"]], entity[row["right"]]) for row in rows if row["label"] == "unsure"}
    return World(records, entity, frozenset((min(pair), max(pair)) for pair in unsure), {})


def corrupted_world(world: World, seed: int) -> World:
    """The world with one corrupted copy of every organisation: its name is corrupted, other columns drop out at random.

    Organisations with several entries in a register get no copy, because it would be unclear which entry it copies.
    """
    copies = {}
    doubtful = {entity for pair in world.unsure for entity in pair}
    for index, record in enumerate(world.records):
        if record.kind == "expert" or world.entity[record.id] in doubtful:
            continue
        rng = np.random.default_rng([seed, index])
        kind = CORRUPTIONS[int(rng.integers(len(CORRUPTIONS)))]
        name = corrupt(record.names[0], kind, rng)
        if name == record.names[0]:
            continue
        copy = replace(
            record,
            id=f"{record.id}/{kind}",
            names=(name,),
            identifiers=(),
            domain=record.domain if rng.random() < 0.3 else None,
            place=record.place if rng.random() < 0.6 else None,
            parents=record.parents if rng.random() < 0.5 else (),
            founded=record.founded if rng.random() < 0.3 else None,
        )
        copies[record.id] = (copy, kind)
    return World(
        (*world.records, *(copy for copy, _ in copies.values())),
        {**world.entity, **{copy.id: world.entity[original] for original, (copy, _) in copies.items()}},
        world.unsure,
        {copy.id: kind for copy, kind in copies.values()},
    )


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _known(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _ror(folder: Path) -> Iterable[Record]:
    for row in _rows(folder / _NAMES["ror"]):
        lists = {name: tuple(row[name].split("|")) for name in ("name_vi", "aliases", "acronyms", "domains", "parents")}
        record_id = _ror_id(row["ror_id"])
        yield Record(
            id=record_id,
            kind="school",
            names=_known((row["name"], *lists["name_vi"], *lists["aliases"], *lists["acronyms"])),
            identifiers=(record_id,),
            domain=domain_of(lists["domains"][0]) or domain_of(row["website"]),
            place=row["city"] or None,
            parents=tuple(sorted(_ror_id(parent) for parent in lists["parents"] if parent)),
            country=row["country"],
            founded=row["established"] or None,
        )


def _ror_id(address: str) -> str:
    return f"ror:{address.rpartition('/')[2]}"


def _universities(folder: Path) -> Iterable[Record]:
    """The list of universities; a member university is linked to its parent if the list holds the parent as well."""
    rows = list(_rows(folder / _NAMES["universities"]))
    ids: list[str] = []
    for line, row in enumerate(rows, start=2):
        record_id = f"wikidata:{row['wikidata_id']}" if row["wikidata_id"] else f"universities:{line}"
        ids.append(f"{record_id}~2" if record_id in ids else record_id)
    by_name = {row["name"]: record_id for record_id, row in reversed(list(zip(ids, rows, strict=True)))}
    for record_id, row in zip(ids, rows, strict=True):
        parent = by_name.get(row["is_member_of"])
        parents = (parent,) if parent not in (None, record_id) else ()
        yield Record(
            id=record_id,
            kind="school",
            names=(row["name"],),
            identifiers=(f"wikidata:{row['wikidata_id']}",) if row["wikidata_id"] else (),
            place=row["city"] or row["province"] or None,
            parents=tuple(one for one in parents if one),
            country="VN",
        )


def _hipo(folder: Path) -> Iterable[Record]:
    for row in _rows(folder / _NAMES["hipo"]):
        domain = domain_of(row["domains"])
        yield Record(id=f"hipo:{domain}", kind="school", names=(row["name"],), domain=domain, country="VN")


def _hanoi() -> Iterable[Record]:
    for record in records_of(read_tables(NETWORK_FOLDER).tables):
        yield replace(
            record,
            id=f"hanoi:{record.id}",
            parents=tuple(f"hanoi:{parent}" for parent in record.parents),
        )
