"""A shoot as one ZIP, written while it is sent: nothing touches the disk, and at most one picture is in memory.

    salt-light/
      moonrise/salt-light_03A_moonrise_1234.png
      moonrise/salt-light_03A_moonrise_1234.json    the recipe, if asked for
      contents.txt                                  what is in it, how large it prints, what is missing
"""

import json
import re
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from pexit_app.core import clock, deps
from pexit_app.core.zips import Outlet
from pexit_app.features.shoots.models import Frame, Mark, Shoot, key_of
from pexit_app.features.shoots.schemas import RecipeOut

CM_PER_INCH = 2.54
HELD_DPI, HUNG_DPI = 240, 150  # a print that is held in the hand; one on a wall, seen from a metre away


def file_name(title: str, frame: Frame, ending: str) -> str:
    """`open-water_03A_noon_1234.png`: sorts and says what it is, in any file system."""
    number = f"{frame.position // 2 + 1:02d}{'A' if frame.position % 2 else ''}"
    return f"{word(title)}_{number}_{word(frame.scene_id)}_{frame.seed}.{ending}"


def word(text: str) -> str:
    """`text` as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "pexit"


def print_size(width_px: int, height_px: int) -> str:
    """`11 × 14 cm at 240 dpi, 17 × 22 cm at 150 dpi`: as large as it prints well."""

    def at(dpi: int) -> str:
        width_cm, height_cm = (round(side / dpi * CM_PER_INCH) for side in (width_px, height_px))
        return f"{width_cm} × {height_cm} cm at {dpi} dpi"

    return f"{at(HELD_DPI)}, {at(HUNG_DPI)}"


async def stream_zip(
    shoot: Shoot, frames: Sequence[Frame], recipes: Mapping[UUID, RecipeOut] | None = None
) -> AsyncIterator[bytes]:
    """The full pictures in folders by scene, stored as they are (they are compressed already); beside each its recipe, when
    `recipes` are given. A picture that is missing is named in contents.txt."""
    outlet = Outlet()
    top = word(shoot.title)
    lines: list[str] = []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for frame in frames:
            key = key_of(frame.id, "full", frame.output_format)
            name = f"{word(frame.scene_id)}/{file_name(shoot.title, frame, key.rpartition('.')[2])}"
            lines += _lines(frame, name)
            try:
                content = await deps.get().store.get(key)
            except FileNotFoundError:
                lines += ["  MISSING: its picture is not there any more", ""]
                continue
            lines.append("")
            archive.writestr(_entry(f"{top}/{name}", frame), content)
            del content
            if recipes is not None:
                told = recipes[frame.id].model_dump(mode="json")
                archive.writestr(_entry(f"{top}/{name.rpartition('.')[0]}.json", frame), json.dumps(told, indent=2))
            for part in outlet.take():
                yield part
        archive.writestr(_entry(f"{top}/contents.txt"), "\n".join([*_head(shoot, frames), *lines]))
    for part in outlet.take():
        yield part


def _entry(name: str, frame: Frame | None = None) -> zipfile.ZipInfo:
    moment = clock.now() if frame is None else frame.finished_at or frame.created_at
    return zipfile.ZipInfo(name, moment.timetuple()[:6])


def _head(shoot: Shoot, frames: Sequence[Frame]) -> list[str]:
    count = "1 frame" if len(frames) == 1 else f"{len(frames)} frames"
    return [
        f"{shoot.title}, shot on {shoot.created_at:%d %b %Y}: {count}",
        "",
        f"Prints: {HELD_DPI} dpi is for a picture held in the hand, {HUNG_DPI} dpi for one on a wall.",
        "",
    ]


def _lines(frame: Frame, name: str) -> list[str]:
    ringed = ", ringed" if frame.mark == Mark.RING else ""
    return [
        name,
        f"  frame {frame.number}, {frame.scene_title}, seed {frame.seed}{ringed}",
        f"  {frame.width} × {frame.height} px, prints {print_size(frame.width, frame.height)}",
    ]
