"""Commands about records of one member: review, judge, merges, unmerge."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from graph.errors import InvalidQueryError
from graph.judgements import Conflict, Judgement, Verdict, clusters, open_proposals, read_judgements, require_handle
from graph.kinds import Language
from graph.model import Actor
from graph.store import GraphStore
from graph.wording import load_catalogue
from service.cli.app import app, console, error_console
from service.cli.context import CommandContext, JsonOption, LanguageOption, StoreOption
from service.pages.wording import format_percent
from service.review import TRAITS, Merge, Proposal, judge, merges, n_merges, proposals, unmerge

ByOption = Annotated[str | None, typer.Option(metavar="HANDLE")]
LimitOption = Annotated[int, typer.Option(min=1)]

_VERDICT_OF: Mapping[str, Verdict] = {"y": "same", "n": "different", "?": "unsure"}
_SIGNS = {"for": Text("+", "green"), "against": Text("−", "red"), "neither": Text("")}


class VerdictChoice(StrEnum):
    """The verdicts on two records."""

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
    """Go through the pairs of members that may be one and the same."""
    context = CommandContext.of(store, language)
    is_asked = not as_json and sys.stdin.isatty()
    handle = _handle(context, by) if is_asked else ""
    with context.store() as opened:
        waiting = open_proposals(read_judgements(opened))
        listed = islice(proposals(waiting, opened.get_actor, context.language), limit)
        if as_json:
            _print_json([_proposal_row(proposal) for proposal in listed])
        elif is_asked:
            _ask(opened, listed, handle, context.language)
        else:
            for proposal in listed:
                _show(proposal, context.language)
        if not as_json:
            n_waiting = len(open_proposals(read_judgements(opened)) if is_asked else waiting)
            words = load_catalogue(context.language, "page")
            console.print(words.text("review.n_waiting", n=n_waiting), highlight=False)


@app.command("judge")
def judge_command(
    left: Annotated[str, typer.Argument(metavar="LEFT")],
    right: Annotated[str, typer.Argument(metavar="RIGHT")],
    verdict: Annotated[VerdictChoice, typer.Argument()],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Say whether two members are one and the same."""
    context = CommandContext.of(store)
    handle = _handle(context, by)
    with context.store() as opened:
        _print_judgement(judge(opened, left, right, verdict.value, handle))


@app.command("merges")
def merges_command(
    limit: LimitOption = 50,
    language: LanguageOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the members that are made of several records."""
    context = CommandContext.of(store, language)
    with context.store() as opened:
        found = clusters(read_judgements(opened))
        listed = merges(found, opened.get_actor, limit)
    if as_json:
        rows = [_merge_row(merge) for merge in listed]
        _print_json(
            {"n_merges": n_merges(found), "merges": rows, "conflicts": [asdict(entry) for entry in found.conflicts]}
        )
        return
    for merge in listed:
        _show_merge(merge, context.language)
    for conflict in found.conflicts:
        _show_conflict(conflict, context.language)
    words = load_catalogue(context.language, "page")
    console.print(words.text("review.n_merges", n=n_merges(found)), highlight=False)
    if listed:
        console.print(words.text("review.how_to_undo"), highlight=False, markup=False)


@app.command("unmerge")
def unmerge_command(
    actor_id: Annotated[str, typer.Argument(metavar="ID")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Take a record out of the member that it was merged into, and keep it out."""
    context = CommandContext.of(store)
    handle = _handle(context, by)
    with context.store() as opened:
        for judgement in unmerge(opened, actor_id, handle):
            _print_judgement(judgement)


def _print_judgement(judgement: Judgement) -> None:
    console.print(Text(f"{judgement.left_id} · {judgement.right_id}: {judgement.verdict} ({judgement.by})"))


def _handle(context: CommandContext, by: str | None) -> str:
    handle = by or context.settings.staff
    if handle is None:
        raise InvalidQueryError("no_handle", "Say who judges: --by HANDLE, or set KETNOI_STAFF.")
    require_handle(handle)
    return handle


def _ask(store: GraphStore, waiting: Iterable[Proposal], by: str, language: Language) -> None:
    question = load_catalogue(language, "page").text("review.ask")
    for proposal in waiting:
        _show(proposal, language)
        answer = _answer(f"{question} ", language)
        if answer == "q":
            return
        if answer:
            judge(store, *proposal.judgement.pair, _VERDICT_OF[answer], by)


def _answer(question: str, language: Language) -> str:
    """The answer that was typed; the question is repeated until there is one. The end of the input is ``q``."""
    try:
        while (answer := console.input(Text(question)).strip().lower()) not in {*_VERDICT_OF, "", "q"}:
            error_console.print(load_catalogue(language, "command").text("review.answers"), highlight=False)
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
