"""Person and place become one picture: shadow on what is behind, light at the edge, air and lights in front."""

import numpy as np

from pexit_app.providers.darkroom import light, noise, optics, raster
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rig
from pexit_app.providers.darkroom.subject import Subject


def surroundings_of(scenery: Picture) -> Picture:
    """The background without detail, at a quarter of the size: what lights the person from behind and is mirrored in
    polished surfaces."""
    small = raster.shrink(scenery, 4)
    return raster.blur(small, 0.035 * small.shape[0])


def light_person(subject: Subject, backdrop: Backdrop, look: Look, surroundings: Picture) -> Picture:
    """The person's colour (h, w, 3) as this place lights them, rim, wrap and air included."""
    rig = backdrop.rig
    lit = light.light_person(subject, look, rig, surroundings)
    if rig.is_graphic:
        return lit
    lit = light.wrap_edge(lit, subject.alpha, surroundings, look.light_strength)
    lit += rig.haze * np.float32(look.light_strength)
    return lit


def join(
    scenery: Picture, lit: Picture, subject: Subject, backdrop: Backdrop, look: Look, surroundings: Picture, seed: int
) -> Picture:
    """The composite in linear light (h, w, 3)."""
    alpha = subject.alpha
    behind = _shaded_background(scenery, alpha, backdrop.rig, look)
    picture = raster.to_float32(mix(behind, lit, alpha[..., None]))
    if not backdrop.rig.is_graphic:
        picture = _air_in_front(picture, backdrop.rig, look, surroundings, seed)
    if look.framing != "close" and look.lens > 0.3 and backdrop.lamps and not backdrop.has_stars:
        near = _near_lamps(backdrop, look, picture.shape[1] / picture.shape[0], seed)
        optics.add_lamps(picture, near, 0.026 * look.lens)
    return picture


def _shaded_background(scenery: Picture, alpha: Plane, rig: Rig, look: Look) -> Picture:
    """The background with the person's shadow on it: soft on a wall, a hard offset on a printed sheet."""
    height = alpha.shape[0]
    if rig.is_graphic:
        offset = 0.012 * height
        return np.asarray(scenery * (1 - 0.38 * np.clip(raster.move(alpha, offset, offset) - alpha, 0, 1))[..., None])
    if rig.wall <= 0:
        return scenery
    aside = -0.05 * height * look.light_side
    cast = raster.blur(raster.move(alpha, aside, 0.022 * height), 0.045 * height)
    return np.asarray(scenery * (1 - rig.wall * cast)[..., None])


def _air_in_front(picture: Picture, rig: Rig, look: Look, surroundings: Picture, seed: int) -> Picture:
    """Mist before the person where the place has it; in a wide frame the foreground falls into shade, so that a bust
    stands in the scene instead of being cut by its lower edge."""
    height, width = picture.shape[:2]
    _, y = raster.grid(width, height)
    if look.framing == "wide":
        picture = picture * (1 - 0.42 * smoothstep(0.76, 1.04, y))[..., None]
    if rig.mist is None:
        return raster.to_float32(picture)
    drift = noise.cloud(seed, "mist.near", width, height, 2.2, 5, 5, 0.55) - 0.5
    start = 0.86 if look.framing == "wide" else 0.94
    veil = smoothstep(start - 0.16, start + 0.20, y + drift * 0.26) * rig.mist_amount
    colour = mix(rig.mist, raster.fit(surroundings, width, height), 0.35)
    return raster.to_float32(mix(picture, colour, veil[..., None]))


def _near_lamps(backdrop: Backdrop, look: Look, aspect: float, seed: int) -> list[Lamp]:
    """A few lights much nearer than the person, at the edges of the frame: large, faint discs."""
    random = noise.stream(seed, "near")
    side = -1 if look.light_side < 0 else 1
    lamps = []
    for i in range(9):
        at = aspect / 2 + side * aspect * random.uniform(0.36, 0.54) * (1 if i % 3 else -1)
        y, size = random.uniform(0.62, 1.0), random.uniform(1.8, 3.4)
        lamps.append(Lamp(at, y, size, backdrop.lamps[i * 3 % len(backdrop.lamps)].colour * 0.14))
    return lamps
