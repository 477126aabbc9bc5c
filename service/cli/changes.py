"""The command ``ketnoi diff``: the changes of past loads and writes, or the changes that a load would make."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from graph.changes import Changes, read_changes
from graph.dates import last_day
from graph.errors import InvalidQueryError
from graph.interop import LIST_SEPARATOR
from graph.model import Actor, Fact, Project, to_row
from graph.store import GraphStore
from graph.tables import Key, key_of
from graph.wording import Catalogue
from ingest.differences import Difference, compare
from ingest.staff.mapping import read_mapping
from service.cli.app import app, console
from service.cli.context import CommandContext, JsonOption, LanguageOption, StoreOption

_MAX_NAMED = 20
"""Facts of one state that are named at most; the others are counted."""

_STATES = ("new", "changed", "vanished", "returned")


@app.command()
def diff(
    path: Annotated[Path | None, typer.Argument(metavar="PATH")] = None,
    since: Annotated[str, typer.Option(metavar="DATE|N")] = "1",
    language: LanguageOption = None,
    mapping: Annotated[Path | None, typer.Option(metavar="FILE.toml")] = None,
    source: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the changes of the latest loads and writes, or the changes that loading a file or folder would make."""
    context = CommandContext.of(store, language)
    with context.store() as opened:
        if path is not None:
            differences, _ = compare(opened, path, read_mapping(mapping) if mapping else (), source)
            if as_json:
                typer.echo(json.dumps([_difference_row(each) for each in differences], ensure_ascii=False, indent=1))
            else:
                print_differences(differences, context.words)
            return
        found = changes_since(opened, since)
        if as_json:
            typer.echo(json.dumps([_changes_row(changes) for changes in found], ensure_ascii=False, indent=1))
        else:
            print_changes(found, _names(opened), context.words)


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


def print_changes(found: Sequence[Changes], name_of: Callable[[str, Key], str], words: Catalogue) -> None:
    """Print changes, one table for each source and table of a load."""
    if not any(changes.n for changes in found):
        console.print(words.text("diff.nothing"))
    for changes in found:
        entries = {
            state: [name_of(changes.table, key) for key in getattr(changes, state)[:_MAX_NAMED]]
            for state in ("new", "vanished", "returned")
        }
        entries["changed"] = [
            f"{name_of(changes.table, key)}: {', '.join(columns)}"
            for key, columns in islice(changes.changed.items(), _MAX_NAMED)
        ]
        counts = {state: len(getattr(changes, state)) for state in _STATES}
        what = words.text("diff.load") if changes.by is None else words.text("diff.write", by=changes.by)
        console.print(Text(f"{what} {changes.load[:19]}Z · {changes.source} · {changes.table}"), soft_wrap=True)
        console.print(_table(entries, counts, words))


def _table(entries: Mapping[str, Sequence[str]], counts: Mapping[str, int], words: Catalogue) -> Table:
    """The entries by state, each state with its count; entries that are not named are counted."""
    table = Table(show_header=False)
    for state in _STATES:
        n_more = counts[state] - _MAX_NAMED
        more = [words.text("diff.more", n=n_more)] if n_more > 0 else []
        if counts[state]:
            table.add_row(f"{words.text(f'diff.{state}')}: {counts[state]}", Text("\n".join([*entries[state], *more])))
    return table


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


def print_differences(found: Sequence[Difference], words: Catalogue) -> None:
    """Print how files differ from the store, list by list, with the values that change."""
    if not found:
        console.print(words.text("diff.nothing"))
    for difference in found:
        entries = {
            "new": [_name(fact) for fact in difference.new[:_MAX_NAMED]],
            "changed": [_changed_entry(before, after) for before, after in difference.changed[:_MAX_NAMED]],
            "vanished": [_name(fact) for fact in difference.vanished[:_MAX_NAMED]],
            "returned": [_name(fact) for fact in difference.returned[:_MAX_NAMED]],
        }
        counts = {state: len(getattr(difference, state)) for state in _STATES}
        console.print(Text(f"{difference.source} · {difference.table}"), soft_wrap=True)
        console.print(_table(entries, counts, words))


def _changed_entry(before: Fact, after: Fact) -> str:
    values = (f"  {column}: {old} → {new}" for column, old, new in changes_between(before, after))
    return "\n".join([_name(after), *values])


def changes_between(before: Fact, after: Fact) -> Iterator[tuple[str, str, str]]:
    """Each column in which two states of a fact differ, with the old and the new text; attributes are columns too."""
    old, new = _flat(before), _flat(after)
    for column in dict.fromkeys((*old, *new)):
        if old.get(column, "") != new.get(column, ""):
            yield column, old.get(column, ""), new.get(column, "")


def _flat(fact: Fact) -> dict[str, str]:
    row = to_row(fact) | dict(fact.attributes)
    left_out = ("attributes", "recorded_at", "occurrence")
    return {name: _cell(value) for name, value in row.items() if name not in left_out and value not in (None, ())}


def _cell(value: object) -> str:
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


def _changes_row(changes: Changes) -> dict[str, Any]:
    row = asdict(changes)
    row["changed"] = [{"key": key, "columns": columns} for key, columns in changes.changed.items()]
    return row
