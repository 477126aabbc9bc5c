"""Tables of staff as raw tables, with ids for rows without one, kinds for rows without one, and links by name."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

from graph.kinds import load_kinds
from graph.model import Actor, Fact, Participation, Project, Relationship
from ingest.issues import Issue, Place
from ingest.normalise.kinds import (
    Party,
    Tie,
    actor_kind,
    kind_of_name,
    kind_of_title,
    opportunity_kind,
    relationship_kind,
)
from ingest.normalise.result import Normalised
from ingest.raw_tables import PassedLine, RawRow, RawTable
from ingest.seen import Seen
from ingest.staff.name_book import NameBook
from ingest.staff.planning import StaffTable
from ingest.staff.rows import Cells, day_first_of, names_in, read_line
from ingest.staff.sources import row_id
from ingest.staff.table_lines import table_lines
from ingest.values import CellError

_LINKS: dict[type[Fact], dict[str, str]] = {
    Actor: {"parent_name": "part_of", "affiliation_name": "affiliated_with"},
    Project: {"owner_name": "", "participant_name": ""},
}
"""Columns of actors and projects that name another actor, and the kind of relationship that results from each."""

T = TypeVar("T")
_ASSUMED_TIE = Tie("partnered_in")
_ASSUMED_OPPORTUNITY = "project"

Item = RawRow | Issue | PassedLine


@dataclass(frozen=True, slots=True)
class _CompleteRow:
    """A complete row, with the heading above it and the number of its first line."""

    row: Cells
    heading: str
    number: int


def open_staff_table(table: StaffTable, book: NameBook, seen: Seen) -> RawTable:
    """The table, ready to be read; links find their ends in ``book``, which must be complete by then.

    Parameters
    ----------
    seen
        The rows of other tables, so that equal rows of one source are recognised.
    """
    readers: dict[type[Fact], Callable[[StaffTable, NameBook, Seen], Iterator[Item]]] = {
        Actor: _actors,
        Project: _projects,
        Relationship: _relationships,
        Participation: _participations,
    }
    place, sheet = table.found.sheet.place, table.found.sheet
    rows = readers[table.fact_type](table, book, seen)
    return RawTable(table.fact_type, place, None, sheet.n_lines, rows, table.source, is_of_staff=True)


def open_links(table: StaffTable, book: NameBook, seen: Seen) -> RawTable | None:
    """The links named in columns of a table of actors or projects; None where the table has no such column.

    ``seen`` must not be the one that is used for the tables themselves, because their rows are read a second time.
    """
    if not _link_columns(table):
        return None
    is_of_actors = table.fact_type is Actor
    rows = _links_of_actors(table, book, seen) if is_of_actors else _links_of_projects(table, book, seen)
    fact_type: type[Fact] = Relationship if is_of_actors else Participation
    place, sheet = table.found.sheet.place, table.found.sheet
    return RawTable(fact_type, place, None, sheet.n_lines, rows, table.source, is_derived=True, is_of_staff=True)


def needs_names(table: StaffTable) -> bool:
    """Whether a table refers to actors or projects by name."""
    return table.fact_type in {Relationship, Participation} or bool(_link_columns(table))


def _link_columns(table: StaffTable) -> list[tuple[str, str]]:
    """The headers of the columns that name another actor, each with the column it was recognised as."""
    links = _LINKS.get(table.fact_type, {})
    matches = zip(table.found.header, table.found.recognition.matches, strict=True)
    return [(header, match.column) for header, match in matches if match and match.column in links]


def _complete_rows(table: StaffTable) -> Iterator[_CompleteRow | Issue | PassedLine]:
    """The rows of a table, each made from one or several lines."""
    day_first = day_first_of(table)
    pending: _CompleteRow | None = None
    for line in table_lines(table.found):
        if isinstance(line, Issue | PassedLine):
            if pending:
                yield pending
            pending = None
            yield line
        elif line.continues and pending:
            read_line(pending.row, table, line)
        else:
            if pending:
                yield pending
            here = replace(table.found.sheet.place, line=line.number)
            pending = _CompleteRow(Cells(here, day_first), line.heading, line.number)
            read_line(pending.row, table, line)
    if pending:
        yield pending


class _Ids:
    """Gives ids to the rows of one table and recognises rows that repeat an earlier row of the same source."""

    def __init__(self, table: StaffTable, seen: Seen) -> None:
        self._source = table.source
        self._seen = seen
        self._space = (table.source, table.fact_type)
        self._here = 0

    def give(self, row: Cells, name: str, *, is_person: bool) -> bool:
        """Give the row an id if it has none; return False where an earlier row says the same."""
        content = repr((sorted(row.cells.items()), sorted(row.attributes.items()), row.kinds))
        digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        self._here = self._seen.times(self._space, b"rows") + 1
        if self._seen.first(self._space, digest, self._here) != self._here:
            return False
        if "id" in row.cells or not name:
            return True
        key = row.code or name
        base = row_id(self._source, key, "" if is_person else name)
        number = self._seen.times(self._space, base)
        row.cells["id"] = row_id(self._source, key, "" if is_person else name, number) if number else base
        return True


def _actors(table: StaffTable, _: NameBook, seen: Seen) -> Iterator[Item]:
    ids = _Ids(table, seen)
    has_reported = False
    for item in _complete_rows(table):
        if not isinstance(item, _CompleteRow):
            yield item
            continue
        row, name = item.row, item.row.cells.get("name", "")
        party, is_stated = _party(table, item, name)
        if party:
            row.cells["kind"] = party.kind
            named = kind_of_name(name)
            subkind = party.subkind or (named.subkind if named and named.kind == party.kind else None)
            if subkind:
                row.cells.setdefault("subkind", subkind)
            if not is_stated and not has_reported:
                has_reported = True
                row.issues.append(row.place.issue("kind_inferred", value=name, detail=party.kind))
        elif row.kinds:
            row.cells["kind"] = row.kinds[0]
        kind = load_kinds().actor.get(row.cells.get("kind", ""))
        if not ids.give(row, name, is_person=bool(kind and kind.is_person)):
            row.issues.append(row.place.issue("repeated_row", value=name))
        elif not name:
            row.issues.append(row.place.issue("missing_value", column=_header_of(table, "name")))
        elif not party and not row.kinds:
            row.issues.append(row.place.issue("kind_unclear", value=name))
        yield row.row(item.number)


def _header_of(table: StaffTable, column: str) -> str:
    """The header that a table uses for a column."""
    matches = zip(table.found.header, table.found.recognition.matches, strict=True)
    return next((header for header, match in matches if match and match.column == column), column)


def _party(table: StaffTable, item: _CompleteRow, name: str) -> tuple[Party | None, bool]:
    """The kind of a row, and whether it comes from a cell, a heading, a mapping or a title and not from the name."""
    for text in item.row.kinds:
        try:
            return actor_kind(text).value, True
        except CellError:
            continue
    stated = kind_of_title(item.heading) or (Party(table.kind) if table.kind else table.party)
    return (stated, True) if stated else (kind_of_name(name), False)


def _projects(table: StaffTable, book: NameBook, seen: Seen) -> Iterator[Item]:
    ids = _Ids(table, seen)
    owners = [header for header, column in _link_columns(table) if column == "owner_name"]
    for item in _complete_rows(table):
        if not isinstance(item, _CompleteRow):
            yield item
            continue
        row, title = item.row, item.row.cells.get("title", "")
        row.cells["kind"] = _opportunity(table, item)
        found = [ids_ for header in owners if len(ids_ := book.actor_ids(row.attributes.get(header, ""))) == 1]
        if found:
            row.cells.setdefault("owner_id", found[0][0])
        if not ids.give(row, title, is_person=False):
            row.issues.append(row.place.issue("repeated_row", value=title))
        elif not title:
            row.issues.append(row.place.issue("missing_value", column=_header_of(table, "title")))
        yield row.row(item.number)


def _opportunity(table: StaffTable, item: _CompleteRow) -> str:
    texts = (*item.row.kinds, item.heading, table.kind or "", *_title_texts(table))
    return next((kind for text in texts if text and (kind := _read(opportunity_kind, text))), _ASSUMED_OPPORTUNITY)


def _title_texts(table: StaffTable) -> Iterable[str]:
    """The texts above and around a table, the nearest first."""
    found = table.found
    matches = zip(found.header, found.recognition.matches, strict=True)
    header = next((name for name, match in matches if match and match.column in {"title", "kind"}), "")
    return (header, *reversed(found.title.split("\n")), found.sheet.place.sheet or "", table.source)


def _read(read: Callable[[str], Normalised[T]], text: str) -> T | None:
    try:
        return read(text).value
    except CellError:
        return None


def _relationships(table: StaffTable, book: NameBook, _: Seen) -> Iterator[Item]:
    has_reported = False
    for item in _complete_rows(table):
        if not isinstance(item, _CompleteRow):
            yield item
            continue
        row = item.row
        tie, is_stated = _tie(table, item)
        if not is_stated and not has_reported:
            has_reported = True
            row.issues.append(row.place.issue("kind_assumed", detail=tie.kind))
        row.cells["kind"] = tie.kind
        sides = ("target", "source") if tie.is_inverse else ("source", "target")
        ends = [_ids_of(row, f"{side}_id", f"{side}_name", book) for side in sides]
        yield from _rows_between(row, item.number, ("source_id", "target_id"), ends)


def _participations(table: StaffTable, book: NameBook, _: Seen) -> Iterator[Item]:
    for item in _complete_rows(table):
        if not isinstance(item, _CompleteRow):
            yield item
            continue
        row = item.row
        projects = _ids_of(row, "project_id", "project_name", book)
        actors = _ids_of(row, "actor_id", "actor_name", book)
        yield from _rows_between(row, item.number, ("project_id", "actor_id"), [projects, actors])


def _tie(table: StaffTable, item: _CompleteRow) -> tuple[Tie, bool]:
    """The kind of a relationship, and whether it comes from a cell, a heading, a title or a mapping."""
    texts = (*item.row.kinds, item.heading, table.kind or "", *_title_texts(table))
    tie = next((tie for text in texts if text and (tie := _read(relationship_kind, text))), None)
    return (tie, True) if tie else (_ASSUMED_TIE, False)


def _ids_of(row: Cells, id_column: str, name_column: str, book: NameBook) -> list[str]:
    """The ids of all actors or projects named in a cell; unknown names become issues of the row."""
    if id_column in row.cells:
        return [row.cells[id_column]]
    header, text = row.named.get(name_column, (name_column, ""))
    ids, issues = _found(row.place, header, text, book, is_project=name_column == "project_name")
    row.issues += issues
    return ids


def _found(
    place: Place, header: str, text: str, book: NameBook, *, is_project: bool = False
) -> tuple[list[str], list[Issue]]:
    find = book.project_ids if is_project else book.actor_ids
    nearest = book.nearest_project if is_project else book.nearest_actor
    whole = find(" ".join(text.split()))
    names = [text] if whole else list(names_in(text))
    if not names:
        return [], [place.issue("missing_value", column=header)]
    ids, issues = [], []
    for name in names:
        found = find(" ".join(name.split()))
        if len(found) == 1:
            ids.append(found[0])
        elif found:
            issues.append(place.issue("ambiguous_name", column=header, value=name, detail=", ".join(found)))
        else:
            issues.append(place.issue("unknown_name", column=header, value=name, detail=nearest(name)))
    return ids, issues


def _rows_between(row: Cells, number: int, columns: tuple[str, str], ends: list[list[str]]) -> Iterator[RawRow]:
    """A row for each pair of ends, the first of which counts the line; the row itself where an end is missing."""
    whole = row.row(number)
    if any(issue.is_error for issue in row.issues) or not all(ends):
        yield whole
        return
    for n_before, pair in enumerate(product(*ends)):
        cells = {**whole.cells, **dict(zip(columns, pair, strict=True))}
        yield replace(whole, cells=cells) if not n_before else replace(whole, cells=cells, issues=(), n_lines=0)


def _links_of_actors(table: StaffTable, book: NameBook, seen: Seen) -> Iterator[Item]:
    columns = _link_columns(table)
    for item in _actors(table, book, seen):
        if not isinstance(item, RawRow) or not _makes_a_fact(item) or "kind" not in item.cells:
            continue
        for header, column in columns:
            link = {"source_id": item.cells["id"], "kind": _LINKS[Actor][column]}
            yield from _links(item, header, "target_id", link, table, book)


def _links_of_projects(table: StaffTable, book: NameBook, seen: Seen) -> Iterator[Item]:
    columns = _link_columns(table)
    for item in _projects(table, book, seen):
        if isinstance(item, RawRow) and _makes_a_fact(item):
            for header, _ in columns:
                link = {"project_id": item.cells["id"], "role": header}
                yield from _links(item, header, "actor_id", link, table, book)


def _makes_a_fact(row: RawRow) -> bool:
    return "id" in row.cells and not any(issue.is_error or issue.code == "repeated_row" for issue in row.issues)


def _links(
    item: RawRow, header: str, column: str, link: Mapping[str, str], table: StaffTable, book: NameBook
) -> Iterator[Item]:
    """A row for each name in one cell; an unknown name becomes an issue, and its text stays in the row it stands in."""
    place = replace(table.found.sheet.place, line=item.line)
    for name in names_in(item.attributes.get(header, "")):
        ids, _ = _found(place, header, name, book)
        if ids and ids[0] != link.get("source_id"):
            yield RawRow(item.line, {**link, column: ids[0]})
        elif not ids:
            yield place.issue("unknown_partner", column=header, value=name, detail=book.nearest_actor(name))
