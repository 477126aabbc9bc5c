"""What ROR and OpenAlex have in common: one record per organisation, types, names by language, and parents."""

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
"""The index tables that :func:`is_new`, :func:`remember_parents` and :func:`write_parents` use."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an organisation by the columns they belong to."""

    name: str
    name_en: str = ""
    short_name: str = ""
    aliases: tuple[str, ...] = ()

    def as_cells(self, cells: Cells) -> dict[str, str]:
        """The columns of the table of actors with these names."""
        return {
            "name": self.name,
            "name_en": self.name_en,
            "short_name": self.short_name,
            "aliases": cells.items("aliases", self.aliases),
        }


def arrange_names(
    display: str, in_language: Mapping[str, str], acronyms: Sequence[str], others: Iterable[str]
) -> Names:
    """The names by column: the Vietnamese name if there is one, the English name, a short name, and all other names.

    Parameters
    ----------
    display
        The name that the register displays.
    in_language
        The register's names of the organisation by language code; ``vi`` and ``en`` are used.
    acronyms
        The acronyms; the first is the short name.
    others
        All further names.

    >>> arrange_names("Alpha University", {"vi": "Trường Đại học Alpha", "en": "Alpha University"}, ["AU"], ["Alpha"])
    Names(name='Trường Đại học Alpha', name_en='Alpha University', short_name='AU', aliases=('Alpha',))
    """
    name = in_language.get("vi") or display
    english = in_language.get("en", "")
    name_en = english if english != name else ""
    short_name = acronyms[0] if acronyms else ""
    used = {name, name_en, short_name, ""}
    every = (display, english, *acronyms, *others)
    return Names(name, name_en, short_name, tuple(dict.fromkeys(other for other in every if other not in used)))


def kind_of_types(types: Sequence[str]) -> dict[str, str]:
    """The kind of an organisation for its types, and its subkind if the types show it.

    >>> kind_of_types(["funder", "education"]), kind_of_types(["Company"]), kind_of_types([])
    ({'kind': 'school', 'subkind': 'university'}, {'kind': 'business'}, {'kind': 'intermediary'})
    """
    known = load_mapping("organisations")["types"]
    written = {word.lower() for word in types}
    return dict(known[next((word for word in known if word in written), "unknown")])


def texts(value: Any) -> list[Any]:
    """The list, or an empty list for any other value.

    >>> texts(None), texts(["a"])
    ([], ['a'])
    """
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The JSON objects in a list; an empty list for any other value."""
    return [item for item in texts(value) if isinstance(item, dict)]


def mapping(value: Any) -> dict[str, Any]:
    """The JSON object, or an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def is_new(index: sqlite3.Connection, actor_id: str) -> bool:
    """Whether the actor is not yet in the index; it is added."""
    return index.execute("INSERT OR IGNORE INTO actor VALUES (?)", (actor_id,)).rowcount == 1


def remember_parents(index: sqlite3.Connection, child: str, parents: Iterable[str], source_url: str) -> None:
    """Store the parents of an organisation until all organisations have been read."""
    rows = [(child, parent, source_url) for parent in parents if parent != child]
    index.executemany("INSERT OR IGNORE INTO parent VALUES (?, ?, ?)", rows)


def write_parents(index: sqlite3.Connection, tables: TableWriter) -> None:
    """Write the ``part_of`` relationships in which both organisations were written."""
    found = index.execute(
        "SELECT child, parent, source_url FROM parent WHERE EXISTS (SELECT 1 FROM actor WHERE id = child)"
        " AND EXISTS (SELECT 1 FROM actor WHERE id = parent) ORDER BY child, parent"
    )
    for child, parent, source_url in found:
        row = {"source_id": child, "target_id": parent, "kind": "part_of", "source_url": source_url}
        tables.write("relationships", row)
