"""The command ``ketnoi diff``: the changes of past loads and writes, or the changes that a load would make."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from graph.changes import Changes, read_changes
from graph.dates import last_day
from graph.errors import InvalidQueryError, StoreUnavailableError
from graph.interop import LIST_SEPARATOR
from graph.kinds import Language
from graph.model import Actor, Fact, Project, to_row
from graph.store import GraphStore
from graph.tables import Key, key_of
from ingest.differences import Difference, compare
from ingest.staff.mapping import read_mapping
from service.cli.app import JsonOption, StoreOption, app, console
from service.cli.network import LanguageChoice, existing_store
from service.settings import Settings

_N_NAMED = 20
"""Number of facts of a group that are named; the others are counted."""

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "vi": {
        "load": "Lần nạp",
        "write": "Ghi qua API bởi {by}:",
        "new": "mới",
        "changed": "sửa",
        "vanished": "không còn trong nguồn",
        "returned": "có lại",
        "more": "… và {n} mục khác",
        "nothing": "Chưa có thay đổi nào.",
    },
    "en": {
        "load": "Load",
        "write": "Written through the API by {by}:",
        "new": "new",
        "changed": "changed",
        "vanished": "gone from the source",
        "returned": "back again",
        "more": "… and {n} more",
        "nothing": "Nothing has changed.",
    },
}


@app.command()
def diff(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="PATH", help="A file or folder; shows the changes that loading it would make."),
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            metavar="DATE|N",
            help="The last N loads and API writes, or all since a date: YYYY, YYYY-MM or YYYY-MM-DD, UTC.",
        ),
    ] = "1",
    language: Annotated[LanguageChoice | None, typer.Option(help="Without it: KETNOI_LANGUAGE.")] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="How the sheets of PATH are read, as in ketnoi load.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="The name that keeps the lists of PATH apart, as in ketnoi load.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the changes of the latest loads and API writes, or the changes that loading a file or folder would make.

    Facts are new, changed, gone from their source, or back again. The log holds only ids and names of columns; names of
    members are looked up as they are now. With PATH nothing is written, and old and new values are shown.
    """
    settings = Settings()
    spoken: Language = "vi" if (language or settings.language) == "vi" else "en"
    opened = existing_store(settings, store)
    if opened is None:
        raise StoreUnavailableError("store_missing", "There is no network yet. Load one first: ketnoi load DIR")
    with opened:
        if path is not None:
            differences, _ = compare(opened, path, read_mapping(mapping) if mapping else (), source)
            if as_json:
                typer.echo(json.dumps([_difference_row(each) for each in differences], ensure_ascii=False, indent=1))
            else:
                print_differences(differences, spoken)
            return
        found = changes_since(opened, since)
        if as_json:
            typer.echo(json.dumps([_row(changes) for changes in found], ensure_ascii=False, indent=1))
        else:
            print_changes(found, _names(opened), spoken)


def changes_since(store: GraphStore, since: str) -> list[Changes]:
    """The changes of the last loads and writes.

    Parameters
    ----------
    since
        Number of loads and writes, of at most three digits, or the date of the first.

    Raises
    ------
    InvalidQueryError
        ``since`` is neither a number of at most three digits nor a date.
    """
    if since.isascii() and since.isdigit() and len(since) < 4:
        return read_changes(store, n_loads=int(since))
    try:
        last_day(since)
    except ValueError as error:
        raise InvalidQueryError(
            "bad_since", f"{since} is neither a number of loads nor a date. Write --since 3 or --since 2026-05-31."
        ) from error
    return read_changes(store, since=since)


