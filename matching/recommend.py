"""Ranked partners with reasons, for whoever asks and however the question is put."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from graph.errors import InvalidQueryError
from graph.snapshot import GraphSnapshot, kind_codes
from matching.arrays import BoolArray, DoubleArray, FloatArray, IndexArray
from matching.index.network_index import MatchIndex
from matching.kernels.sparse_rows import EVERYONE, Rows
from matching.query_view import QueryView
from matching.questions import Answer, Options, Profile, Reason, Suggestion, Understanding
from matching.ranking.candidates import draw
from matching.ranking.exposure import exposure_order
from matching.ranking.ranker import Ranker, Task, day_one_rankers
from matching.reasons.explanation import explain, render

MAX_LIMIT = 1000
_MIN_FIT = 0.05
MAX_TEXT_LENGTH = 20_000
"""Characters of a brief that are read; a question longer than ten pages is refused rather than cut."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates from best to worst.

    Attributes
    ----------
    rows
        Actor indices, shape (n_candidates,).
    scores
        float64, shape (n_candidates,), descending.
    table
        The features of all that were drawn, float32, shape (n_drawn, n_features).
    drawn
        Where each of the candidates stands in the table, shape (n_candidates,).
    """

    rows: IndexArray
    scores: DoubleArray
    table: FloatArray
    drawn: IndexArray

    def only(self, kept: BoolArray | IndexArray) -> "Ranking":
        """The ranking without the places that are not kept, or some places of it in another order."""
        return Ranking(self.rows[kept], self.scores[kept], self.table, self.drawn[kept])


class Recommender:
    """A network ready to answer. Build one with :meth:`build`; it never changes and may be shared between threads."""

    def __init__(self, index: MatchIndex, rankers: Mapping[Task, Ranker]) -> None:
        self.index = index
        self.rankers = rankers

    @classmethod
    def build(cls, snapshot: GraphSnapshot, rankers: Mapping[Task, Ranker] | None = None) -> "Recommender":
        """A recommender of a snapshot, with rankers of its own or those that ship with Ketnoi."""
        recommender = cls(MatchIndex(snapshot), rankers or day_one_rankers())
        recommender.index.warm()
        return recommender

    def rehearse(self) -> None:
        """Answer a question of each sort, so that in a service nobody waits for what is loaded at first use."""
        if self.snapshot.n_actors:
            best_linked = int(self.index.degree.argmax())
            answers = (self.for_actor(str(self.snapshot.actor_ids[best_linked])), self.for_brief("kết nối"))
            for reason in chain.from_iterable(each.reasons for answer in answers for each in answer.suggestions):
                render(reason, "vi")

    @property
    def snapshot(self) -> GraphSnapshot:
        """The network that is searched."""
        return self.index.snapshot

    @property
    def model_version(self) -> str:
        """Versions of both rankers."""
        return " ".join(dict.fromkeys(ranker.version for ranker in self.rankers.values()))

    def for_actor(self, actor_id: str, options: Options = Options()) -> Answer:  # noqa: B008  frozen
        """New partners for a member of the network: those it has not yet worked with.

        Raises
        ------
        NotFoundError
            There is no such actor.
        InvalidQueryError
            A kind or the limit is not possible.
        """
        row = self.snapshot.index_of(actor_id)
        view = self.view_of_actor(row)
        return self._answer(view, "partner", self.new_partners_of(row), options)

    def for_profile(self, profile: Profile, options: Options = Options()) -> Answer:  # noqa: B008  frozen
        """Partners for an actor that is not in the network."""
        parts = (profile.summary, *profile.needs, *profile.offers, *self._labels(profile.fields))
        text = _checked(" . ".join(part for part in parts if part.strip()))
        return self._answer(QueryView(self.index, text, profile=profile), "brief", self.index.is_candidate, options)

    def for_brief(
        self,
        text: str,
        options: Options = Options(),  # noqa: B008  frozen
        *,
        fields: tuple[str, ...] | None = None,
    ) -> Answer:
        """Partners for a need in words, Vietnamese or English, with or without diacritics.

        Parameters
        ----------
        text
            The need.
        options
            How to answer.
        fields
            The fields the asker confirmed, taken in place of those read from the words; None where nobody was asked.

        Raises
        ------
        InvalidQueryError
            The text is empty or too long, or a kind or the limit is not possible.
        """
        profile = Profile(fields=fields or ())
        view = QueryView(self.index, _checked(text), profile=profile, read_fields=fields is None)
        return self._answer(view, "brief", self.index.is_candidate, options)

    def for_project(self, project_id: str, options: Options = Options()) -> Answer:  # noqa: B008  frozen
        """Actors for a project or challenge, besides its owner and participants.

        Raises
        ------
        NotFoundError
            There is no such project.
        """
        row = self.snapshot.project_index_of(project_id)
        project = self.snapshot.project(row)
        parts = (project.title, project.title_en, project.summary, project.summary_en)
        text = " . ".join(part for part in parts if part)
        view = QueryView(self.index, text, project=row, profile=Profile(fields=project.fields))
        allowed = self.index.is_candidate.copy()
        membership = self.snapshot.membership
        allowed[membership.indices[membership.indptr[row] : membership.indptr[row + 1]]] = False
        return self._answer(view, "brief", allowed, options)

    def view_of_actor(self, row: int) -> QueryView:
        """The query that a member of the network is by itself."""
        return QueryView(self.index, self.index.profile_texts[row], actor=row)

    def new_partners_of(self, row: int) -> BoolArray:
        """Who may be suggested to an actor: every candidate but itself and those it has worked with, (n_actors,)."""
        allowed = self.others_than(row)
        partners = self.index.partners
        allowed[partners.indices[partners.indptr[row] : partners.indptr[row + 1]]] = False
        return allowed

    def others_than(self, row: int) -> BoolArray:
        """Every candidate but an actor itself, bool, shape (n_actors,)."""
        allowed = self.index.is_candidate.copy()
        allowed[row] = False
        return allowed

    def rank(
        self,
        view: QueryView,
        task: Task,
        allowed: BoolArray,
        wanted: BoolArray | None = None,
    ) -> Ranking:
        """Candidates from best to worst, ties by id; see :func:`matching.ranking.candidates.draw`."""
        candidates = draw(view, allowed, wanted)
        scores = self.rankers[task].scores(candidates.table)
        order = np.argsort(-scores, kind="stable")  # rows ascend
        return Ranking(candidates.rows[order], scores[order], candidates.table, order)

    def order_to_show(self, ranking: Ranking, task: Task) -> IndexArray:
        """The order of a ranking in which more actors are seen, as its places; see :mod:`matching.ranking.exposure`."""
        return exposure_order(
            ranking.scores,
            self.rankers[task].probability(ranking.scores),
            self.index.prominence[ranking.rows],
            self.index.is_newcomer[ranking.rows],
        )

    def _labels(self, fields: tuple[str, ...]) -> list[str]:
        labels = [self.index.kinds.fields[field].label for field in fields if field in self.index.kinds.fields]
        return [text for label in labels for text in (label.vi, label.en)]

    def _answer(self, view: QueryView, task: Task, allowed: BoolArray, options: Options) -> Answer:
        if not 1 <= options.limit <= MAX_LIMIT:
            raise InvalidQueryError(
                "limit_out_of_range", f"The limit must lie between 1 and {MAX_LIMIT}.", maximum=MAX_LIMIT
            )
        wanted = None
        if options.kinds:
            wanted = np.isin(self.snapshot.actor_kind, kind_codes(self.index.kinds, options.kinds))
        ranking = self.rank(view, task, allowed, wanted)
        everyone = ranking.rows if wanted is None else draw(view, allowed).rows
        if view.actor is None:  # being popular is no answer to a question
            fits = fit_of(view) >= _MIN_FIT
            ranking, everyone = ranking.only(fits[ranking.rows]), everyone[fits[everyone]]
        return Answer(
            suggestions=self._suggestions(view, task, ranking, options),
            understanding=_understanding(view),
            n_candidates=len(everyone),
            n_hidden=0 if wanted is None else int(np.count_nonzero(~wanted[everyone])),
            as_of=self.snapshot.as_of,
            snapshot_digest=self.snapshot.digest,
            model_version=self.rankers[task].version,
        )

    def _suggestions(self, view: QueryView, task: Task, ranking: Ranking, options: Options) -> tuple[Suggestion, ...]:
        order = self.order_to_show(ranking, task) if options.exposure else np.arange(len(ranking.rows))
        order = order[: options.limit]
        rows, scores = ranking.rows[order], ranking.scores[order]
        probability = self.rankers[task].probability(scores)
        fits = fit_of(view, rows)
        reasons: Sequence[tuple[Reason, ...]] = [()] * len(rows)
        if options.explain:
            reasons = explain(view, rows, self.rankers[task].contributions(ranking.table[ranking.drawn[order]]))
        likelihoods = [None] * len(rows) if probability is None else probability.tolist()
        moved = (order - np.arange(len(rows))).tolist()
        ids = self.snapshot.actor_ids[rows].tolist()
        told = zip(ids, scores.tolist(), fits.tolist(), reasons, likelihoods, moved, strict=True)
        return tuple(
            [
                Suggestion(actor_id, rank, score, fit, reasons_of_one, likelihood=likelihood, moved=places)
                for rank, (actor_id, score, fit, reasons_of_one, likelihood, places) in enumerate(told, 1)
            ]
        )


def fit_of(view: QueryView, rows: Rows = EVERYONE) -> FloatArray:
    """How well some actors suit a query by what both say and do, float32 in 0 … 1, shape of the rows.

    One minus the exponential of minus three times the likeness of both, half as much again for one of the sort that
    the words of a question ask for. Popularity, place and connections do not count.
    """
    likeness = view.likeness(rows)
    if view.actor is None:
        likeness *= 1 + 0.5 * view.sought[rows]
    return np.asarray(1 - np.exp(-3 * np.maximum(likeness, 0)), dtype=np.float32)


def _checked(text: str) -> str:
    if not text.strip():
        raise InvalidQueryError("empty_query", "There is nothing to search for. Say in words what is needed.")
    if len(text) > MAX_TEXT_LENGTH:
        raise InvalidQueryError(
            "query_too_long",
            f"The text has {len(text)} characters; at most {MAX_TEXT_LENGTH} are read. Shorten it.",
            maximum=MAX_TEXT_LENGTH,
        )
    return text


def _understanding(view: QueryView) -> Understanding:
    fields = (*view.stated_fields, *(reading.field_id for reading in view.readings))
    places = tuple(view.index.gazetteer.codes[code] for code in view.named_countries)
    return Understanding(fields=tuple(dict.fromkeys(fields)), places=places)
