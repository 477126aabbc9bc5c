"""The network in the service: one snapshot for every request, rebuilt in the background."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from graph.dates import utc_now
from graph.errors import KetnoiError, StoreError, StoreUnavailableError
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from matching.questions import Answer, Options, Profile, Understanding
from service.directory import Directory
from service.errors import NetworkNotLoadedError, trace_of

logger = logging.getLogger(__name__)


class PartnerRecommender(Protocol):
    """The part of :class:`matching.recommend.Recommender` that the service uses."""

    @property
    def model_version(self) -> str:
        """Version of the model that scores."""

    def for_actor(self, actor_id: str, options: Options = ...) -> Answer:
        """Partners for an actor of the network."""

    def for_actor_by_kind(self, actor_id: str, options: Options = ...) -> Mapping[str, Answer]:
        """Partners for an actor of the network, an answer for each kind of actor."""

    def for_profile(self, profile: Profile, options: Options = ...) -> Answer:
        """Partners for an actor that is not in the network."""

    def for_brief(self, text: str, options: Options = ..., *, fields: tuple[str, ...] | None = ...) -> Answer:
        """Partners for a need in words."""

    def for_project(self, project_id: str, options: Options = ...) -> Answer:
        """Partners for a project, product or challenge."""

    def for_project_by_kind(self, project_id: str, options: Options = ...) -> Mapping[str, Answer]:
        """Partners for a project, product or challenge, an answer for each kind of actor."""

    def understand(self, text: str) -> Understanding:
        """The fields and places that a need in words names."""


BuildRecommender = Callable[[GraphSnapshot], PartnerRecommender]
OpenStore = Callable[[], AbstractContextManager[GraphStore]]

_LONG_PAUSE_SECONDS = 30.0
"""Time before the next try after a failure that does not pass by itself: a wrong password, a failed build."""


@dataclass(frozen=True, slots=True)
class Network:
    """A snapshot and everything made from it. Nothing in it changes, so that a request sees one network throughout.

    ``exposure`` is the default of a question: whether seldom suggested actors move up within a margin.
    """

    snapshot: GraphSnapshot
    recommender: PartnerRecommender
    directory: Directory
    exposure: bool = False

    @property
    def as_of(self) -> datetime:
        """The moment the store was read."""
        return self.snapshot.as_of

    @property
    def model_version(self) -> str:
        """Version of the model that scores."""
        return self.recommender.model_version


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The result of the last check of the store, at ``checked_at``; ``failure`` is None if the store answered."""

    checked_at: datetime | None = None
    failure: KetnoiError | None = None

    @property
    def answers(self) -> bool:
        """Whether the store answered the last check."""
        return self.checked_at is not None and not isinstance(self.failure, StoreError)


class NetworkState:
    """Holds the current :class:`Network` and replaces it whenever the store has changed.

    A background thread opens the store, reads it, and asks for its revision every few seconds, so that a store that is
    away at the start is found later, and a load by another process shows up. Only this thread builds; wishes that come
    while it does are served by the one build that follows. While the store is away the last network stays.

    Parameters
    ----------
    open_store
        Gives the store, open until the state is left; called again for as long as it raises.
    build
        Makes a recommender of a snapshot.
    poll_seconds
        Time between two looks at the store.
    exposure
        As in :class:`Network`.
    """

    def __init__(
        self, open_store: OpenStore, build: BuildRecommender, *, poll_seconds: float, exposure: bool = False
    ) -> None:
        self._open_store = open_store
        self._build = build
        self._poll_seconds = poll_seconds
        self._exposure = exposure
        self._opened = ExitStack()
        self._store: GraphStore | None = None
        self._network: Network | None = None
        self._revision: int | None = None
        self._status = StoreStatus()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="ketnoi-network", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._wake.set()
        self._thread.join()

    @property
    def current(self) -> Network:
        """The network to answer from.

        Raises
        ------
        NetworkNotLoadedError
            None has been loaded so far; the message says why.
        """
        network = self._network
        if network is None:
            raise NetworkNotLoadedError(self._status.failure)
        return network

    @property
    def loaded(self) -> Network | None:
        """The network to answer from, or None before the first was loaded."""
        return self._network

    @property
    def status(self) -> StoreStatus:
        """How the store answered last."""
        return self._status

    @property
    def store(self) -> GraphStore:
        """The store, for writing.

        Raises
        ------
        StoreUnavailableError
            It could not be opened so far, or did not answer when it was last asked: a write would only wait in vain.
        """
        failure = self._status.failure
        if self._store is None or isinstance(failure, StoreUnavailableError):
            raise StoreUnavailableError("store_away", "The store did not answer just now. Try again in a moment.")
        return self._store

    def request_rebuild(self) -> None:
        """Have the store looked at now rather than at the next turn; returns at once."""
        self._wake.set()

    def _watch(self) -> None:
        # A future keeps what a refresh raised, so that a fault in one build ends neither the thread nor the service.
        with self._opened, ThreadPoolExecutor(max_workers=1, thread_name_prefix="ketnoi-build") as builder:
            while not self._stopping.is_set():
                self._note(builder.submit(self._refresh).exception())
                self._wake.wait(self._pause_seconds())
                self._wake.clear()

    def _pause_seconds(self) -> float:
        passing = self._status.failure is None or isinstance(self._status.failure, StoreUnavailableError)
        return self._poll_seconds if passing else max(self._poll_seconds, _LONG_PAUSE_SECONDS)

    def _note(self, failure: BaseException | None) -> None:
        if failure is not None and not isinstance(failure, KetnoiError):
            logger.error("The network could not be rebuilt: %s", trace_of(failure))
            failure = KetnoiError("network_build_failed", "The network could not be built; the log says where.")
        before = self._status.failure
        self._status = StoreStatus(checked_at=utc_now(), failure=failure)
        if failure is not None and (before is None or before.code != failure.code):
            logger.warning("%s: %s", failure.code, failure.message)
        elif failure is None and before is not None:
            logger.info("The store answers again.")

    def _refresh(self) -> None:
        if self._store is None:
            self._store = self._opened.enter_context(self._open_store())
        revision = self._store.revision()
        if revision == self._revision:
            return
        started = time.perf_counter()
        snapshot = GraphSnapshot.from_store(self._store)
        network = Network(snapshot, self._build(snapshot), Directory(snapshot), self._exposure)
        # The revision was read before the tables: a write between the two only means one build more.
        self._network, self._revision = network, revision
        logger.info(
            "Network %s: %d actors, %d projects, %d relationships, ready after %.1f s.",
            snapshot.digest[:8],
            snapshot.n_actors,
            snapshot.n_projects,
            snapshot.n_relationships,
            time.perf_counter() - started,
        )
