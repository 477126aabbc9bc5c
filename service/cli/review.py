"""Commands about who is the same: review, judge, merges, unmerge."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from graph.errors import InvalidQueryError, StoreUnavailableError
from graph.judgements import Conflict, Verdict, clusters, open_proposals, read_judgements, require_handle
from graph.kinds import Language
from graph.model import Actor
from graph.store import GraphStore
from graph.wording import load_catalogue
from service.cli.app import JsonOption, StoreOption, app, console, error_console
from service.cli.network import LanguageChoice, existing_store
from service.pages.wording import format_percent
from service.review import TRAITS, Merge, Proposal, judge, merges, n_merges, proposals, unmerge
from service.settings import Settings

ByOption = Annotated[
    str | None,
    typer.Option(
        metavar="HANDLE",
        help="Who judges: a short handle, kept with the judgement. Not a full name. Without it: KETNOI_STAFF.",
    ),
]
LimitOption = Annotated[int, typer.Option(min=1, help="Entries at most.")]
LanguageOption = Annotated[LanguageChoice | None, typer.Option(help="Without it: KETNOI_LANGUAGE.")]

_VERDICT_OF: Mapping[str, Verdict] = {"y": "same", "n": "different", "?": "unsure"}
_SIGNS = {"for": Text("+", "green"), "against": Text("−", "red"), "neither": Text("")}


class VerdictChoice(StrEnum):
    """What may be said of two actors."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@app.command("review")
