"""The pool: worker processes that do the darkroom's work, each driven by one thread here, never by an event loop.

Threads and pipes rather than one loop's subprocesses, so that web pages and durable workflows, which may run on
different event loops, share one pool. A worker that crashes is started anew and its order tried once more.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from multiprocessing import Pipe
from pathlib import Path

import psutil

from pexit_app.core.ports import BadPhoto, ProviderError, ProviderState, ProviderUpdate
from pexit_app.providers.darkroom.backlog import Backlog, Order
from pexit_app.providers.darkroom.task import (
    Failed,
    Finished,
    Inspection,
    Portrait,
    Ready,
    Refused,
    Seen,
    Stage,
    Stop,
    Stopped,
    Task,
    Training,
    Work,
)

_ROOT = Path(__file__).resolve().parents[3]
_ATTEMPTS = 2
_START_LIMIT_S = 120.0
_RENDER_NICENESS = 5
_CLOSE_WAIT_S = 5.0
_STANDSTILL = 6  # so many times its limit by the clock, and a worker that hardly ran is given up all the same
_LEAST_WAIT_S = 0.05
_TOO_SLOW = Refused("damaged", "This file could not be read in time. Save it again as a JPEG and add that.")
log = logging.getLogger(__name__)


class _Crashed(Exception):
    """The worker process is gone or does not answer."""


class _TimedOut(_Crashed):
    """It is still there, but takes too long."""


class _Worker:
    """One process and our end of its pipe."""

    def __init__(self, niceness: int) -> None:
        self.channel, theirs = Pipe(duplex=True)
        self._is_ready = False
        self._sending = threading.Lock()
        command = [sys.executable, "-m", "pexit_app.providers.darkroom.child"]
        self.process = subprocess.Popen(
            [*command, str(theirs.fileno()), str(os.getpid()), str(niceness)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            cwd=_ROOT,
        )
        theirs.close()

    def send(self, message: Work | Stop) -> None:
        """One at a time, as a pipe wants it. A photo may take a moment."""
        try:
            with self._sending:
                self.channel.send(message)
        except OSError as error:
            raise _Crashed from error

    def receive(self, within_s: float) -> object | None:
        """None: nothing came."""
        try:
            return self.channel.recv() if self.channel.poll(within_s) else None
        except (EOFError, OSError) as error:
            raise _Crashed from error

    def warm(self) -> None:
        """Waits until it has loaded, so that no order's time runs meanwhile."""
        if not self._is_ready:
            if not isinstance(self.receive(_START_LIMIT_S), Ready):
                raise _Crashed
            self._is_ready = True

    def used_s(self) -> float:
        """Processor time of all its work until now."""
        try:
            times = psutil.Process(self.process.pid).cpu_times()
        except psutil.Error as error:
            raise _Crashed from error
        return float(times.user + times.system)

    def end(self) -> None:
        self.channel.close()
        self.process.kill()
        self.process.wait()


class _Limit:
    """An order's time is its worker's own: no file is too slow because the machine is busy with others."""

    def __init__(self, worker: _Worker, limit_s: float) -> None:
        self._worker, self._limit_s = worker, limit_s
        self._before_s, self._standstill = worker.used_s(), time.monotonic() + _STANDSTILL * limit_s

    def left_s(self) -> float:
        """Raises _TimedOut when nothing is left."""
        left_s = min(self._limit_s - (self._worker.used_s() - self._before_s), self._standstill - time.monotonic())
        if left_s <= 0:
            raise _TimedOut
        return max(left_s, _LEAST_WAIT_S)


