"""What a backdrop painter is given (`Setting`) and what it gives back (`Backdrop`): a place and the light in it."""

from dataclasses import dataclass, field

import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.raster import Picture, Plane
from pexit_app.providers.darkroom.sun import Sun


@dataclass(frozen=True)
class Setting:
    """The canvas of a backdrop: size in pixels, the look, its five tones (5, 3) linear, the sun and the seed."""

    width: int
    height: int
    look: Look
    tones: Picture
    sun: Sun
    seed: int

    @property
    def aspect(self) -> float:
        return self.width / self.height

    @property
    def grid(self) -> tuple[Plane, Plane]:
        return raster.grid(self.width, self.height)

    @property
    def side(self) -> float:
        """The side the light comes from: -1 or 1."""
        return -1.0 if self.look.light_side < 0 else 1.0


@dataclass(frozen=True, slots=True)
class Lamp:
    """A point of light in the background, drawn as the disc a lens makes of it. Place in frame heights, linear RGB."""

    x: float
    y: float
    size: float
    colour: Picture


@dataclass(frozen=True, slots=True)
class Rays:
    """Light shafts that spread from (x, y), in frame heights."""

    x: float
    y: float
    colour: Picture


def _none() -> Picture:
    return np.zeros(3, np.float32)


@dataclass(frozen=True)
class Rig:
    """The light of a place, as it falls on a person.

    Colours are linear RGB. `elevation` 0-1 is the key's height; `spread` scales how far aside it stands; `exposure` is
    how bright a face is here against the neutral picture; `tint` 0-1 how far the place's colour takes over; `wall` 0-1
    how close the background is behind the person (it takes their shadow); `mist` lies in front of their feet; `slats`
    (h, w) 0-1, of any size, is how much of the key comes through what stands in its way.
    """

    key: Picture
    ambient: Picture
    rim: Picture
    elevation: float
    exposure: float = 1.0
    spread: float = 1.0
    tint: float = 0.0
    wall: float = 0.12
    haze: Picture = field(default_factory=_none)
    mist: Picture | None = None
    mist_amount: float = 0.0
    is_backlit: bool = False
    is_graphic: bool = False
    slats: Plane | None = None


@dataclass(frozen=True)
class Backdrop:
    """A painted place: linear HDR picture, its light, its lamps; `softness` is how far behind the person it lies and
    `least_blur` the lens blur (frame heights) it has even at f/11."""

    picture: Picture
    rig: Rig
    softness: float
    lamps: tuple[Lamp, ...] = ()
    has_stars: bool = False
    least_blur: float = 0.0
    rays: Rays | None = None