def review_command(
    by: ByOption = None,
    limit: LimitOption = 50,
    language: LanguageOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go through the pairs of members that may be one and the same.

    In a terminal each pair is shown and asked about: y they are the same, n they are different, ? unsure, Enter leaves
    it for later, q ends. Anywhere else the pairs are listed. Whatever is answered can be undone: ketnoi unmerge.
    """
    settings = Settings()
    spoken = _language(settings, language)
    is_asked = not as_json and sys.stdin.isatty()
    signed = _signed(settings, by) if is_asked else ""
    with _network(settings, store) as opened:
        waiting = open_proposals(read_judgements(opened))
        shown = islice(proposals(waiting, opened.get_actor, spoken), limit)
        if as_json:
            _print_json([_proposal_row(proposal) for proposal in shown])
        elif is_asked:
            _ask(opened, shown, signed, spoken)
        else:
            for proposal in shown:
                _show(proposal, spoken)
        if not as_json:
            n_waiting = len(open_proposals(read_judgements(opened)) if is_asked else waiting)
            console.print(load_catalogue(spoken, "page").text("review.n_waiting", n=n_waiting), highlight=False)


@app.command("judge")
def judge_command(
    left: Annotated[str, typer.Argument(metavar="LEFT", help="Id of a member.")],
    right: Annotated[str, typer.Argument(metavar="RIGHT", help="Id of another one.")],
    verdict: Annotated[VerdictChoice, typer.Argument(help="Whether they are the same.")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Say whether two members are one and the same. A later judgement of the same two replaces an earlier one."""
    settings = Settings()
    signed = _signed(settings, by)
    with _network(settings, store) as opened:
        judgement = judge(opened, left, right, verdict.value, signed)
    console.print(Text(f"{judgement.left_id} · {judgement.right_id}: {judgement.verdict} ({judgement.by})"))


@app.command("merges")
def merges_command(
    limit: LimitOption = 50,
    language: LanguageOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the members that are made of several records, the latest first, and how to take each apart."""
    settings = Settings()
    spoken = _language(settings, language)
    with _network(settings, store) as opened:
        found = clusters(read_judgements(opened))
        listed = merges(found, opened.get_actor, limit)
    if as_json:
        rows = [_merge_row(merge) for merge in listed]
        _print_json(
            {"n_merges": n_merges(found), "merges": rows, "conflicts": [asdict(entry) for entry in found.conflicts]}
        )
        return
    for merge in listed:
        _show_merge(merge, spoken)
    for conflict in found.conflicts:
        _show_conflict(conflict, spoken)
    words = load_catalogue(spoken, "page")
    console.print(words.text("review.n_merges", n=n_merges(found)), highlight=False)
    if listed:
        console.print(words.text("review.how_to_undo"), highlight=False, markup=False)


@app.command("unmerge")
def unmerge_command(
    actor_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a record that was merged with others.")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Take a record out of the member that it was merged into, and keep it out."""
    settings = Settings()
    signed = _signed(settings, by)
    with _network(settings, store) as opened:
        for judgement in unmerge(opened, actor_id, signed):
            console.print(Text(f"{judgement.left_id} · {judgement.right_id}: {judgement.verdict} ({judgement.by})"))


def _signed(settings: Settings, by: str | None) -> str:
    handle = by or settings.staff
    if handle is None:
        raise InvalidQueryError("no_handle", "Say who judges: --by HANDLE, or set KETNOI_STAFF.")
    require_handle(handle)
    return handle


def _language(settings: Settings, chosen: LanguageChoice | None) -> Language:
    return "vi" if (chosen or settings.language) == "vi" else "en"


@contextmanager
def _network(settings: Settings, uri: str | None) -> Iterator[GraphStore]:
    opened = existing_store(settings, uri)
    if opened is None:
        raise StoreUnavailableError("store_missing", "There is no network yet. Load one first: ketnoi load DIR")
    with opened:
        yield opened


def _ask(store: GraphStore, waiting: Iterable[Proposal], by: str, language: Language) -> None:
    question = load_catalogue(language, "page").text("review.ask")
    for proposal in waiting:
        _show(proposal, language)
        answer = _answer(f"{question} ")
        if answer == "q":
            return
        if answer:
            judge(store, *proposal.judgement.pair, _VERDICT_OF[answer], by)


def _answer(question: str) -> str:
    """What was typed, asked again until it is an answer; the end of the input ends the questions."""
    try:
        while (answer := console.input(Text(question)).strip().lower()) not in {*_VERDICT_OF, "", "q"}:
            error_console.print("y, n, ?, Enter, q")
    except EOFError:
        return "q"
    return answer


def _show(proposal: Proposal, language: Language) -> None:
    words = load_catalogue(language, "page")
    stated = proposal.judgement.probability
    title = "" if stated is None else words.text("review.probability", percent=format_percent(stated, language))
    table = Table(title=Text(title), title_justify="left", show_lines=True)
    table.add_column("")
    for actor in (proposal.left, proposal.right):
        table.add_column(Text(actor.id), overflow="fold", ratio=1)
    table.add_column("")
    for trait in proposal.traits:
        sides = (Text("\n".join(values)) for values in (trait.left, trait.right))
        table.add_row(words.text(TRAITS[trait.name]), *sides, _SIGNS[trait.speaks])
    console.print(table)


def _show_merge(merge: Merge, language: Language) -> None:
    words = load_catalogue(language, "page")
    table = Table(title=Text(merge.canonical_id), title_justify="left")
    for column in ("review.id", TRAITS["names"], TRAITS["source"], "review.linked_by"):
        table.add_column(words.text(column), overflow="fold")
    for actor in merge.sources:
        made = [link for link in merge.links if actor.id in link.pair]
        by = ", ".join(dict.fromkeys(f"{link.by} {link.at[:10]}" for link in made))
        table.add_row(Text(actor.id), Text(actor.name), Text(actor.provenance.source), Text(by))
    console.print(table)


def _show_conflict(conflict: Conflict, language: Language) -> None:
    pairs = ", ".join(f"{entry.left_id} · {entry.right_id} ({entry.by})" for entry in conflict.judgements)
    text = load_catalogue(language, "page").text("review.conflict", ids=", ".join(conflict.ids), pairs=pairs)
    console.print(Text(text, "yellow"))


def _proposal_row(proposal: Proposal) -> dict[str, Any]:
    return {
        "judgement": asdict(proposal.judgement),
        "left": _actor_row(proposal.left),
        "right": _actor_row(proposal.right),
        "traits": [asdict(trait) for trait in proposal.traits],
    }


def _merge_row(merge: Merge) -> dict[str, Any]:
    return {
        "canonical_id": merge.canonical_id,
        "sources": [_actor_row(actor) for actor in merge.sources],
        "judgements": [asdict(link) for link in merge.links],
    }


def _actor_row(actor: Actor) -> dict[str, Any]:
    return {
        "id": actor.id,
        "kind": actor.kind,
        "name": actor.name,
        "source": actor.provenance.source,
        "source_url": actor.provenance.source_url,
        "last_seen": actor.provenance.last_seen,
    }


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))
