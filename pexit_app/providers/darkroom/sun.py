"""The sun by the hour: where it stands and the colours it gives sky, light and shade."""

from dataclasses import dataclass

import numpy as np

from pexit_app.providers.darkroom.colour import curve, luminance, tone
from pexit_app.providers.darkroom.raster import Picture, mix, smoothstep

_STOPS = (-1, -0.3, -0.12, 0.02, 0.2, 0.55, 1)
_KEY = [tone(c) for c in ("#8fa8ff", "#8f9dff", "#b08cd8", "#ff8a4a", "#ffc489", "#fff0dc", "#fffaf2")]
_KEY = [c * m for c, m in zip(_KEY, (0.34, 0.36, 0.5, 1.25, 1.5, 1.6, 1.7), strict=True)]
_ZENITH = [tone(c) for c in ("#03050f", "#070b22", "#141c45", "#33508f", "#4a7fc0", "#2f74c8", "#2a6cc4")]
_MIDDLE = [tone(c) for c in ("#0a1128", "#1a1d45", "#4b3a70", "#e58a78", "#f0c8a0", "#8fbfe6", "#86bbe8")]
_HORIZON = [tone(c) for c in ("#141d3c", "#3a3566", "#b0617a", "#ffb066", "#ffdfa8", "#d6e8f2", "#d3e6f3")]
_AMBIENT = [tone(c) for c in ("#2a3a6e", "#34427a", "#5a5590", "#a48fb0", "#b8b8cc", "#b6cbe6", "#c0d2ea")]


@dataclass(frozen=True)
class Sun:
    """The sky's light at an hour. `elevation` is -1 (deep night) to 1 (noon); colours are linear RGB."""

    elevation: float
    key: Picture
    zenith: Picture
    middle: Picture
    horizon: Picture
    ambient: Picture

    @property
    def lowness(self) -> float:
        """1 while the sun is at the horizon or below, 0 high in the sky."""
        return float(1 - smoothstep(0.0, 0.5, self.elevation))

    @property
    def exposure(self) -> float:
        """How bright a face is shown: nights stay readable, as a photographer would expose them."""
        return float(0.42 + 0.58 * smoothstep(-0.35, 0.3, self.elevation))

    @property
    def night(self) -> float:
        """0 by day, 1 at night."""
        return float(smoothstep(0.05, -0.35, self.elevation))


def sun_at(hour: float, tones: Picture) -> Sun:
    """The sun at `hour` (6 rises, 18 sets), leaning a little to the palette so that it shows outdoors as well."""
    elevation = float(np.sin((hour - 6) / 12 * np.pi))
    key, zenith, middle, horizon, ambient = (
        curve(elevation, _STOPS, colours) for colours in (_KEY, _ZENITH, _MIDDLE, _HORIZON, _AMBIENT)
    )
    return Sun(
        elevation,
        _lean(key, tones[4], 0.20),
        _lean(zenith, tones[1], 0.40),
        _lean(middle, mix(tones[2], tones[3], 0.5), 0.32),
        _lean(horizon, mix(tones[2], tones[4], 0.6), 0.42),
        _lean(ambient, tones[2], 0.18),
    )


def _lean(colour: Picture, to: Picture, amount: float) -> Picture:
    """`colour` with part of the hue of `to`, its luminance kept."""
    target = to * (luminance(colour) / max(float(luminance(to)), 1e-3))
    return np.asarray(mix(colour, np.minimum(target, 4.0), amount), np.float32)
