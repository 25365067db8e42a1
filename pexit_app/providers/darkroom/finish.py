"""From light to film: bloom, highlight roll-off, grade, vignette and grain."""

from functools import lru_cache

import numpy as np

from pexit_app.providers.darkroom import colour, noise, raster
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.raster import Bytes, Picture, Plane, smoothstep

_SHOULDER = 0.84
_BLOOM_FROM = 0.72
_HALATION = np.array([0.55, 0.10, 0.02], np.float32)
_GRAIN_TINT = np.array([1, 0.96, 1.06], np.float32)

_BRIGHTEST, _STEPS = 4.0, 16000


def _film_curve() -> Bytes:
    """Linear light 0-4 in 1/16000 steps -> display bytes. Identity up to 0.84, so that the palest skin is untouched;
    above it highlights roll off instead of clipping."""
    light = np.arange(int(_BRIGHTEST * _STEPS) + 1, dtype=np.float32) / _STEPS
    room = 1 - _SHOULDER
    rolled = _SHOULDER + room * np.tanh((light - _SHOULDER) / room * 0.8)
    return colour.to_bytes(colour.to_srgb(np.where(light < _SHOULDER, light, rolled)))


_TO_FILM = _film_curve()


def develop(light: Picture, look: Look, is_graphic: bool) -> Picture:
    """Linear HDR light (changed in place) -> display values 0-1 in the look's grade."""
    if look.bloom > 0 and not is_graphic:
        light += _bloom(light, look)
    display = _TO_FILM[(np.clip(light, 0, _BRIGHTEST) * _STEPS).astype(np.uint16)]
    return colour.grade(display, look.grade).astype(np.float32) * np.float32(1 / 255)


def _bloom(light: Picture, look: Look) -> Picture:
    """Glow of what is brighter than paper white, wide and narrow; some films add a red halo."""
    height, width = light.shape[:2]
    small = raster.shrink(light, 4)
    bright = np.clip(small - _BLOOM_FROM, 0, 4)
    rows = small.shape[0]
    spread = (
        raster.blur(bright, rows * 0.012) * 0.5
        + raster.blur(bright, rows * 0.04) * 0.35
        + raster.blur(bright, rows * 0.11) * 0.25
    )
    if look.grade in ("night", "warm"):
        spread = spread + raster.blur(bright, rows * 0.02) * (_HALATION * 0.6)
    return raster.resize(raster.to_float32(spread * look.bloom), width, height)


def vignette(display: Picture) -> Picture:
    """Darkens the corners; nothing within the middle of the frame changes."""
    return display * _corners(*display.shape[1::-1])


@lru_cache(maxsize=2)
def _corners(width: int, height: int) -> Plane:
    x, y = raster.grid(width, height)
    reach = np.hypot(x / (width / height) - 0.5, y - 0.5) * 1.25
    return raster.to_float32((1 - 0.38 * smoothstep(0.38, 1.0, reach))[..., None])


def grain(display: Picture, amount: float, seed: int) -> Picture:
    """Film grain: fine and coarse noise, strongest in the middle tones, a little different in each layer."""
    if amount <= 0:
        return display
    level = np.clip(display @ colour.LUMA, 0, 1)
    strength = (0.042 * amount) * (0.35 + 1.1 * np.sqrt(level * (1 - level)))
    strength *= _speckle(seed, *display.shape[1::-1])
    return np.dstack([display[..., layer] + strength * _GRAIN_TINT[layer] for layer in range(3)])


@lru_cache(maxsize=1)
def _speckle(seed: int, width: int, height: int) -> Plane:
    """Fine and coarse noise (h, w) around 0; kept, as the drafts of one picture share it."""
    random = noise.stream(seed, "grain")
    fine = raster.blur(random.standard_normal((height, width), dtype=np.float32), 0.5 * max(height / 1024, 0.6))
    coarse = random.standard_normal((height // 2 + 1, width // 2 + 1), dtype=np.float32)
    return raster.to_float32(fine * 1.2 + raster.resize(coarse, width, height) * 0.35)
