"""Validation: turns raw rows into facts of the model and reports everything that is wrong with them.

A row with an error is not loaded; a row with warnings is. A problem that concerns a whole table, such as a field
outside the taxonomy, is reported once per table.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from graph.dates import last_day
from graph.folding import fold
from graph.interop import CANONICAL_ID, attribute_name, exchange_columns
from graph.kinds import Kinds, Label, load_kinds
from graph.model import Actor, Fact, Project, Provenance, Relationship, id_digest
from graph.tables import KEYS, Key, key_of
from ingest.issues import Issue, Place
from ingest.known import Known, digest_of
from ingest.raw_tables import PassedLine, RawRow, RawTable
from ingest.readers import REQUIRED
from ingest.values import (
    MAX_TEXT_CHARACTERS,
    CellError,
    amount,
    clean,
    identifier,
    items,
    name,
    partial_date,
    whole_number,
)

_IDENTIFIERS = ("id", "kind", "subkind", "owner_id", "source_id", "target_id", "project_id", "actor_id")
_PARSERS: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(_IDENTIFIERS, identifier),
    **dict.fromkeys(("name", "name_en", "short_name", "title", "title_en"), name),
    **dict.fromkeys(("aliases", "fields", "needs", "offers", "identifiers"), items),
    **dict.fromkeys(("founded", "since", "until", "year", "start", "end", "last_seen"), partial_date),
    "value_vnd": whole_number,
    "total_cost": amount,
}
_SPANS = (("since", "until"), ("start", "end"))
_WEB_ADDRESSES = ("website", "source_url")
_WEB_ADDRESS = re.compile(r"(https?://)?[^\s/:@?#]+\.[^\s/:@?#]+(:[0-9]+)?([/?#].*)?", re.IGNORECASE)

_REPETITIONS = frozenset({"repeated_row"})

Outcome = Literal["fit", "repeated", "rejected", "passed"]


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """The outcome of validating one row.

    Attributes
    ----------
    outcome
        ``fit``: the row is a fact. ``repeated``: an earlier row says the same. ``rejected``: the row is not loaded, and
        the issues say why. ``passed``: the line is not a row but a heading, a sum or a note.
    n_lines
        The number of lines of the file that the row takes.
    key
        The key of the fact. A rejected row has one too, where its cells give it, so that its fact does not count as
        vanished.
    """

    line: int
    outcome: Outcome
    fact: Fact | None = None
    issues: tuple[Issue, ...] = ()
    n_lines: int = 1
    key: Key | None = None


def check_rows(table: RawTable, known: Known) -> Iterator[CheckedRow]:
    """Every row of a table as a fact, or as the issues that reject it, in the order of the file.

    Accepted actors and projects are added to ``known``.
    """
    checker = _Checker(table, known)
    for row in table.rows:
        if isinstance(row, RawRow):
            checked = checker.check(row)
            yield _errors_as_warnings(checked) if table.is_derived else checked
        elif isinstance(row, Issue):
            yield CheckedRow(row.line or 0, "rejected", issues=(row,))
        else:
            yield CheckedRow(row.number, "passed", issues=_issues_of_passed_line(table, row))


def _errors_as_warnings(row: CheckedRow) -> CheckedRow:
    """The row with its errors turned into warnings.

    Used for a link that is named in a column of another table: the row of that table is loaded whether or not the
    link can be made.
    """
    return replace(row, issues=tuple(replace(issue, severity="warning") for issue in row.issues))


def _issues_of_passed_line(table: RawTable, line: PassedLine) -> tuple[Issue, ...]:
    """The issues of a line that is not a row: one for a sum, a note or a doubtful heading, and none for others."""
    place = replace(table.place, line=line.number)
    match line.why:
        case "total":
            return (place.issue("total_passed_over", value=line.text),)
        case "note":
            return (place.issue("note_passed_over", value=line.text),)
        case "heading" if not line.is_sure:
            return (place.issue("heading_passed_over", value=line.text),)
    return ()


class _Checker:
    """Validates the rows of one table and remembers which issues were already reported."""

    def __init__(self, table: RawTable, known: Known) -> None:
        self._fact_type = table.fact_type
        self._columns = exchange_columns(table.fact_type)
        self._place = table.place
        self._source = table.source
        self._is_of_staff = table.is_of_staff
        self._known = known
        self._kinds = load_kinds()
        self._reported: set[tuple[str, str]] = set()
        self._issues: list[Issue] = []
        self._here = table.place

    def check(self, row: RawRow) -> CheckedRow:
        """The outcome of one row."""
        self._here = Place(self._place.file, self._place.sheet, row.line)
        self._issues = list(row.issues)
        if any(issue.code in _REPETITIONS for issue in row.issues):
            return CheckedRow(row.line, "repeated", None, row.issues, row.n_lines)
        fact = None
        if not self._has_error():
            values, attributes = self._parse(row)
            self._check_values(values)
            if not self._has_error():
                fact = self._remember(values, attributes, row.line)
        outcome: Outcome = "rejected" if self._has_error() else "fit" if fact else "repeated"
        key = key_of(fact) if fact else self._key_of_cells(row.cells)
        return CheckedRow(row.line, outcome, fact, tuple(self._issues), row.n_lines, key)

    def _key_of_cells(self, cells: Mapping[str, str]) -> Key | None:
        """The key that the cells give, with occurrence 0; None where a column of the key is missing."""
        columns = [column for column in KEYS[self._fact_type] if column != "occurrence"]
        if not all(column in cells for column in columns):
            return None
        ids = tuple(cells[column] for column in columns)
        return ids if len(columns) == len(KEYS[self._fact_type]) else (*ids, 0)

    def _has_error(self) -> bool:
        return any(issue.is_error for issue in self._issues)

    def _report(self, code: str, column: str | None = None, value: object = None, detail: object = None) -> None:
        shown = None if value is None else str(value)
        self._issues.append(self._here.issue(code, column=column, value=shown, detail=detail))

    def _report_once(self, code: str, column: str, value: str | None, detail: object) -> None:
        if (key := (code, value or column)) not in self._reported:
            self._reported.add(key)
            self._report(code, column, value, detail)

    def _parse(self, row: RawRow) -> tuple[dict[str, Any], dict[str, str]]:
        values: dict[str, Any] = {}
        attributes: dict[str, str] = {}
        for column, written in self._cells(row).items():
            try:
                if not (text := self._text(column, written)):
                    continue
                if column in self._columns:
                    parse = _PARSERS.get(column)
                    values[column] = parse(text) if parse else text
                else:
                    attributes[attribute_name(self._fact_type, column)] = text
                    if ("unknown_column", column) not in self._reported:
                        self._report_once("unknown_column", column, None, _nearest_column(column, self._columns))
            except CellError as error:
                self._report(error.code, column, written, error.detail)
        for column, written in row.attributes.items():
            try:
                attributes.setdefault(column, self._text(column, written))
            except CellError as error:
                self._report(error.code, column, written, error.detail)
        for column in REQUIRED[self._fact_type]:
            if column not in values and not any(issue.is_error and issue.column == column for issue in self._issues):
                self._report("missing_title" if column == "title" else "missing_value", column)
                values[column] = ""
        return values, attributes

    def _cells(self, row: RawRow) -> Mapping[str, str]:
        """The cells of a row without the canonical id of an exported actor, which follows from the judgements."""
        if self._fact_type is not Actor:
            return row.cells
        return {column: written for column, written in row.cells.items() if column != CANONICAL_ID}

    def _text(self, column: str, written: str) -> str:
        if len(written) > MAX_TEXT_CHARACTERS:
            raise CellError("too_long", str(MAX_TEXT_CHARACTERS))
        text = written.strip()
        if text.isascii() and text.isprintable():
            return text
        if column in _IDENTIFIERS:
            identifier(text)
        cleaned = clean(text)
        for code, detail in cleaned.noticed:
            self._report(code, column, cleaned.text, detail)
        return cleaned.text

    def _check_values(self, values: Mapping[str, Any]) -> None:
        if self._fact_type is Actor:
            if self._known.erased and id_digest(values["id"]) in self._known.erased:
                self._report("erased", "id")
            self._check_kind(values, self._kinds.actor)
            self._check_subkind(values)
        elif self._fact_type is Project:
            self._check_kind(values, self._kinds.opportunity)
            self._check_owner(values.get("owner_id"))
        elif self._fact_type is Relationship:
            self._check_kind(values, self._kinds.relationship)
            self._check_ends(values)
        else:
            self._check_project(values.get("project_id"))
            self._check_actor("actor_id", values.get("actor_id"))
        self._check_fields(values.get("fields", ()))
        for first, last in _SPANS:
            if first in values and last in values and _is_before(values[last], values[first]):
                self._report("ends_before_start", last, values[last], values[first])
        for column in _WEB_ADDRESSES:
            if column in values and not _WEB_ADDRESS.fullmatch(values[column]):
                self._report("not_a_web_address", column, values[column])

    def _check_kind(self, values: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        kind = values.get("kind")
        if kind and kind not in known:
            self._report("unknown_kind", "kind", kind, _nearest_kind(kind, known) or ", ".join(known))

    def _check_subkind(self, values: Mapping[str, Any]) -> None:
        kind, subkind = self._kinds.actor.get(values.get("kind", "")), values.get("subkind")
        if kind and subkind and subkind not in kind.subkinds:
            nearest = get_close_matches(subkind, kind.subkinds, n=1)
            self._report("unknown_subkind", "subkind", subkind, nearest[0] if nearest else None)

    def _check_owner(self, owner_id: str | None) -> None:
        if owner_id and self._known.actor_kind(owner_id) is None:
            self._report("unknown_owner", "owner_id", owner_id)

    def _check_ends(self, values: Mapping[str, Any]) -> None:
        source, target = values.get("source_id"), values.get("target_id")
        source_kind, target_kind = self._check_actor("source_id", source), self._check_actor("target_id", target)
        kind = self._kinds.relationship.get(values.get("kind", ""))
        if source and source == target:
            self._report("self_relationship", "target_id", target)
        elif kind and source_kind and target_kind and not kind.allows(source_kind, target_kind):
            self._report("ends_not_allowed", "kind", kind.id, f"{source_kind} → {target_kind}")

    def _check_actor(self, column: str, actor_id: str | None) -> str | None:
        if not actor_id:
            return None
        kind = self._known.actor_kind(actor_id)
        if kind is None:
            self._report("unknown_actor", column, actor_id)
        return kind

    def _check_project(self, project_id: str | None) -> None:
        if project_id and self._known.project_kind(project_id) is None:
            self._report("unknown_project", "project_id", project_id)

    def _check_fields(self, written: tuple[str, ...]) -> None:
        for field_id in written:
            if field_id not in self._kinds.fields and ("unknown_field", field_id) not in self._reported:
                self._report_once("unknown_field", "fields", field_id, _nearest_field(field_id, self._kinds))

    def _remember(self, values: dict[str, Any], attributes: dict[str, str], line: int) -> Fact | None:
        source_url, last_seen = values.pop("source_url", None), values.pop("last_seen", None)
        provenance = Provenance(self._source, source_url, last_seen=last_seen)
        if attributes:
            values["attributes"] = MappingProxyType(attributes)
        if self._fact_type is Actor or self._fact_type is Project:
            if not self._is_new(values["id"], line):
                return None
        elif (occurrence := self._occurrence(values, provenance.source_url, line)) is None:
            return None
        else:
            values["occurrence"] = occurrence
        fact = self._fact_type(**values, provenance=provenance)
        if isinstance(fact, Actor | Project):
            self._known.remember(fact)
        if self._known.names is not None:
            self._known.names.add(fact)
        return fact

    def _is_new(self, fact_id: str, line: int) -> bool:
        first = self._first_place("ids", fact_id, line)
        if first:
            self._report("duplicate_id", "id", fact_id, first)
        return first is None

    def _first_place(self, space: str, key: str | bytes, line: int) -> str | None:
        """The place at which a key was first read, or None where this is the first time."""
        place = self._place.file + (f"/{self._place.sheet}" if self._place.sheet else "")
        here = f"{line} {place}"
        first = str(self._known.seen.first((self._fact_type, space), key, here))
        number, _, first_place = first.partition(" ")
        if first == here:
            return None
        return number if first_place == place else f"{number} ({first_place})"

    def _occurrence(self, values: Mapping[str, Any], source_url: str | None, line: int) -> int | None:
        content = (*map(values.get, self._columns), *sorted(values.get("attributes", {}).items()), source_url)
        if first := self._first_place("links", digest_of(content), line):
            self._report("repeated_link", detail=first)
            return None
        if self._fact_type is Relationship and self._is_of_staff:
            tie = (values["source_id"], values["target_id"], values["kind"])
            return self._known.free_occurrence(tie, values.get("since"), self._source)
        key = [values[column] for column in KEYS[self._fact_type] if column != "occurrence"]
        return self._known.seen.times((self._fact_type, "keys"), digest_of(key))


def _is_before(end: str, start: str) -> bool:
    """Whether an end is before its start, whichever days of a month or year the two dates mean."""
    return last_day(end).isoformat() < f"{start}-01-01"[:10]


@cache
def _names_of_kinds(labels: tuple[tuple[str, Label], ...]) -> Mapping[str, str]:
    return {
        fold(part): kind
        for kind, label in labels
        for written in (kind, label.vi, label.en)
        for part in (written, *written.split(","))
    }


def _nearest_kind(written: str, known: Mapping[str, Any]) -> str | None:
    """The kind whose id or label, in either language, is most similar to the written text."""
    names = _names_of_kinds(tuple((kind, entry.label) for kind, entry in known.items()))
    nearest = get_close_matches(fold(written), names, n=1)
    return names[nearest[0]] if nearest else None


def _nearest_field(written: str, kinds: Kinds) -> str | None:
    return _nearest_kind(written, kinds.fields)


def _nearest_column(written: str, known: Iterable[str]) -> str | None:
    nearest = get_close_matches(fold(written).replace(" ", "_"), known, n=1)
    return nearest[0] if nearest else None
