"""The command that suggests partners: match."""

import sys
from typing import Annotated

import typer

from graph.errors import InvalidQueryError, NotFoundError
from graph.store import GraphStore
from matching.questions import Answer, Options
from matching.ranking.model_files import rankers_in
from matching.recommend import Recommender
from service.cli.answers import print_answer
from service.cli.app import app
from service.cli.context import CommandContext, JsonOption, LanguageOption, StoreOption
from service.schemas.match import MatchAnswer


@app.command()
def match(
    actor_id: Annotated[str | None, typer.Argument(metavar="ACTOR_ID")] = None,
    brief: Annotated[str | None, typer.Option()] = None,
    kind: Annotated[list[str] | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option()] = 10,
    exposure: Annotated[bool | None, typer.Option("--exposure/--no-exposure", show_default=False)] = None,
    language: LanguageOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest partners and say why."""
    context = CommandContext.of(store, language)
    if (actor_id is None) == (brief is None):
        raise InvalidQueryError("one_question", "Give either an ACTOR_ID or --brief TEXT.")
    is_exposed = context.settings.exposure if exposure is None else exposure
    options = Options(kinds=tuple(kind or ()), limit=limit, exposure=is_exposed)
    rankers = rankers_in(context.settings.models)
    with context.network() as (opened, snapshot):
        recommender = Recommender.build(snapshot, rankers)
        if brief is not None:
            answer = recommender.for_brief(sys.stdin.read() if brief == "-" else brief, options)
        else:
            answer = _for_actor(recommender, opened, str(actor_id), options)
    if as_json:
        typer.echo(MatchAnswer.of(answer, recommender.snapshot).model_dump_json(indent=2))
    else:
        print_answer(answer, recommender.snapshot, context.language)


def _for_actor(recommender: Recommender, store: GraphStore, actor_id: str, options: Options) -> Answer:
    try:
        return recommender.for_actor(actor_id, options)
    except NotFoundError as error:
        near = store.search_actors(actor_id, limit=5)
        if not near:
            raise
        listed = ", ".join(f"{actor.id} ({actor.name})" for actor in near)
        raise NotFoundError(error.code, f"{error.message} Did you mean: {listed}?", **error.context) from error
