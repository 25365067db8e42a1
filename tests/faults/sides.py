"""The two services as the matrix makes them go wrong, each behind an address of its own, reached through the clients' own
environment over real connections."""

import io
import json
import socket
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from pexit_app.core.ports import HookReader, HookUrl, ImageProvider, Kind, LikenessTrainer, ObjectStore
from pexit_app.providers.fal import FalHooks, FalImages, FalTrainer
from pexit_app.providers.fal.clients import Clients
from pexit_app.providers.replicate import ReplicateHooks, ReplicateImages, ReplicateTrainer
from pexit_app.providers.replicate.account import Account
from pexit_app.providers.replicate.desk import Pace
from pexit_app.providers.replicate.uploads import Uploads
from pexit_app.providers.results import FAL_HOSTS, REPLICATE_HOSTS, Limits, Results
from tests.faults.troubles import Trouble
from tests.servers import fal_products
from tests.servers.base import serving, unused_address
from tests.servers.fal import FalServer
from tests.servers.fal_state import Made, model_error
from tests.servers.replicate import FLAGGED, HOLLOW, Course, Order, Replicate, several
from tests.servers.tls import proxying

KEY, TOKEN = "fal-test-key", "r8_test"
HURRY_S = 0.8
QUICK = Pace(first_s=0.01, longest_s=0.05, trouble_s=0.1)
FOR_EVER = 10_000  # looks


@dataclass(frozen=True)
class Desks:
    """One service as bootstrap opens it."""

    images: ImageProvider
    trainer: LikenessTrainer
    hooks: HookReader


class FalSide:
    name = "fal"

    def __init__(self) -> None:
        self.server = FalServer(KEY)
        self.server.sends_hooks = False

    def open(self, store: ObjectStore, hook_url: HookUrl, limits: Limits) -> Desks:
        clients, results = Clients(KEY), Results(FAL_HOSTS, (), limits=limits)
        return Desks(
            FalImages(clients, store, hook_url, results), FalTrainer(clients, store, hook_url, results), FalHooks()
        )

    def plan(self, trouble: Trouble, kind: Kind) -> None:
        self.server.faults.plan(*trouble.faults_at(self.name))
        if trouble.is_stuck:
            self.server.looks = None
            self.server.ignores_cancel = True
        if trouble.result:
            self.server.results.append(self._made(trouble, kind))

    def _made(self, trouble: Trouble, kind: Kind) -> Made:
        match trouble.result:
            case "missing":
                return self._good(kind, "https://v3.fal.media/files/nowhere")
            case "two":
                if kind == Kind.TRAIN:
                    return self._good(kind, self.server._keep(two_models(), "application/x-tar", "tar"))
                return self._good(kind, *(self._picture(seed) for seed in (1, 2)))
            case "moderated":
                return model_error("content_policy_violation")
            case _:
                return Made({"error": "Traceback: CUDA out of memory", "images": None})

    def _picture(self, seed: int) -> str:
        return self.server._keep(fal_products.picture(512, 512, seed), "image/png", "png")

    @staticmethod
    def _good(kind: Kind, *urls: str) -> Made:
        if kind == Kind.TRAIN:
            return Made({"diffusers_lora_file": {"url": urls[0]}})
        return Made({"images": [{"url": url, "content_type": "image/png"} for url in urls]})

    @property
    def posts(self) -> int:
        return self.server.faults.count("submit")

    @property
    def taken(self) -> int:
        return len(self.server.orders)

    @property
    def canceled(self) -> bool:
        """Whether its last order was to be stopped."""
        return self.server.last.request_id in self.server.canceled

    async def until_followed(self) -> None:
        await self.server.faults.until("status")

    def finish_late(self) -> tuple[str, dict[str, str], bytes]:
        """The last order is done all the same: the address, headers and body of the webhook that says so."""
        order = self.server.last
        self.server.finish(order)
        headers, body = self.server.hook(order)
        assert order.webhook is not None
        return order.webhook, headers, body


