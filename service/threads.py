"""Threads for slow work, so that it does not block the event loop; the waiting line is bounded."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from service.errors import TooBusyError

T = TypeVar("T")

MAX_WAITING = 64
"""Tasks that may wait for a thread; further ones are refused."""


class BoundedThreads:
    """Runs one kind of task in a few threads of its own, first come, first served."""

    def __init__(self, n_threads: int) -> None:
        self._limiter = CapacityLimiter(n_threads)

    @property
    def n_waiting(self) -> int:
        """Number of tasks that wait for a thread."""
        return self._limiter.statistics().tasks_waiting

    async def run(self, work: Callable[[], T]) -> T:
        """The result of a function that runs in a thread.

        Raises
        ------
        TooBusyError
            Too many tasks wait already.
        """
        if self.n_waiting >= MAX_WAITING:
            raise TooBusyError
        return await to_thread.run_sync(work, limiter=self._limiter)
