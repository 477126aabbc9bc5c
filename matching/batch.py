"""Lists for many queries at once, from a snapshot that has no service around it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matching.query_view import MemberQuery, TextQuery
from matching.recommend import Ranking, Recommender


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a list: the query, an actor, its place from 1, and its score."""

    query_id: str
    actor_id: str
    rank: int
    score: float


def rank_actors(
    recommender: Recommender, actor_ids: Sequence[str], *, limit: int, new_only: bool, exposure: bool = False
) -> Iterator[tuple[str, list[Ranked]]]:
    """Partners of each actor, with its id; only those it has not worked with where ``new_only``.

    With ``exposure`` they come in the order of :meth:`~matching.recommend.Recommender.order_to_show`.

    An id that the network of the time does not know has an empty list.
    """
    allowed_for = recommender.new_partners_of if new_only else recommender.others_than
    for actor_id in actor_ids:
        row = recommender.snapshot.actor_index.get(actor_id)
        if row is None:
            yield actor_id, []
        else:
            ranking = recommender.rank(MemberQuery(recommender.index, row), "partner", allowed_for(row))
            if exposure:
                ranking = ranking.only(recommender.order_to_show(ranking, "partner"))
            yield actor_id, _lines(recommender, actor_id, ranking, limit)


def rank_briefs(
    recommender: Recommender, briefs: Sequence[dict[str, str]], *, limit: int, exposure: bool = False
) -> Iterator[tuple[str, list[Ranked]]]:
    """Actors for each brief, with its id. A brief is a row with the columns ``id``, ``title`` and ``summary``.

    A brief without words has an empty list. ``exposure`` as in :func:`rank_actors`.
    """
    for brief in briefs:
        text = " . ".join(part for part in (brief["title"], brief["summary"]) if part.strip())
        if not text:
            yield brief["id"], []
            continue
        view = TextQuery(recommender.index, text)
        ranking = recommender.rank(view, "brief", recommender.index.is_candidate)
        if exposure:
            ranking = ranking.only(recommender.order_to_show(ranking, "brief"))
        yield brief["id"], _lines(recommender, brief["id"], ranking, limit)


def _lines(recommender: Recommender, query_id: str, ranking: Ranking, limit: int) -> list[Ranked]:
    ids = recommender.snapshot.actor_ids
    return [
        Ranked(query_id, str(ids[row]), rank, float(score))
        for rank, (row, score) in enumerate(zip(ranking.rows[:limit], ranking.scores[:limit], strict=True), start=1)
    ]