class ReplicateSide:
    name = "replicate"

    def __init__(self) -> None:
        self.server = Replicate(token=TOKEN)
        self.server.sends_hooks = False
        self.trusted = ""

    def open(self, store: ObjectStore, hook_url: HookUrl, limits: Limits, times: httpx.Timeout) -> Desks:
        account = Account(TOKEN, times)
        uploads, results = Uploads(account, store), Results(REPLICATE_HOSTS, (self.trusted,), limits=limits)
        return Desks(
            ReplicateImages(account, uploads, results, hook_url, QUICK),
            ReplicateTrainer(account, uploads, store, results, hook_url, "pexit/likenesses", QUICK),
            ReplicateHooks(account),
        )

    def plan(self, trouble: Trouble, kind: Kind) -> None:
        for fault in trouble.faults_at(self.name):
            (self.server.delivery.faults if fault.at == "file" else self.server.faults).plan(fault)
        if trouble.is_stuck:
            self.server.courses.append(Course(("starting",) * FOR_EVER, is_deaf=True))
        if trouble.result:
            self.server.courses.append(self._course(trouble, kind))

    def _course(self, trouble: Trouble, kind: Kind) -> Course:
        match trouble.result:
            case "missing":
                return self._good(kind, f"{self.server.delivery_address}/nowhere")
            case "two" if kind == Kind.TRAIN:
                path = self.server.delivery.put("two.tar", two_models(), "application/x-tar")
                return self._good(kind, self.server.delivery_address + path)
            case "two":
                return several(2)
            case "moderated":
                return FLAGGED
            case _:
                return HOLLOW

    @staticmethod
    def _good(kind: Kind, url: str) -> Course:
        if kind == Kind.TRAIN:
            return Course(output={"version": f"pexit/likenesses:{'a' * 64}", "weights": url})
        return Course(output=[url])

    @property
    def posts(self) -> int:
        return self.server.faults.count("submit")

    @property
    def taken(self) -> int:
        return len(self.server.orders)

    @property
    def canceled(self) -> bool:
        return self.last.canceled > 0

    @property
    def last(self) -> Order:
        return list(self.server.orders.values())[-1]

    async def until_followed(self) -> None:
        await self.server.faults.until("status")

    def finish_late(self) -> tuple[str, dict[str, str], bytes]:
        order = self.last
        order.course = Course(("starting", "succeeded"))
        order.at = 0
        self.server._advance(order)
        body = json.dumps(self.server.body(order)).encode()
        return order.webhook, self.server.signed(body), body


@dataclass(frozen=True)
class Wire:
    """Both services, listening."""

    fal: FalSide
    replicate: ReplicateSide
    env: dict[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.fal if name == "fal" else self.replicate

    def kill(self, name: str, how: str, addresses: "Addresses") -> None:
        """From now on nobody is there (`how`: "refused", "silent")."""
        address = addresses.refusing if how == "refused" else addresses.silent
        names = ("HTTPS_PROXY", "https_proxy") if name == "fal" else ("REPLICATE_BASE_URL",)
        self.env.update(dict.fromkeys(names, address))


@dataclass(frozen=True)
class Addresses:
    refusing: str
    silent: str


@contextmanager
def dead_addresses() -> Iterator[Addresses]:
    """One that refuses every connection, one where none ever comes about: its queue of connections is full."""
    with ExitStack() as closing:
        full = closing.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(8):
            waiting = closing.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield Addresses(unused_address(), f"http://127.0.0.1:{full.getsockname()[1]}")


@contextmanager
def wired(folder: Path) -> Iterator[Wire]:
    fal, replicate = FalSide(), ReplicateSide()
    with (
        proxying(fal.server.apps(), folder, fal.server.faults) as proxy,
        serving(replicate.server.app, keeps_alive=False) as api,
        serving(replicate.server.delivery.app, keeps_alive=False) as delivery,
    ):
        replicate.server.delivery_address = delivery
        replicate.trusted = delivery.removeprefix("http://")
        here = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        yield Wire(fal, replicate, dict(proxy.env) | here | {"REPLICATE_BASE_URL": api})


def two_models() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in ("a", "b"):
            content = fal_products.lora()
            entry = tarfile.TarInfo(f"{name}.safetensors")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()
