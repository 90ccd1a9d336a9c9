"""A thread that waits for the disk, so that the event loop never waits for long."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

QUICK = 0.005
"""Seconds that the loop itself waits, since most disks are done by then. On one core a change then takes 17 µs more
than if the loop made it by itself; if the thread has to wake the loop, 34 µs more; with `asyncio.to_thread`, 60."""

T = TypeVar("T")


class Writer:
    """Does one thing after another in a thread of its own, which begins with the first of them."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def do(self, work: Callable[[], T]) -> T:
        """Do `work` after all that was asked for before; returns what it returns, and raises what it raises.

        Once asked for it is done, even if the caller is cancelled.
        """
        if not self._thread:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        job = _Job(work)
        self._jobs.put(job)
        if not job.done.acquire(timeout=QUICK):
            await asyncio.to_thread(job.done.acquire)
        return job.result()

    def close(self) -> None:
        """Wait until all is done, and end the thread."""
        if self._thread:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while job := self._jobs.get():
            job.run()


class _Job(Generic[T]):
    """One thing to do; `done` can be acquired as soon as it has been done."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._error: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()

    def run(self) -> None:
        """Do it."""
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error
        self.done.release()

    def result(self) -> T:
        """What came of it."""
        if self._error:
            raise self._error
        return self._result
