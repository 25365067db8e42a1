"""What the bench in the browser has to know of a pack."""

from typing import Any

from pexit_app.features.packs.schemas import KnobOut, SceneOut, pictures_of
from pexit_app.features.packs.service import OpenPack


def bench_of(found: OpenPack) -> dict[str, Any]:
    """Knobs and scenes as GET /api/v1/packs/{slug} tells them, and
    `posters`, shop pictures by scene that are seen until the first drafts are there."""
    pack, definition = found.pack, found.definition
    is_live = found.version.number == pack.live_number
    knobs = [KnobOut.of(knob).model_dump(mode="json", exclude_none=True) for knob in definition.knobs]
    scenes = [SceneOut.of(definition, scene).model_dump(mode="json", exclude_none=True) for scene in definition.scenes]
    return {
        "slug": pack.slug,
        "title": definition.title,
        "code": definition.code,
        "version": found.version.number,
        "knobs": knobs,
        "scenes": scenes,
        "is_live": is_live,
        "posters": {picture.scene: picture.url for picture in reversed(pictures_of(pack))} if is_live else {},
    }
