"""Starting, stopping, starting again: one owner, nothing left behind, all found as it was."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import psutil

from pexit_app.core import embedded
from pexit_app.core.settings import ROOT
from tests.conftest import open_to_database
from tests.support.server import free_port, start


def postgres_pid(folder: Path) -> int:
    return int((embedded.place_for(folder) / "postmaster.pid").read_text().split()[0])


def test_a_clean_stop_leaves_nothing_and_the_next_start_finds_all(tmp_path: Path) -> None:
    folder = open_to_database(tmp_path)
    server = start(folder)
    account = server.client("again@example.com").get("/api/v1/me").json()["data"]
    children, database = server.children(), postgres_pid(folder)
    assert server.stop() == 0
    assert psutil.wait_procs(children, 10)[1] == []
    assert not psutil.pid_exists(database)

    server = start(folder, port=free_port())  # another port: the same build serves any
    again = server.client("again@example.com").get("/api/v1/me").json()["data"]
    assert (again["id"], again["fairyname"], again["balance"]) == (account["id"], account["fairyname"], 25)
    assert server.stop() == 0
    assert "Traceback" not in server.log.read_text()


def test_a_second_start_is_refused_and_a_killed_server_leaves_no_worker(tmp_path: Path) -> None:
    folder = open_to_database(tmp_path)
    server = start(folder)
    command = [sys.executable, "-m", "pexit_app.cli", "serve"]
    second = subprocess.run(command, cwd=ROOT, env=server.env, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert "in use" in second.stderr
    children = server.children()
    os.kill(server.process.pid, 9)  # the supervisor alone: its worker and the darkroom's processes must follow
    server.process.wait(10)
    assert psutil.wait_procs(children, 15)[1] == []
    server = start(folder)  # adopts the PostgreSQL that was left behind
    assert httpx.get(server.url + "/readyz").status_code == 200
    assert server.stop() == 0
