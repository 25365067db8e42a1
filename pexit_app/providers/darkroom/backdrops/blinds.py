"""An office at night, lit through a venetian blind: bars of light on a plaster wall and on whoever stands before it."""

import numpy as np

from pexit_app.providers.darkroom import noise, raster
from pexit_app.providers.darkroom.colour import tone
from pexit_app.providers.darkroom.raster import Plane, mix, smoothstep, to_float32
from pexit_app.providers.darkroom.scene import Backdrop, Rig, Setting

_SLATS_PER_HEIGHT = 13.0
_NEARER = 0.80
_PHASE = 0.91  # light on the eyes of a head and shoulders portrait
_SLOPE = 0.16
_DADO = 0.80


def paint_blinds(s: Setting) -> Backdrop:
    x, y = s.grid
    t, aspect = s.tones, s.aspect
    light = mix(t[4], tone("#fff3dd"), 0.5)
    far = aspect / 2 + s.side * aspect / 2
    reach = np.exp(-(((x - far) / (1.25 * aspect)) ** 2) * 1.6)
    plaster = 0.82 + 0.36 * noise.cloud(s.seed, "plaster", s.width, s.height, 7, octaves=6, gain=0.6)
    wall = mix(t[1], t[2], 0.55) * 0.9
    fallen = _bars(s, _SLATS_PER_HEIGHT, 0.0) * _window(s, x, y)
    ambient = 0.055 + 0.10 * np.exp(-(((x - far) / 0.5) ** 2 + ((y - 0.5) / 0.8) ** 2))
    lit = wall * ambient[..., None] * 1.6 + (mix(wall, t[4], 0.45) * light) * (fallen * reach * 1.25)[..., None]
    lit = lit * plaster[..., None] * _moulding(y, s.height)[..., None]
    room = lit * (1 - 0.55 * smoothstep(0.72, 1.02, y))[..., None]
    rig = Rig(
        key=light * 1.3,
        ambient=mix(t[1], t[2], 0.4) * 0.30 + 0.02,
        rim=light * 1.1,
        elevation=0.25,
        exposure=0.86,
        spread=1.15,
        wall=0.5,
        slats=to_float32(_bars(s, _SLATS_PER_HEIGHT * _NEARER, _PHASE)),
    )
    return Backdrop(to_float32(room), rig, softness=0.32)


def _bars(s: Setting, per_height: float, phase: float) -> Plane:
    """Bars of light (h, w) 0-1, falling away from the window's side; `shutter` narrows them, and their edges are as soft
    as the window is large."""
    x, y = s.grid
    at = (y + (x - s.aspect / 2) * (_SLOPE * -s.side)) * per_height + phase
    from_middle = np.abs(at - np.floor(at) - 0.5)
    half = mix(0.40, 0.09, s.look.shutter)
    bars: Plane = smoothstep(half + 0.07, half - 0.07, from_middle)
    return bars


def _window(s: Setting, x: Plane, y: Plane) -> Plane:
    """Where the window's light lands (h, w): a leaning rectangle with a shadow of its mullion."""
    lean = x - (y - 0.45) * (0.10 * s.side)
    random = noise.stream(s.seed, "blinds")
    middle = s.aspect * (0.5 + 0.10 * s.side) + 0.03 * random.normal()
    half = 0.47 * max(s.aspect, 0.75)
    inside = (
        smoothstep(half, half - 0.03, np.abs(lean - middle)) * smoothstep(0.02, 0.05, y) * smoothstep(0.99, 0.93, y)
    )
    mullion = smoothstep(0.010, 0.022, np.abs(lean - middle - 0.06 * s.side))
    return np.asarray(inside * (0.10 + 0.90 * mullion))


def _moulding(y: Plane, height: int) -> Plane:
    """A picture rail and a dado along the wall (h, 1)."""
    fine = 2.0 / height
    rail = sum(0.45 * np.exp(-(((y - at) / (0.003 + fine)) ** 2)) for at in (_DADO, _DADO + 0.022))
    catch = 0.5 * np.exp(-(((y - _DADO + 0.006) / (0.002 + fine)) ** 2))
    return np.asarray(raster.to_float32(1 - rail + catch) * mix(1.0, 0.72, smoothstep(_DADO, _DADO + 0.01, y)))
