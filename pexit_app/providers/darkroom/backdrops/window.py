"""A wet window onto a street of signs: their light in large soft discs, and drops on the glass that hold it upside down."""

import numpy as np

from pexit_app.providers.darkroom import noise, optics, raster
from pexit_app.providers.darkroom.colour import curve, tone
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rig, Setting

_DISC = 0.050
_FEWEST, _MOST = 40, 300
_RUNS = 9


def paint_window(s: Setting) -> Backdrop:
    t, aspect = s.tones, s.aspect
    _, y = s.grid
    upper = curve(
        np.clip(y[:, 0], 0, 1), [0, 0.45, 0.75, 1], [t[0] * 0.6, t[1] * 0.8, mix(t[1], t[2], 0.35), t[0] * 0.8]
    )
    picture = raster.to_float32(np.broadcast_to(upper[:, None, :], (s.height, s.width, 3)))
    random = noise.stream(s.seed, "window")
    for _ in range(5):
        colour = t[[2, 3][random.integers(2)]] * random.uniform(0.25, 0.55)
        optics.glow(
            picture, random.uniform(0, aspect), random.uniform(0.25, 0.7), random.uniform(0.15, 0.3), colour, 1.6
        )
    optics.add_lamps(picture, _street(s, random), _DISC * (0.45 + 0.55 * s.look.lens))
    wet = s.look.rain
    picture = picture * (1 - 0.25 * wet) + raster.blur(picture, 0.02 * s.height) * (0.35 * wet)
    picture = _drops(raster.to_float32(picture), s)
    _frame(picture, s)
    rig = Rig(
        key=mix(t[2], t[4], 0.45) * 1.1,
        ambient=mix(t[1], t[3], 0.35) * 0.55 + 0.05,
        rim=t[3] * 2.2 + 0.12,
        elevation=0.2,
        exposure=0.78,
        tint=0.20,
        wall=0.05,
        haze=mix(t[2], t[3], 0.5) * 0.02,
    )
    return Backdrop(picture, rig, softness=0.28)


def _street(s: Setting, random: np.random.Generator) -> list[Lamp]:
    lamps = []
    for _ in range(46):
        x, y = random.uniform(-0.05, s.aspect + 0.05), 0.46 + random.normal() * 0.15
        colour = s.tones[[2, 3, 3, 4, 2][random.integers(5)]] * random.uniform(0.15, 0.75)
        lamps.append(Lamp(x, y, random.uniform(0.45, 1.15), colour))
    for _ in range(10):
        x, y = random.uniform(0, s.aspect), 0.72 + abs(random.normal()) * 0.1
        lamps.append(Lamp(x, y, random.uniform(0.5, 0.9), tone("#ff4a2e") * random.uniform(0.2, 0.6)))
    return lamps


def _drops(street: Picture, s: Setting) -> Picture:
    """Drops and the tracks of those that ran: each shows the street small and upside down, bright below, dark above."""
    random = noise.stream(s.seed, "drops")
    h, w = s.height, s.width
    shift_x, shift_y, shade = (np.zeros((h, w), np.float32) for _ in range(3))
    count = int(mix(_FEWEST, _MOST, s.look.rain)) if s.look.rain > 0 else 0
    places = random.random((_MOST, 3))
    runs = random.random((_RUNS, 3))
    for across, down, size in places[:count]:
        _drop(shift_x, shift_y, shade, (across * s.aspect, down, 0.0045 + 0.013 * size**3), 1.15)
    for across, down, size in runs[: round(_RUNS * s.look.rain)]:
        for step in range(26):
            y = down * 0.7 + step * 0.011
            x = across * s.aspect + 0.006 * np.sin(step * 0.7 + size * 9)
            _drop(shift_x, shift_y, shade, (x, y, 0.0030 + 0.0022 * (step / 25) ** 2 + 0.007 * (step == 25)), 1.6)
    if not count:
        return street
    columns, rows = raster.pixel_grid(w, h)
    seen = raster.remap(street, columns + shift_x, rows + shift_y, raster.LINEAR)
    lit = smoothstep(0.15, 0.9, shade) * 0.55
    return raster.to_float32(seen * (1 + shade * 0.85)[..., None] + (s.tones[4] * 0.10) * lit[..., None])


def _drop(dx: Plane, dy: Plane, shade: Plane, place: tuple[float, float, float], tall: float) -> None:
    """One drop at (x, y) of radius r in frame heights, written into what the glass does to the view behind it."""
    h, w = shade.shape
    x, y, r = (v * h for v in place)
    r = max(r, 1.2)
    left, right = int(max(x - r - 1, 0)), int(min(x + r + 2, w))
    top, bottom = int(max(y - r * tall - 1, 0)), int(min(y + r * tall + 2, h))
    if right <= left or bottom <= top:
        return
    u = ((np.arange(left, right, dtype=np.float32) - x) / r)[None, :]
    v = ((np.arange(top, bottom, dtype=np.float32) - y) / (r * tall))[:, None]
    inside = np.clip((1 - np.sqrt(u * u + v * v)) * r, 0, 1)
    at = np.s_[top:bottom, left:right]
    dx[at] += inside * (-u * 5.0 * r - dx[at])
    dy[at] += inside * (-v * 7.0 * r - dy[at])
    shade[at] += inside * (v * 0.75 + 0.15 * u - shade[at])


def _frame(picture: Picture, s: Setting) -> None:
    """The window's bars, dark against the street."""
    x, y = s.grid
    dark = s.tones[0] * 0.4 + s.tones[1] * 0.06
    random = noise.stream(s.seed, "frame")
    for at in (s.aspect * 0.04, s.aspect * (0.93 + 0.03 * random.random())):
        bar = np.clip((0.013 - np.abs(x - at)) * s.height / 1.5 + 0.5, 0, 1) + np.zeros_like(y)
        picture[:] = mix(picture, dark, bar[..., None])
    rail = np.clip((0.011 - np.abs(y - 0.135)) * s.height / 1.5 + 0.5, 0, 1) + np.zeros_like(x)
    picture[:] = mix(picture, dark, rail[..., None])
