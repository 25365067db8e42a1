"""Somebody who has one of everything, so that another can be shown to reach none of it."""

import copy
import tempfile
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps, erasing
from pexit_app.core.actor import Actor
from pexit_app.core.clock import after, now
from pexit_app.core.deps import Deps
from pexit_app.core.ports import Inspected, Kind
from pexit_app.core.settings import ROOT
from pexit_app.features.builder import grids as draft_grids
from pexit_app.features.builder import proofs, publishing, reference_files, restoring
from pexit_app.features.builder import service as builder
from pexit_app.features.builder.grid_layout import GridAsk
from pexit_app.features.builder.models import DraftCell
from pexit_app.features.builder.service import Start
from pexit_app.features.identity import keys, passwords, tokens
from pexit_app.features.identity import service as identity
from pexit_app.features.identity.models import LinkedIdentity, Passkey, Password, UserSession
from pexit_app.features.identity.security_log import Caller
from pexit_app.features.jobs import service as jobs
from pexit_app.features.packs import document, seed
from pexit_app.features.packs import service as packs
from pexit_app.features.people import handshakes
from pexit_app.features.people.handshakes import Ask
from pexit_app.features.people.models import Likeness, LikenessStatus, Photo
from pexit_app.features.pricing import coupons
from pexit_app.features.pricing.coupons import CouponAsk
from pexit_app.features.pricing.models import BundledPack, PackBundle
from pexit_app.features.safety import appeals
from pexit_app.features.safety.check import Said
from pexit_app.features.shoots import grids, recipes, service, shares, shoot_list, transitions, trash
from pexit_app.features.shoots.grid_requests import GridRequest
from pexit_app.features.shoots.models import key_of
from pexit_app.features.shoots.recipes import RecipeAsk
from pexit_app.features.shoots.requests import FrameAsk, ShootRequest
from pexit_app.features.storefront import service as storefronts
from pexit_app.features.storefront.schemas import StorefrontIn
from pexit_app.features.trials import service as trials
from pexit_app.features.wallet import bundles, buying
from pexit_app.features.wallet import service as wallet
from pexit_app.providers.cashier.till import Till
from tests.features.builder.support import put
from tests.features.builder.test_checks import DOCUMENT
from tests.features.packs.samples import GOOD
from tests.features.people.support import (
    FakeGate,
    FakeTrainer,
    add_photos,
    new_person,
    order_training,
    person_with_photos,
    photo,
)
from tests.features.shoots.gpus import rent
from tests.features.shoots.support import PACK, SIDE, FakeDrafts, FakeImages, NoSender, picture
from tests.support.memory_store import MemoryStore


class Silent(NoSender):
    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "") -> None:
        """Nobody reads it."""


class Gate(FakeGate):
    """Takes true pictures too, as they are."""

    async def inspect(self, content: bytes) -> Inspected:
        is_picture = content.startswith(b"\xff\xd8")
        seen = await super().inspect(photo() if is_picture else content)
        return replace(seen, photo=content) if is_picture else seen


TILL = tempfile.TemporaryDirectory(prefix="till")
EDITS = (Kind.EDIT, Kind.FILL, Kind.UPSCALE)


def open_house() -> None:
    """A process in which everything can be ordered."""
    till = Till(Path(TILL.name), lambda purchase_id: f"/wallet/checkout/{purchase_id}")
    made = Deps(
        store=MemoryStore(),
        sender=Silent(),
        drafts=FakeDrafts(),
        images=FakeImages(),
        embed_recipe=lambda content, recipe: content,
        gate=Gate(),
        trainer=FakeTrainer(),
        stand_ins=("onyx", "alba"),
        cashier=till,
        play_cashier=till,
    )
    deps.use(made)
    rent(EDITS)


async def open_shop(session: AsyncSession) -> None:
    """Two packs of the house, with pictures; and dust to buy."""
    await bundles.seed_bundles(session)
    sample = document.parse(GOOD.replace("slug: test-pack", f"slug: {PACK}").encode())
    for definition in (sample, document.load_folder(ROOT / "packs" / "salt-light", needs_pictures=False)):
        contents = {each.name: picture(64, 80, "jpeg") for each in (definition.cover, *definition.samples)}
        kept = await seed.keep_pictures(definition, contents, deps.get().store)
        await packs.publish(session, definition, kept.fingerprint, kept.pictures)
    await session.commit()


@dataclass
class World:
    """`ids` by what they name; `mark` is written into every text of theirs that nobody else may read."""

    actor: Actor
    cookie: str
    bearer: str
    mark: str
    revision: int = 0  # of their draft
    words: dict[str, str] = field(default_factory=dict)  # names that tell nothing: of their pack, of a picture
    ids: dict[str, str] = field(default_factory=dict)

    def secrets(self, but: Collection[str] = ()) -> list[str]:
        """What no answer to another may hold; `but` what that one sent."""
        return [each for each in (self.mark, *self.ids.values()) if each not in but]


