"""What a style is given: the developed picture and what is known about it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pexit_app.providers.darkroom import noise, raster
from pexit_app.providers.darkroom.colour import LUMA, to_srgb
from pexit_app.providers.darkroom.raster import Picture, Plane


@dataclass(frozen=True)
class Sheet:
    """`picture` (h, w, 3) display values 0-1; the person's alpha and face (h, w) and normals (h, w, 3; maybe of half the
    size); the palette's five tones, linear."""

    picture: Picture
    alpha: Plane
    normals: Picture
    face_weight: Plane
    tones: Picture
    seed: int
    is_graphic: bool

    @property
    def height(self) -> int:
        return int(self.picture.shape[0])

    @property
    def width(self) -> int:
        return int(self.picture.shape[1])

    @property
    def scale(self) -> float:
        """Brush sizes are given for 1024 px of height; this makes them fit."""
        return self.height / 1024

    @cached_property
    def level(self) -> Plane:
        """Display luminance (h, w)."""
        return raster.to_float32(self.picture @ LUMA)

    @cached_property
    def inks(self) -> Picture:
        """The tones as display values, dark to pale."""
        shown = to_srgb(self.tones)
        return np.asarray(shown[np.argsort(shown @ LUMA)])

    @cached_property
    def paper(self) -> Plane:
        """Paper tooth (h, w), 0-1 around 0.5."""
        return noise.cloud(self.seed, "tooth", self.width, self.height, 90, octaves=3)
