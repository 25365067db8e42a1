"""Photographs of one test face, made in endless variety: poses, lights, skins, places, distances, good and bad ones.

The face is the public-domain portrait of an astronaut in scikit-image. Its mesh turns the head, its matte puts it into
other places. Everything is deterministic and kept for the session. `photo(Shot(...))` gives pixels (yaw and pitch
up to 35 degrees: a warp shows no side that the portrait hides), `good_batch` and `write_mixed_batch` make files.
"""

import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from skimage import color, data

from pexit_app.providers.darkroom.vision.faces import find_faces
from pexit_app.providers.darkroom.vision.matte import matte
from tests.support import encoders

Pixels = NDArray[np.uint8]
Place = Literal["wall", "brick", "leaves", "books", "evening", "sky"]
PLACES: tuple[Place, ...] = ("wall", "brick", "leaves", "books", "evening", "sky")
# CIE L* of skin under even light, from very dark to very pale (Chardon et al. 1991 span about 25 to 80).
SKINS = (27.0, 38.0, 50.0, 62.0, 74.0, 82.0)
_BASE_PX = 1024
_MAP_PX = 64


@dataclass(frozen=True)
class Shot:
    """One photograph. Degrees as in Reading (yaw to the picture's right, pitch up); `share` is the face's height in the
    picture's; `side` -1 to 1 where the light comes from, 0 even; `gain` exposure (1 right); `skin` L* or None as it is;
    `smile` bends the mouth, `take` reseeds the grain; `blur` in pixels at a face of 100 px height."""

    yaw: float = 0.0
    pitch: float = 0.0
    share: float = 0.36
    side: float = 0.0
    gain: float = 1.0
    skin: float | None = None
    place: Place = "wall"
    smile: float = 0.0
    blur: float = 0.0
    shake: float = 0.0
    take: int = 0
    width: int = 960
    height: int = 1200
    widen: float = 0.0


@dataclass(frozen=True, eq=False)
class _Cutout:
    """RGBA float 0-1 in linear light, where the face is in it, and the skin's mask."""

    rgba: NDArray[np.float32]
    skin: NDArray[np.float32]
    centre: tuple[float, float]
    face_height: float


@lru_cache(maxsize=1)
def portrait() -> Pixels:
    """The portrait as it comes: 512 x 512, about 63 px between the eyes' outer corners."""
    return np.ascontiguousarray(data.astronaut())


@lru_cache(maxsize=256)
def photo(shot: Shot = Shot()) -> Pixels:
    """(height, width, 3) sRGB. Read-only: it is kept for the session."""
    return _finish(_placed(shot, place(shot.place, shot.width, shot.height)), shot)


@lru_cache(maxsize=8)
def crowd(ratio: float, width: int = 1200, height: int = 960) -> Pixels:
    """Two people side by side; the second one's face is `ratio` times as high."""
    first = Shot(share=0.36, width=width, height=height)
    scene = _placed(first, place("wall", width, height), at=0.3)
    second = replace(first, share=0.36 * ratio, take=1)
    return _finish(_placed(second, scene, at=0.76, smile_of=0.02), first)