class Pool:
    """`workers` processes; the first keeps itself free for drafts while there are any, and from trainings always."""

    def __init__(self, workers: int = 2, backlog: Backlog | None = None) -> None:
        self._backlog = backlog or Backlog()
        self._threads = [
            threading.Thread(target=self._drive, args=(i,), name=f"darkroom-{i}", daemon=True) for i in range(workers)
        ]
        self._running: dict[Order, tuple[_Worker, int]] = {}
        self._workers: dict[int, _Worker] = {}  # by the place of their thread
        self._lock = threading.Lock()
        self._numbers = iter(range(1, sys.maxsize))
        self._is_closing = False

    def start(self) -> None:
        """Returns at once; the workers load and warm up in the background."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Gives up what waits and ends every process. Blocks until they are gone (at most some seconds)."""
        for order in self._backlog.close():
            order.publish(ProviderUpdate(ProviderState.CANCELED))
            order.future.cancel()
        with self._lock:  # also those that are only starting, of which nobody waits to hear
            self._is_closing = True
            for worker in self._workers.values():
                worker.process.kill()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_CLOSE_WAIT_S)

    def draft(self, task: Task, stream: str) -> Future[Finished | Seen]:
        """Raises Busy; the future raises Superseded or ProviderError."""
        order = Order(task, stream)
        self._backlog.add_draft(order)
        return order.future

    def photo(self, task: Inspection | Portrait) -> Future[Finished | Seen]:
        """`Seen` of an inspection, `Finished` of a portrait. Raises Busy; the future raises BadPhoto or ProviderError."""
        order = Order(task)
        self._backlog.add_photo(order)
        return order.future

    def render(self, task: Task | Training) -> Order:
        """Raises Busy."""
        order = Order(task)
        self._backlog.add_render(order)
        return order

    def cancel(self, order: Order) -> None:
        """A waiting order is dropped at once, a running one at its next stage."""
        if self._backlog.drop(order):
            order.publish(ProviderUpdate(ProviderState.CANCELED))
            return
        with self._lock:
            order.is_canceled = True
            running = self._running.get(order)
        if running is None:
            return
        worker, number = running
        try:
            worker.send(Stop(number))
        except _Crashed:
            log.info("the worker ended before it could be told to stop")

    def pids(self) -> list[int]:
        """Process ids of the workers that are busy now."""
        with self._lock:
            return [worker.process.pid for worker, _ in self._running.values()]

    def _worker(self, index: int) -> _Worker:
        """A new one for this thread; while the pool closes, one that is ended already."""
        with self._lock:
            worker = self._workers[index] = _Worker(0 if index == 0 else _RENDER_NICENESS)
            if self._is_closing:
                worker.process.kill()
        return worker

    def _drive(self, index: int) -> None:
        worker = self._worker(index)
        while order := self._backlog.take(keeps_free=index == 0 and len(self._threads) > 1):
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    self._run(worker, order)
                    break
                except _Crashed as error:
                    log.warning("a darkroom worker stopped (attempt %d)", attempt)
                    worker.end()
                    if isinstance(error, _TimedOut) and isinstance(order.task, Inspection):
                        self._settle(order, _TOO_SLOW)
                    if self._is_closing:
                        break
                    worker = self._worker(index)
                    if order.future.done():
                        break
            if not order.future.done():
                self._settle(order, Failed(order.task.LOST))
        worker.end()

    def _run(self, worker: _Worker, order: Order) -> None:
        """One order on one worker, until it is settled. Raises _Crashed."""
        worker.warm()
        with self._lock:
            if order.is_canceled:
                self._settle(order, Stopped())
                return
            number = next(self._numbers)
            self._running[order] = (worker, number)
        try:
            worker.send(Work(number, order.task))
            limit = _Limit(worker, order.task.limit_s)
            while not order.future.done():
                message = worker.receive(limit.left_s())
                if message is None:
                    continue
                if isinstance(message, Stage):
                    order.publish(ProviderUpdate(ProviderState.RUNNING, message.progress, message.name))
                else:
                    self._settle(order, message)
        finally:
            with self._lock:
                del self._running[order]

    def _settle(self, order: Order, outcome: object) -> None:
        """The future first: whoever hears of the end may fetch at once."""
        match outcome:
            case Finished(content, timings):
                queue_ms = (order.taken_at - order.ordered_at) * 1000
                order.future.set_result(Finished(content, {"queue": queue_ms, **timings}))
                order.publish(ProviderUpdate(ProviderState.DONE, 100, "done"))
            case Seen():
                order.future.set_result(outcome)
                order.publish(ProviderUpdate(ProviderState.DONE, 100, "done"))
            case Refused(code, message):
                order.future.set_exception(BadPhoto(code, message))
                order.publish(ProviderUpdate(ProviderState.FAILED, error=message))
            case Failed(message):
                order.future.set_exception(ProviderError(message))
                order.publish(ProviderUpdate(ProviderState.FAILED, error=message))
            case Stopped():
                order.future.set_exception(ProviderError(order.task.CANCELED))
                order.publish(ProviderUpdate(ProviderState.CANCELED))
            case _:
                raise _Crashed
