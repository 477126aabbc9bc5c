"""Slow work kept off the event loop and within bounds, so that nobody waits for somebody else's question."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from service.errors import TooBusyError

T = TypeVar("T")

MAX_WAITING = 64
"""Pieces of work that may wait for a thread; who brings the next is asked to come back."""


class BoundedThreads:
    """Runs work of one sort in a few threads of its own, first come, first served."""

    def __init__(self, n_threads: int) -> None:
        self._limiter = CapacityLimiter(n_threads)

    @property
    def n_waiting(self) -> int:
        """Pieces of work that wait for a thread."""
        return self._limiter.statistics().tasks_waiting

    async def run(self, work: Callable[[], T]) -> T:
        """What a function gives back, run in a thread.

        Raises
        ------
        TooBusyError
            Too much work is waiting already.
        """
        if self.n_waiting >= MAX_WAITING:
            raise TooBusyError
        return await to_thread.run_sync(work, limiter=self._limiter)