@lru_cache(maxsize=8)
def place(name: Place, width: int, height: int) -> NDArray[np.float32]:
    """A background (height, width, 3), linear light 0-1, drawn by numbers."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
    soft = _clouds(random, width, height)
    match name:
        case "wall":
            tone = (0.42 + 0.1 * x - 0.08 * y + 0.02 * soft)[..., None] * np.array([1.0, 0.95, 0.86])
        case "brick":
            row = np.floor(y * 14)
            mortar = ((y * 14) % 1 < 0.1) | ((x * 6 + row * 0.5) % 1 < 0.05)
            shade = 0.75 + 0.25 * np.sin(row * 12.9 + np.floor(x * 6 + row * 0.5) * 78.2) + 0.1 * soft
            tone = np.where(mortar[..., None], 0.35, shade[..., None] * np.array([0.34, 0.11, 0.07]))
        case "leaves":
            tone = (0.12 + 0.13 * (soft > 0) + 0.08 * _clouds(random, width, height, 24))[..., None]
            tone = tone * np.array([0.55, 1.0, 0.32])
        case "books":
            spine = np.floor(x * 26).astype(int)
            colours = random.uniform(0.03, 0.4, (200, 3))[(spine + 31 * np.floor(y * 4).astype(int)) % 200]
            tone = colours * np.where((y * 4) % 1 < 0.07, 0.1, 1.0)[..., None]
        case "evening":
            lamp = np.exp(-((x - 0.12) ** 2 + (y - 0.2) ** 2) / 0.02)
            tone = (
                0.03 + (0.05 + 0.02 * soft)[..., None] * np.array([0.5, 0.6, 1.3]) + lamp[..., None] * [0.9, 0.6, 0.2]
            )
        case "sky":
            tone = (0.55 - 0.25 * y)[..., None] * np.array([0.62, 0.85, 1.35]) + 0.06 * (soft > 0.6)[..., None]
    return np.clip(tone, 0, 1).astype(np.float32)


def good_shots() -> tuple[Shot, ...]:
    """Twelve good, varied shots: what a careful user would bring."""
    return (
        Shot(),
        Shot(yaw=-26, place="brick", side=-0.6),
        Shot(yaw=26, place="leaves"),
        Shot(pitch=18, place="sky", gain=1.25),
        Shot(pitch=-18, place="books"),
        Shot(share=0.55, place="evening", gain=0.5, take=5),
        Shot(share=0.24, place="leaves", side=0.6, smile=0.03),
        Shot(yaw=14, pitch=6, place="books", side=0.7, gain=0.8),
        Shot(yaw=-14, share=0.5, place="sky", smile=0.04),
        Shot(yaw=20, pitch=-8, place="brick", share=0.3),
        Shot(yaw=-20, pitch=8, place="evening", gain=0.7, side=0.5),
        Shot(share=0.42, place="leaves", smile=0.05, side=-0.7),
    )


def good_batch(count: int = 12) -> list[bytes]:
    """`count` (1-12) good photos as JPEG files, no two alike."""
    return [encoders.jpeg(photo(shot)) for shot in good_shots()[:count]]


def write_mixed_batch(folder: Path) -> list[Path]:
    """Twelve files as a user drops them: eight good photos in four formats, one of them turned by its EXIF; a blurred, a
    dark and an empty one without a face, and the first photo once more as a smaller copy."""
    shots = good_shots()
    files = {f"IMG_{i:04}.jpg": encoders.jpeg(photo(shots[i])) for i in range(4)}
    files["IMG_0004.heic"] = encoders.heic(photo(shots[4]))
    files["evening.png"] = encoders.png(photo(shots[5]))
    files["garden.webp"] = encoders.webp(photo(shots[6]))
    files["IMG_0007.jpg"] = encoders.jpeg(photo(shots[7]), orientation=6)
    files["blurred.jpg"] = encoders.jpeg(blurred())
    files["dark.jpg"] = encoders.jpeg(dark())
    files["wall.jpg"] = encoders.jpeg(no_face())
    files["IMG_0000 copy.jpg"] = encoders.jpeg(cv2.resize(photo(shots[0]), (720, 900), interpolation=cv2.INTER_AREA))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def no_face() -> Pixels:
    return _coded(place("brick", 960, 1200))


def small_face() -> Pixels:
    return photo(Shot(share=0.08))


def blurred() -> Pixels:
    return photo(Shot(blur=3.5))


def shaken() -> Pixels:
    return photo(Shot(shake=12.0))


def dark() -> Pixels:
    return photo(Shot(gain=0.03))


def blown_out() -> Pixels:
    return photo(Shot(gain=6.0))


def several_faces() -> Pixels:
    return crowd(0.9)


def passer_by() -> Pixels:
    """A portrait with somebody far behind."""
    return crowd(0.3)


def _placed(
    shot: Shot, scene: NDArray[np.float32], at: float = 0.5, smile_of: float | None = None
) -> NDArray[np.float32]:
    """The person over `scene`, the face's centre at `at` of the width, the body down to the lower edge."""
    smile = shot.smile if smile_of is None else smile_of
    cut = _cutout(shot.yaw, shot.pitch, smile, shot.widen)
    scale = shot.share * shot.height / cut.face_height
    below = (_BASE_PX - cut.centre[1]) * scale / shot.height
    y = max(0.44, 1.02 - below)
    move = np.array(
        [[scale, 0, at * shot.width - cut.centre[0] * scale], [0, scale, y * shot.height - cut.centre[1] * scale]]
    )
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    rgba, skin = (_moved(layer, move, scale, shot.width, shot.height, how) for layer in (cut.rgba, cut.skin))
    person = _lit(rgba[..., :3], skin, shot, at)
    alpha = np.clip(rgba[..., 3:], 0, 1)
    scene = scene * (1 if shot.gain == 1 else shot.gain)
    return (person * alpha + scene * (1 - alpha)).astype(np.float32)


