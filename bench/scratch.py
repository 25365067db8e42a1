"""A house to measure in: the embedded PostgreSQL, durable work and the disk store, in a folder that goes afterwards."""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import psutil

from pexit_app.core import database, db, deps, embedded, events, workflows
from pexit_app.core.actor import Actor
from pexit_app.core.deps import Deps
from pexit_app.core.ports import ImageProvider, ObjectStore
from pexit_app.core.settings import Settings
from pexit_app.features.routing import breaker
from pexit_app.features.shoots import workflows as shoot_workflows
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.features.shoots.service import request_frames
from pexit_app.features.shoots.transitions import PLACES
from pexit_app.providers import stores
from pexit_app.providers.darkroom import marks
from tests.conftest import open_to_database
from tests.features.shoots.support import PACK, SIDE, FakeDrafts, FakeImages, NoSender, asks, new_user, publish

DUST = 100_000_000
TOO_LONG_S = 300.0


@dataclass
class Clock:
    """When each frame's work was dispatched, and when its end was committed: providers are told to forget right then."""

    began: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self, reference: str) -> None:
        frame_id = reference.split(":")[1]
        self.ended[frame_id] = time.perf_counter()
        self.changed.set()

    async def all_in(self, frame_ids: Sequence[str]) -> None:
        """Ends the bench when some are not done in time: a frame that fails never stops the clock."""
        left = set(frame_ids)
        try:
            async with asyncio.timeout(TOO_LONG_S):
                while left := left - self.ended.keys():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise SystemExit(
                f"{len(left)} of {len(frame_ids)} frames were not done within {TOO_LONG_S:.0f} s."
            ) from None


@dataclass
class House:
    store: ObjectStore
    folder: Path
    clock: Clock = field(default_factory=Clock)
    users: list[Actor] = field(default_factory=list)

    def own(self, images: ImageProvider) -> None:
        """`images` is the darkroom, and no GPU is rented."""
        deps.use(replace(deps.get(), images=images, gpu_images={}))

    def rent(self, images: ImageProvider) -> None:
        """`images` is fal."""
        deps.use(replace(deps.get(), gpu_images={"fal": images}))

    async def order(self, count: int, per_user: int = 1) -> list[tuple[UUID, list[str]]]:
        """`count` frames, committed and not yet dispatched: (user, frame ids). No more a user than get a place at once."""
        assert per_user <= PLACES
        ordered = []
        for user in (await self._users(-(-count // per_user)))[: -(-count // per_user)]:
            seeds = range(min(per_user, count - sum(len(ids) for _, ids in ordered)))
            request = ShootRequest(asks(*seeds), pack=PACK, width=SIDE, height=SIDE, output_format="jpeg")
            async with db.transaction() as session:
                frames = (await request_frames(session, user, request)).frames
            ordered.append((user.user_id, [str(frame.id) for frame in frames]))
        return ordered

    async def _users(self, count: int) -> list[Actor]:
        while len(self.users) < count:
            async with db.transaction() as session:
                self.users.append(await new_user(session, DUST))
        return self.users

    async def dispatch(self, ordered: Sequence[tuple[UUID, list[str]]]) -> None:
        """All at once."""

        async def one(user_id: UUID, frame_ids: list[str]) -> None:
            self.clock.began |= dict.fromkeys(frame_ids, time.perf_counter())
            await shoot_workflows.dispatch(user_id)

        await asyncio.gather(*(one(*each) for each in ordered))

    async def developed(self, count: int, per_user: int = 1) -> list[float]:
        """Milliseconds of each of `count` frames at once, from the dispatch to the commit of its end."""
        ordered = await self.order(count, per_user)
        frame_ids = [each for _, ids in ordered for each in ids]
        await self.dispatch(ordered)
        await self.clock.all_in(frame_ids)
        return [(self.clock.ended.pop(each) - self.clock.began.pop(each)) * 1000 for each in frame_ids]

    def cpu_s(self) -> tuple[float, float]:
        """Processor seconds so far: of this process, and of the database."""
        pid = int((embedded.place_for(self.folder) / "postmaster.pid").read_text().split("\n", 1)[0])
        server = psutil.Process(pid)
        database_s = 0.0
        for each in (server, *server.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                database_s += sum(each.cpu_times()[:2])
        return sum(psutil.Process().cpu_times()[:2]), database_s


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[House]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = open_to_database(Path(name))
        config = Settings(data_dir=folder, _env_file=None)  # type: ignore[call-arg]
        store = stores.open_store(config)
        with embedded.postgres(folder, is_owner=True) as url:
            database.migrate(url)
            images = FakeImages()
            deps.use(Deps(store, NoSender(), FakeDrafts(), images, marks.with_recipe))
            breaker.forget()
            async with db.engine(url), events.hub(url), workflows.runner(url, "bench"):
                async with db.transaction() as session:
                    await publish(session)
                yield House(store, folder)
            deps.use(None)


def load() -> str:
    """Whether others use the machine as well."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
