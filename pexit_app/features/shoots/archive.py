"""A shoot as one ZIP, written while it is sent: at most one picture is in memory."""

import re
import zipfile
from collections.abc import AsyncIterator, Sequence

from pexit_app.core import deps
from pexit_app.features.shoots.models import Frame, key_of


class _Outlet:
    """A file that cannot be sought: zipfile then writes sizes behind each entry. Bytes are taken out as they come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        return

    def close(self) -> None:
        return

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def file_name(title: str, frame: Frame, ending: str) -> str:
    """`open-water_3A_noon_1234.png`: sorts and says what it is, in any file system."""
    number = f"{frame.position // 2 + 1:02d}{'A' if frame.position % 2 else ''}"
    return f"{_word(title)}_{number}_{_word(frame.scene_id)}_{frame.seed}.{ending}"


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "pexit"


async def stream_zip(title: str, frames: Sequence[Frame]) -> AsyncIterator[bytes]:
    """The full pictures, stored as they are (they are compressed already). One that was deleted meanwhile is left out."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for frame in frames:
            key = key_of(frame.id, "full", frame.output_format)
            try:
                content = await deps.get().store.get(key)
            except FileNotFoundError:
                continue
            moment = frame.finished_at or frame.created_at
            name = file_name(title, frame, key.rpartition(".")[2])
            archive.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), content)
            yield outlet.take()
    yield outlet.take()
