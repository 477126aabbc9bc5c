"""Temporary storage on disk for the keys and issues of a reading, so that millions of rows need little memory."""

import json
import sqlite3
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from itertools import islice
from typing import overload

from ingest.issues import Issue

N_ISSUES_IN_MEMORY = 10_000
"""A reading keeps this many issues in memory and writes the others to a temporary file."""

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32768;
CREATE TABLE first (space INTEGER, key, place, PRIMARY KEY (space, key)) WITHOUT ROWID;
CREATE TABLE times (space INTEGER, key, n INTEGER, PRIMARY KEY (space, key)) WITHOUT ROWID;
"""
_N_ISSUES_OF_BLOCK = 1_000


class Seen:
    """The first place and the number of uses of keys; each space has its own keys.

    >>> seen = Seen()
    >>> seen.first("ids", "a", 1), seen.first("ids", "a", 7), seen.first("other ids", "a", 8)
    (1, 1, 8)
    >>> seen.times("ids", "a"), seen.times("ids", "a")
    (0, 1)
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        weakref.finalize(self, self._database.close)
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")
        self._spaces: dict[object, int] = {}

    def first(self, space: object, key: str | bytes, place: int | str) -> int | str:
        """The place at which a key was first seen; for a new key the given place, which is stored."""
        number = self._number(space)
        inserted = self._database.execute("INSERT OR IGNORE INTO first VALUES (?, ?, ?)", (number, key, place))
        if inserted.rowcount:
            return place
        return self._found(number, key) or place

    def get(self, space: object, key: str | bytes) -> int | str | None:
        """The place at which a key was first seen, or None for a key that was not seen."""
        return self._found(self._number(space), key)

    def times(self, space: object, key: str | bytes) -> int:
        """The number of earlier calls with this key."""
        asked = self._database.execute(
            "INSERT INTO times VALUES (?, ?, 0) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n",
            (self._number(space), key),
        )
        n: int = asked.fetchone()[0]
        return n

    def _number(self, space: object) -> int:
        return self._spaces.setdefault(space, len(self._spaces))

    def _found(self, number: int, key: str | bytes) -> int | str | None:
        found = self._database.execute("SELECT place FROM first WHERE space = ? AND key = ?", (number, key)).fetchone()
        place: int | str | None = found[0] if found else None
        return place


class IssueLog(Sequence[Issue]):
    """The issues of a reading in their order: the first ones in memory, all others in a temporary file."""

    def __init__(self, issues: Iterable[Issue] = ()) -> None:
        self._first: list[Issue] = []
        self._waiting: list[Issue] = []
        self._blocks: list[int] = []
        self._n_stored = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the log
        weakref.finalize(self, self._file.close)
        self.extend(issues)

    def extend(self, issues: Iterable[Issue]) -> None:
        """Append issues."""
        for issue in issues:
            if len(self._first) < N_ISSUES_IN_MEMORY:
                self._first.append(issue)
                continue
            self._waiting.append(issue)
            if len(self._waiting) == _N_ISSUES_OF_BLOCK:
                self._store()

    def _store(self) -> None:
        self._file.seek(0, 2)
        self._blocks.append(self._file.tell())
        rows = [astuple(issue) for issue in self._waiting]
        self._file.write(json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        self._n_stored += len(self._waiting)
        self._waiting = []

    def as_sequence(self) -> Sequence[Issue]:
        """The issues as a tuple, or the log itself where they are too many to be held in memory."""
        return self if self._blocks else (*self._first, *self._waiting)

    def __len__(self) -> int:
        return len(self._first) + self._n_stored + len(self._waiting)

    def __iter__(self) -> Iterator[Issue]:
        yield from self._first
        for number in range(len(self._blocks)):
            yield from self._block(number)
        yield from self._waiting

    def _block(self, number: int) -> list[Issue]:
        self._file.seek(self._blocks[number])
        return [Issue(*row) for row in json.loads(self._file.readline().decode("utf-8", "surrogatepass"))]

    @overload
    def __getitem__(self, index: int) -> Issue: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Issue]: ...
    def __getitem__(self, index: int | slice) -> Issue | Sequence[Issue]:
        """The issue at a position, or the issues of a slice."""
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        place = range(len(self))[index]
        return next(islice(self, place, None))
