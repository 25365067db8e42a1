"""A fal.ai that is done at once (or never), in a process of its own, so that its work is not taken for ours."""

import contextlib
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from tests.servers.fal import FalServer
from tests.servers.fal_state import FalOrder, Made
from tests.servers.tls import proxying

KEY = "fal-bench-key"


@contextlib.contextmanager
def running(*, finishes: bool) -> Iterator[None]:
    """The environment leads fal's own client there meanwhile."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, finishes))
    before = dict(os.environ)
    process.start()
    try:
        os.environ.update(ours.recv())
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        ours.send("stop")
        process.join(10)
        process.kill()


def _serve(told: Connection, finishes: bool) -> None:
    server = FalServer(KEY)
    server.looks = 0 if finishes else None
    made: list[Made] = []

    def same_picture(order: FalOrder) -> Made | None:
        """Painted once: what it costs to paint is nobody's latency here."""
        made.extend(each.made for each in server.orders.values() if not made and each.made)
        return made[0] if made else None

    server.rule = same_picture
    with tempfile.TemporaryDirectory() as folder, proxying(server.apps(), Path(folder), keeps_alive=True) as proxy:
        told.send(dict(proxy.env))
        told.recv()
