"""The command that shows what loads changed: diff."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from graph.changes import Changes, read_changes
from graph.dates import last_day
from graph.errors import InvalidQueryError, StoreUnavailableError
from graph.kinds import Language
from graph.store import GraphStore
from graph.tables import Key
from service.cli.app import JsonOption, StoreOption, app, console
from service.cli.network import LanguageChoice, existing_store
from service.settings import Settings

_SHOWN = 20
"""Facts of one sort that are named; the others are counted."""

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "vi": {
        "load": "Lần nạp",
        "new": "mới",
        "changed": "sửa",
        "vanished": "không còn trong nguồn",
        "returned": "có lại",
        "more": "… và {n} mục khác",
        "nothing": "Chưa có thay đổi nào.",
    },
    "en": {
        "load": "Load",
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
    since: Annotated[
        str,
        typer.Option(
            metavar="DATE|N", help="The last N loads, or those since a date: YYYY, YYYY-MM or YYYY-MM-DD, UTC."
        ),
    ] = "1",
    language: Annotated[LanguageChoice | None, typer.Option(help="Without it: KETNOI_LANGUAGE.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the latest loads changed: what is new, what was changed in which columns, what is gone or back again.

    The record holds ids and names of columns only; names are looked up as they are now.
    """
    settings = Settings()
    spoken: Language = "vi" if (language or settings.language) == "vi" else "en"
    opened = existing_store(settings, store)
    if opened is None:
        raise StoreUnavailableError("store_missing", "There is no network yet. Load one first: ketnoi load DIR")
    with opened:
        found = changes_since(opened, since)
        if as_json:
            typer.echo(json.dumps([_row(changes) for changes in found], ensure_ascii=False, indent=1))
        else:
            print_changes(found, _names(opened), spoken)


def changes_since(store: GraphStore, since: str) -> list[Changes]:
    """What was changed by the last loads, so many or since a date.

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
    """Print changes, load by load."""
    words = _WORDS[language]
    if not any(changes.n for changes in found):
        console.print(Text(words["nothing"]))
    for changes in found:
        title = f"{words['load']} {changes.load[:19]}Z · {changes.source} · {changes.table}"
        table = Table(title=Text(title), title_justify="left", show_header=False)
        told: dict[str, list[str]] = {
            name: [name_of(changes.table, key) for key in getattr(changes, name)[:_SHOWN]]
            for name in ("new", "vanished", "returned")
        }
        told["changed"] = [
            f"{name_of(changes.table, key)}: {', '.join(columns)}" for key, columns in _first(changes.changed.items())
        ]
        for name in ("new", "changed", "vanished", "returned"):
            n_facts = len(getattr(changes, name))
            if n_facts:
                more = [words["more"].format(n=n_facts - _SHOWN)] if n_facts > _SHOWN else []
                table.add_row(f"{words[name]}: {n_facts}", Text("\n".join([*told[name], *more])))
        console.print(table)


def _first(entries: Iterable[tuple[Key, tuple[str, ...]]]) -> list[tuple[Key, tuple[str, ...]]]:
    return list(entries)[:_SHOWN]


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


def _row(changes: Changes) -> dict[str, Any]:
    row = asdict(changes)
    row["changed"] = [{"key": key, "columns": columns} for key, columns in changes.changed.items()]
    return row
