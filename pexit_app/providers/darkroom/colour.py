"""Colour: sRGB and linear light, palettes of five tones, and film-like grades as 3-D lookup tables."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageFilter

from pexit_app.providers.darkroom.raster import Bytes, Picture, Plane, mix

_U8 = np.arange(256, dtype=np.float32) / 255
_TO_LINEAR = np.where(_U8 <= 0.04045, _U8 / 12.92, ((_U8 + 0.055) / 1.055) ** 2.4).astype(np.float32)
_STEPS = 4096
_RAMP = np.linspace(0, 1, _STEPS + 1, dtype=np.float32)
_TO_SRGB = np.where(
    _RAMP <= 0.0031308, _RAMP * 12.92, 1.055 * np.maximum(_RAMP, 1e-8) ** (1 / 2.4) - 0.055
).astype(np.float32)
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)

PALETTES = {
    "ember": ("#120a0c", "#5a1e1a", "#d9542b", "#f2a65a", "#ffe3b8"),
    "cyber": ("#07060f", "#1b1145", "#ff2d95", "#19d3ff", "#f6e7ff"),
    "sage": ("#10150f", "#35452f", "#7f9a6b", "#d8b26e", "#f4ecd8"),
    "ivory": ("#2a2622", "#8b7e70", "#c9b8a2", "#b5653f", "#f6efe4"),
    "ocean": ("#051018", "#0f3a52", "#2a8ea3", "#f0b67f", "#eef6f4"),
    "noir": ("#050506", "#1c1d20", "#5c5f66", "#b9bcc2", "#f2f2f0"),
    "plum": ("#120816", "#43204f", "#a4487a", "#f08a7a", "#ffe1cf"),
    "pop": ("#16130f", "#d7263d", "#f6ae2d", "#1b998b", "#fff3dc"),
}


def linear(srgb: Bytes) -> Picture:
    """sRGB bytes -> linear light 0-1 (IEC 61966-2-1)."""
    return _TO_LINEAR[srgb]


def to_srgb(light: Picture) -> Picture:
    """Linear light -> display values 0-1, clipped."""
    return _TO_SRGB[(np.clip(light, 0, 1) * _STEPS).astype(np.uint16)]


def to_bytes(display: Picture) -> Bytes:
    """Display values 0-1 -> bytes, rounded."""
    return (np.clip(display, 0, 1) * 255 + 0.5).astype(np.uint8)


def luminance(colour: Picture) -> Plane:
    return colour @ LUMA


def tone(code: str) -> Picture:
    """`#rrggbb` -> linear (3,)."""
    digits = code.lstrip("#")
    return _TO_LINEAR[[int(digits[i : i + 2], 16) for i in (0, 2, 4)]]


def tones(palette: str, accent: str = "") -> Picture:
    """The palette's five tones, dark to pale, linear (5, 3). `accent` takes the leading (third) tone's place and lends
    the tone below it its hue, so that a chosen colour carries the picture."""
    five = np.stack([tone(code) for code in PALETTES[palette]])
    if accent:
        leading = tone(accent)
        five[2] = leading
        five[1] = mix(five[1], leading * 0.22, 0.8)
    return five


def curve(t: Plane | float, stops: Sequence[float], colours: Sequence[Picture]) -> Picture:
    """Colours interpolated at `t`: shape of t plus (3,)."""
    return np.stack([np.interp(t, stops, [c[i] for c in colours]) for i in range(3)], -1).astype(np.float32)


# ------------------------------------------------------------------------------------------------------------ grades
def _s_curve(v: Picture, amount: float) -> Picture:
    return np.asarray(mix(v, v * v * (3 - 2 * v), amount))


def _saturate(v: Picture, amount: float) -> Picture:
    grey = (v @ LUMA)[..., None]
    return np.asarray(grey + (v - grey) * amount)


def _split(
    v: Picture,
    shadows: tuple[float, float, float],
    lights: tuple[float, float, float],
    shadow_amount: float,
    light_amount: float,
) -> Picture:
    """Split toning: shadows lean to one colour, lights to another (both given around a grey of 0.5)."""
    level = (v @ LUMA)[..., None]
    low = np.array(shadows, np.float32) - 0.5
    high = np.array(lights, np.float32) - 0.5
    return np.asarray(v + low * shadow_amount * (1 - level) ** 2 + high * light_amount * level**2)


def _silver(v: Picture) -> Picture:
    """Black and white with an orthochromatic-leaning mix and a faintly warm white."""
    grey = np.clip(v @ np.array([0.36, 0.50, 0.14], np.float32), 0, 1)[..., None]
    grey = _s_curve(grey, 0.6)
    return np.asarray(grey * np.array([1, 0.99, 0.965], np.float32) + np.array([0.006, 0.008, 0.014], np.float32))


def _graded(v: Picture, name: str) -> Picture:
    match name:
        case "warm":
            toned = _split(_s_curve(v, 0.25) * 0.955 + 0.022, (0.46, 0.52, 0.54), (0.56, 0.51, 0.43), 0.20, 0.16)
            return _saturate(toned, 0.96)
        case "night":
            toned = _split(_s_curve(v, 0.4) * 0.95 + 0.022, (0.35, 0.53, 0.62), (0.58, 0.50, 0.44), 0.28, 0.18)
            return _saturate(toned, 1.05)
        case "teal":
            return _split(_s_curve(v, 0.45), (0.30, 0.52, 0.62), (0.64, 0.51, 0.36), 0.30, 0.24)
        case "vivid":
            return _saturate(_s_curve(v, 0.5), 1.24)
        case "faded":
            toned = _split(v * 0.80 + 0.105, (0.44, 0.48, 0.58), (0.57, 0.52, 0.42), 0.22, 0.14)
            return _saturate(toned, 0.78)
        case "silver":
            return _silver(v)
        case "bleach":
            grey = np.repeat((v @ LUMA)[..., None], 3, -1)
            return _s_curve(np.asarray(mix(v, _s_curve(grey, 0.9), 0.55)), 0.25)
        case _:
            return v


GRADES = ("none", "warm", "night", "teal", "vivid", "faded", "silver", "bleach")
_SIDE = 33


def lattice() -> Picture:
    """The (33, 33, 33, 3) RGB lattice in the order Pillow's 3-D tables want (blue slowest, red fastest)."""
    steps = np.linspace(0, 1, _SIDE, dtype=np.float32)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    return np.stack([red, green, blue], -1)


def table(values: Picture) -> ImageFilter.Color3DLUT:
    """A Pillow colour table from the colours of `lattice()`; reading between its points is trilinear."""
    return ImageFilter.Color3DLUT(_SIDE, np.clip(values, 0, 1).ravel().tolist())


def apply_table(picture: Bytes, lut: ImageFilter.Color3DLUT) -> Bytes:
    return np.asarray(Image.fromarray(picture).filter(lut))


@lru_cache(maxsize=len(GRADES))
def _grade_table(name: str) -> ImageFilter.Color3DLUT:
    return table(_graded(lattice(), name))


def grade(picture: Bytes, name: str) -> Bytes:
    """`picture` through the grade called `name`; "none" returns it untouched."""
    return picture if name == "none" else apply_table(picture, _grade_table(name))


def warm_up() -> None:
    """Builds every grade's table (about 10 ms each), so that no draft pays for it."""
    for name in GRADES[1:]:
        _grade_table(name)
