"""A small house for tests of shoots: one pack, users with dust, a store in memory, and a provider that does as it is told
and remembers what was asked of it."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import uuid4

from PIL import Image
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps
from pexit_app.core.actor import Actor
from pexit_app.core.deps import Deps
from pexit_app.core.ports import (
    Capabilities,
    Draft,
    DraftOrder,
    ImageOrder,
    ImageResult,
    Kind,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
)
from pexit_app.features.identity import service as identity
from pexit_app.features.packs import document
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.service import HOUSE, Terms
from pexit_app.features.shoots import service
from pexit_app.features.shoots.requests import FrameAsk, ShootRequest
from pexit_app.features.wallet import service as wallet
from tests.features.packs.samples import GOOD
from tests.support.memory_store import MemoryStore

PACK = "shoot-test"
SIDE = 512
RUNNING, DONE = ProviderState.RUNNING, ProviderUpdate(ProviderState.DONE, 100)
STAGES = (
    ProviderUpdate(ProviderState.QUEUED),
    ProviderUpdate(RUNNING, 20, "backdrop"),
    ProviderUpdate(RUNNING, 60, "light"),
    ProviderUpdate(RUNNING, 90, "grain"),
)


@lru_cache(maxsize=8)
def picture(width: int = SIDE, height: int = SIDE, output_format: str = "png") -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, output_format.upper())
    return out.getvalue()


@dataclass
class Script:
    """What happens to one order. `lost`: so many answers to a submit get lost, the order having arrived or not.
    `gate`: it does not go past its first update before this is set."""

    updates: tuple[ProviderUpdate, ...] = STAGES
    last: ProviderUpdate | None = DONE
    refusals: list[Exception] = field(default_factory=list)
    lost: int = 0
    arrives: bool = True
    forgets: int = 0
    gate: asyncio.Event | None = None
    content: bytes | None = None
    is_silent: bool = False


class FakeImages:
    name = "fake"

    def __init__(self, is_repeatable: bool = True, at_once: int = 2) -> None:
        self.is_repeatable, self.at_once = is_repeatable, at_once
        self.kinds = frozenset({Kind.GENERATE} if is_repeatable else set(Kind) - {Kind.TRAIN})
        self.scripts: dict[int, Script] = {}  # by seed
        self.default = Script
        self.orders: dict[str, ImageOrder] = {}
        self.submitted: list[str] = []  # references, as they arrived
        self.canceled: set[str] = set()
        self.forgotten: list[str] = []
        self.most_at_once = 0
        self._canceling: dict[str, asyncio.Event] = {}

    def script(self, seed: int) -> Script:
        return self.scripts.setdefault(seed, self.default())

    def capabilities(self) -> Capabilities:
        return Capabilities(
            self.kinds, self.is_repeatable, takes_prompt=not self.is_repeatable, max_side_px=1536, at_once=self.at_once
        )

    async def find(self, order: ImageOrder, reference: str, model: str, since: datetime) -> str | None:
        return None

    async def submit(self, order: ImageOrder, reference: str, model: str = "") -> str:
        script = self.script(order.seed)
        if script.refusals:
            raise script.refusals.pop(0)
        provider_id = f"{reference}/{sum(each == reference for each in self.submitted) + 1}"
        if not script.lost or script.arrives:
            self.submitted.append(reference)
            self.orders[provider_id] = order
        if script.lost:
            script.lost -= 1
            raise ConnectionResetError("the answer got lost")
        self.most_at_once = max(self.most_at_once, len(self.orders) - len(self.forgotten) - len(self.canceled))
        return provider_id

    async def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        script = self._script_of(provider_id)
        if script.forgets:
            script.forgets -= 1
            del self.orders[provider_id]
            raise UnknownOrder("never heard of it")
        stop = self._canceling.setdefault(provider_id, asyncio.Event())
        for index, update in enumerate(script.updates):
            yield update
            if index == 0 and script.gate is not None:
                await _first_of(script.gate, stop)
            if stop.is_set():
                yield ProviderUpdate(ProviderState.CANCELED)
                return
        if script.is_silent:
            await stop.wait()
        if script.last is not None:
            yield script.last

    async def cancel(self, provider_id: str) -> None:
        self.canceled.add(provider_id)
        self._canceling.setdefault(provider_id, asyncio.Event()).set()

    async def fetch(self, provider_id: str) -> ImageResult:
        script, order = self._script_of(provider_id), self.orders[provider_id]
        content = script.content or picture(order.width, order.height, order.output_format)
        return ImageResult(content, f"image/{order.output_format}", order.width, order.height)

    async def forget(self, provider_id: str) -> None:
        self.forgotten.append(provider_id)

    def _script_of(self, provider_id: str) -> Script:
        if provider_id not in self.orders:
            raise UnknownOrder("never heard of it")
        return self.script(self.orders[provider_id].seed)


async def _first_of(*happenings: asyncio.Event) -> None:
    tasks = [asyncio.create_task(each.wait()) for each in happenings]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


class FakeDrafts:
    """Answers with the order itself, as JPEG bytes; `raises` is raised instead."""

    def __init__(self) -> None:
        self.orders: list[DraftOrder] = []
        self.raises: Exception | None = None

    async def draft(self, order: DraftOrder) -> Draft:
        self.orders.append(order)
        if self.raises is not None:
            raise self.raises
        return Draft(picture(64, 80, "jpeg") + repr(sorted(order.look.items())).encode(), {"render": 12.0})


class NoSender:
    def where(self, identifier: str) -> str:
        return ""

    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "") -> None:
        raise AssertionError("no code is sent here")

    async def send_notice(self, identifier: str, subject: str, text: str) -> None:
        return None


@dataclass
class House:
    images: FakeImages
    drafts: FakeDrafts
    store: MemoryStore


def open_house(images: FakeImages | None = None) -> House:
    house = House(images or FakeImages(), FakeDrafts(), MemoryStore())
    deps.use(
        Deps(
            store=house.store,
            sender=NoSender(),
            drafts=house.drafts,
            images=house.images,
            embed_recipe=lambda content, recipe: content + repr(recipe["seed"]).encode(),
        )
    )
    return house


async def new_user(session: AsyncSession, dust: int = 100) -> Actor:
    user = await identity.user_of(session, f"{uuid4().hex}@example.com")
    row, _ = await identity.open_session(session, user, "test")
    await wallet.open_wallet(session, user.id, dust)
    return Actor(user.id, row.id, "starter")


async def publish(
    session: AsyncSession, slug: str = PACK, fee_dust: int = 0, unlock_dust: int = 0, owner: Actor | None = None
) -> str:
    """The sample pack, live under `slug`; the house's, unless it has an owner."""
    prices = f"price_dust: {fee_dust}\nunlock_dust: {unlock_dust}"
    definition = document.parse(GOOD.replace("slug: test-pack", f"slug: {slug}\n{prices}").encode())
    terms = Terms(owner_id=owner.user_id, may_fork=True) if owner else HOUSE
    await packs.publish(session, definition, uuid4().hex, [], terms)
    return slug


def asks(*seeds: int, scene: str = "shore", **more: object) -> tuple[FrameAsk, ...]:
    return tuple(FrameAsk(scene, {}, seed, **more) for seed in seeds)


async def order(session: AsyncSession, me: Actor, *seeds: int, **more: object) -> service.Requested:
    """One small frame for each seed, in a new shoot unless `shoot_id` is given."""
    given = {"pack": None if "shoot_id" in more else PACK, "width": SIDE, "height": SIDE, **more}
    return await service.request_frames(session, me, ShootRequest(asks(*seeds), **given))


