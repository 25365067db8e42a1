"""What the lens does to the background: depth of field, discs of light, light shafts, glow."""

from collections.abc import Sequence

import numpy as np

from pexit_app.providers.darkroom import noise, raster
from pexit_app.providers.darkroom.colour import luminance
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.raster import Picture, Plane, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rays

_CLOSE_UP = 1.5
_DISC_AT_FULL = 0.026
_STAR = 0.0022


def glow(picture: Picture, x: float, y: float, radius: float, colour: Picture, power: float = 2.0) -> None:
    """Adds light around (x, y) to `picture` in place; all lengths in frame heights, `power` 2 is a Gaussian."""
    height, width = picture.shape[:2]
    columns, rows = raster.grid(width, height)
    squared = ((columns - x) ** 2 + (rows - y) ** 2) / (radius * radius)
    picture += np.exp(-(squared ** (power / 2)))[..., None].astype(np.float32) * colour


def lens_scale(look: Look) -> float:
    """A close-up throws the background further out of focus."""
    return _CLOSE_UP if look.framing == "close" else 1.0


def focus(backdrop: Backdrop, look: Look, width: int, height: int, seed: int, is_draft: bool) -> Picture:
    """The backdrop as the lens shows it, at the frame's size."""
    painted = backdrop.picture
    radius = max(look.lens * backdrop.softness * lens_scale(look) * 0.019, backdrop.least_blur) * painted.shape[0]
    picture = raster.disc_blur(painted, radius)
    picture = raster.blur(picture, radius * 0.18)
    if picture.shape[:2] != (height, width):
        picture = np.maximum(raster.resize(picture, width, height, raster.CUBIC), 0)
    picture = raster.to_float32(picture)
    if backdrop.has_stars:
        add_lamps(picture, backdrop.lamps, _STAR, 0)
    elif backdrop.lamps:
        add_lamps(picture, backdrop.lamps, 0.002 + _DISC_AT_FULL * look.lens * lens_scale(look))
    if backdrop.rays and not is_draft:
        _add_rays(picture, backdrop.rays, seed)
    return picture


def add_lamps(picture: Picture, lamps: Sequence[Lamp], radius: float, edge: float = 0.35) -> None:
    """Adds each lamp as a bright-rimmed disc in place, cut like a cat's eye toward the corners. `radius` of a lamp of
    size 1 in frame heights."""
    height, width = picture.shape[:2]
    for lamp in lamps:
        reach = max(radius * lamp.size, 0.0016) * height
        x, y, half = lamp.x * height, lamp.y * height, int(reach * 1.15) + 2
        left, right = int(max(x - half, 0)), int(min(x + half + 1, width))
        top, bottom = int(max(y - half, 0)), int(min(y + half + 1, height))
        if right <= left or bottom <= top:
            continue
        dx = (np.arange(left, right, dtype=np.float32) - x)[None, :]
        dy = (np.arange(top, bottom, dtype=np.float32) - y)[:, None]
        distance = np.hypot(dx, dy) / reach
        eye = np.hypot(dx / reach + (x / width - 0.5) * 0.7, dy / reach + (y / height - 0.5) * 0.7)
        inside = np.clip((1 - distance) * reach / 1.2 + 0.5, 0, 1) * np.clip((1.06 - eye) * reach / 1.6, 0, 1)
        profile = inside * (1 - edge + edge * np.clip(distance, 0, 1) ** 6 * 2.2)
        picture[top:bottom, left:right] += profile[..., None] * lamp.colour


def _add_rays(picture: Picture, rays: Rays, seed: int) -> None:
    """Light shafts: what is bright, smeared away from the light's place (logarithmic radial blur at quarter size)."""
    height, width = picture.shape[:2]
    small = raster.shrink(luminance(picture), 4)
    rows, columns = small.shape
    bright = np.clip(small - 0.35, 0, 2) * 0.6 + 0.10 * smoothstep(
        0.5, 0.8, noise.cloud(seed, "rays", columns, rows, 9, 5, 3)
    )
    shafts = raster.to_float32(bright)
    for amount, steps in ((0.9, 6), (0.6, 6)):
        shafts = _radial(shafts, rays.x * rows, rays.y * rows, steps, amount)
    soft = raster.resize(raster.blur(shafts, 2.0), width, height)
    picture += (soft[..., None] * rays.colour * 0.30).astype(np.float32)


def _radial(image: Plane, x: float, y: float, steps: int, amount: float) -> Plane:
    height, width = image.shape
    for step in range(steps):
        zoom = 1 / (1 - amount * 0.5 ** (steps - step) * 0.9)
        matrix = np.array([[zoom, 0, x * (1 - zoom)], [0, zoom, y * (1 - zoom)]], np.float32)
        image = 0.5 * (image + raster.warp_affine(image, matrix, width, height))
    return image