def _moved(
    layer: NDArray[np.float32], move: NDArray[np.float64], scale: float, width: int, height: int, how: int
) -> NDArray[np.float32]:
    """Scaled and moved; a strong reduction is averaged first."""
    if scale < 1:
        side = max(round(_BASE_PX * scale), 1)
        layer = cv2.resize(layer, (side, side), interpolation=cv2.INTER_AREA)
        move = np.array([[1, 0, move[0, 2]], [0, 1, move[1, 2]]])
        how = cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(layer, move, (width, height), flags=how), np.float32)


def _lit(person: NDArray[np.float32], skin: NDArray[np.float32], shot: Shot, at: float) -> NDArray[np.float32]:
    """Linear light: the skin's tone, a light from one side that falls off round the head, the exposure."""
    if shot.skin is not None:
        tone, wanted = _skin_tone(), _lab_to_linear(shot.skin)
        person = person * (1 + (wanted / tone - 1) * skin[..., None])
    if shot.side:
        x = (np.arange(shot.width) / shot.width - at) * shot.width / (shot.share * shot.height)
        towards = 1 / (1 + np.exp(-np.sign(shot.side) * x * 7))
        person = person * (1 + abs(shot.side) * (towards * 1.15 - 0.85)).astype(np.float32)[None, :, None]
    return (person * shot.gain).astype(np.float32)


def _finish(scene: NDArray[np.float32], shot: Shot) -> Pixels:
    """Lens and sensor: blur, shake, noise, sRGB."""
    height = shot.share * shot.height / 100
    if shot.blur:
        scene = cv2.GaussianBlur(scene, (0, 0), shot.blur * height)
    if shot.shake:
        length = max(round(shot.shake * height), 1)
        scene = cv2.blur(scene, (length, 1))
    random = np.random.default_rng(zlib.crc32(repr(shot).encode()))
    coded = _coded(scene).astype(np.float32) + random.normal(0, 1.6, (*scene.shape[:2], 1))
    made = np.clip(np.rint(coded), 0, 255).astype(np.uint8)
    made.setflags(write=False)
    return made


def _coded(linear: NDArray[np.float32]) -> Pixels:
    clipped = np.clip(linear, 0, 1)
    coded = np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * np.power(clipped, 1 / 2.4) - 0.055)
    return np.rint(coded * 255).astype(np.uint8)


