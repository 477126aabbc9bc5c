"""Ranked partners with reasons, for members of the network and for questions in words."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from graph.errors import InvalidQueryError
from graph.snapshot import GraphSnapshot, kind_codes
from matching.arrays import BoolArray, DoubleArray, FloatArray, IndexArray
from matching.features.feature import Feature, FeatureTable
from matching.features.standard import STANDARD
from matching.index.network_index import NetworkIndex
from matching.query_view import MemberQuery, QueryView, TextQuery
from matching.questions import Answer, Options, Profile, Reason, Suggestion, Understanding
from matching.ranking.candidates import Candidates, draw
from matching.ranking.exposure import exposure_order
from matching.ranking.model_files import day_one_rankers
from matching.ranking.ranker import Ranker, Task
from matching.reasons.explanation import explain, render

MAX_LIMIT = 1000
MAX_TEXT_LENGTH = 20_000
"""Characters of a question that are read; one longer than ten pages is refused rather than cut."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates from best to worst.

    Attributes
    ----------
    rows
        Rows of the actors, shape (n_candidates,).
    scores
        float64, shape (n_candidates,), descending.
    table
        Feature table of all actors that were drawn, float32, shape (n_drawn, n_features).
    positions
        Row of each candidate in the table, shape (n_candidates,).
    """

    rows: IndexArray
    scores: DoubleArray
    table: FloatArray
    positions: IndexArray

    def only(self, kept: BoolArray | IndexArray) -> "Ranking":
        """The ranking without the places that are not kept, or with some places in another order."""
        return Ranking(self.rows[kept], self.scores[kept], self.table, self.positions[kept])


@dataclass(frozen=True, slots=True)
class _Query:
    """A question with the ranker that answers it and the actors that may be suggested, shape (n_actors,)."""

    view: QueryView
    task: Task
    allowed: BoolArray


class Recommender:
    """A network ready to answer. Build one with :meth:`build`; it never changes and may be shared between threads.

    Attributes
    ----------
    index
        The network that is searched.
    features
        The features that candidates are found and ranked by.
    rankers
        The ranker of each task, for these features.
    unknown_features
        Names of features that the ranker of a task does not know. Each counts the weight that it was given by hand.
    """

    def __init__(self, index: NetworkIndex, rankers: Mapping[Task, Ranker], features: FeatureTable = STANDARD) -> None:
        self.index = index
        self.features = features
        self.rankers: Mapping[Task, Ranker] = {task: ranker.for_features(features) for task, ranker in rankers.items()}
        self.unknown_features: Mapping[Task, tuple[str, ...]] = {
            task: tuple(name for name in features.names if name not in ranker.features)
            for task, ranker in rankers.items()
        }

    @classmethod
    def build(
        cls,
        snapshot: GraphSnapshot,
        rankers: Mapping[Task, Ranker] | None = None,
        *,
        features: Sequence[Feature] = (),
    ) -> "Recommender":
        """A recommender of a snapshot.

        Parameters
        ----------
        snapshot
            The network.
        rankers
            Its own rankers; the ones that ship with Ketnoi if None.
        features
            Features of the network's own, in addition to the standard ones. A ranker that does not know one gives it
            the weight stated with the feature, 0 if none is, and a warning is logged.

        Raises
        ------
        ModelError
            A ranker knows a feature that is neither a standard one nor among ``features``.
        """
        table = FeatureTable((*STANDARD.features, *features)) if features else STANDARD
        recommender = cls(NetworkIndex(snapshot), rankers or day_one_rankers(), table)
        for task, names in recommender.unknown_features.items():
            if names:
                _log.warning(
                    "The ranker %s (%s) does not know these features: %s. They count by the weights given by hand.",
                    recommender.rankers[task].version,
                    task,
                    ", ".join(names),
                )
        recommender.index.build()
        return recommender

    def rehearse(self) -> None:
        """Answer one question of each kind, so that in a service nobody waits for what is loaded at first use."""
        if self.snapshot.n_actors:
            best_linked = int(self.index.links.degree.argmax())
            answers = (self.for_actor(str(self.snapshot.actor_ids[best_linked])), self.for_brief("kết nối"))
            for reason in chain.from_iterable(each.reasons for answer in answers for each in answer.suggestions):
                render(reason, "vi")

    @property
    def snapshot(self) -> GraphSnapshot:
        """The network that is searched."""
        return self.index.snapshot

    @property
    def model_version(self) -> str:
        """Versions of the rankers."""
        return " ".join(dict.fromkeys(ranker.version for ranker in self.rankers.values()))

    def for_actor(self, actor_id: str, options: Options = Options()) -> Answer:  # noqa: B008  frozen
        """New partners for a member of the network: actors that it has not yet worked with.

        Raises
        ------
        NotFoundError
            There is no such actor.
        InvalidQueryError
            A kind or the limit is not possible.
        """
        return self._answer(self._of_actor(actor_id), options)

    def for_actor_by_kind(
        self,
        actor_id: str,
        options: Options = Options(),  # noqa: B008  frozen
    ) -> dict[str, Answer]:
        """As :meth:`for_actor`, an answer for each of ``options.kinds``, or each kind there is; ranked once."""
        return self._answer_by_kind(self._of_actor(actor_id), options)

    def for_profile(self, profile: Profile, options: Options = Options()) -> Answer:  # noqa: B008  frozen
        """Partners for an actor that is not in the network."""
        parts = (profile.summary, *profile.needs, *profile.offers, *self._labels(profile.fields))
        text = _checked(" . ".join(part for part in parts if part.strip()))
        view = TextQuery(self.index, text, profile=profile)
        return self._answer(_Query(view, "brief", self.index.is_candidate), options)

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
            Fields that the asker confirmed, which replace those read from the words; None where nobody was asked.

        Raises
        ------
        InvalidQueryError
            The text is empty or too long, or a kind or the limit is not possible.
        """
        profile = Profile(fields=fields or ())
        view = TextQuery(self.index, _checked(text), profile=profile, reads_fields=fields is None)
        return self._answer(_Query(view, "brief", self.index.is_candidate), options)

    def understand(self, text: str) -> Understanding:
        """What is understood of a need in words: its fields and places. Nothing is ranked.

        Raises
        ------
        InvalidQueryError
            The text is empty or too long.
        """
        return TextQuery(self.index, _checked(text)).understanding()

    def for_project(self, project_id: str, options: Options = Options()) -> Answer:  # noqa: B008  frozen
        """Actors for a project or challenge, besides its owner and participants.

        Raises
        ------
        NotFoundError
            There is no such project.
        """
        return self._answer(self._of_project(project_id), options)

    def for_project_by_kind(
        self,
        project_id: str,
        options: Options = Options(),  # noqa: B008  frozen
    ) -> dict[str, Answer]:
        """As :meth:`for_project`, an answer for each of ``options.kinds``, or each kind there is; ranked once."""
        return self._answer_by_kind(self._of_project(project_id), options)

    def new_partners_of(self, row: int) -> BoolArray:
        """Who may be suggested to an actor: candidates except itself and its earlier partners, shape (n_actors,)."""
        allowed = self.others_than(row)
        partners = self.index.links.partners
        allowed[partners.indices[partners.indptr[row] : partners.indptr[row + 1]]] = False
        return allowed

    def others_than(self, row: int) -> BoolArray:
        """All candidates except an actor itself, shape (n_actors,)."""
        allowed = self.index.is_candidate.copy()
        allowed[row] = False
        return allowed

    def rank(self, view: QueryView, task: Task, allowed: BoolArray) -> Ranking:
        """Candidates from best to worst, ties by id."""
        candidates = draw(view, allowed, features=self.features)
        return _ranking(candidates, candidates.unfiltered, self.rankers[task].scores(candidates.table))

    def order_to_show(self, ranking: Ranking, task: Task) -> IndexArray:
        """Positions of a ranking in an order that shows more actors; see :mod:`matching.ranking.exposure`."""
        return exposure_order(
            ranking.scores,
            self.rankers[task].probability(ranking.scores),
            self.index.activity.prominence[ranking.rows],
            self.index.links.is_newcomer[ranking.rows],
        )

    def _of_actor(self, actor_id: str) -> _Query:
        row = self.snapshot.index_of(actor_id)
        return _Query(MemberQuery(self.index, row), "partner", self.new_partners_of(row))

    def _of_project(self, project_id: str) -> _Query:
        row = self.snapshot.project_index_of(project_id)
        project = self.snapshot.project(row)
        parts = (project.title, project.title_en, project.summary, project.summary_en)
        text = " . ".join(part for part in parts if part)
        view = TextQuery(self.index, text, project=row, profile=Profile(fields=project.fields))
        allowed = self.index.is_candidate.copy()
        membership = self.snapshot.membership
        allowed[membership.indices[membership.indptr[row] : membership.indptr[row + 1]]] = False
        return _Query(view, "brief", allowed)

    def _labels(self, fields: tuple[str, ...]) -> list[str]:
        labels = [self.index.kinds.fields[field].label for field in fields if field in self.index.kinds.fields]
        return [text for label in labels for text in (label.vi, label.en)]

    def _answer(self, query: _Query, options: Options) -> Answer:
        filters = [self._of_kinds(options.kinds)] if options.kinds else []
        (answer,) = self._answers(query, options, filters)
        return answer

    def _answer_by_kind(self, query: _Query, options: Options) -> dict[str, Answer]:
        kinds = options.kinds or tuple(self.index.kinds.actor)
        answers = self._answers(query, options, [self._of_kinds((kind,)) for kind in kinds])
        return dict(zip(kinds, answers, strict=True))

    def _of_kinds(self, kinds: tuple[str, ...]) -> BoolArray:
        return np.isin(self.snapshot.actor_kind, kind_codes(self.index.kinds, kinds))

    def _answers(self, query: _Query, options: Options, filters: Sequence[BoolArray]) -> list[Answer]:
        """An answer for each filter, or one for everyone without any; candidates are drawn and scored once."""
        if not 1 <= options.limit <= MAX_LIMIT:
            raise InvalidQueryError(
                "limit_out_of_range", f"The limit must lie between 1 and {MAX_LIMIT}.", maximum=MAX_LIMIT
            )
        view, ranker = query.view, self.rankers[query.task]
        candidates = draw(view, query.allowed, filters, self.features)
        scores = ranker.scores(candidates.table)
        if view.min_fit:
            candidates = candidates.only(view.fit(candidates.rows) >= view.min_fit)
        everyone = candidates.rows[candidates.unfiltered]
        hidden = [int(np.count_nonzero(~wanted[everyone])) for wanted in filters] or [0]
        return [
            Answer(
                suggestions=self._suggestions(query, _ranking(candidates, listed, scores), options),
                understanding=view.understanding(),
                n_candidates=len(everyone),
                n_hidden=n_hidden,
                as_of=self.snapshot.as_of,
                snapshot_digest=self.snapshot.digest,
                model_version=ranker.version,
            )
            for listed, n_hidden in zip(candidates.lists, hidden, strict=True)
        ]

    def _suggestions(self, query: _Query, ranking: Ranking, options: Options) -> tuple[Suggestion, ...]:
        view, ranker = query.view, self.rankers[query.task]
        order = self.order_to_show(ranking, query.task) if options.exposure else np.arange(len(ranking.rows))
        order = order[: options.limit]
        rows, scores = ranking.rows[order], ranking.scores[order]
        reasons: Sequence[tuple[Reason, ...]] = [()] * len(rows)
        if options.explain:
            contributions = ranker.contributions(ranking.table[ranking.positions[order]])
            reasons = explain(view, rows, contributions, self.features)
        probability = ranker.probability(scores)
        columns = zip(
            self.snapshot.actor_ids[rows].tolist(),
            scores.tolist(),
            view.fit(rows).tolist(),
            reasons,
            [None] * len(rows) if probability is None else probability.tolist(),
            (order - np.arange(len(rows))).tolist(),
            strict=True,
        )
        return tuple(
            [
                Suggestion(actor_id, rank, score, fit, of_one, likelihood=likelihood, moved=places)
                for rank, (actor_id, score, fit, of_one, likelihood, places) in enumerate(columns, 1)
            ]
        )


def _ranking(candidates: Candidates, listed: IndexArray, scores: DoubleArray) -> Ranking:
    """A ranking of some of the candidates, given as positions in ascending order."""
    positions = listed[np.argsort(-scores[listed], kind="stable")]  # rows ascend, so that ties are by id
    return Ranking(candidates.rows[positions], scores[positions], candidates.table, positions)


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
