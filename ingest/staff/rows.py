"""Rows of tables that staff made, in the exchange format; the written text is kept beside a changed value."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from graph.folding import nfc
from graph.interop import LIST_SEPARATOR
from graph.model import Actor, Participation, Project, Relationship
from ingest.issues import Issue, Place
from ingest.normalise import dates, fields, identifiers, money, phones, places, web
from ingest.normalise.result import Normalised
from ingest.raw_tables import RawRow
from ingest.staff.columns import JOINED
from ingest.staff.layout import TableLine
from ingest.staff.planning import StaffTable
from ingest.staff.table_lines import table_lines
from ingest.values import CellError

_N_SAMPLED = 500
_ITEM_STARTS = re.compile(r"(?:^|[;\n|•])\s*(?:[-–+*•▪]\s+|[0-9]{1,2}[.)]\s+|[a-z][.)]\s+)?")
_NAME_SEPARATORS = re.compile(r"[;\n|]")
_SEPARATORS: Mapping[str, str] = {
    "summary": "\n",
    "address": ", ",
    "district_or_city": ", ",
    "note": "; ",
    "phone": "; ",
    "email": "; ",
}

Read = Callable[[str], Normalised[Any]]


class Cells:
    """The cells of the exchange format, the attributes and the issues that the lines of one row become."""

    def __init__(self, place: Place, day_first: Mapping[str, bool | None]) -> None:
        self.place = place
        self.day_first = day_first
        self.cells: dict[str, str] = {}
        self.attributes: dict[str, str] = {}
        self.issues: list[Issue] = []
        self.kinds: list[str] = []
        self.named: dict[str, tuple[str, str]] = {}
        self.code = ""
        self.n_lines = 0

    def put(self, column: str, text: str, header: str) -> None:
        """Set a cell; a second text is appended where a column may have several, otherwise kept as an attribute."""
        before = self.cells.get(column)
        if before is None:
            self.cells[column] = text
        elif text != before:
            if column in JOINED or column in _SEPARATORS:
                separator = _SEPARATORS.get(column, LIST_SEPARATOR)
                if text not in before.split(separator):
                    self.cells[column] = before + separator + text
            else:
                self.keep(header, text)

    def keep(self, name: str, text: str) -> None:
        """Keep a text as an attribute, after the texts already kept under its name."""
        before = self.attributes.get(name)
        if before is None:
            self.attributes[name] = text
        elif text not in before.split("; "):
            self.attributes[name] = f"{before}; {text}"

    def notice(self, code: str, header: str, text: str, detail: object = None) -> None:
        """Add an issue about a cell."""
        self.issues.append(self.place.issue(code, column=header, value=text, detail=detail))

    def read(self, header: str, text: str, read: Read, *, unnoticed: frozenset[str] = frozenset()) -> Any:
        """The value of a cell; None for a cell that cannot be read, whose text is kept as an attribute."""
        try:
            normalised = read(text)
        except CellError as error:
            self.notice("unread_cell", header, text, error.detail)
            self.keep(header, text)
            return None
        for code, detail in normalised.noticed:
            if code not in unnoticed:
                self.notice(code, header, text, detail)
        return normalised.value

    def row(self, number: int) -> RawRow:
        """The row in its present state."""
        return RawRow(number, self.cells, self.attributes, tuple(self.issues), self.n_lines)


ReadColumn = Callable[[Cells, str, str], None]


def _plain(column: str) -> ReadColumn:
    return lambda row, header, text: row.put(column, " ".join(text.split()), header)


def _attribute(name: str) -> ReadColumn:
    return lambda row, _, text: row.keep(name, text)


def _ignore(_row: Cells, _header: str, _text: str) -> None:
    """Ignore the cell: the running number of a list says nothing about the row."""


def _as_written(row: Cells, header: str, text: str) -> None:
    row.keep(header, text)


def _named(column: str) -> ReadColumn:
    def read(row: Cells, header: str, text: str) -> None:
        row.named.setdefault(column, (header, text))

    return read


def _items(column: str) -> ReadColumn:
    def read(row: Cells, header: str, text: str) -> None:
        for item in filter(None, map(str.strip, _ITEM_STARTS.split(text))):
            row.put(column, " ".join(item.split()), header)

    return read


def _text(column: str) -> ReadColumn:
    return lambda row, header, text: row.put(column, text, header)


def _date(column: str) -> ReadColumn:
    def read(row: Cells, header: str, text: str) -> None:
        if day := row.read(header, text, lambda written: dates.date(written, day_first=row.day_first.get(header))):
            row.put(column, day, header)

    return read


def _period(first: str, last: str) -> ReadColumn:
    def read(row: Cells, header: str, text: str) -> None:
        span = row.read(header, text, lambda written: dates.date_span(written, day_first=row.day_first.get(header)))
        if span is None:
            return
        for column, day in ((first, span.since), (last, span.until)):
            if day:
                row.put(column, day, header)

    return read


def _kind(row: Cells, header: str, text: str) -> None:
    row.kinds.append(text)
    row.keep(header, text)


def _fields(row: Cells, header: str, text: str) -> None:
    found = row.read(header, text, _read_fields, unnoticed=frozenset({"unknown_field"}))
    for field in found or ():
        row.put("fields", field, header)
    if found and found != (text,):
        row.keep(header, text)


def _address(row: Cells, header: str, text: str) -> None:
    row.put("district_or_city", " ".join(text.split()), header)
    if place := row.read(header, text, _read_place):
        for name in ("ward", "old_district", "province"):
            if value := getattr(place, name):
                row.keep(name, value)


def _website(row: Cells, header: str, text: str) -> None:
    addresses = row.read(header, text, web.web_addresses) or ()
    for address in addresses[:1]:
        row.put("website", address, header)
    for address in addresses[1:]:
        row.keep(header, address)


def _source_url(row: Cells, header: str, text: str) -> None:
    try:
        row.put("source_url", web.web_addresses(text).value[0], header)
    except CellError:
        row.keep(header, text)


def _identifiers(scheme: identifiers.Scheme | None) -> ReadColumn:
    def read(row: Cells, header: str, text: str) -> None:
        for identifier in row.read(header, text, lambda each: identifiers.split_identifiers(each, scheme)) or ():
            row.put("identifiers", identifier, header)

    return read


def _contacts(name: str, read_all: Read) -> ReadColumn:
    def read(row: Cells, header: str, text: str) -> None:
        for value in row.read(header, text, read_all) or ():
            row.keep(name, value)

    return read


def _value(column: str) -> ReadColumn:
    def read(row: Cells, header: str, text: str) -> None:
        amount = row.read(header, text, lambda written: money.money(written, unit=money.unit_of_header(header)))
        if amount is None:
            return
        if amount.currency == "VND":
            row.put(column, f"{amount.amount:f}", header)
        else:
            row.keep(header, text)

    return read


_EVERY: Mapping[str, ReadColumn] = {
    "ordinal": _ignore,
    "source_url": _source_url,
    "note": _attribute("note"),
    "id": _plain("id"),
    "kind": _kind,
    "fields": _fields,
    "summary": _text("summary"),
    "summary_en": _text("summary_en"),
}
_COLUMNS: Mapping[type[Any], Mapping[str, ReadColumn]] = {
    Actor: {
        **_EVERY,
        **{column: _plain(column) for column in ("subkind", "name", "name_en", "short_name", "country")},
        **{column: _items(column) for column in ("aliases", "needs", "offers")},
        **{column: _attribute(column) for column in ("contact_person", "position", "certificate")},
        **dict.fromkeys(("parent_name", "affiliation_name"), _as_written),
        **{scheme: _identifiers(scheme) for scheme in ("ror", "wikidata", "openalex", "pic")},
        "address": _address,
        "founded": _date("founded"),
        "website": _website,
        "tax_code": _identifiers("tax"),
        "identifiers": _identifiers(None),
        "phone": _contacts("phone", phones.phones),
        "email": _contacts("email", web.emails),
    },
    Project: {
        **_EVERY,
        **{column: _plain(column) for column in ("title", "title_en", "theme", "owner_id")},
        **{column: _date(column) for column in ("year", "start", "end")},
        **dict.fromkeys(("owner_name", "participant_name"), _as_written),
        "period": _period("start", "end"),
        "value": _value("total_cost"),
        "status": _attribute("status"),
    },
    Relationship: {
        **_EVERY,
        **{column: _plain(column) for column in ("source_id", "target_id", "status")},
        **{column: _date(column) for column in ("since", "until")},
        "period": _period("since", "until"),
        **{column: _named(column) for column in ("source_name", "target_name")},
        "value": _value("value_vnd"),
        "note": _text("note"),
    },
    Participation: {
        **_EVERY,
        **{column: _plain(column) for column in ("project_id", "actor_id", "role")},
        **{column: _named(column) for column in ("project_name", "actor_name")},
    },
}
"""How the cells of each column are read. An unknown column is kept as an attribute under its header and reported."""


@lru_cache(maxsize=16_384)
def _read_fields(text: str) -> Normalised[tuple[str, ...]]:
    return fields.fields(text)


@lru_cache(maxsize=16_384)
def _read_place(text: str) -> Normalised[places.Place]:
    return places.place_of(text)


def day_first_of(table: StaffTable) -> Mapping[str, bool | None]:
    """Whether the day comes first in the dates of each column, by its header; None where it shows neither."""
    lines = [line for line in islice(table_lines(table.found), _N_SAMPLED) if isinstance(line, TableLine)]
    return {
        header: dates.day_comes_first([line.cells[place] for line in lines if line.cells[place]])
        for place, (header, match) in enumerate(zip(table.found.header, table.found.recognition.matches, strict=True))
        if match and match.column in {"founded", "year", "start", "end", "since", "until", "period"}
    }


def read_line(row: Cells, table: StaffTable, line: TableLine) -> None:
    """Read the cells of one line into a row."""
    row.n_lines += 1
    columns = _COLUMNS.get(table.fact_type, _EVERY)
    matches = table.found.recognition.matches
    for place, written in enumerate(line.cells):
        text = nfc(written)
        if not text:
            continue
        header = table.found.header[place] if place < len(table.found.header) else f"column_{place + 1}"
        match = matches[place] if place < len(matches) else None
        if match is None:
            row.put(header, text, header)
        elif read := columns.get(match.column):
            read(row, header, text)
        if match and match.column == "code":
            row.code = row.code or text
            row.keep("code", text)


def names_in(text: str) -> Iterator[str]:
    """The names in one cell, each on one line."""
    for name in _NAME_SEPARATORS.split(text):
        if shown := " ".join(name.split()).strip(" ,.-–•"):
            yield shown
