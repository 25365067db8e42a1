"""Photos -> the bytes of a persona file, one photo at a time, telling every stage."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pexit_app.providers.darkroom import persona
from pexit_app.providers.darkroom.colour import linear, to_bytes
from pexit_app.providers.darkroom.persona import Source
from pexit_app.providers.darkroom.raster import Bytes
from pexit_app.providers.darkroom.training import choose, lamp, relief
from pexit_app.providers.darkroom.training.choose import SOURCES_MAX, Candidate
from pexit_app.providers.darkroom.training.outline import rounded
from pexit_app.providers.darkroom.training.photo import UnreadablePhoto, largest_face, read_photo, sit
from pexit_app.providers.darkroom.vision.matte import foreground, matte

Tell = Callable[[str, int], None]
# Shares of a photo's work, by what they take.
_LOOK, _CUT_OUT, _RELIEF = 1, 8, 4


class NothingToLearn(ValueError):
    """None of the photos shows a face. The message is fit for the person."""


class _Account:
    """Counts work done, so that progress is measured and never goes back."""

    def __init__(self, photos: int, tell: Tell) -> None:
        self._photos, self._tell = photos, tell
        self._done, self._most = 0, 0
        self._total = photos * _LOOK + min(photos, SOURCES_MAX) * (_CUT_OUT + _RELIEF)

    def chosen(self, count: int) -> None:
        self._total = self._photos * _LOOK + count * (_CUT_OUT + _RELIEF)

    def begin(self, index: int, stage: str, work: int) -> None:
        """Photo `index` enters `stage`, which is `work` much."""
        self._most = max(self._most, min(100 * self._done // max(self._total, 1), 99))
        self._tell(f"photo {index + 1} of {self._photos}: {stage}", self._most)
        self._done += work


def from_photos(photos: Sequence[Path], tell: Tell) -> bytes:
    """A persona of the best of `photos` (JPEG files); the same photos give the same bytes. `tell(stage, percent)` hears
    of every photo and stage, and ends the training by raising. Raises NothingToLearn."""
    account = _Account(len(photos), tell)
    seen = []
    for index, path in enumerate(photos):
        account.begin(index, "look", _LOOK)
        candidate = _look(index, path)
        if candidate:
            seen.append(candidate)
    if not seen:
        raise NothingToLearn("None of these photos shows a face. Add some that do, and train again.")
    chosen = choose.choose(seen)
    account.chosen(len(chosen))
    for index in sorted(set(range(len(photos))) - {each.index for each in chosen}):
        account.begin(index, "set aside", 0)
    return persona.dumps("", _sources(photos, chosen, account))


def from_one_photo(content: bytes) -> bytes:
    """A persona of one source, from JPEG bytes. Raises NothingToLearn."""
    candidate = _survey(0, content)
    if candidate is None:
        raise NothingToLearn("This photo shows no face the darkroom can use.")
    return persona.dumps("", [make_source(read_photo(content), candidate)])


def make_source(picture: Bytes, candidate: Candidate, on_relief: Callable[[], None] = lambda: None) -> Source:
    """One photo as a source: cut out, given relief, its side light halved. `on_relief` hears when cutting is done."""
    sitting = sit(picture, candidate.mesh)
    mesh = sitting.mesh
    alpha = matte(sitting.picture, mesh.box)
    colour = linear(to_bytes(foreground(sitting.picture, alpha)))
    alpha = rounded(alpha, mesh.height)
    on_relief()
    on_face = relief.face_weight(mesh, *alpha.shape)
    normals, depth = relief.relief(sitting.picture, alpha, mesh, on_face)
    slope = lamp.side_light(colour, normals, on_face)
    colour = lamp.even_out(colour, normals, on_face, slope)
    return Source(
        colour=colour.astype("float32", copy=False),
        alpha=alpha.astype("float32", copy=False),
        normals=normals.astype("float32", copy=False),
        depth=depth.astype("float32", copy=False),
        gloss=(alpha * 0).astype("float32", copy=False),
        face_centre=mesh.centre,
        face_height=mesh.height,
        yaw=mesh.yaw,
        pitch=mesh.pitch,
        roll=mesh.roll,
        light=lamp.as_side(slope),
        sharpness=candidate.sharpness,
    )


def _sources(photos: Sequence[Path], chosen: Sequence[Candidate], account: _Account) -> Iterator[Source]:
    for candidate in chosen:
        account.begin(candidate.index, "cut out", _CUT_OUT)
        yield make_source(
            read_photo(photos[candidate.index].read_bytes()),
            candidate,
            lambda index=candidate.index: account.begin(index, "relief", _RELIEF),  # type: ignore[misc]
        )


def _look(index: int, path: Path) -> Candidate | None:
    try:
        return _survey(index, path.read_bytes())
    except OSError:
        return None


def _survey(index: int, content: bytes) -> Candidate | None:
    """What the photo offers; None when it is no picture or shows no face."""
    try:
        picture = read_photo(content)
    except UnreadablePhoto:
        return None
    mesh = largest_face(picture)
    return choose.survey(index, picture, mesh) if mesh else None
