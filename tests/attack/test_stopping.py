"""A stop is clean and quick though people listen: the server never has to be killed."""

import threading
from pathlib import Path

import httpx

from tests.conftest import open_to_database
from tests.support.server import start


def listen(client: httpx.Client, path: str, opened: threading.Semaphore) -> None:
    try:
        with client.stream("GET", path) as answer:
            opened.release()
            for _ in answer.iter_lines():
                pass
    except httpx.TransportError:
        pass


def test_open_streams_end_when_the_server_stops(tmp_path: Path) -> None:
    server = start(open_to_database(tmp_path))
    client, opened = server.client("listener@example.com"), threading.Semaphore(0)
    listeners = [threading.Thread(target=listen, args=(client, "/api/v1/events", opened)) for _ in range(3)]
    for each in listeners:
        each.start()
    for _ in listeners:
        assert opened.acquire(timeout=20)
    assert server.stop() == 0
    assert "refused to gracefully stop" not in server.log.read_text()
    for each in listeners:
        each.join(10)
    assert "Traceback" not in server.log.read_text()
