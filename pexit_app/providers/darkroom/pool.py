"""The pool: worker processes that render, each driven by one thread here, never by an event loop.

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

from pexit_app.core.ports import ProviderError, ProviderState, ProviderUpdate
from pexit_app.providers.darkroom.backlog import Backlog, Order
from pexit_app.providers.darkroom.render import STAGES
from pexit_app.providers.darkroom.task import Failed, Finished, Stage, Stop, Stopped, Task, Work

_ROOT = Path(__file__).resolve().parents[3]
_ATTEMPTS = 2
_DRAFT_LIMIT_S = 30.0
_RENDER_LIMIT_S = 180.0
_RENDER_NICENESS = 5
_CLOSE_WAIT_S = 5.0
log = logging.getLogger(__name__)


class _Crashed(Exception):
    """The worker process is gone or does not answer."""


class _Worker:
    """One process and our end of its pipe."""

    def __init__(self, niceness: int) -> None:
        self.channel, theirs = Pipe(duplex=True)
        command = [sys.executable, "-m", "pexit_app.providers.darkroom.child"]
        self.process = subprocess.Popen(
            [*command, str(theirs.fileno()), str(os.getpid()), str(niceness)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            cwd=_ROOT,
        )
        theirs.close()

    def send(self, message: Work | Stop) -> None:
        """Only under the pool's lock: a pipe takes one sender at a time."""
        try:
            self.channel.send(message)
        except OSError as error:
            raise _Crashed from error

    def receive(self, within_s: float) -> object:
        try:
            if not self.channel.poll(within_s):
                raise _Crashed
            return self.channel.recv()
        except (EOFError, OSError) as error:
            raise _Crashed from error

    def end(self) -> None:
        self.channel.close()
        self.process.kill()
        self.process.wait()


class Pool:
    """`workers` processes; the first keeps itself free for drafts while there are any."""

    def __init__(self, workers: int = 2, backlog: Backlog | None = None) -> None:
        self._backlog = backlog or Backlog()
        self._threads = [
            threading.Thread(target=self._drive, args=(i,), name=f"darkroom-{i}", daemon=True) for i in range(workers)
        ]
        self._running: dict[Order, tuple[_Worker, int]] = {}
        self._lock = threading.Lock()
        self._numbers = iter(range(1, sys.maxsize))
        self._is_closing = False

    def start(self) -> None:
        """Returns at once; the workers load and warm up in the background."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Gives up what waits and ends every process. Blocks until they are gone (at most some seconds)."""
        self._is_closing = True
        for order in self._backlog.close():
            order.publish(ProviderUpdate(ProviderState.CANCELED))
            order.future.cancel()
        with self._lock:
            running = list(self._running.values())
        for worker, _ in running:
            worker.process.kill()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_CLOSE_WAIT_S)

    def draft(self, task: Task, stream: str) -> Future[Finished]:
        """Raises Busy; the future raises Superseded or ProviderError."""
        order = Order(task, stream)
        self._backlog.add_draft(order)
        return order.future

    def render(self, task: Task) -> Order:
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

    def _drive(self, index: int) -> None:
        niceness = 0 if index == 0 else _RENDER_NICENESS
        worker = _Worker(niceness)
        while order := self._backlog.take(keeps_free=index == 0 and len(self._threads) > 1):
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    self._run(worker, order)
                    break
                except _Crashed:
                    log.warning("a darkroom worker stopped (attempt %d)", attempt)
                    worker.end()
                    if self._is_closing:
                        break
                    worker = _Worker(niceness)
            if not order.future.done():
                self._settle(order, Failed("The darkroom stopped while making this picture. Please try again."))
        worker.end()

    def _run(self, worker: _Worker, order: Order) -> None:
        """One order on one worker, until it is settled. Raises _Crashed."""
        with self._lock:
            if order.is_canceled:
                self._settle(order, Stopped())
                return
            number = next(self._numbers)
            worker.send(Work(number, order.task))
            self._running[order] = (worker, number)
        try:
            deadline = time.monotonic() + (_DRAFT_LIMIT_S if order.task.is_draft else _RENDER_LIMIT_S)
            while not order.future.done():
                message = worker.receive(max(deadline - time.monotonic(), 0))
                if isinstance(message, Stage):
                    order.publish(_progress(message.name))
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
            case Failed(message):
                order.future.set_exception(ProviderError(message))
                order.publish(ProviderUpdate(ProviderState.FAILED, error=message))
            case Stopped():
                order.future.set_exception(ProviderError("This picture was canceled."))
                order.publish(ProviderUpdate(ProviderState.CANCELED))
            case _:
                raise _Crashed


def _progress(stage: str) -> ProviderUpdate:
    """A stage begins: as many percent as stages lie behind it."""
    return ProviderUpdate(ProviderState.RUNNING, 100 * STAGES.index(stage) // len(STAGES), stage)


