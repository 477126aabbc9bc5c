"""What is wrong with a file or a row, as facts that can be counted, translated and written down."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from graph.kinds import Language
from graph.wording import load_catalogue

Severity = Literal["error", "warning"]

MAX_SHOWN = 80
"""Characters of a cell that an issue repeats."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with one place in a file.

    Attributes
    ----------
    severity
        ``error``: the row, or the whole file where no line is named, is not loaded. ``warning``: it is.
    code
        Name of the issue in ``ingest/issues.toml``.
    line
        Physical line of a text file, row of a sheet, item of a JSON array or Parquet table; from 1.
    value
        What stands there, shortened to :data:`MAX_SHOWN` characters.
    detail
        What Ketnoi knows besides: the nearest known name, the right form of a date, the line of a first occurrence.
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
        """Whether it keeps its row, or its file, from being loaded."""
        return self.severity == "error"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a folder an issue lies: a file, a sheet of it, a line of that."""

    file: str
    sheet: str | None = None
    line: int | None = None

    def issue(self, code: str, *, column: str | None = None, value: str | None = None, detail: object = None) -> Issue:
        """The issue of this code here, its severity taken from the catalogue."""
        severity = severities()[code]
        shown = shorten(value) if value is not None else None
        known = None if detail is None else visible(str(detail))
        sheet = visible(self.sheet) if self.sheet is not None else None
        return Issue(severity, code, visible(self.file), sheet, self.line, column, shown, known)


@dataclass(frozen=True, slots=True)
class Advice:
    """An issue in words: what is wrong, and what to do; no hint where only a detail that is missing could give one."""

    message: str
    hint: str


@cache
def severities() -> Mapping[str, Severity]:
    """The severity of every issue, by its code."""
    return tomllib.loads(files("ingest").joinpath("issues.toml").read_text(encoding="utf-8"))


def visible(text: str) -> str:
    r"""The text with everything that cannot be seen or printed written out.

    >>> visible("a\u200bb\x1b[31m")
    'a\\u200bb\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def shorten(text: str) -> str:
    """The text on one line, cut to :data:`MAX_SHOWN` characters.

    >>> len(shorten("x" * 10_000_000))
    80
    """
    line = visible(" ".join(text[: MAX_SHOWN + 1].split()))
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


def render(issue: Issue, language: Language) -> Advice:
    """The issue in words of a language.

    >>> issue = Place("actors.csv", line=3).issue("unknown_kind", column="kind", value="starup", detail="startup")
    >>> render(issue, "en")
    Advice(message='There is no kind “starup”.', hint='Write: startup.')
    """
    words = load_catalogue(language, "issue")
    filling = {"value": issue.value or "", "column": issue.column or "", "detail": issue.detail or ""}
    hint = f"{issue.code}.hint"
    can_advise = issue.detail is not None or "{detail}" not in words.template(hint)
    return Advice(words.text(f"{issue.code}.message", **filling), words.text(hint, **filling) if can_advise else "")
