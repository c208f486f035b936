"""What is known about a writer's acks, and the futures that wait for them."""

from __future__ import annotations

import heapq
import itertools
import threading
from concurrent.futures import Future

from .errors import PravegaError


class Acks:
    """The highest number acked, as far as it was seen, and futures of numbers above it.

    Knows nothing of the library: who looks at the writer tells it what is acked.
    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._acked = 0
        self._final: PravegaError | None = None
        self._futures: list[tuple[int, int, Future[int]]] = []  # a heap
        self._ties = itertools.count()  # futures cannot be compared
        self._lock = threading.Lock()

    @property
    def acked(self) -> int:
        """The highest number acked that was seen."""
        return self._acked

    @property
    def final(self) -> PravegaError | None:
        """What ended the writer."""
        return self._final

    @property
    def awaited(self) -> bool:
        """Whether there are futures that are not resolved."""
        return bool(self._futures)

    def future(self, number: int) -> Future[int]:
        """A future of the ack of an event; its result is the event's number."""
        future: Future[int] = Future()
        with self._lock:
            heapq.heappush(self._futures, (number, next(self._ties), future))
        self.settle(self._acked, self._final)
        return future

    def settle(self, acked: int, final: PravegaError | None = None) -> None:
        """Tells that everything up to a number is acked, and whether more can come."""
        with self._lock:
            self._acked = acked = max(acked, self._acked)
            self._final = final = self._final or final
            due = []
            while self._futures and (final is not None or self._futures[0][0] <= acked):
                due.append(heapq.heappop(self._futures))
        for number, _, future in due:
            if not future.set_running_or_notify_cancel():
                continue
            if number <= acked or final is None:
                future.set_result(number)
            else:
                future.set_exception(final)
