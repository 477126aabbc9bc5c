"""Ranked lists for many questions at once, straight from a snapshot."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.errors import InvalidQueryError
from matching.query_view import MemberQuery, TextQuery
from matching.recommend import Ranking, Recommender

ACTOR_COLUMNS = ("actor_id",)
BRIEF_COLUMNS = ("id", "title", "summary")


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


def read_queries(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file of queries, in its order.

    Raises
    ------
    InvalidQueryError
        The file cannot be read, is not UTF-8, or lacks one of the columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise InvalidQueryError(
                    "query_columns",
                    f"{path.name} lacks the column {missing[0]!r}. It needs: {', '.join(columns)}.",
                    file=path.name,
                    missing=missing,
                )
            return [{column: row[column] or "" for column in columns} for row in reader]
    except OSError as error:
        raise InvalidQueryError(
            "query_file", f"{path.name} cannot be read: {error.strerror}.", file=path.name
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidQueryError(
            "query_file", f"{path.name} is no CSV file in UTF-8. Save it as CSV UTF-8.", file=path.name
        ) from error


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
        Rows with the columns of :data:`BRIEF_COLUMNS`. A brief without words has an empty list.
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
