"""Recognition of the headers in lists that staff made, as columns of the exchange format, by ``columns.toml``."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz, process

from graph.folding import fold, nfc
from graph.interop import EXCHANGE_NAMES
from graph.model import Actor, Fact, Participation, Project, Relationship

ESSENTIAL: Mapping[type[Fact], tuple[frozenset[str], ...]] = {
    Actor: (frozenset({"name"}),),
    Project: (frozenset({"title"}),),
    Relationship: (frozenset({"source_name", "source_id"}), frozenset({"target_name", "target_id"})),
    Participation: (frozenset({"project_name", "project_id"}), frozenset({"actor_name", "actor_id"})),
}
"""A table of each type needs at least one column of every group."""

JOINED = frozenset(
    {"aliases", "fields", "needs", "offers", "address", "participant_name", "note", "summary", "phone", "email"}
)
"""Columns that a sheet may have several times; their cells are joined."""

LIKELY = 0.9
"""A header is taken without doubt from this confidence on; set by hand, as are the confidences below."""

_EXACT, _EXPANDED, _PART, _BEGINNING = 1.0, 0.97, 0.92, 0.85
_MIN_SIMILARITY = 88.0
_MIN_FUZZY_CHARACTERS = 7
_MAX_HEADER_CHARACTERS = 120
_MIN_PLAIN_NUMBERS = 3
_N_CELLS_LOOKED_AT = 3
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_PARTS = re.compile(r"[/\n\r;|–]| - |\(|\)|\[|\]")
_NUMBERING = re.compile(r"^\s*(\(?[0-9]{1,2}[.)]|[IVX]{1,4}\.)\s*")


@dataclass(frozen=True, slots=True)
class Match:
    """A header recognised as a column, with a confidence between 0 and 1."""

    column: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """A header row recognised as a table of one type.

    Attributes
    ----------
    fact_type
        The type of the facts in the rows.
    matches
        For each cell of the header the recognised column; None where the column is kept as an attribute.
    """

    fact_type: type[Fact]
    matches: tuple[Match | None, ...]

    @property
    def n_recognised(self) -> int:
        """The number of cells that were recognised."""
        return sum(match is not None for match in self.matches)

    @property
    def score(self) -> float:
        """The sum of the confidences, by which the type is chosen."""
        return sum(match.confidence for match in self.matches if match)

    @property
    def sure_score(self) -> float:
        """The sum of the confidences that leave no doubt.

        Cells of rows may also resemble headers: a name may begin with *Công ty*.
        """
        return sum(match.confidence for match in self.matches if match and match.confidence >= LIKELY)

    @property
    def columns(self) -> frozenset[str]:
        """The recognised columns."""
        return frozenset(match.column for match in self.matches if match)

    @property
    def is_complete(self) -> bool:
        """Whether all columns that a table of this type needs are there."""
        return all(group & self.columns for group in ESSENTIAL[self.fact_type])


def recognise(header: Sequence[str], *, is_of_experts: bool = False) -> Recognition | None:
    """The header row as a table of the type that explains most of it; None where every type lacks a needed column.

    >>> found = recognise(["STT", "Tên đơn vị", "Loại hình", "Nhu cầu", "Ghi chú khác"])
    >>> EXCHANGE_NAMES[found.fact_type], [match.column if match else None for match in found.matches]
    ('actors', ['ordinal', 'name', 'kind', 'needs', 'note'])
    """
    found = [recognise_as(fact_type, header, is_of_experts=is_of_experts) for fact_type in ESSENTIAL]
    complete = [recognition for recognition in found if recognition.is_complete]
    return max(complete, key=lambda recognition: recognition.score, default=None)


def recognise_as(fact_type: type[Fact], header: Sequence[str], *, is_of_experts: bool = False) -> Recognition:
    """The header row as a table of one type; each column goes to the cell with the highest confidence for it."""
    candidates = [candidates_of(fact_type, cell) for cell in header]
    order = sorted(range(len(header)), key=lambda place: -max((m.confidence for m in candidates[place]), default=0.0))
    taken: set[str] = set()
    matches: list[Match | None] = [None] * len(header)
    for place in order:
        matches[place] = next((m for m in candidates[place] if m.column not in taken or m.column in JOINED), None)
        if match := matches[place]:
            taken.add(match.column)
    if fact_type is Actor:
        matches = _with_persons_renamed(matches, is_of_experts=is_of_experts)
    return Recognition(fact_type, tuple(matches))


def _with_persons_renamed(matches: Sequence[Match | None], *, is_of_experts: bool) -> list[Match | None]:
    """The matches with columns of persons renamed.

    In a list of experts, a person named beside an organisation is the member; in any other list, the contact person.
    """
    columns = {match.column for match in matches if match}
    persons = {"expert_name"} if "expert_name" in columns else {"person_name"}
    are_members = "name" not in columns or "expert_name" in columns or is_of_experts or "certificate" in columns
    renamed = {"person_name": "contact_person"} | dict.fromkeys(persons, "name" if are_members else "contact_person")
    if are_members and persons & columns:
        renamed["name"] = "affiliation_name"
        if "affiliation_name" in columns:
            renamed["name"] = "parent_name"
    return [match and Match(renamed.get(match.column, match.column), match.confidence) for match in matches]


def candidates_of(fact_type: type[Fact], written: str) -> tuple[Match, ...]:
    """The columns that a header may stand for, the most confident first; none for a text that is not a header.

    >>> candidates_of(Actor, "SĐT (di động)")[0].column, candidates_of(Actor, "Linh vuc hoat dong *")[0].column
    ('phone', 'fields')
    """
    if not written.strip() or len(written) > _MAX_HEADER_CHARACTERS:
        return ()
    return _candidates(EXCHANGE_NAMES[fact_type], written)


@lru_cache(maxsize=4_096)
def _candidates(table: str, written: str) -> tuple[Match, ...]:
    synonyms = _synonyms(table)
    found: dict[str, float] = {}
    for text, confidence in _readings(written):
        for column in synonyms.get(text, ()):
            found[column] = max(found.get(column, 0.0), confidence)
        if not found and (column_of_beginning := _beginning(text, synonyms)):
            found[column_of_beginning] = _BEGINNING
    if not found:
        found = _similar(fold(_BRACKETS.sub(" ", written)), synonyms)
    order = {column: place for place, column in enumerate(dict.fromkeys(c for cs in synonyms.values() for c in cs))}
    return tuple(Match(c, found[c]) for c in sorted(found, key=lambda column: (-found[column], order[column])))


def _readings(written: str) -> Iterable[tuple[str, float]]:
    """The folded forms in which a header may be a synonym, each with a confidence, the highest first."""
    bare = _NUMBERING.sub("", nfc(written))
    for text in (bare, _BRACKETS.sub(" ", bare)):
        yield fold(text), _EXACT
        yield _expanded(fold(text)), _EXPANDED
    for part in _PARTS.split(bare):
        yield fold(part), _PART
        yield _expanded(fold(part)), _PART


def _expanded(folded: str) -> str:
    full = _file()["abbreviations"]
    return " ".join(full.get(word, word) for word in folded.split())


def _beginning(folded: str, synonyms: Mapping[str, tuple[str, ...]]) -> str | None:
    """The column of the longest synonym of at least two words with which a header begins."""
    words = folded.split()
    for n_words in range(len(words) - 1, 1, -1):
        if columns := synonyms.get(" ".join(words[:n_words])):
            return columns[0]
    return None


def _similar(folded: str, synonyms: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    if len(folded) < _MIN_FUZZY_CHARACTERS:
        return {}
    best = process.extractOne(folded, synonyms.keys(), scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
    return {synonyms[best[0]][0]: best[1] / 100 * LIKELY} if best else {}


@cache
def _file() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("ingest.staff").joinpath("columns.toml").read_text(encoding="utf-8"))


@cache
def _synonyms(table: str) -> Mapping[str, tuple[str, ...]]:
    """The columns of each folded synonym, in the order of the file."""
    found: dict[str, tuple[str, ...]] = {}
    for section in (table, "every"):
        entries: Mapping[str, Iterable[str]] = _file()[section]
        for column, written in entries.items():
            for synonym in written:
                key = fold(synonym) or synonym
                if column not in found.get(key, ()):
                    found[key] = (*found.get(key, ()), column)
    return found


def may_be_header(filled: Sequence[str]) -> bool:
    """Whether one of the first cells of a line is a known header. The test is fast.

    >>> may_be_header(["STT", "Tên đơn vị"]), may_be_header(["1", "Tên đơn vị"]), may_be_header(["Viện A", "Hà Nội"])
    (True, False, False)
    """
    if filled[0].strip(" .)").isdigit():
        return False
    return any(len(cell) <= _MAX_HEADER_CHARACTERS and _is_synonym(cell) for cell in filled[:_N_CELLS_LOOKED_AT])


def _is_synonym(written: str) -> bool:
    synonyms = _every_synonym()
    return any(fold(part) in synonyms for part in (written, *_PARTS.split(written)))


@cache
def _every_synonym() -> frozenset[str]:
    return frozenset().union(*(_synonyms(table) for table in EXCHANGE_NAMES.values()))


def known_columns() -> frozenset[str]:
    """All columns that a header can be recognised as."""
    sections = (_file()[section] for section in ("every", *EXCHANGE_NAMES.values()))
    return frozenset({"contact_person"}.union(*sections))


def unique_headers(header: Sequence[str]) -> tuple[str, ...]:
    """The header with its cells in NFC on one line, each with a name that no other has.

    >>> unique_headers(["Tên", "", "Ghi chú", "Ghi chú"])
    ('Tên', 'column_2', 'Ghi chú', 'Ghi chú (2)')
    """
    names: list[str] = []
    for place, written in enumerate(header, 1):
        name = " ".join(nfc("".join(char if char.isprintable() else " " for char in written)).split())
        name = name or f"column_{place}"
        number = 2
        while name in names:
            base = name.removesuffix(f" ({number - 1})") if number > 2 else name
            name = f"{base} ({number})"
            number += 1
        names.append(name)
    return tuple(names)


def is_numbering(cells: Sequence[str]) -> bool:
    """Whether a line below a header only numbers the columns, as in (1) (2) (3) or A B 1 2.

    >>> is_numbering(["(1)", "(2)", "(3)=1+2"]), is_numbering(["1", "Trường Đại học Thủy lợi", "2"])
    (True, False)
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    letters = [cell for cell in filled if re.fullmatch("[A-Z]", cell)]
    numbers = [found for cell in filled if (found := re.fullmatch(r"(\()?([0-9]{1,2})\)?(=.*)?", cell))]
    if len(filled) < 2 or len(letters) + len(numbers) < len(filled) or filled[: len(letters)] != letters:
        return False
    is_plain = not any(number[1] for number in numbers)
    if is_plain and (len(filled) < _MIN_PLAIN_NUMBERS or (letters and letters[0] != "A")):
        return False
    in_order = [*map(ord, letters)], [int(number[2]) for number in numbers]
    return all(first + 1 == second for order in in_order for first, second in pairwise(order))
