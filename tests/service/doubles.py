"""Stores and recommenders that misbehave in ways real ones do."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Event
from typing import cast

from graph.errors import StoreUnavailableError
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from matching.questions import Answer, Options, Profile, Understanding
from matching.ranking.model_files import day_one_rankers
from matching.ranking.ranker import Calibration, LinearRanker, Ranker, Task
from matching.recommend import Recommender

PATIENCE_SECONDS = 60

NO_OPTIONS = Options()


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as a condition holds; fail where it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def likely_rankers() -> dict[Task, Ranker]:
    """The rankers that ship with Ketnoi, as if they had learned what their scores stand for."""
    rankers: dict[Task, Ranker] = {}
    for task, ranker in day_one_rankers().items():
        assert isinstance(ranker, LinearRanker)
        rankers[task] = replace(ranker, calibration=Calibration(slope=0.5, intercept=-3.0))
    return rankers


def with_likelihood(snapshot: GraphSnapshot) -> Recommender:
    """A recommender that knows what its scores stand for."""
    return Recommender.build(snapshot, likely_rankers())


class AwayStore:
    """A store in front of another one, which is away while ``is_away`` is set."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self.is_away = False

    def __getattr__(self, name: str) -> object:
        if self.is_away:
            raise StoreUnavailableError("store_unreachable", "bolt://secret-host:7687 does not answer.")
        return getattr(self._store, name)

    def as_store(self) -> GraphStore:
        """Itself, as what it stands for."""
        return cast(GraphStore, self)


class WaitingRecommender:
    """A recommender whose answers, and nothing else, wait until it is told to go on."""

    def __init__(self, snapshot: GraphSnapshot, may_answer: Event) -> None:
        self._recommender = Recommender.build(snapshot)
        self._may_answer = may_answer
        self.n_waiting = 0
        self.most_waiting = 0

    @property
    def model_version(self) -> str:
        return self._recommender.model_version

    def for_actor(self, actor_id: str, options: Options = NO_OPTIONS) -> Answer:
        self._wait()
        return self._recommender.for_actor(actor_id, options)

    def for_profile(self, profile: Profile, options: Options = NO_OPTIONS) -> Answer:
        self._wait()
        return self._recommender.for_profile(profile, options)

    def for_brief(self, text: str, options: Options = NO_OPTIONS, *, fields: tuple[str, ...] | None = None) -> Answer:
        self._wait()
        return self._recommender.for_brief(text, options)

    def for_project(self, project_id: str, options: Options = NO_OPTIONS) -> Answer:
        self._wait()
        return self._recommender.for_project(project_id, options)

    def for_actor_by_kind(self, actor_id: str, options: Options = NO_OPTIONS) -> Mapping[str, Answer]:
        self._wait()
        return self._recommender.for_actor_by_kind(actor_id, options)

    def for_project_by_kind(self, project_id: str, options: Options = NO_OPTIONS) -> Mapping[str, Answer]:
        self._wait()
        return self._recommender.for_project_by_kind(project_id, options)

    def understand(self, text: str) -> Understanding:
        self._wait()
        return self._recommender.understand(text)

    def _wait(self) -> None:
        self.n_waiting += 1
        self.most_waiting = max(self.most_waiting, self.n_waiting)
        assert self._may_answer.wait(PATIENCE_SECONDS)
        self.n_waiting -= 1