async def settle_in(session: AsyncSession, name: str) -> World:
    """A new user with everything, committed."""
    user = await identity.user_of(session, f"{name}.{uuid4().hex[:12]}@example.com")
    row, secret = await identity.open_session(session, user, "test")
    await wallet.open_wallet(session, user.id, 10_000)
    cookie = f"{identity.settings.load().cookie_name}={secret}"
    actor = Actor(user.id, row.id, "starter")
    world = World(actor, cookie, tokens.access_token(row), f"{name}-{uuid4().hex[:8]}")
    world.ids |= {"user": str(user.id), "session": str((await identity.open_session(session, user, "other"))[0].id)}
    await _open_ways(session, world)
    await session.commit()
    await _photograph(session, world)
    await _shoot(session, world)
    await _appeal(session, world)
    await _build(session, world)
    await _buy(session, world)
    await session.commit()
    return world


async def _buy(session: AsyncSession, world: World) -> None:
    """A purchase that is on its way, at the test cashier."""
    bundle = (await bundles.list_bundles(session))[0]
    await session.commit()
    world.words["bundle"] = str(bundle.id)
    world.ids["purchase"] = str((await buying.buy(world.actor, bundle.id)).id)


async def _open_ways(session: AsyncSession, world: World) -> None:
    """Every other way into their account."""
    me = world.actor
    user = await identity.me(session, me)
    user.name = world.mark
    key, _ = await keys.make_key_of(session, me.user_id, world.mark, ["write"], None, Caller())
    passkey = Passkey(user_id=me.user_id, credential_id=uuid4().hex, public_key=b"x", name=world.mark)
    link = LinkedIdentity(user_id=me.user_id, provider="oidc", issuer="x", subject=uuid4().hex, shown=world.mark)
    session.add_all([user, passkey, link, Password(user_id=me.user_id, hash=passwords.NOBODYS)])
    await session.flush()
    world.ids |= {"key": str(key.id), "passkey": str(passkey.id), "link": str(link.id)}


async def _photograph(session: AsyncSession, world: World) -> None:
    """One person with a likeness, a photo that was left out and one that may be cast; one who is being trained; and one who
    is asked by a link."""
    me, ids = world.actor, world.ids
    person, photos = await person_with_photos(me, 6, world.mark)
    refused = await add_photos(me, person.id, photo(7, refuse=["blurred"]))
    other, _ = await person_with_photos(me, 5, f"{world.mark} two")
    training = await order_training(me, other.id)
    asked = await new_person(me, f"{world.mark} three", agreed=False)
    await handshakes.ask(session, me, asked.id, Ask(note=world.mark))
    receipt = await erasing.issue(session, me.user_id, "export", {"exported": [], "subject": {"kind": "account"}})
    likeness = await order_training(me, person.id)
    ready = {"status": LikenessStatus.READY, "finished_at": now()}
    await session.exec(update(Likeness).where(col(Likeness.id) == likeness.id).values(**ready))
    values = {"name": world.mark, "persona_at": now()}
    await session.exec(update(Photo).where(col(Photo.user_id) == me.user_id).values(**values))
    ids |= {
        "person": str(person.id),
        "likeness": str(likeness.id),
        "training_job": str(likeness.job_id),
        "photo": str(photos[0].id),
        "crossed_out": str(refused.photos[0].id),
        "trained_person": str(other.id),
        "asked_person": str(asked.id),
        "receipt": str(receipt.id),
        "open_training": str(training.id),
    }
    await session.commit()


async def _shoot(session: AsyncSession, world: World) -> None:
    me, ids = world.actor, world.ids
    cast = {"you": UUID(ids["likeness"])}
    seeds = (FrameAsk("shore", {"weather": world.mark}, seed) for seed in range(1, 6))
    request = ShootRequest(tuple(seeds), pack=PACK, cast=cast, width=SIDE, height=SIDE)
    done = await service.request_frames(session, me, request)
    frames = dict(
        zip(("frame", "other_frame", "failed_frame", "trashed_frame", "open_frame"), done.frames, strict=True)
    )
    for name in ("frame", "other_frame", "trashed_frame"):
        assert await transitions.finish_frame(session, frames[name].id, 1)
        for variant in ("full", "view", "thumb"):
            kind = "png" if variant == "full" else "jpeg"
            await deps.get().store.put(
                key_of(frames[name].id, variant, "png"), picture(output_format=kind), "image/png"
            )
    assert await transitions.fail_frame(session, frames["failed_frame"].id, 1, world.mark, "system")
    await trash.trash_frame(session, me, frames["trashed_frame"].id)
    await shoot_list.rename_shoot(session, me, done.shoot.id, world.mark)
    strip = GridRequest(scene="shore", knob_x="film", values_x=["warm", "silver"], shoot_id=done.shoot.id)
    grid = await grids.request_grid(session, me, strip)
    await jobs.cancel_job(session, me, grid.requested.job.id)
    recipe = await recipes.save_recipe(session, me, RecipeAsk(world.mark, world.mark, frame_id=frames["frame"].id))
    share, _ = await shares.share_frame(session, me, frames["other_frame"].id, 7)
    ids |= {name: str(frame.id) for name, frame in frames.items()} | {"share": str(share.id)}
    ids |= {"shoot": str(done.shoot.id), "job": str(done.job.id), "grid": str(grid.grid.id), "recipe": str(recipe.id)}
    ids["quote"] = str((await service.quote_frames(session, me, _one_more(done.shoot.id))).id)
    await session.commit()


