"""Test strips and grids in the studio's state: their form, what they cost, and the one that is open."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.policy import CHANGES, OPEN, READS, WRITES
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.compose import checked
from pexit_app.features.packs.definition import Knob, PackDefinition
from pexit_app.features.shoots import bills, explore_cards, grids, queries, service, sheets
from pexit_app.features.shoots.cards import OpenFrame, Wait
from pexit_app.features.shoots.explore_cards import Choice, GridCard, GridForm
from pexit_app.features.shoots.grid_requests import GridRequest, lay_out, shoot_request
from pexit_app.features.shoots.models import Grid
from pexit_app.features.shoots.orders import Axes, Order
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.features.shoots.service import Requested
from pexit_app.features.wallet import prices
from pexit_app.web.payloads import Id, Value, Word

MAX_CHARS = 200


class GridActs(AppState, mixin=True):
    """Mixed into the studio's state, whose bench, order and opened frame it reads."""

    grid_form: GridForm = GridForm()
    grid: GridCard = GridCard()
    grid_choices: rx.Field[list[Choice]] = rx.field(default_factory=list)  # of this shoot, newest first
    _grid_id: str = ""

    if TYPE_CHECKING:  # of the studio's state
        bench: dict[str, Any]
        shoot_id: str
        opened: OpenFrame
        has_receipt: bool
        _slug: str
        _order: Order

        async def _price(self, session: AsyncSession, me: Actor, order: Order) -> None: ...
        async def _refresh(self, session: AsyncSession, me: Actor) -> None: ...
        async def _begin_work(self) -> Any: ...
        def _take(self, done: Requested) -> None: ...
        def _keep(self) -> None: ...

    # ---- the form

    @event(CHANGES)
    async def choose_axis(self, which: Literal["x", "y"], knob: Word) -> None:
        """Another knob; its values start spread over its range."""
        async with self._acting() as (session, me):
            axes = self._order.axes
            if which == "x":
                other = axes.knob_y if axes.knob_y != knob else axes.knob_x
                chosen = replace(axes, knob_x=knob[:40], values_x=(), knob_y=other, values_y=())
                if other == axes.knob_y:
                    chosen = replace(chosen, values_y=axes.values_y)
            else:
                chosen = replace(axes, knob_y=knob[:40], values_y=())
            await self._price(session, me, replace(self._order, axes=chosen))
            self.has_receipt = False

    @event(CHANGES)
    async def turn_value(self, which: Literal["x", "y"], value: Value) -> None:
        """Takes a value into the grid, or out of it."""
        async with self._acting() as (session, me):
            axes = self._order.axes
            knobs = {knob.id: knob for knob in await self._grid_knobs(session, self._order)}
            knob = knobs.get(axes.knob_x if which == "x" else axes.knob_y)
            if knob is None:
                return
            given = checked(knob, _parsed(value))  # pressed before the page showed the other knob's values, perhaps
            if which == "x":
                axes = replace(axes, values_x=explore_cards.turn_value(knob, axes.values_x, given))
            else:
                axes = replace(axes, values_y=explore_cards.turn_value(knob, axes.values_y, given))
            await self._price(session, me, replace(self._order, axes=axes))
            self.has_receipt = False

    @event(CHANGES)
    async def strip_of(self, knob: Word) -> None:
        """The drafted strip on the bench shall be rendered: puts it on the ticket."""
        async with self._acting() as (session, me):
            axes = Axes(knob[:40])
            await self._price(session, me, replace(self._order, scope="strip", axes=axes, frame_id="", count=1))
            self.has_receipt = False

    async def _definition(self, session: AsyncSession) -> PackDefinition:
        return (await packs.find_pack(session, self._slug, self.bench.get("version"))).definition

    async def _grid_knobs(self, session: AsyncSession, order: Order) -> list[Knob]:
        knobs = dict(order.settings.scenes).get(order.settings.scene, {})
        return explore_cards.grid_knobs(await self._definition(session), order.settings.scene, knobs)

    async def _lay_grid(self, session: AsyncSession, order: Order) -> Order:
        """`order` with axes that fit the scene, and the form that shows them."""
        knobs = await self._grid_knobs(session, order)
        axes = explore_cards.start_axes(knobs, order.axes, is_strip=order.scope == "strip")
        self.grid_form = explore_cards.grid_form(knobs, axes)
        return replace(order, axes=axes)

    def _grid_request(self, one: ShootRequest, axes: Axes) -> GridRequest:
        return GridRequest.of(one, axes.knob_x, list(axes.values_x), axes.knob_y, list(axes.values_y))

    async def _cells(self, session: AsyncSession, order: Order, one: ShootRequest) -> ShootRequest | None:
        """The frames of the grid around `one`; None when it cannot be rendered like this, and the form says why."""
        request = self._grid_request(one, order.axes)
        try:
            return shoot_request(request, lay_out(await self._definition(session), request))
        except BadInput as error:
            self.grid_form = replace(self.grid_form, problem=error.message)
            return None

    # ---- the open one

    @event(READS)
    async def open_grid(self, grid_id: Id) -> None:
        async with self._acting() as (session, me):
            self._grid_id = grid_id[:40]
            await self._read_grid(session, me)
            self._keep()

    @event(OPEN)
    async def close_grid(self) -> None:
        self._grid_id, self.grid = "", GridCard()
        self._keep()

    @event(WRITES)
    async def retry_grid(self) -> Any:
        """Only the cells without a picture."""
        async with self._acting() as (session, me):
            if not self.grid.id:
                raise NotFound("There is no such grid.")
            self._take(await grids.retry_grid(session, me, UUID(self.grid.id)))
            await self._refresh(session, me)
        return await self._begin_work()

    async def _read_grid(self, session: AsyncSession, me: Actor) -> None:
        """The open grid and the list of this shoot's; one that is of another shoot or not there is closed."""
        self.grid_choices, found = [], None
        if self.shoot_id:
            roll = await sheets.read_roll(
                session, (await service.find_shoot(session, me, UUID(self.shoot_id))).pack_version_id
            )
            listed = await grids.grids_of(session, me, UUID(self.shoot_id))
            self.grid_choices = [Choice(str(each.id), _listed(roll.definition, each)) for each in listed]
            if any(str(each.id) == self._grid_id for each in listed):
                found = await grids.open_grid(session, me, UUID(self._grid_id))
        if found is None:
            self._grid_id, self.grid = "", GridCard()
            self._keep()
            return
        frames = [frame for frame in found.cells if frame is not None]
        queue = await queries.queue_of(session, frames)
        waits = {each.id: Wait(queue.ahead.get(each.id, 0), queue.eta_s(each)) for each in frames}
        shoot = await service.find_shoot(session, me, UUID(self.shoot_id))
        fee = await bills.fee_of(session, me.user_id, shoot.pack_version_id)
        dust = await prices.price(session, service.RENDER_ACTION) + fee
        self.grid = explore_cards.grid_card(roll, found, waits, self.opened.id, dust)
        self._keep()


def _listed(definition: PackDefinition, grid: Grid) -> str:
    size = f"{len(grid.values_x)} × {len(grid.values_y)}" if grid.values_y else str(len(grid.values_x))
    return f"{explore_cards.title_of(definition, grid)}, {size}"


def _parsed(value: str) -> Any:
    try:
        return json.loads(value[:MAX_CHARS])
    except (ValueError, RecursionError):
        raise BadInput.of("value", "That is no value of this knob.", value[:80]) from None