def print_changes(found: Sequence[Changes], name_of: Callable[[str, Key], str], language: Language) -> None:
    """Print changes, one table for each source and table of a load."""
    words = _WORDS[language]
    if not any(changes.n for changes in found):
        console.print(Text(words["nothing"]))
    for changes in found:
        what = words["load"] if changes.by is None else words["write"].format(by=changes.by)
        title = f"{what} {changes.load[:19]}Z · {changes.source} · {changes.table}"
        table = Table(show_header=False)
        lines: dict[str, list[str]] = {
            name: [name_of(changes.table, key) for key in getattr(changes, name)[:_N_NAMED]]
            for name in ("new", "vanished", "returned")
        }
        lines["changed"] = [
            f"{name_of(changes.table, key)}: {', '.join(columns)}" for key, columns in _first(changes.changed.items())
        ]
        for name in ("new", "changed", "vanished", "returned"):
            n_facts = len(getattr(changes, name))
            if n_facts:
                more = [words["more"].format(n=n_facts - _N_NAMED)] if n_facts > _N_NAMED else []
                table.add_row(f"{words[name]}: {n_facts}", Text("\n".join([*lines[name], *more])))
        console.print(Text(title), soft_wrap=True)
        console.print(table)


def _first(entries: Iterable[tuple[Key, tuple[str, ...]]]) -> list[tuple[Key, tuple[str, ...]]]:
    return list(entries)[:_N_NAMED]


def _names(store: GraphStore) -> Callable[[str, Key], str]:
    def name_of(table: str, key: Key) -> str:
        if table == "actors":
            actor = store.get_actor(str(key[0]))
            return f"{key[0]} {actor.name}" if actor else str(key[0])
        if table == "projects":
            project = store.get_project(str(key[0]))
            return f"{key[0]} {project.title}" if project else str(key[0])
        return " · ".join(str(part) for part in key[:-1])

    return name_of


def print_differences(found: Sequence[Difference], language: Language) -> None:
    """Print the differences between files and the store, list by list, with old and new values."""
    words = _WORDS[language]
    if not found:
        console.print(Text(words["nothing"]))
    for difference in found:
        table = Table(show_header=False)
        lines = {
            "new": [_name(fact) for fact in difference.new],
            "changed": [
                "\n".join(
                    [
                        _name(after),
                        *(f"  {column}: {old} → {new}" for column, old, new in changes_between(before, after)),
                    ]
                )
                for before, after in difference.changed
            ],
            "vanished": [_name(fact) for fact in difference.vanished],
            "returned": [_name(fact) for fact in difference.returned],
        }
        for name, entries in lines.items():
            if entries:
                more = [words["more"].format(n=len(entries) - _N_NAMED)] if len(entries) > _N_NAMED else []
                table.add_row(f"{words[name]}: {len(entries)}", Text("\n".join([*entries[:_N_NAMED], *more])))
        console.print(Text(f"{difference.source} · {difference.table}"), soft_wrap=True)
        console.print(table)


def changes_between(before: Fact, after: Fact) -> Iterator[tuple[str, str, str]]:
    """Name, old text and new text of each column in which two states of a fact differ; attributes by their names."""
    old, new = _flat(before), _flat(after)
    for column in dict.fromkeys((*old, *new)):
        if old.get(column, "") != new.get(column, ""):
            yield column, old.get(column, ""), new.get(column, "")


def _flat(fact: Fact) -> dict[str, str]:
    row = to_row(fact) | dict(fact.attributes)
    left_out = ("attributes", "recorded_at", "occurrence")
    return {name: _cell_text(value) for name, value in row.items() if name not in left_out and value not in (None, ())}


def _cell_text(value: object) -> str:
    return LIST_SEPARATOR.join(map(str, value)) if isinstance(value, tuple) else str(value)


def _name(fact: Fact) -> str:
    key = " · ".join(str(part) for part in key_of(fact) if isinstance(part, str))
    match fact:
        case Actor():
            return f"{key} {fact.name}"
        case Project():
            return f"{key} {fact.title}"
    return key


def _difference_row(difference: Difference) -> dict[str, Any]:
    return {
        "source": difference.source,
        "table": difference.table,
        "changed": [
            {
                "key": key_of(after),
                "columns": {column: [old, new] for column, old, new in changes_between(before, after)},
            }
            for before, after in difference.changed
        ],
        **{
            name: [{"key": key_of(fact), "name": _name(fact)} for fact in getattr(difference, name)]
            for name in ("new", "vanished", "returned")
        },
    }


def _row(changes: Changes) -> dict[str, Any]:
    row = asdict(changes)
    row["changed"] = [{"key": key, "columns": columns} for key, columns in changes.changed.items()]
    return row
