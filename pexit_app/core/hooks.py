"""Where a lower slice must reach higher ones: they register here, and run inside the lower one's transaction."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

UserHook = Callable[[AsyncSession, UUID], Awaitable[None]]
LeavesAt = Callable[[AsyncSession, UUID], Awaitable[datetime | None]]
BalanceOf = Callable[[AsyncSession, UUID], Awaitable[int]]
FacesGone = Callable[[AsyncSession, UUID, Collection[UUID]], Awaitable[None]]
FacesHidden = Callable[[AsyncSession, UUID, Collection[UUID], bool], Awaitable[None]]
PackTitles = Callable[[AsyncSession, Sequence[str] | None], Awaitable[Mapping[str, str]]]
Notices = Callable[[AsyncSession, UUID], Awaitable[Sequence[str]]]
Showcase = Callable[[AsyncSession], Awaitable[Sequence[Any]]]
_user_created: list[UserHook] = []
_showcase: list[Showcase] = []
_faces_gone: list[FacesGone] = []
_faces_hidden: list[FacesHidden] = []
_pack_titles: list[PackTitles] = []
_balance_of: list[BalanceOf] = []
_leaves_at: list[LeavesAt] = []
_notices: list[Notices] = []


def on_user_created(hook: UserHook) -> UserHook:
    """`hook` runs in the transaction that makes an account."""
    if hook not in _user_created:
        _user_created.append(hook)
    return hook


async def run_user_created(session: AsyncSession, user_id: UUID) -> None:
    for hook in _user_created:
        await hook(session, user_id)


def on_faces_gone(hook: FacesGone) -> FacesGone:
    """`hook(session, user_id, ids)` runs in the transaction in which likenesses or photos may be used no more: deleted,
    or their consent withdrawn. Work with them stops."""
    if hook not in _faces_gone:
        _faces_gone.append(hook)
    return hook


async def run_faces_gone(session: AsyncSession, user_id: UUID, ids: Collection[UUID]) -> None:
    for hook in _faces_gone if ids else ():
        await hook(session, user_id, ids)


def on_faces_hidden(hook: FacesHidden) -> FacesHidden:
    """`hook(session, user_id, ids, is_hidden)`: whoever these likenesses and photos were of wants what was made with them
    out of sight, or back. First of all in its transaction, as it locks frames."""
    if hook not in _faces_hidden:
        _faces_hidden.append(hook)
    return hook


async def run_faces_hidden(session: AsyncSession, user_id: UUID, ids: Collection[UUID], is_hidden: bool) -> None:
    for hook in _faces_hidden if ids else ():
        await hook(session, user_id, ids, is_hidden)


def on_pack_titles(reader: PackTitles) -> PackTitles:
    """`reader(session, slugs)` tells the titles of live packs by slug; None asks for some to choose from."""
    _pack_titles[:] = [reader]
    return reader


async def pack_titles(session: AsyncSession, slugs: Sequence[str] | None) -> Mapping[str, str]:
    return await _pack_titles[0](session, slugs) if _pack_titles else {}


def on_balance(reader: BalanceOf) -> BalanceOf:
    """`reader` tells a user's spendable dust, for /me and the app bar."""
    _balance_of[:] = [reader]
    return reader


async def balance_of(session: AsyncSession, user_id: UUID) -> int:
    return await _balance_of[0](session, user_id) if _balance_of else 0


def on_leaving(reader: LeavesAt) -> LeavesAt:
    """`reader` tells when an account is to be erased, for its own page; None: it stays."""
    _leaves_at[:] = [reader]
    return reader


async def leaves_at(session: AsyncSession, user_id: UUID) -> datetime | None:
    return await _leaves_at[0](session, user_id) if _leaves_at else None


def on_showcase(reader: Showcase) -> Showcase:
    """`reader` lends strips of pictures (ui.parts.sheet.StripCard) to pages that have none of their own."""
    _showcase[:] = [reader]
    return reader


async def showcase(session: AsyncSession) -> Sequence[Any]:
    return await _showcase[0](session) if _showcase else ()


def on_notices(reader: Notices) -> Notices:
    """`reader` tells what a user has not been told yet, in sentences, and remembers that it has."""
    if reader not in _notices:
        _notices.append(reader)
    return reader


async def notices(session: AsyncSession, user_id: UUID) -> Sequence[str]:
    return [sentence for reader in _notices for sentence in await reader(session, user_id)]
