"""Ranked lists for many questions at once, straight from a snapshot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matching.query_view import MemberQuery, TextQuery
from matching.recommend import Ranking, Recommender


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a ranked list.

    Attributes
    ----------
    query_id
        Id of the actor or brief that asks.
    rank
        Place in the list, from 1.
    """

    query_id: str
    actor_id: str
    rank: int
    score: float


def rank_actors(
    recommender: Recommender, actor_ids: Sequence[str], *, limit: int, new_only: bool, exposure: bool = False
) -> Iterator[tuple[str, list[Ranked]]]:
    """The id of each actor with its ranked list of partners.

    Parameters
    ----------
    recommender
        Ranks the candidates.
    actor_ids
        Ids of the actors that ask. An id that the snapshot lacks has an empty list.
    limit
        Lines a list at most.
    new_only
        Whether to leave out actors that the asker has worked with.
    exposure
        Whether to order by :meth:`~matching.recommend.Recommender.order_to_show`, so that more actors are seen.
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
    """The id of each brief with its ranked list of actors.

    Parameters
    ----------
    recommender
        Ranks the candidates.
    briefs
        Rows with the columns of ``id``, ``title`` and ``summary``. A brief without words has an empty list.
    limit
        Lines a list at most.
    exposure
        Whether to order by :meth:`~matching.recommend.Recommender.order_to_show`, so that more actors are seen.
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
