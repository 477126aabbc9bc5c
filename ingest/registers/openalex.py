"""OpenAlex: converts the institutions of its snapshot into the exchange format.

The format is described in https://docs.openalex.org/api-entities/institutions/institution-object and
https://docs.openalex.org/download-all-data/snapshot-data-format.
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
    arrange_names,
    is_new,
    kind_of_types,
    mapping,
    objects,
    remember_parents,
    texts,
    write_parents,
)
from ingest.registers.records import RegisterRecord, csv_records, json_lines
from ingest.registers.sources import Member, OpenedText, list_members
from ingest.registers.writing import Cells, Conversion, Reader, TableWriter, open_index

ACTOR_COLUMNS = (
    *("id", "kind", "subkind", "name", "name_en", "short_name", "aliases", "district_or_city", "country"),
    *("website", "source_url", "identifiers", "register_types", "grid", "wikipedia", "works_count", "cited_by_count"),
    *("related_ids", "merged_ids"),
)

_OPENALEX_ID = re.compile(r"(?:https?://openalex\.org/)?(?:institutions/)?(I[1-9][0-9]*)", re.IGNORECASE)
_ROR_ID = re.compile(r"(?:https?://)?ror\.org/(0[a-z0-9]{6}[0-9]{2})")
_WIKIDATA_ID = re.compile(r"(?:https?://www\.wikidata\.org/(?:wiki|entity)/)?(Q[1-9][0-9]*)")
_MERGED = "merged_ids"
_ENTITIES = ("authors", "works", "sources", "concepts", "publishers", "funders", "topics", "fields", "subfields")
_INDEX = (*INDEX, "CREATE TABLE merged (old TEXT PRIMARY KEY, new TEXT)", "CREATE INDEX merged_new ON merged (new)")


def convert_openalex(
    source: Path, folder: Path, countries: Collection[str] = (), on_progress: OnProgress | None = None
) -> Conversion:
    """The counts and issues of converting an OpenAlex snapshot into actors and ``part_of`` relationships.

    An institution in several parts is taken from the newest part. An id that OpenAlex has merged into another is not
    an actor; if the source has the lists of merged ids, it is kept with the institution that it was merged into.

    Parameters
    ----------
    source
        The folder of the snapshot, its folder of institutions, or one part of it: ``.gz``, ``.jsonl`` or ``.json``.
    folder
        The folder in which the tables are written.
    countries
        ISO codes of the countries to be converted; all countries if empty.

    Raises
    ------
    IngestError
        The source does not exist, or contains no part with institutions.
    """
    parts, merges = _parts(source)
    reader = Reader(on_progress)
    columns = {"actors": ACTOR_COLUMNS, "relationships": RELATIONSHIP_COLUMNS}
    wanted = frozenset(country.upper() for country in countries)
    with open_index(*_INDEX) as index, TableWriter(folder, columns) as tables:
        for member in merges:
            _read_merges(member, reader, index)
        for member in parts:
            for record, place in reader.read(member, _parse):
                if not wanted or _country(record.values) in wanted:
                    _convert(record.values, place, reader, index, tables)
                else:
                    reader.leave_out()
        write_parents(index, tables)
        return Conversion(source, reader.records, tables.written, tuple(reader.issues))


def _parts(source: Path) -> tuple[list[Member], list[Member]]:
    """The parts with institutions, the newest first, and the lists of merged ids."""
    parts, merges = [], []
    for member in list_members(source):
        inside = set(member.path.relative_to(source).parts[:-1]) if source.is_dir() else set()
        if _MERGED in inside:
            if "institutions" in inside or source.name == _MERGED:
                merges.append(member)
        elif not inside & set(_ENTITIES) and _is_part(member):
            parts.append(member)
    if not parts:
        raise IngestError(
            "register_table_missing",
            f"{source} holds no institutions of OpenAlex: part_*.gz or .jsonl files.",
            source=str(source),
        )
    return sorted(parts, key=lambda member: str(member.path), reverse=True), merges


def _is_part(member: Member) -> bool:
    return member.path.suffix.lower() in {".gz", ".jsonl", ".json"} and member.base != "manifest.json"


def _parse(opened: OpenedText, place: Place) -> Iterator[RegisterRecord | Issue]:
    return json_lines(opened.stream, place)


def _read_merges(member: Member, reader: Reader, index: sqlite3.Connection) -> None:
    for record, place in reader.read(member, lambda opened, at: csv_records(opened.stream, at)):
        old, new = _id(record.values.get("id")), _id(record.values.get("merge_into_id"))
        if old and new:
            index.execute("INSERT OR REPLACE INTO merged VALUES (?, ?)", (old, new))
            reader.take()
        else:
            value = str(record.values.get("merge_into_id" if old else "id"))
            reader.issues.append(place.issue("bad_register_id", column="id", value=value, detail="OpenAlex"))


def _convert(
    values: Mapping[str, Any], place: Place, reader: Reader, index: sqlite3.Connection, tables: TableWriter
) -> None:
    openalex_id, cells = _id(values.get("id")), Cells(place, reader.issues)
    if openalex_id is None:
        issue = place.issue("bad_register_id", column="id", value=str(values.get("id")), detail="OpenAlex")
        reader.issues.append(issue)
    elif _is_merged(index, openalex_id):
        reader.leave_out()
    elif not (row := _actor(openalex_id, values, cells))["name"]:
        reader.issues.append(place.issue("missing_value", column="display_name"))
    elif is_new(index, row["id"]):
        merged = index.execute("SELECT old FROM merged WHERE new = ? ORDER BY old", (openalex_id,))
        row["merged_ids"] = cells.items("merged_ids", (old for (old,) in merged))
        remember_parents(index, row["id"], _ends(values, "parent"), row["source_url"])
        tables.write("actors", row)
        reader.take()
    else:
        reader.leave_out()


def _is_merged(index: sqlite3.Connection, openalex_id: str) -> bool:
    return index.execute("SELECT 1 FROM merged WHERE old = ?", (openalex_id,)).fetchone() is not None


def _id(value: object) -> str | None:
    match = _OPENALEX_ID.fullmatch(value) if isinstance(value, str) else None
    return match[1].upper() if match else None


def _country(values: Mapping[str, Any]) -> str:
    return str(values.get("country_code") or mapping(values.get("geo")).get("country_code") or "").upper()


def _actor(openalex_id: str, values: Mapping[str, Any], cells: Cells) -> dict[str, str]:
    ids, geo = mapping(values.get("ids")), mapping(values.get("geo"))
    international = mapping(mapping(values.get("international")).get("display_name"))
    in_language = {language: cells.name("international", international.get(language)) for language in ("vi", "en")}
    names = arrange_names(
        cells.name("display_name", values.get("display_name")),
        in_language,
        cells.names("display_name_acronyms", texts(values.get("display_name_acronyms"))),
        cells.names("display_name_alternatives", texts(values.get("display_name_alternatives"))),
    )
    written_type = cells.identifier("type", values.get("type"))
    return {
        "id": f"openalex-{openalex_id}",
        **kind_of_types([written_type]),
        **names.as_cells(cells),
        "district_or_city": cells.name("geo", geo.get("city")),
        "country": cells.identifier("country_code", _country(values)),
        "website": cells.name("homepage_url", values.get("homepage_url")),
        "source_url": f"https://openalex.org/{openalex_id}",
        "identifiers": cells.items("identifiers", [f"openalex:{openalex_id}", *_links(values, ids)]),
        "register_types": written_type,
        "grid": cells.name("ids", ids.get("grid")),
        "wikipedia": cells.name("ids", ids.get("wikipedia")),
        "works_count": cells.identifier("works_count", values.get("works_count")),
        "cited_by_count": cells.identifier("cited_by_count", values.get("cited_by_count")),
        "related_ids": cells.items("associated_institutions", _ends(values, "related")),
    }


def _links(values: Mapping[str, Any], ids: Mapping[str, Any]) -> Iterator[str]:
    if ror := _ROR_ID.fullmatch(str(values.get("ror") or ids.get("ror") or "")):
        yield f"ror:{ror[1]}"
    if wikidata := _WIKIDATA_ID.fullmatch(str(ids.get("wikidata") or "")):
        yield f"wikidata:{wikidata[1]}"


def _ends(values: Mapping[str, Any], relationship: str) -> list[str]:
    entries = objects(values.get("associated_institutions"))
    found = [_id(entry.get("id")) for entry in entries if entry.get("relationship") == relationship]
    return [f"openalex-{end}" for end in found if end]
