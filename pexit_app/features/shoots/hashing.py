"""Frames made before it was noted what they look like are looked at once, in the order of their ids."""

import asyncio
import io
from uuid import UUID

from PIL import Image
from sqlmodel import col, select

from pexit_app.core import db, deps, log
from pexit_app.features.shoots import looks_alike, transitions
from pexit_app.features.shoots.models import Frame, FrameStatus, key_of

AT_ONCE = 100
logger = log.get("shoots")
_passed = UUID(int=0)  # by this process: one whose picture is gone or damaged is passed over, not tried each minute


async def hash_some() -> int:
    """The next ones after those that were passed; how many were looked at."""
    global _passed
    async with db.transaction() as session:
        unhashed = Frame.status == FrameStatus.DONE, col(Frame.phash).is_(None), col(Frame.id) > _passed
        frames = (await session.exec(select(Frame).where(*unhashed).order_by(col(Frame.id)).limit(AT_ONCE))).all()
    for frame in frames:
        found = await _phash(frame)
        if found is not None:
            async with db.transaction() as session:
                locked = await transitions.lock_frame(session, frame.id)
                if locked is not None:
                    locked.phash = found
                    session.add(locked)
        _passed = frame.id
    return len(frames)


async def _phash(frame: Frame) -> str | None:
    try:
        thumb = await deps.get().store.get(key_of(frame.id, "thumb", frame.output_format))
        return await asyncio.to_thread(_read, thumb)
    except (FileNotFoundError, OSError) as error:
        logger.warning("frame not hashed", frame_id=str(frame.id), error=type(error).__name__)
        return None


def _read(thumb: bytes) -> str:
    with Image.open(io.BytesIO(thumb)) as image:
        return looks_alike.phash(image)
