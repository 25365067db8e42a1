"""A frame's own picture, for slices above that show it to others."""


from pexit_app.core import db, deps
from pexit_app.core.errors import NotFound
from pexit_app.features.people import faces
from pexit_app.features.shoots.models import Frame, FrameStatus, key_of


async def read_full(frame: Frame) -> bytes:
    """PNG or JPEG, as it was ordered. Raises NotFound while it has no picture, or no longer has one; UseNotAgreed when
    somebody in it has answered by a link, which is never to be shown."""
    async with db.transaction() as session:
        await faces.check_shown(session, frame.face_ids)
    try:
        if frame.status != FrameStatus.DONE or not frame.is_in_sight:
            raise FileNotFoundError(frame.id)
        return await deps.get().store.get(key_of(frame.id, "full", frame.output_format))
    except FileNotFoundError:
        raise NotFound("This frame has no picture.") from None
