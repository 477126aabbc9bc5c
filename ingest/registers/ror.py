"""The Research Organization Registry (ROR): converts its data dump in schema 2 into the exchange format.

The format is described in https://ror.readme.io/docs/ror-data-structure and https://ror.readme.io/docs/data-dump.
"""

import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.errors import IngestError
from ingest.issues import Issue, Place
from ingest.load import OnProgress
from ingest.registers.organisations import (
    INDEX,
    RELATIONSHIP_COLUMNS,
    Names,
    arrange_names,
    is_new,
    kind_of_types,
    mapping,
    objects,
    remember_parents,
    texts,
    write_parents,
)
from ingest.registers.records import RegisterRecord, json_array
from ingest.registers.sources import Member, OpenedText, list_members
from ingest.registers.writing import Cells, Conversion, Reader, TableWriter, open_index

ACTOR_COLUMNS = (
    *("id", "kind", "subkind", "name", "name_en", "short_name", "aliases", "district_or_city", "country", "founded"),
    *("website", "source_url", "identifiers", "register_status", "register_types", "domains", "wikipedia"),
    *("grid", "isni", "fundref", "related_ids", "successor_ids", "predecessor_ids"),
)

_ROR_ID = re.compile(r"https://ror\.org/(0[a-z0-9]{6}[0-9]{2})")
_WIKIDATA_ID = re.compile(r"Q[1-9][0-9]*")
_WITHDRAWN = "withdrawn"


def convert_ror(
    source: Path, folder: Path, countries: Collection[str] = (), on_progress: OnProgress | None = None
) -> Conversion:
    """The counts and issues of converting a ROR data dump into actors and ``part_of`` relationships.

    Parameters
    ----------
    source
        The zip archive as published, or the JSON file of schema 2 in it.
    folder
        The folder in which the tables are written.
    countries
        ISO codes of the countries to be converted; all countries if empty.

    Raises
    ------
    IngestError
        The source does not exist, the archive is damaged, or it contains no JSON file of schema 2.
    """
    member = _dump(source)
    reader = Reader(on_progress)
    columns = {"actors": ACTOR_COLUMNS, "relationships": RELATIONSHIP_COLUMNS}
    wanted = frozenset(country.upper() for country in countries)
    with open_index(*INDEX) as index, TableWriter(folder, columns) as tables:
        for record, place in reader.read(member, _parse):
            if _is_wanted(record.values, wanted):
                _convert(record.values, place, reader, index, tables)
            else:
                reader.leave_out()
        write_parents(index, tables)
        return Conversion(source, reader.records, tables.written, tuple(reader.issues))


def _convert(
    values: Mapping[str, Any], place: Place, reader: Reader, index: sqlite3.Connection, tables: TableWriter
) -> None:
    ror_id = _ror_id(values.get("id"))
    if "names" not in values and "country" in values:
        raise IngestError("register_schema", f"{place.file} is written in schema 1. Download a release in schema 2.")
    if ror_id is None:
        issue = place.issue("bad_register_id", column="id", value=str(values.get("id")), detail="ROR")
        reader.issues.append(issue)
    elif not (row := _actor(ror_id, values, Cells(place, reader.issues)))["name"]:
        reader.issues.append(place.issue("missing_value", column="names"))
    elif is_new(index, row["id"]):
        remember_parents(index, row["id"], _ends(values, "parent"), row["source_url"])
        tables.write("actors", row)
        reader.take()
    else:
        reader.issues.append(place.issue("repeated_record", column="id", value=row["id"]))


def _dump(source: Path) -> Member:
    """The JSON file of schema 2: later releases contain no other file, earlier ones have the schema in its name."""
    found = [member for member in list_members(source) if member.base.endswith(".json")]
    best = [member for member in found if member.base.endswith("_schema_v2.json")] or found
    if not best:
        raise IngestError("register_table_missing", f"{source} holds no JSON file of ROR.", source=str(source))
    return best[-1]


def _parse(opened: OpenedText, place: Place) -> Iterator[RegisterRecord | Issue]:
    return json_array(opened.stream, place, lambda values: "id" in values and ("names" in values or "name" in values))


def _ror_id(value: object) -> str | None:
    match = _ROR_ID.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None


def _is_wanted(values: Mapping[str, Any], wanted: frozenset[str]) -> bool:
    return values.get("status") != _WITHDRAWN and (not wanted or _country(values) in wanted)


def _place(values: Mapping[str, Any]) -> dict[str, Any]:
    """The first location, which is the main one in ROR."""
    locations = objects(values.get("locations"))
    return mapping(locations[0].get("geonames_details")) if locations else {}


def _country(values: Mapping[str, Any]) -> str:
    return str(_place(values).get("country_code") or "").upper()


def _actor(ror_id: str, values: Mapping[str, Any], cells: Cells) -> dict[str, str]:
    external = {str(entry.get("type")).lower(): _preferred(entry) for entry in objects(values.get("external_ids"))}
    links = {str(link.get("type")): link.get("value") for link in objects(values.get("links"))}
    wikidata = [f"wikidata:{item}" for item in external.get("wikidata", ()) if _WIKIDATA_ID.fullmatch(item)]
    types = [cells.identifier("types", word) for word in texts(values.get("types"))]
    row = {
        "id": f"ror-{ror_id}",
        **kind_of_types(types),
        **_names(values, cells).as_cells(cells),
        "district_or_city": cells.name("locations", _place(values).get("name")),
        "country": cells.identifier("locations", _country(values)),
        "founded": _founded(values.get("established"), cells),
        "website": cells.name("links", links.get("website")),
        "wikipedia": cells.name("links", links.get("wikipedia")),
        "source_url": f"https://ror.org/{ror_id}",
        "identifiers": cells.items("identifiers", [f"ror:{ror_id}", *wikidata]),
        "register_status": cells.identifier("status", values.get("status")),
        "register_types": cells.items("types", types),
        "domains": cells.items("domains", cells.names("domains", texts(values.get("domains")))),
    }
    row |= {
        scheme: cells.items(scheme, cells.names(scheme, external.get(scheme, ())))
        for scheme in ("grid", "isni", "fundref")
    }
    for relationship in ("related", "successor", "predecessor"):
        row[f"{relationship}_ids"] = cells.items("relationships", _ends(values, relationship))
    return row


def _names(values: Mapping[str, Any], cells: Cells) -> Names:
    display = ""
    in_language: dict[str, str] = {}
    acronyms: list[str] = []
    others: list[str] = []
    for entry in objects(values.get("names")):
        value, types = cells.name("names", entry.get("value")), {str(word) for word in texts(entry.get("types"))}
        if not value:
            continue
        if "ror_display" in types:
            display = value
        if types & {"ror_display", "label"}:
            in_language.setdefault(str(entry.get("lang") or "").lower(), value)
        (acronyms if types == {"acronym"} else others).append(value)
    return arrange_names(display or next(iter(others), ""), in_language, acronyms, others)


def _preferred(entry: Mapping[str, Any]) -> list[str]:
    """The preferred identifier of a scheme, or all identifiers where none is preferred."""
    preferred = entry.get("preferred")
    return [str(preferred)] if preferred else [str(value) for value in texts(entry.get("all")) if value]


def _founded(year: object, cells: Cells) -> str:
    return cells.date("established", f"{year:04d}" if isinstance(year, int) else year)


def _ends(values: Mapping[str, Any], relationship: str) -> list[str]:
    entries = [entry for entry in objects(values.get("relationships")) if entry.get("type") == relationship]
    return [f"ror-{ror_id}" for entry in entries if (ror_id := _ror_id(entry.get("id")))]
