"""What ROR and OpenAlex have in common: one record an organisation, types, names in languages, parents."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.registers.writing import Cells, TableWriter, load_mapping

RELATIONSHIP_COLUMNS = ("source_id", "target_id", "kind", "source_url")

INDEX = (
    "CREATE TABLE actor (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE parent (child TEXT, parent TEXT, source_url TEXT, PRIMARY KEY (child, parent)) WITHOUT ROWID",
)
"""The tables of an index that :func:`is_new`, :func:`remember_parents` and :func:`write_parents` work on."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an organisation by what they are for."""

    name: str
    name_en: str = ""
    short_name: str = ""
    aliases: tuple[str, ...] = ()

    def as_cells(self, cells: Cells) -> dict[str, str]:
        """The columns of the actors table."""
        return {
            "name": self.name,
            "name_en": self.name_en,
            "short_name": self.short_name,
            "aliases": cells.items("aliases", self.aliases),
        }


def sort_names(display: str, in_language: Mapping[str, str], acronyms: Sequence[str], others: Iterable[str]) -> Names:
    """The Vietnamese name where there is one, the English beside it, and every other name as an alias.

    Parameters
    ----------
    display
        The name the register shows.
    in_language
        The register's own name for the organisation in Vietnamese and English, by ``vi`` and ``en``.

    >>> sort_names("Alpha University", {"vi": "Trường Đại học Alpha", "en": "Alpha University"}, ["AU"], ["Alpha"])
    Names(name='Trường Đại học Alpha', name_en='Alpha University', short_name='AU', aliases=('Alpha',))
    """
    name = in_language.get("vi") or display
    english = in_language.get("en", "")
    name_en = english if english != name else ""
    short_name = acronyms[0] if acronyms else ""
    said = {name, name_en, short_name, ""}
    every = (display, english, *acronyms, *others)
    return Names(name, name_en, short_name, tuple(dict.fromkeys(other for other in every if other not in said)))


def kind_of_types(types: Sequence[str]) -> dict[str, str]:
    """The kind and, where the types tell it, the subkind of an organisation.

    >>> kind_of_types(["funder", "education"]), kind_of_types(["Company"]), kind_of_types([])
    ({'kind': 'school', 'subkind': 'university'}, {'kind': 'business'}, {'kind': 'intermediary'})
    """
    known = load_mapping("organisations")["types"]
    written = {word.lower() for word in types}
    return dict(known[next((word for word in known if word in written), "unknown")])


def texts(value: Any) -> list[Any]:
    """The items of a list; none where there is no list.

    >>> texts(None), texts(["a"])
    ([], ['a'])
    """
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The JSON objects of a list; none where there is no list."""
    return [item for item in texts(value) if isinstance(item, dict)]


def mapping(value: Any) -> dict[str, Any]:
    """The JSON object; an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def is_new(index: sqlite3.Connection, actor_id: str) -> bool:
    """Whether the actor was not seen before; it is from now on."""
    return index.execute("INSERT OR IGNORE INTO actor VALUES (?)", (actor_id,)).rowcount == 1


def remember_parents(index: sqlite3.Connection, child: str, parents: Iterable[str], source_url: str) -> None:
    """Keep what an organisation is part of until every organisation was seen."""
    rows = [(child, parent, source_url) for parent in parents if parent != child]
    index.executemany("INSERT OR IGNORE INTO parent VALUES (?, ?, ?)", rows)


def write_parents(index: sqlite3.Connection, tables: TableWriter) -> None:
    """Write ``part_of`` relationships between organisations that were both written."""
    found = index.execute(
        "SELECT child, parent, source_url FROM parent WHERE EXISTS (SELECT 1 FROM actor WHERE id = child)"
        " AND EXISTS (SELECT 1 FROM actor WHERE id = parent) ORDER BY child, parent"
    )
    for child, parent, source_url in found:
        row = {"source_id": child, "target_id": parent, "kind": "part_of", "source_url": source_url}
        tables.write("relationships", row)
