"""The list of a user's shoots: found by words, filtered, counted, renamed."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.packs.queries import slugs_titled
from pexit_app.features.shoots import service
from pexit_app.features.shoots.models import OPEN, Frame, Mark, Recipe, Shoot, in_trash, on_sheet
from pexit_app.features.shoots.requests import MAX_TITLE_CHARS

MAX_SEARCH_CHARS = 200
Which = Literal["all", "running", "ringed"]
_NUMBER = re.compile(r"([1-9]\d{0,4})(a?)", re.I)


@dataclass(frozen=True, slots=True)
class Totals:
    """Of all a user has; frames without those in the trash. `hidden` are out of sight because somebody in them wants it,
    the first of them since `hidden_since`."""

    shoots: int
    frames: int
    ringed: int
    trashed: int
    hidden_since: datetime | None = None
    hidden: int = 0


async def list_shoots(
    session: AsyncSession,
    actor: Actor,
    cursor: str | None = None,
    limit: int = 24,
    q: str = "",
    which: str = "all",
    *,
    with_frames: bool = False,
) -> Slice[Shoot]:
    """Newest first; a shoot whose frames are all in the trash is there with them. `which`: all, those with frames still to
    come (running), those with a ringed frame. `q`: each of its words names the shoot, its pack, or one of its frames (by
    number, scene, or a word of its recipe). `with_frames`: not those that were never shot. Raises BadInput."""
    if which not in get_args(Which):
        raise BadInput.of("filter", "Filter by all, running or ringed.", which[:20], list(get_args(Which)))
    is_shown = _some_frame() if with_frames else _some_frame() | ~_frames().exists()
    query = select(Shoot).where(Shoot.user_id == actor.user_id, is_shown)
    if which == "running":
        query = query.where(_some_frame(col(Frame.status).in_(OPEN)))
    if which == "ringed":
        query = query.where(_some_frame(Frame.mark == Mark.RING))
    for word in q[:MAX_SEARCH_CHARS].replace("\0", "").split():
        query = query.where(_names(word))
    return await newest_first(session, query, Shoot, cursor, limit)


def _frames(*where: Any) -> Any:
    return select(Frame.id).where(Frame.shoot_id == Shoot.id, *where)


def _some_frame(*where: Any) -> ColumnElement[bool]:
    exists: ColumnElement[bool] = _frames(on_sheet(), *where).exists()
    return exists


def _names(word: str) -> ColumnElement[bool]:
    """`word` names the shoot. A number such as 3 or 3A is that of a frame, and then nothing else of a frame."""
    pack = col(Shoot.pack_slug).in_(slugs_titled(word))
    saved = select(Recipe.id).where(Recipe.frame_id == Frame.id, col(Recipe.name).icontains(word, autoescape=True))
    of_frame: ColumnElement[bool]
    if number := _NUMBER.fullmatch(word):
        of_frame = col(Frame.position) == (int(number[1]) - 1) * 2 + (number[2] != "")
    else:
        texts = (col(Frame.scene_title), col(Frame.prompt))
        of_frame = or_(*(text.icontains(word, autoescape=True) for text in texts), saved.exists())
    return or_(col(Shoot.title).icontains(word, autoescape=True), pack, _some_frame(of_frame))


async def totals(session: AsyncSession, actor: Actor) -> Totals:
    kept = on_sheet()
    query = select(
        func.count(func.distinct(Frame.shoot_id)).filter(kept),
        func.count().filter(kept),
        func.count().filter(kept, col(Frame.mark) == Mark.RING),
        func.count().filter(in_trash()),
    ).where(Frame.user_id == actor.user_id)
    hidden = select(func.min(Frame.hidden_at), func.count())
    hidden = hidden.where(Frame.user_id == actor.user_id, col(Frame.hidden_at).is_not(None))
    return Totals(*(await session.exec(query)).one(), *(await session.exec(hidden)).one())


async def rename_shoot(session: AsyncSession, actor: Actor, shoot_id: UUID, title: str) -> Shoot:
    """Raises NotFound, BadInput."""
    shoot = await service.find_shoot(session, actor, shoot_id)
    cleaned = title.strip()
    if not 1 <= len(cleaned) <= MAX_TITLE_CHARS or not cleaned.isprintable():
        message = f"A title has 1 to {MAX_TITLE_CHARS} characters, on one line."
        raise BadInput.of("title", message, title[: MAX_TITLE_CHARS + 1], MAX_TITLE_CHARS)
    shoot.title = cleaned
    session.add(shoot)
    await session.flush()
    return shoot
