"""What waits for a worker: drafts of which only the newest of a stream counts, then photos someone waits for, then
renders and trainings in the order they came.

Thread-safe and free of processes: the pool's threads take from it, any event loop adds to it.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future

from pexit_app.core.ports import Busy, ProviderState, ProviderUpdate, Superseded
from pexit_app.providers.darkroom.task import AnyTask, Finished, Seen, Training

Listener = Callable[[ProviderUpdate], None]
_TERMINAL = (ProviderState.DONE, ProviderState.FAILED, ProviderState.CANCELED)


class Order:
    """One piece of work on its way: its task, its updates so far, and the future that brings it (or what went wrong)."""

    def __init__(self, task: AnyTask, stream: str = "") -> None:
        self.task = task
        self.stream = stream
        self.future: Future[Finished | Seen] = Future()
        self.is_canceled = False
        self.ordered_at = time.perf_counter()
        self.taken_at = self.ordered_at
        self._history: list[ProviderUpdate] = []
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    @property
    def latest(self) -> ProviderUpdate | None:
        with self._lock:
            return self._history[-1] if self._history else None

    @property
    def is_over(self) -> bool:
        latest = self.latest
        return latest is not None and latest.state in _TERMINAL

    def publish(self, update: ProviderUpdate) -> None:
        """Tell every listener. Of the places in the queue only the last is remembered; nothing follows the end."""
        with self._lock:
            if self._history and self._history[-1].state in _TERMINAL:
                return
            if self._history and self._history[-1].state is ProviderState.QUEUED:
                self._history.pop()
            self._history.append(update)
            for listener in self._listeners:
                listener(update)

    def listen(self, listener: Listener) -> None:
        """`listener` hears all that happened so far, then whatever follows; it may be called from any thread."""
        with self._lock:
            for update in self._history:
                listener(update)
            self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.remove(listener)


class Backlog:
    """`take` prefers drafts, then photos. What waits behind them is passed over at most `patience` times in a row.

    A worker that keeps itself free for drafts leaves renders alone while drafts are about (for `quiet_s` seconds after
    the last one came) and never takes a training, which would hold it for many seconds.
    """

    def __init__(
        self,
        drafts_max: int = 32,
        renders_max: int = 2000,
        photos_max: int = 500,
        quiet_s: float = 2.0,
        patience: int = 8,
    ) -> None:
        self._drafts: OrderedDict[str, Order] = OrderedDict()
        self._photos: deque[Order] = deque()
        self._renders: deque[Order] = deque()
        self._drafts_max, self._renders_max, self._photos_max = drafts_max, renders_max, photos_max
        self._quiet_s = quiet_s
        self._patience = patience
        self._passed_over = {"photos": 0, "renders": 0}
        self._last_draft = float("-inf")
        self._is_closed = False
        self._changed = threading.Condition()

    def add_draft(self, order: Order) -> None:
        """The newest of its stream takes the place of the one waiting, which is Superseded. Raises Busy."""
        with self._changed:
            if self._is_closed:
                raise Busy("The darkroom is closing.")
            older = self._drafts.get(order.stream)
            if older is None and len(self._drafts) >= self._drafts_max:
                raise Busy("Too many drafts are waiting; try again in a moment.")
            self._drafts[order.stream] = order
            self._last_draft = time.monotonic()
            self._changed.notify_all()
        if older is not None and older.future.set_running_or_notify_cancel():
            older.future.set_exception(Superseded("A newer draft took this one's place."))

    def add_photo(self, order: Order) -> None:
        """An inspection or a portrait. Raises Busy."""
        with self._changed:
            if self._is_closed or len(self._photos) >= self._photos_max:
                raise Busy("Too many photos are waiting; try again shortly.")
            self._photos.append(order)
            self._changed.notify_all()

    def add_render(self, order: Order) -> None:
        """A picture or a training. Raises Busy."""
        with self._changed:
            if self._is_closed or len(self._renders) >= self._renders_max:
                raise Busy("Too many pictures are waiting; try again shortly.")
            self._renders.append(order)
            order.publish(ProviderUpdate(ProviderState.QUEUED, queue_position=len(self._renders)))
            self._changed.notify_all()

    def take(self, keeps_free: bool) -> Order | None:
        """Waits for the next order; None when the backlog is closed."""
        with self._changed:
            while not self._is_closed:
                quiet_in = self._last_draft + self._quiet_s - time.monotonic() if keeps_free else 0
                render = self._next_render(keeps_free) if quiet_in <= 0 else None
                order = self._choose(render)
                if order is None:
                    self._changed.wait(quiet_in if quiet_in > 0 and self._renders else None)
                elif order.future.set_running_or_notify_cancel():
                    order.taken_at = time.perf_counter()
                    return order
            return None

    def drop(self, order: Order) -> bool:
        """Takes a waiting render or training out of the queue; False when it is not waiting any more."""
        with self._changed:
            if order not in self._renders:
                return False
            self._renders.remove(order)
            self._tell_places()
        order.future.cancel()
        return True

    def close(self) -> list[Order]:
        """Wakes every taker with None; returns what was still waiting."""
        with self._changed:
            self._is_closed = True
            waiting = [*self._drafts.values(), *self._photos, *self._renders]
            self._drafts.clear()
            self._photos.clear()
            self._renders.clear()
            self._changed.notify_all()
        return waiting

    def _choose(self, render: Order | None) -> Order | None:
        """The next order by rank, unless a lower rank was passed over too often. `render` is the one this worker may
        take, if any."""
        is_render_due = render is not None and self._passed_over["renders"] >= self._patience
        is_photo_due = bool(self._photos) and self._passed_over["photos"] >= self._patience
        if self._drafts and not is_render_due and not is_photo_due:
            self._pass_over("photos", bool(self._photos))
            self._pass_over("renders", render is not None)
            return self._drafts.popitem(last=False)[1]
        if self._photos and not is_render_due:
            self._passed_over["photos"] = 0
            self._pass_over("renders", render is not None)
            return self._photos.popleft()
        if render is None:
            return None
        self._passed_over["renders"] = 0
        self._renders.remove(render)
        self._tell_places()
        return render

    def _next_render(self, keeps_free: bool) -> Order | None:
        return next((order for order in self._renders if not (keeps_free and isinstance(order.task, Training))), None)

    def _pass_over(self, rank: str, is_waiting: bool) -> None:
        self._passed_over[rank] = self._passed_over[rank] + 1 if is_waiting else 0

    def _tell_places(self) -> None:
        for place, order in enumerate(self._renders, 1):
            order.publish(ProviderUpdate(ProviderState.QUEUED, queue_position=place))
