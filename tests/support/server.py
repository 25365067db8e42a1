"""A running Pexit of its own: its data folder, its port, its log. Real processes, started as `make run` starts them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from pexit_app.core.settings import ROOT

START_S = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int
    log: Path
    data: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def codes(self) -> list[str]:
        """Every sign-in code that was printed."""
        return re.findall(r"code=(\d{6})$", self.log.read_text(), re.M)

    def last_code(self, known: int = 0) -> str:
        """The sign-in code printed last, once there are more than the `known` ones. Waits for the line: it is written
        after the answer may have left."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if len(found := self.codes()) > known:
                return found[-1]
            time.sleep(0.02)
        raise AssertionError("no sign-in code was printed")

    def client(self, identifier: str) -> httpx.Client:
        """A REST client signed in as `identifier`."""
        with httpx.Client(base_url=self.url) as nobody:
            known = len(self.codes())
            nobody.post("/api/v1/auth/otp/request", json={"identifier": identifier}).raise_for_status()
            code = self.last_code(known)
            answer = nobody.post("/api/v1/auth/otp/verify", json={"identifier": identifier, "code": code})
            token = answer.raise_for_status().json()["data"]["access_token"]
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill_group(self) -> None:
        """kill -9 of the whole process group, as an out-of-memory killer or a power cut would leave it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pexit_app.cli", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def start(data: Path, port: int | None = None, **env: str) -> Server:
    """Returns once it answers /readyz. A process group of its own, so that it can be killed whole."""
    port = port or free_port()
    log = data / "server.log"
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PEXIT_")}
    full = inherited | {"PEXIT_DATA_DIR": str(data), "PEXIT_PORT": str(port), "PYTHONWARNINGS": "ignore"} | env
    with log.open("a") as out:
        process: subprocess.Popen[Any] = subprocess.Popen(
            [sys.executable, "-m", "pexit_app.cli", "serve"],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=full,
            start_new_session=True,
        )
    server, deadline = Server(process, port, log, data, full), time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(server.url + "/readyz", timeout=2):
                return server
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-4000:]}")