def _one_more(shoot_id: UUID) -> ShootRequest:
    return ShootRequest((FrameAsk("shore", {}, 9),), shoot_id=shoot_id, width=SIDE, height=SIDE)


async def _appeal(session: AsyncSession, world: World) -> None:
    words = [Said("prompt", "Your prompt", f"{world.mark}, beheaded")]

    async def judged() -> None:
        await appeals.demand_renderable(session, world.actor, words, has_likeness=False)

    appeal = await appeals.appeal_against(session, world.actor, world.mark, judged)
    world.ids["appeal"] = str(appeal.id)
    await session.commit()


async def _build(session: AsyncSession, world: World) -> None:
    me, ids = world.actor, world.ids
    written = copy.deepcopy(DOCUMENT) | {"slug": f"pack-{uuid4().hex[:10]}"}
    draft = await builder.create_draft(session, me, Start(document=written))
    await session.commit()
    made = await publishing.publish(me, draft.id, "First.")
    point = await restoring.keep(session, me, draft.id, world.mark)
    await builder.rename(session, me, draft.id, world.mark, "tab")  # from here on nothing of it is published
    await put(session, me, draft, 2, "/tagline", world.mark)
    await put(session, me, draft, 3, "/description", f"{world.mark} {written['description']}")
    applied = await builder.changes.undo(session, me, draft.id, 4, "tab")
    grid = await draft_grids.order_grid(session, me, draft.id, GridAsk("film"))
    await session.commit()
    await draft_grids.draw_cells(grid.grid.id)
    failed = update(DraftCell).where(col(DraftCell.grid_id) == grid.grid.id, col(DraftCell.number) == 1)
    await session.exec(failed.values(status="failed", error=world.mark))
    await proofs.begin(session, me, draft.id)
    ids |= {"draft": str(draft.id), "point": str(point.id), "draft_grid": str(grid.grid.id)}
    trial, _ = await trials.make_trial(session, me, draft.pack_id, 2)
    ids["trial"] = str(trial.id)
    reference = await reference_files.keep_frame(me, draft.id, UUID(ids["frame"]))
    opened = await storefronts.keep(session, me, StorefrontIn(handle=f"h-{uuid4().hex[:10]}"))
    words = {"slug": made.slug, "pack": str(draft.pack_id), "reference": reference, "handle": opened.handle}
    world.words, world.revision = words, applied.revision
    await _sell(session, world, made.slug)


async def _sell(session: AsyncSession, world: World, slug: str) -> None:
    """A coupon, which is for those who have its code, and a bundle, which anybody may see."""
    pack_id, creator_id = UUID(world.words["pack"]), world.actor.user_id
    ask = CouponAsk(f"{slug}-20", 20, None, 5, after(days=9))
    world.ids["coupon"] = str((await coupons.make_coupon(session, world.actor, pack_id, ask)).id)
    bundle = PackBundle(creator_id=creator_id, title="Two", dust=5)
    session.add(bundle)
    await session.flush()
    session.add(BundledPack(bundle_id=bundle.id, pack_id=pack_id, dust=5))
    world.words["pack_bundle"] = str(bundle.id)
    await session.flush()


async def end_all_sessions(session: AsyncSession, world: World) -> None:
    for row in (await session.exec(select(UserSession).where(UserSession.user_id == world.actor.user_id))).all():
        await identity.end_session(session, world.actor, row.id)
    await session.commit()


async def rows_but_of(connection: AsyncConnection, stranger: World | None) -> set[str]:
    """Every row there is, but those that name the stranger."""
    tables = [table.name for table in SQLModel.metadata.sorted_tables]
    each = [f"SELECT '{name} ' || row_to_json(t)::text FROM \"{name}\" t" for name in tables]
    found = set((await connection.execute(text(" UNION ALL ".join(each)))).scalars())
    return found if stranger is None else {row for row in found if stranger.ids["user"] not in row}


@asynccontextmanager
async def undone(connection: AsyncConnection) -> AsyncIterator[None]:
    """What happens inside never happened."""
    store = deps.get().store
    assert isinstance(store, MemoryStore)
    kept = dict(store.objects), dict(store.stored)
    savepoint = await connection.begin_nested()
    try:
        yield
    finally:
        await savepoint.rollback()
        store.objects, store.stored = kept
