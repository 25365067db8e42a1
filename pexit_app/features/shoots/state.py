"""The studio's live state. Every handler asks the database who is calling, parses, calls one service verb in one
transaction and assigns cards. While a knob is dragged nothing comes here; on release the bench tells its settings once."""

import asyncio
from dataclasses import replace
from typing import Any, Literal
from uuid import UUID, uuid4

import reflex as rx
from reflex_base.registry import RegistrationContext
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, events
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound, PexitError
from pexit_app.core.policy import CHANGES, OPEN, READS, WRITES
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.jobs import service as jobs
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.bench_facts import bench_of
from pexit_app.features.packs.showcase import ratio_of
from pexit_app.features.safety.errors import WordsRefused
from pexit_app.features.shoots import (
    cards,
    explore_cards,
    filters,
    grids,
    orders,
    service,
    sheets,
    tickets,
    trash,
    workflows,
)
from pexit_app.features.shoots.appeal_state import AppealActs, RefusalCard
from pexit_app.features.shoots.cards import OpenFrame, Trashed
from pexit_app.features.shoots.cast_state import CastActs, cast_of_word
from pexit_app.features.shoots.edit_state import EditActs
from pexit_app.features.shoots.errors import NotReady
from pexit_app.features.shoots.explore_cards import Comparison
from pexit_app.features.shoots.grid_state import GridActs
from pexit_app.features.shoots.orders import Order
from pexit_app.features.shoots.recipe_state import RecipeActs
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.features.shoots.share_state import ShareActs
from pexit_app.features.shoots.view_state import ViewActs
from pexit_app.ui.parts.frame import FrameCard
from pexit_app.ui.parts.ticket import TicketCard
from pexit_app.web.payloads import Id, Settings, Word

CALM_S = 0.15  # a sheet is read again this often at most, however fast its frames report
HEARTBEAT_S = 15.0
Mark = Literal["none", "ring", "reject"]


