"""A persona's views, decoded when wanted and kept within bounds: whole ones are large (45 MB), halves serve drafts."""

from dataclasses import replace
from functools import lru_cache

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.persona import Facts, Persona, Source


@lru_cache(maxsize=1)
def whole(persona: Persona, index: int) -> Source:
    """The source as it is in the file. Read through a slice, so that it is kept here and nowhere else."""
    return persona.sources[index : index + 1][0]


@lru_cache(maxsize=8)
def halved(persona: Persona, index: int) -> Source:
    """The source at half its size: sharp enough for a draft that shows it smaller than that."""
    source = persona.sources[index : index + 1][0]
    x, y = source.face_centre
    return replace(
        source,
        colour=raster.shrink(source.colour, 2),
        alpha=raster.shrink(source.alpha, 2),
        normals=raster.shrink(source.normals, 2),
        depth=raster.shrink(source.depth, 8),
        gloss=raster.shrink(source.gloss, 2),
        face_centre=(x / 2, y / 2),
        face_height=source.face_height / 2,
    )


@lru_cache(maxsize=16)
def facts(persona: Persona) -> tuple[Facts, ...]:
    """What is known of each source without decoding it."""
    return tuple(persona.facts(index) for index in range(len(persona.sources)))
