"""Suggested partners on a terminal."""

from rich.markup import escape

from graph.kinds import Language, load_kinds
from graph.snapshot import GraphSnapshot
from graph.wording import load_catalogue
from matching.questions import Answer, Suggestion
from matching.reasons.explanation import render
from service.cli.app import console
from service.pages.partners import FIT_STEPS, fit_steps
from service.pages.wording import format_percent, likelihood_key


def print_answer(answer: Answer, snapshot: GraphSnapshot, language: Language) -> None:
    """Print how a question was understood, each suggestion with its reasons, and how many actors the filter hides."""
    words, kinds = load_catalogue(language, "command"), load_kinds()
    if answer.understanding.fields:
        labels = " · ".join(kinds.field_label(field, language) for field in answer.understanding.fields)
        console.print(f"[dim]{escape(words.text('match.understood', fields=labels))}[/]")
    if not answer.suggestions:
        console.print(words.text("match.nobody"))
    for suggestion in answer.suggestions:
        _print_suggestion(suggestion, snapshot, language)
    if answer.n_hidden:
        console.print(f"[dim]{words.text('match.hidden', n=answer.n_hidden)}[/]")


def _print_suggestion(suggestion: Suggestion, snapshot: GraphSnapshot, language: Language) -> None:
    kinds = load_kinds()
    actor = snapshot.actor(snapshot.index_of(suggestion.actor_id))
    kind = kinds.actor[actor.kind].short_label[language] if actor.kind in kinds.actor else actor.kind
    name = (actor.name_en if language == "en" else None) or actor.name
    member = f"[bold]{suggestion.rank:>3}  {escape(name)}[/]  [cyan]{escape(kind)}[/]  [dim]{escape(actor.id)}[/]"
    lines = [f"{member}  {suggestion.score:.2f}", f"     {_fit_and_likelihood(suggestion, language)}"]
    if suggestion.moved > 0:
        moved = load_catalogue(language, "page").text("suggestion.moved", n=suggestion.moved)
        lines.append(f"     [dim]↑ {moved}[/]")
    for reason in suggestion.reasons:
        sign = "[red]−[/]" if reason.contribution < 0 else "[green]+[/]"
        lines.append(f"     {sign} {abs(reason.contribution):5.2f}  {escape(render(reason, language))}")
    for line in lines:
        console.print(line, highlight=False)


def _fit_and_likelihood(suggestion: Suggestion, language: Language) -> str:
    words = load_catalogue(language, "page")
    steps = fit_steps(suggestion)
    parts = [f"{words.text('fit.label')} [green]{'▮' * steps}[/]{'▯' * (FIT_STEPS - steps)}"]
    if suggestion.likelihood is not None:
        word = words.text(likelihood_key(suggestion.likelihood))
        percent = format_percent(suggestion.likelihood, language)
        parts.append(f"{words.text('likelihood.label')}: {word} ({percent})")
    return "  ".join(parts)