def as_id(text: str) -> UUID:
    """Raises NotFound: what is no id names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such frame.") from None


class ShootState(AppealActs, CastActs, EditActs, GridActs, RecipeActs, ShareActs, ViewActs, AppState):
    """`/studio/[slug]`: one pack on the bench and, once something was rendered, its shoot."""

    is_ready: bool = False
    is_missing: bool = False
    title: str = ""
    bench: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    hello: str = ""  # a new one asks the bench for its settings
    put_on: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)  # settings for the bench, with a token
    shoot_id: str = ""
    frames: rx.Field[list[FrameCard]] = rx.field(default_factory=list)
    latest: str = ""  # the newest frame's id
    earlier: int = 0
    count_line: str = ""
    is_running: bool = False
    said: str = ""
    scope: str = "sheet"
    count: int = 1
    scene_count: int = 0
    origin_number: str = ""  # of the frame that is varied or tweaked
    is_sketch: bool = False  # the frames will be photographs, the drafts only sketches of them
    training_href: str = ""  # where a cast is trained that the darkroom renders although there is a GPU
    ticket: TicketCard = TicketCard()
    press: str = ""  # the red button's words
    can_pay: bool = False
    receipt: TicketCard = TicketCard()
    has_receipt: bool = False
    opened: OpenFrame = OpenFrame()
    zip_href: str = ""
    ringed_href: str = ""
    trashed: Trashed = Trashed()  # what was deleted last, while it can be undone here
    _slug: str = ""
    _order: Order = Order()
    _quote_id: str = ""
    _shown: int = sheets.PAGE
    _follow: int = 0

    # ---- opening

    @event(READS)
    async def load(self) -> Any:
        """Also runs after every reconnect: whatever the page showed, this is the truth."""
        slug = str(getattr(self, "slug", ""))[:80]  # of the route
        shoot = self.router.url.query_parameters.get("shoot", "")
        if slug != self._slug:
            self._forget()
        async with self._acting() as (session, me):
            await self._greet(session)
            await self._open(session, me, slug, shoot)
        return ShootState.follow if self.is_ready and not self.is_missing else None

    def _forget(self) -> None:
        """The tab went to another pack."""
        self.shoot_id, self._order, self._quote_id, self._shown = "", Order(), "", sheets.PAGE
        self.frames, self.put_on, self.trashed, self.cast = [], {}, Trashed(), {}
        self._version_id = self.recipe_note = self.saving = ""
        self._shut_frame()
        self._grid_id, self.show = "", filters.ALL
        self.has_receipt = self.is_ready = self.is_missing = False
        self.refusal = RefusalCard()

    async def _open(self, session: AsyncSession, me: Actor, slug: str, shoot: str) -> None:
        try:
            applied = await self._recipe_named(session, me, slug)
            shoot_id = None if applied else await self._shoot_named(session, me, shoot, slug)
            number = applied.version.number if applied else None
            if shoot_id is not None:
                sheet = await sheets.read_sheet(session, me, shoot_id, self._shown)
                number = sheet.roll.number
            found = await packs.find_pack(session, slug, number)
        except NotFound:
            self.is_missing = self.is_ready = True
            return
        self._slug, self.title, self.bench = slug, found.definition.title, bench_of(found)
        self.scene_count = len(found.definition.scenes)
        self.shoot_id = str(shoot_id) if shoot_id else ""
        query = self.router.url.query_parameters
        self._filter(query.get("show", self.show))
        self._grid_id = query.get("grid", self._grid_id)
        told = cast_of_word(found.definition, query.get("cast", ""))
        kept = sheet.shoot.cast if shoot_id is not None else None
        self._version_id = ""
        if applied is not None:
            self.cast, kept = {}, applied.cast
            await self._lay_on(session, applied)
        await self._open_cast(session, me, found.definition, self.cast or told or kept)
        if shoot_id is not None:
            await self._refresh(session, me)
        else:
            self._clear_sheet()
        await self._read_grid(session, me)
        self._keep()
        self.is_missing, self.is_ready, self.hello = False, True, uuid4().hex

    def _clear_sheet(self) -> None:
        self.shoot_id, self.frames, self.recent = "", [], []
        self.count_line, self.is_running, self.earlier = cards.count_words({}), False, 0
        self.zip_href = self.ringed_href = ""

    def _pack(self) -> str | UUID:
        """What a new shoot is opened with."""
        return UUID(self._version_id) if self._version_id else self._slug

    async def _shoot_named(self, session: AsyncSession, me: Actor, text: str, slug: str) -> UUID | None:
        """The shoot in the address. One that is not there, not the visitor's or of another pack is left out."""
        try:
            shoot = await service.find_shoot(session, me, as_id(text or self.shoot_id))
        except NotFound:
            return None
        return shoot.id if shoot.pack_slug == slug else None

    # ---- the sheet

    def _show(self, sheet: sheets.Sheet) -> None:
        here = self.opened.id
        self.frames = [
            cards.frame_card(sheet.roll, frame, sheet.wait_of(frame), is_here=str(frame.id) == here)
            for frame in sheet.frames
        ]
        self.latest = self.frames[-1].id if self.frames else ""
        self._show_recent(sheet)
        self.earlier, self.is_running = sheet.earlier, sheet.is_running
        self.zip_href, self.ringed_href = sheet.zip_hrefs
        self.count_line, self.said = cards.count_words(sheet.counts), cards.progress_words(sheet.counts, sheet.progress)
        if sheet.job is not None:
            self.receipt = tickets.receipt_of(sheet.job, sheet.unlock)

    async def _refresh(self, session: AsyncSession, me: Actor) -> None:
        """Reads sheet, opened frame and balance again."""
        await self._greet(session)
        if not self.shoot_id:
            return
        if self.opened.id:
            await self._look_at(session, me, self.opened.id)
        try:
            self._show(await sheets.read_sheet(session, me, UUID(self.shoot_id), self._shown, self.show))
        except NotFound:  # its last frame went for good
            self._clear_sheet()
        if self._grid_id:
            await self._read_grid(session, me)

    @event(READS)
    async def show_earlier(self) -> None:
        async with self._acting() as (session, me):
            self._shown = min(self._shown + sheets.PAGE, 1000)
            await self._refresh(session, me)

    @event(READS, is_background=True)
    async def follow(self) -> None:
        """Reads the sheet again whenever something happened to this user. Ends when the tab is gone, a newer follow took
        over, or the session is over."""
        async with self:
            self._follow += 1
            mine, token = self._follow, self.router.session.client_token
            async with db.transaction() as session:
                me = await self._me(session)
        namespace = RegistrationContext.get().app.event_namespace
        if me is None or namespace is None:
            return
        with events.subscribe(events.user_topic(me.user_id)) as waker:
            while token in namespace.token_to_sid:
                async with self:
                    if self._follow != mine or not await self._catch_up(me):
                        return
                await asyncio.sleep(CALM_S)
                await events.woken(waker, HEARTBEAT_S)

    async def _catch_up(self, follower: Actor) -> bool:
        """False: there is nothing more to follow."""
        try:
            async with self._acting() as (session, me):
                if me.session_id != follower.session_id:
                    return False
                await self._refresh(session, me)
        except Exception as error:
            self._tell(error)
            return False
        return True

    # ---- the ticket

    @event(CHANGES)
    async def settle(self, values: Settings) -> None:
        """The bench tells where its knobs stand now."""
        async with self._acting() as (session, me):
            told = orders.parse_settings(values)
            if told.version != self.bench.get("version"):
                return  # said before the page learnt of another version; it will say it again
            order = self._order.with_settings(told)
            is_same = order.settings == self._order.settings
            self.has_receipt = self.has_receipt and is_same
            if order.scope == "vary" and not is_same:
                order = replace(order, scope="scene", frame_id="")
            await self._price(session, me, order)

    @event(CHANGES)
    async def choose_scope(self, scope: Literal["sheet", "scene", "strip", "grid"]) -> None:
        async with self._acting() as (session, me):
            parent_id = self._order.parent_id if scope != "sheet" else ""
            axes = self._order.axes.afresh(scope == self._order.scope)
            order = replace(self._order, scope=scope, parent_id=parent_id, frame_id="", axes=axes)
            await self._price(session, me, order)

    @event(CHANGES)
    async def choose_count(self, count: Word) -> None:
        async with self._acting() as (session, me):
            kept = min(max(int(count), 1), orders.MAX_COUNT) if count.isdecimal() and len(count) < 4 else 1
            await self._price(session, me, replace(self._order, scope="scene", count=kept, frame_id=""))

    @event(CHANGES)
    async def new_ticket(self) -> None:
        async with self._acting() as (session, me):
            await self._price(session, me, self._order)
            self.has_receipt = False

    async def _price(self, session: AsyncSession, me: Actor, order: Order) -> None:
        """A quote for `order`; what refuses it is said in words and leaves the old ticket."""
        order = await self._lay_grid(session, order) if order.is_grid else order
        request = await self._asked(session, me, order)
        if request is None:
            self._ask_first(order, 0, "Choose the values first")
            return
        if not request.asks:
            return
        try:
            quote = await service.quote_frames(session, me, request)
        except WordsRefused as refused:
            self._ask_first(order, request.total, "Change your words first")
            self._refuse(refused)
            return
        except BadInput as error:
            if not tickets.lacks_words(error):
                raise
            self._ask_first(order, request.total, "Write your words first")
            return
        self.refusal = RefusalCard()
        origin = order.frame_id or order.parent_id
        self.origin_number = (await service.find_frame(session, me, UUID(origin))).number if origin else ""
        self._order, self.scope, self.count = order, order.scope, order.count
        self._quote_id = str(quote.id)
        self.ticket = tickets.ticket_of(quote, tickets.title_of(order, request.total, self.origin_number))
        self.press = f"Render {tickets.frames(request.total)}"
        self.is_sketch = quote.renders_on == "gpu"
        self.training_href = "" if self.is_sketch else await self._training_href(session, me)
        self.can_pay = quote.balance_after >= 0

    def _ask_first(self, order: Order, count: int, press: str) -> None:
        """No price yet: something has to be said first."""
        self._order, self.scope, self.can_pay, self._quote_id = order, order.scope, False, ""
        self.ticket, self.press = TicketCard(title=tickets.title_of(order, count, "")), press

    async def _asked(self, session: AsyncSession, me: Actor, order: Order) -> ShootRequest | None:
        """What `order` asks for; None for a grid that cannot be rendered as it stands."""
        request = await self._request(session, me, order)
        return await self._cells(session, order, request) if order.is_grid and request.asks else request

    async def _request(self, session: AsyncSession, me: Actor, order: Order) -> ShootRequest:
        if order.scope == "vary":
            return await service.variations(session, me, as_id(order.frame_id))
        seeds = orders.seeds_of(self.bench.get("scenes", []))
        request = orders.request_of(order, self._pack(), UUID(self.shoot_id) if self.shoot_id else None, seeds)
        return replace(request, cast=self._cast_ids() or None)

    @event(WRITES)
    async def request_frames(self) -> Any:
        """The red button. A second press finds the receipt, and does nothing."""
        if self.has_receipt or not self._quote_id:
            return None
        try:
            async with self._acting() as (session, me):
                request = await self._request(session, me, self._order)
                request = replace(request, quote_id=UUID(self._quote_id))
                self._take(await self._order_frames(session, me, request))
        except PexitError as error:  # too old, changed or too dear: said in words, and today's ticket follows
            self._tell(error)
            return ShootState.new_ticket
        return await self._begin_work()

    async def _order_frames(self, session: AsyncSession, me: Actor, request: ShootRequest) -> service.Requested:
        if not self._order.is_grid:
            return await service.request_frames(session, me, request)
        made = await grids.request_grid(session, me, self._grid_request(request, self._order.axes))
        self._grid_id = str(made.grid.id)
        return made.requested

    def _take(self, done: service.Requested) -> None:
        self.shoot_id, self.has_receipt, self._quote_id = str(done.shoot.id), True, ""
        self.receipt = tickets.receipt_of(done.job, done.unlock)
        if self._order.scope == "vary":
            self._order = replace(self._order, scope="scene", frame_id="")

    async def _begin_work(self) -> Any:
        """After the commit."""
        async with db.transaction() as session:
            me = await self._me(session)
        if me is not None:
            await workflows.dispatch(me.user_id)
        return ShootState.follow

    @event(CHANGES)
    async def stop(self) -> None:
        """Keeps what is done and gives the rest back."""
        async with self._acting() as (session, me):
            running = await sheets.open_jobs(session, me, as_id(self.shoot_id))
            stopped = await jobs.cancel_jobs(session, me, [job.id for job in running])
            await self._refresh(session, me)
        for job in stopped:
            await jobs.after_cancel(job)

    # ---- one frame

    @event(READS)
    async def open_frame(self, frame_id: Id) -> None:
        async with self._acting() as (session, me):
            self.comparison, self.share_link = Comparison(), ""
            await self._look_at(session, me, frame_id)
            self._point_at(self.opened.id)

    @event(OPEN)
    async def close_frame(self) -> None:
        self._shut_frame()

    def _shut_frame(self) -> None:
        self.opened, self.comparison, self.family = OpenFrame(), Comparison(), []
        self.share_link = ""
        self._point_at("")

    async def _look_at(self, session: AsyncSession, me: Actor, frame_id: str) -> None:
        try:
            self.opened = await sheets.read_frame(session, me, as_id(frame_id))
        except (NotFound, NotReady):
            self._shut_frame()  # deleted meanwhile, perhaps in another tab
        await self._read_family(session, me)
        await self._read_offers(session, me)
        await self._read_shares(session, me)

    def _point_at(self, frame_id: str) -> None:
        self.frames = [replace(each, is_here=each.id == frame_id) for each in self.frames]
        self.recent = [replace(each, is_here=each.id == frame_id) for each in self.recent]
        self.grid = explore_cards.point_at(self.grid, frame_id)

    @event(WRITES)
    async def retry(self, frame_id: Id) -> Any:
        async with self._acting() as (session, me):
            self._take(await service.retry_frame(session, me, as_id(frame_id)))
            await self._refresh(session, me)
        return await self._begin_work()

    @event(CHANGES)
    async def vary(self, frame_id: Id) -> None:
        """Puts four more of this frame on the ticket; the red button orders them."""
        async with self._acting() as (session, me):
            frame = await service.find_frame(session, me, as_id(frame_id))
            await self._price(session, me, replace(self._order, scope="vary", frame_id=str(frame.id), parent_id=""))
            self.has_receipt = False

    @event(READS)
    async def tweak(self, frame_id: Id) -> None:
        """Its settings go on the bench; what is rendered next is its child."""
        await self._reopen(frame_id, is_parent=True)

    @event(READS)
    async def reopen(self, frame_id: Id) -> None:
        await self._reopen(frame_id, is_parent=False)

    async def _reopen(self, frame_id: str, *, is_parent: bool) -> None:
        async with self._acting() as (session, me):
            frame = await service.find_frame(session, me, as_id(frame_id))
            found = await packs.find_pack(session, self._slug, self.bench.get("version"))
            await self._set_cast(session, me, found.definition, frame.cast)
            settings = replace(self._order.settings, scene=frame.scene_id)
            parent_id = str(frame.id) if is_parent else ""
            self._order = Order("scene", 1, parent_id, "", settings)
            self.scope, self.count, self.has_receipt = "scene", 1, False
            self.put_on = {"token": uuid4().hex, "scene": frame.scene_id, "knobs": frame.knobs, "seed": frame.seed}
            self.put_on["aspect"] = ratio_of(frame.width, frame.height)
            self._shut_frame()
            self.hello = uuid4().hex  # the bench may stand there already, and would have nothing to tell

    @event(CHANGES)
    async def mark(self, frame_id: Id, mark: Mark) -> None:
        async with self._acting() as (session, me):
            await service.mark_frame(session, me, as_id(frame_id), mark)
            await self._refresh(session, me)

    @event(CHANGES)
    async def delete(self, frame_id: Id) -> None:
        """To the trash, and offers to undo it."""
        async with self._acting() as (session, me):
            frame = await trash.trash_frame(session, me, as_id(frame_id))
            self.trashed = Trashed(str(frame.id), frame.number)
            self._shut_frame()
            await self._refresh(session, me)
        await workflows.dispatch(me.user_id)

    @event(CHANGES)
    async def undo_delete(self) -> None:
        async with self._acting() as (session, me):
            await trash.restore_frame(session, me, as_id(self.trashed.id))
            self.trashed = Trashed()
            await self._refresh(session, me)

    @event(OPEN)
    async def keep_in_trash(self) -> None:
        """Takes the notice away."""
        self.trashed = Trashed()
