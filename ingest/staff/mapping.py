"""Mappings: how the sheets of a folder are read, as a TOML file that staff can check, correct and reuse."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from graph.errors import IngestError
from graph.interop import EXCHANGE_NAMES
from graph.kinds import load_kinds
from graph.model import Fact
from ingest.files.sheets import Line, Sheet
from ingest.staff.columns import Match, Recognition, known_columns, recognise_as, unique_headers
from ingest.staff.layout import N_HEAD_LINES, FoundTable
from ingest.staff.sources import source_name

_FACT_TYPES: Mapping[str, type[Fact]] = {name: fact_type for fact_type, name in EXCHANGE_NAMES.items()}
_HEADING = """\
# How the sheets are read: ketnoi load FOLDER --mapping THIS_FILE
# file     the name of the list without month and version; * stands for any text
# holds    actors, projects, relationships, project_participants, or nothing: the sheet is not read
# kind     the kind of rows that do not name their kind
# columns  the header on the left, its column on the right; "" keeps it as an attribute
"""


class TableMapping(BaseModel):
    """How one sheet is read.

    Attributes
    ----------
    file
        The name of the file, or of its list (:func:`ingest.staff.sources.source_name`); ``*`` stands for any text.
    sheet
        The name of the sheet; None for all sheets of the file.
    holds
        The table of the exchange format that the sheet contains; ``nothing`` for a sheet that is not read.
    kind
        The kind of rows that do not name their kind.
    columns
        The column of the exchange format for each header; an empty text keeps the column as an attribute.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    sheet: str | None = None
    holds: Literal["actors", "projects", "relationships", "project_participants", "nothing"]
    kind: str | None = None
    columns: dict[str, str] = {}

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict[str, str]) -> dict[str, str]:
        known = known_columns()
        for header, column in columns.items():
            if column and column not in known:
                raise ValueError(f'{header!r} is read as {column!r}; use one of {", ".join(sorted(known))}, or ""')
        return columns

    @field_validator("kind")
    @classmethod
    def _a_kind(cls, kind: str | None) -> str | None:
        kinds = load_kinds()
        if kind and not any(kind in group for group in (kinds.actor, kinds.opportunity, kinds.relationship)):
            raise ValueError(f"there is no kind {kind!r}; the kinds are those of graph/kinds.toml")
        return kind

    @property
    def fact_type(self) -> type[Fact] | None:
        """The type of the facts in the rows; None for a sheet that is not read."""
        return _FACT_TYPES.get(self.holds)

    def concerns(self, sheet: Sheet) -> bool:
        """Whether this mapping applies to a sheet."""
        files = (sheet.place.file, source_name(Path(sheet.place.file)))
        is_file = any(fnmatchcase(file.casefold(), self.file.casefold()) for file in files)
        return is_file and (self.sheet is None or self.sheet == sheet.place.sheet)


class _File(BaseModel):
    """The contents of a mapping file."""

    model_config = ConfigDict(extra="forbid")

    table: list[TableMapping]


def read_mapping(path: Path) -> tuple[TableMapping, ...]:
    """The mappings of a mapping file, one per sheet.

    Raises
    ------
    IngestError
        The file cannot be read, is not TOML, or names a column or kind that does not exist.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(_File.model_validate(content).table)
    except OSError as failure:
        raise IngestError("mapping_unreadable", f"{path} cannot be read: {failure.strerror}.") from failure
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as failure:
        raise IngestError("mapping_invalid", f"{path} is not valid TOML: {failure}.") from failure
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise IngestError("mapping_invalid", f"{path}, {place}: {first['msg']}.") from failure


def mapping_text(tables: Iterable[tuple[FoundTable, str | None]]) -> str:
    """The text of a mapping file that reads tables as they were recognised, with the kind of their rows if known."""
    return _HEADING + "".join(_entry(table, kind) for table, kind in tables)


def _entry(table: FoundTable, kind: str | None) -> str:
    place = table.sheet.place
    lines = ["", "[[table]]", f"file = {_quoted(source_name(Path(place.file)))}"]
    if place.sheet is not None:
        lines.append(f"sheet = {_quoted(place.sheet)}")
    lines.append(f"holds = {_quoted(EXCHANGE_NAMES[table.recognition.fact_type])}")
    if kind:
        lines.append(f"kind = {_quoted(kind)}")
    lines.append("[table.columns]")
    for header, match in zip(table.header, table.recognition.matches, strict=True):
        lines.append(f"{_quoted(header)} = {_quoted(match.column if match else '')}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def mapped_table(sheet: Sheet, found: Iterable[FoundTable], entry: TableMapping) -> FoundTable | None:
    """The table of a sheet as a mapping describes it; None where no line contains the headers of the mapping.

    Parameters
    ----------
    found
        The tables that were found without the mapping. If one of them has most of the headers, it is used.
    """
    fact_type = entry.fact_type
    if fact_type is None:
        return None
    table = next((table for table in found if _holds(table.header, entry)), None) or _by_headers(sheet, entry)
    if table is None:
        return None
    recognition = recognise_as(fact_type, table.header)
    matches = tuple(_match(entry, name, match) for name, match in zip(table.header, recognition.matches, strict=True))
    return replace(table, recognition=Recognition(fact_type, matches))


def _by_headers(sheet: Sheet, entry: TableMapping) -> FoundTable | None:
    """The table below the first line that contains most of the headers of a mapping."""
    head = [line for line in islice(sheet.read(), N_HEAD_LINES) if isinstance(line, Line)]
    place = next((place for place, line in enumerate(head) if _holds(unique_headers(line.cells), entry)), None)
    if place is None or entry.fact_type is None:
        return None
    header, number = unique_headers(head[place].cells), head[place].number
    title = "\n".join(" ".join(filter(None, above.cells)) for above in head[:place])
    recognition = recognise_as(entry.fact_type, header)
    return FoundTable(sheet, header, recognition, number, number, None, title, place + 1)


def _holds(header: Sequence[str], entry: TableMapping) -> bool:
    return 2 * len(entry.columns.keys() & set(header)) >= max(len(entry.columns), 1)


def _match(entry: TableMapping, header: str, recognised: Match | None) -> Match | None:
    if header in entry.columns:
        column = entry.columns[header]
        return Match(column, 1.0) if column else None
    return recognised if recognised and recognised.column not in entry.columns.values() else None
