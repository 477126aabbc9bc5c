"""Issues: the problems found in files and rows, as data that can be counted, translated and exported."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from graph.kinds import Language
from graph.wording import load_catalogue

Severity = Literal["error", "warning"]

MAX_VALUE_CHARACTERS = 80
"""An issue quotes at most this many characters of a cell."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem at one place in a file.

    Attributes
    ----------
    severity
        ``error``: the row is not loaded; where no line is given, the whole file is not loaded.
        ``warning``: the row is loaded.
    code
        The key of the issue in ``ingest/issues.toml``.
    line
        The line of a text file, the row of a sheet, or the item of a JSON array or Parquet table; counted from 1.
    column
        The name of the column.
    value
        The text of the cell, shortened to :data:`MAX_VALUE_CHARACTERS` characters.
    detail
        More about the problem: the nearest known name, the correct form of a date, the line of a first occurrence.
    """

    severity: Severity
    code: str
    file: str
    sheet: str | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None
    detail: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the issue prevents its row, or its file, from being loaded."""
        return self.severity == "error"


@dataclass(frozen=True, slots=True)
class Place:
    """The position of an issue: a file, a sheet of the file, and a line of the sheet."""

    file: str
    sheet: str | None = None
    line: int | None = None

    def issue(self, code: str, *, column: str | None = None, value: str | None = None, detail: object = None) -> Issue:
        """An issue with this code at this place; ``issues.toml`` gives its severity."""
        severity = severities()[code]
        shown = shorten(value) if value is not None else None
        known = None if detail is None else visible(str(detail))
        sheet = visible(self.sheet) if self.sheet is not None else None
        return Issue(severity, code, visible(self.file), sheet, self.line, column, shown, known)


@dataclass(frozen=True, slots=True)
class Advice:
    """The text of an issue: a message, and a hint that says what to do.

    The hint is empty where it needs a detail that the issue does not have.
    """

    message: str
    hint: str


@cache
def severities() -> Mapping[str, Severity]:
    """The severity of every issue, by its code."""
    return tomllib.loads(files("ingest").joinpath("issues.toml").read_text(encoding="utf-8"))


def visible(text: str) -> str:
    r"""The text with every character that cannot be printed written as an escape sequence.

    >>> visible("a\u200bb\x1b[31m")
    'a\\u200bb\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def shorten(text: str) -> str:
    """The text on one line, cut to :data:`MAX_VALUE_CHARACTERS` characters.

    >>> len(shorten("x" * 10_000_000))
    80
    """
    line = visible(" ".join(text[: MAX_VALUE_CHARACTERS + 1].split()))
    return line if len(line) <= MAX_VALUE_CHARACTERS else line[: MAX_VALUE_CHARACTERS - 1] + "…"


def render(issue: Issue, language: Language) -> Advice:
    """The text of an issue in one language.

    >>> issue = Place("actors.csv", line=3).issue("unknown_kind", column="kind", value="starup", detail="startup")
    >>> render(issue, "en")
    Advice(message='There is no kind “starup”.', hint='Write: startup.')
    """
    words = load_catalogue(language, "issue")
    filling = {"value": issue.value or "", "column": issue.column or "", "detail": issue.detail or ""}
    hint = f"{issue.code}.hint"
    can_advise = issue.detail is not None or "{detail}" not in words.template(hint)
    return Advice(words.text(f"{issue.code}.message", **filling), words.text(hint, **filling) if can_advise else "")