def _linear(coded: NDArray[np.uint8]) -> NDArray[np.float32]:
    share = coded.astype(np.float32) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _clouds(random: np.random.Generator, width: int, height: int, cells: int = 9) -> NDArray[np.float32]:
    coarse = random.normal(0, 1, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


@lru_cache(maxsize=1)
def _base() -> tuple[Pixels, NDArray[np.float32], NDArray[np.float32]]:
    """The portrait at 1024 px, its matte, its mesh (468, 3)."""
    large = cv2.resize(portrait(), (_BASE_PX, _BASE_PX), interpolation=cv2.INTER_LANCZOS4)
    mesh = find_faces(large)[0]
    return large, np.asarray(matte(large, mesh.box), np.float32), np.asarray(mesh.points, np.float32)


@lru_cache(maxsize=64)
def _cutout(yaw: float, pitch: float, smile: float, widen: float) -> _Cutout:
    """The person alone, head turned by the mesh."""
    large, alpha, points = _base()
    rgba = np.dstack([_linear(large), alpha]).astype(np.float32)
    skin = np.zeros(alpha.shape, np.float32)
    cv2.fillConvexPoly(skin, cv2.convexHull(points[:, :2].astype(np.int32)), 1.0)
    skin = cv2.GaussianBlur(skin, (0, 0), 6)
    moved = turned(points, yaw, pitch, smile, widen)
    if yaw or pitch or smile or widen:
        map_x, map_y = _warp(points, moved)
        rgba = cv2.remap(rgba, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        skin = cv2.remap(skin, map_x, map_y, cv2.INTER_LINEAR)
    face = moved[:, :2]
    centre = (float(face[:, 0].mean()), float(face[:, 1].mean()))
    return _Cutout(np.clip(rgba, 0, 1), skin, centre, float(np.ptp(_base()[2][:, 1])))


def turned(
    points: NDArray[np.float32], yaw: float, pitch: float, smile: float = 0.0, widen: float = 0.0
) -> NDArray[np.float32]:
    """Mesh points (n, 3) with the head turned about the axis between the ears; `smile` lifts the mouth's corners by that
    share of the face's height, `widen` makes another face of it (jaw wider, eyes closer, nose longer)."""
    moved = points.astype(np.float64).copy()
    height = float(np.ptp(_base()[2][:, 1]))
    mouth = (_base()[2][61] + _base()[2][291]) / 2
    near = np.exp(-(((points[:, :2] - mouth[:2]) / (0.16 * height)) ** 2).sum(1))
    moved[:, 1] -= smile * height * near * np.abs(points[:, 0] - mouth[0]) / (0.16 * height)
    pivot = (_base()[2][234] + _base()[2][454]) / 2
    offset = moved - pivot
    if widen:
        low = np.clip(offset[:, 1] / (0.5 * height), -1, 1)
        offset[:, 0] *= 1 + widen * low
        offset[:, 2] *= 1 + 0.5 * widen
        offset[:, 1] *= 1 - 0.4 * widen
    a, b = np.radians(yaw), np.radians(pitch)
    across = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    down = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    return (offset @ (across @ down).T + pivot).astype(np.float32)


def _warp(points: NDArray[np.float32], moved: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Maps for cv2.remap: a thin-plate spline through the mesh, a shell of hair that follows half-way, a still frame."""
    shift = moved[:, :2] - points[:, :2]
    centre, height = points[:, :2].mean(0), float(np.ptp(points[:, 1]))
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    hair = centre + ring[ring[:, 1] < 0.35] * height * 0.95
    still = centre + np.vstack([ring * height * 1.6, ring[ring[:, 1] > 0.35] * height * 1.05])
    edge = np.linspace(0, _BASE_PX, 7)
    frame = np.array([(x, y) for x in edge for y in edge if min(x, y) == 0 or max(x, y) == _BASE_PX])
    picked = np.unique(np.r_[np.arange(0, len(points), 5), [1, 4, 10, 33, 61, 133, 152, 234, 263, 291, 362, 454]])
    fixed = np.vstack([still, frame])
    targets = np.vstack([moved[picked, :2], hair + shift.mean(0) * 0.3, fixed])
    back = np.vstack([-shift[picked], np.tile(-shift.mean(0) * 0.3, (len(hair), 1)), np.zeros((len(fixed), 2))])
    axis = np.linspace(0, _BASE_PX - 1, _MAP_PX)
    grid = np.array([(x, y) for y in axis for x in axis])
    spline = RBFInterpolator(targets, back, kernel="thin_plate_spline", smoothing=4.0)
    field = spline(grid).reshape(_MAP_PX, _MAP_PX, 2).astype(np.float32)
    field = cv2.warpAffine(
        field,
        np.array([[(_MAP_PX - 1) / (_BASE_PX - 1), 0, 0], [0, (_MAP_PX - 1) / (_BASE_PX - 1), 0]]),
        (_BASE_PX, _BASE_PX),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    columns, rows = np.meshgrid(np.arange(_BASE_PX, dtype=np.float32), np.arange(_BASE_PX, dtype=np.float32))
    return columns + field[..., 0], rows + field[..., 1]


@lru_cache(maxsize=1)
def _skin_tone() -> NDArray[np.float64]:
    """Linear colour of the portrait's skin: the median over both cheeks and the forehead."""
    large, _, points = _base()
    linear = _linear(large)
    patches = [linear[int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8] for x, y in points[[50, 280, 151], :2]]
    return np.median(np.concatenate([patch.reshape(-1, 3) for patch in patches]), axis=0)


def _lab_to_linear(lightness: float) -> NDArray[np.float64]:
    """Linear RGB of skin of that L*: browner when dark, rosier when pale (after Xiao et al. 2017)."""
    lab = np.array([lightness, 9 + 5 * np.sin(np.pi * lightness / 100), 12 + 8 * np.sin(np.pi * lightness / 100)])
    share = np.asarray(color.lab2rgb(lab[None, None]), np.float64)[0, 0]
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
