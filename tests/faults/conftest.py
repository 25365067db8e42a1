"""A house with both GPU services behind real connections, a store on disk, and little patience."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import fal_client.client
import httpx
import pytest
from pydantic import SecretStr

from pexit_app.core import deps, settings
from pexit_app.core.deps import Deps
from pexit_app.core.ports import Inspected
from pexit_app.features.people import workflows as people_work  # noqa: F401  (registers itself, as the next)
from pexit_app.features.routing import addresses, breaker, following
from pexit_app.features.routing.following import Patience
from pexit_app.features.shoots import workflows as shoots_work  # noqa: F401
from pexit_app.providers.disk import DiskStore
from pexit_app.providers.fal import clients, queue, uploads
from pexit_app.providers.results import Limits
from tests.faults.sides import HURRY_S, Addresses, Desks, FalSide, ReplicateSide, Wire, dead_addresses, wired
from tests.features.people.support import FakeGate, FakeTrainer
from tests.features.shoots.support import FakeDrafts, FakeImages, NoSender
from tests.servers import fal_products

PATIENT = Patience(queued_s=60, running_s=60, lost_s=0.4, pause_s=0.02, tries=2, told_s=0.0)


class RealPhotos(FakeGate):
    """Keeps photos that trainers can open."""

    async def inspect(self, content: bytes) -> Inspected:
        seen = await super().inspect(content)
        kept = fal_products.picture(320, 400, len(self.inspected), "jpeg")
        return replace(seen, photo=kept, thumb=kept)


@dataclass
class Bench:
    wire: Wire
    store: DiskStore
    desks: dict[str, Desks]
    monkeypatch: pytest.MonkeyPatch
    dead: Addresses

    def side(self, name: str) -> FalSide | ReplicateSide:
        return self.wire[name]

    def open(self, *names: str, trains: bool = True, hurries: bool = False) -> None:
        """These services have keys here, and are reached as the environment says now."""
        limits = Limits(picture_s=HURRY_S, file_s=HURRY_S) if hurries else Limits(pause_s=0.01)
        times = httpx.Timeout(HURRY_S if hurries else 30.0)
        if hurries:
            for module, name in ((clients, "SUBMIT_S"), (queue, "SUBMIT_S"), (uploads, "PICTURE_S")):
                self.monkeypatch.setattr(module, name, HURRY_S)
            self.monkeypatch.setattr(fal_client.client, "_BACKUP_DOMAIN_CONNECT_TIMEOUT", HURRY_S / 3)
        for name, value in self.wire.env.items():
            self.monkeypatch.setenv(name, value)
        if "fal" in names:
            self.desks["fal"] = self.wire.fal.open(self.store, addresses.hook_url, limits)
        if "replicate" in names:
            self.desks["replicate"] = self.wire.replicate.open(self.store, addresses.hook_url, limits, times)
        deps.use(
            Deps(
                store=self.store,
                sender=NoSender(),
                drafts=FakeDrafts(),
                images=FakeImages(),
                embed_recipe=lambda content, recipe: content,
                gate=RealPhotos(),
                trainer=FakeTrainer(),
                gpu_images={} if trains else {name: desks.images for name, desks in self.desks.items()},
                gpu_trainers={name: desks.trainer for name, desks in self.desks.items()} if trains else {},
                hooks={name: desks.hooks for name, desks in self.desks.items()},
            )
        )

    async def close(self) -> None:
        for desks in self.desks.values():
            await desks.images.close()
        deps.use(None)


@pytest.fixture(scope="session")
def dead() -> Iterator[Addresses]:
    with dead_addresses() as made:
        yield made


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: Addresses) -> AsyncIterator[Bench]:
    known = settings.load().model_copy(
        update={"public_url": "https://pexit.example", "secret_key": SecretStr("s" * 32)}
    )
    monkeypatch.setattr(settings, "load", lambda: known)
    monkeypatch.setattr(following, "patience", PATIENT)
    monkeypatch.setattr(queue, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(queue, "LONGEST_TROUBLE_PAUSE_S", 0.1)
    breaker.forget()
    with wired(tmp_path) as wire:
        made = Bench(wire, DiskStore(tmp_path / "objects"), {}, monkeypatch, dead)
        yield made
        await made.close()
    breaker.forget()
