"""The places a person can stand in, one file each; a painter takes a Setting and gives a Backdrop."""

from collections.abc import Callable

from pexit_app.providers.darkroom.backdrops.alley import paint_alley
from pexit_app.providers.darkroom.backdrops.beach import paint_beach
from pexit_app.providers.darkroom.backdrops.blinds import paint_blinds
from pexit_app.providers.darkroom.backdrops.library import paint_library
from pexit_app.providers.darkroom.backdrops.meadow import paint_meadow
from pexit_app.providers.darkroom.backdrops.mountains import paint_mountains
from pexit_app.providers.darkroom.backdrops.neon import paint_neon
from pexit_app.providers.darkroom.backdrops.poster import paint_poster
from pexit_app.providers.darkroom.backdrops.road import paint_road
from pexit_app.providers.darkroom.backdrops.rooftop import paint_rooftop
from pexit_app.providers.darkroom.backdrops.space import paint_space
from pexit_app.providers.darkroom.backdrops.studio import paint_studio
from pexit_app.providers.darkroom.backdrops.tubes import paint_tubes
from pexit_app.providers.darkroom.backdrops.window import paint_window
from pexit_app.providers.darkroom.scene import Backdrop, Setting

PAINTERS: dict[str, Callable[[Setting], Backdrop]] = {
    "studio": paint_studio,
    "neon": paint_neon,
    "beach": paint_beach,
    "library": paint_library,
    "mountains": paint_mountains,
    "space": paint_space,
    "poster": paint_poster,
    "meadow": paint_meadow,
    "rooftop": paint_rooftop,
    "blinds": paint_blinds,
    "alley": paint_alley,
    "road": paint_road,
    "tubes": paint_tubes,
    "window": paint_window,
}
