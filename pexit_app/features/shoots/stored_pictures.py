"""A frame's own picture, for slices above that make something of it."""

from pexit_app.core import deps
from pexit_app.core.errors import NotFound
from pexit_app.features.shoots.models import Frame, FrameStatus, key_of


async def read_full(frame: Frame) -> bytes:
    """PNG or JPEG, as it was ordered. Raises NotFound while it has no picture, or no longer has one."""
    try:
        if frame.status != FrameStatus.DONE or not frame.is_in_sight:
            raise FileNotFoundError(frame.id)
        return await deps.get().store.get(key_of(frame.id, "full", frame.output_format))
    except FileNotFoundError:
        raise NotFound("This frame has no picture.") from None
