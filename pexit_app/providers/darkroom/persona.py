"""A persona: what the darkroom knows of one face, as a few relightable pictures, and the file that keeps them.

One file is an uncompressed `.npz` (its members are compressed already) with, for source `i`:

| member        | holds                                                                     |
|---------------|---------------------------------------------------------------------------|
| `format`      | version of this layout                                                    |
| `name`        | the persona's name                                                        |
| `{i}_colour`  | WebP, full size, sRGB, straight                                           |
| `{i}_alpha`   | 8-bit PNG, full size                                                      |
| `{i}_normals` | grey WebP, half size: x above, y below; z follows, as it faces the viewer |
| `{i}_depth`   | float16, an eighth of the size                                            |
| `{i}_gloss`   | 8-bit PNG, half size                                                      |
| `{i}_numbers` | float32: face x, y, height in px; yaw, pitch, roll in degrees             |
| `{i}_photo`   | float32, only of a photographed source: light side, sharpness             |

Pictures are decoded when a source is asked for: a full-size source takes some 45 MB in memory.
"""
import io
import os
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, overload

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.float32]
Packed = NDArray[np.uint8]

FORMAT = 1
STANDINS: tuple[str, ...] = ("alba", "onyx", "rosa", "verde", "azur", "terra")
STANDINS_DIR = Path(__file__).parent / "standins"

_MEMBERS = ("colour", "alpha", "normals", "depth", "gloss", "numbers")
_SIDE_PX = (32, 4096)
_MEMBER_BYTES_MAX = 32 * 2**20
_SOURCES_MAX = 64
_DEPTH_SHRINK = 8
_GLOSS_STEPS = 31
# RuntimeError is how zipfile speaks of an archive that claims encryption or a later version.
_DAMAGE = (
    OSError, ValueError, KeyError, EOFError, MemoryError, RuntimeError, zipfile.BadZipFile, zlib.error, cv2.error,
)


class PersonaFileError(ValueError):
    """The file is missing, damaged, of another version or out of bounds."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a source without decoding its pictures: its size and its face in pixels, the head's pose in
    degrees; `light` is the side its own light came from (-1 the picture's left, 1 right) and `sharpness` 0-1 how much
    of its detail is real."""

    width: int
    height: int
    face_centre: tuple[float, float]
    face_height: float
    yaw: float
    pitch: float
    roll: float
    light: float
    sharpness: float


@dataclass(frozen=True, eq=False)
class Source:
    """One view of a face, all planes the same height and width.

    `colour` (h,w,3) float32 linear RGB 0-1, straight, bled outward past the edge; `alpha` (h,w) 0-1; `normals` (h,w,3)
    unit, x right, y down, z to the viewer; `depth` (h,w) px towards the viewer; `gloss` (h,w) 0 matte - 1 polished.
    The rest is said in Facts.
    """

    colour: Picture
    alpha: Picture
    normals: Picture
    depth: Picture
    gloss: Picture
    face_centre: tuple[float, float]
    face_height: float
    yaw: float
    pitch: float
    roll: float
    light: float = 0.0
    sharpness: float = 1.0

    @property
    def facts(self) -> Facts:
        height, width = self.alpha.shape
        return Facts(width, height, self.face_centre, self.face_height, self.yaw, self.pitch, self.roll, self.light,
                     self.sharpness)


@dataclass(frozen=True, eq=False)
class Persona:
    """A named face and its views. Each look into the `sources` of a loaded file decodes one anew (some 30 ms)."""

    name: str
    sources: Sequence[Source]

    def facts(self, index: int) -> Facts:
        """Of one source, without decoding it when it lies packed."""
        return self.sources.facts(index) if isinstance(self.sources, _PackedSources) else self.sources[index].facts


class _PackedSources(Sequence[Source]):
    """Sources as their packed members. Nothing is kept: who needs a source twice knows best what to hold on to."""

    def __init__(self, packed: Sequence[dict[str, NDArray[np.generic]]]) -> None:
        self._packed = tuple(packed)

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, at: int) -> Source: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Source]: ...
    def __getitem__(self, at: int | slice) -> Source | Sequence[Source]:
        if isinstance(at, slice):
            return _PackedSources(self._packed[at])
        return _unpack(self._packed[at])

    def facts(self, index: int) -> Facts:
        return _facts(self._packed[index])


def load(path: Path) -> Persona:
    """Read a persona file. Raises PersonaFileError; a picture that cannot be decoded raises it when it is asked for."""
    try:
        with zipfile.ZipFile(path) as archive:
            if any(info.file_size > _MEMBER_BYTES_MAX for info in archive.infolist()):
                raise PersonaFileError(f"{path.name}: a member is too large")
        with np.load(path, allow_pickle=False) as members:
            version = int(members["format"])
            if version != FORMAT:
                raise PersonaFileError(f"{path.name}: format {version}, this build reads {FORMAT}")
            name = str(members["name"])
            count = sum(member.endswith("_numbers") for member in members.files)
            if not 0 < count <= _SOURCES_MAX:
                raise PersonaFileError(f"{path.name}: {count} sources, expected 1 to {_SOURCES_MAX}")
            packed = [_members_of(members, i) for i in range(count)]
        for source in packed:
            _check(source)
    except PersonaFileError:
        raise
    except _DAMAGE as error:
        raise PersonaFileError(f"{path.name} is not a readable persona file: {error}") from error
    return Persona(name, _PackedSources(packed))


def save(path: Path, persona: Persona) -> None:
    """Write `persona`, whole or not at all. Colour is lossy (about 1 % a channel), normals too (about 3 degrees on smooth
    surfaces)."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(dumps(persona.name, persona.sources))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def dumps(name: str, sources: Iterable[Source]) -> bytes:
    """The file's bytes. Each source is packed as it comes and let go of, so that a generator needs memory for one."""
    members: dict[str, NDArray[np.generic]] = {"format": np.array(FORMAT), "name": np.array(name)}
    for i, source in enumerate(sources):
        members |= {f"{i}_{key}": value for key, value in _pack(source).items()}
    file = io.BytesIO()
    np.savez(file, **members)  # type: ignore[arg-type]  # numpy's stub takes the names for its own flag
    return file.getvalue()


def standin(name: str) -> Persona:
    """One of the shipped sculptures, by its name in STANDINS. Raises KeyError for any other name."""
    if name not in STANDINS:
        raise KeyError(name)
    return load(STANDINS_DIR / f"{name}.npz")


def _members_of(members: Mapping[str, NDArray[np.generic]], i: int) -> dict[str, NDArray[np.generic]]:
    packed = {key: members[f"{i}_{key}"] for key in _MEMBERS}
    if f"{i}_photo" in members:
        packed["photo"] = members[f"{i}_photo"]
    return packed


def _facts(packed: dict[str, NDArray[np.generic]]) -> Facts:
    width, height = Image.open(io.BytesIO(packed["alpha"].tobytes())).size
    x, y, face_height, yaw, pitch, roll = (float(number) for number in packed["numbers"].astype(np.float64))
    light, sharpness = (float(number) for number in packed["photo"].astype(np.float64)) if "photo" in packed else (0, 1)
    return Facts(width, height, (x, y), face_height, yaw, pitch, roll, light, sharpness)


def _check(packed: dict[str, NDArray[np.generic]]) -> None:
    """Sizes from the pictures' headers and the numbers, before anything is decoded."""
    sizes = {key: Image.open(io.BytesIO(packed[key].tobytes())).size for key in ("colour", "alpha", "normals", "gloss")}
    width, height = sizes["colour"]
    half = (_half(width), _half(height))
    if not all(_SIDE_PX[0] <= side <= _SIDE_PX[1] for side in (width, height)):
        raise PersonaFileError(f"a source measures {width} x {height} px, out of bounds")
    if sizes["alpha"] != (width, height) or sizes["gloss"] != half or sizes["normals"] != (half[0], 2 * half[1]):
        raise PersonaFileError("the planes of a source differ in size")
    if packed["depth"].ndim != 2 or packed["depth"].dtype != np.float16 or not packed["depth"].size:
        raise PersonaFileError("a source's depth is not a float16 plane")
    numbers = packed["numbers"]
    if numbers.shape != (6,) or numbers.dtype != np.float32 or not np.isfinite(numbers).all():
        raise PersonaFileError("a source's numbers are not six finite float32")
    photo = packed.get("photo")
    if photo is not None and (photo.shape != (2,) or photo.dtype != np.float32 or not np.isfinite(photo).all()):
        raise PersonaFileError("a source's light and sharpness are not two finite float32")
    x, y, face_height = (float(number) for number in numbers[:3])
    if not (-width <= x <= 2 * width and -height <= y <= 2 * height and 0 < face_height <= 4 * height):
        raise PersonaFileError("a source's face lies outside its picture")


def _half(side: int) -> int:
    return (side + 1) // 2


def _pack(source: Source) -> dict[str, NDArray[np.generic]]:
    height, width = source.alpha.shape
    half = (_half(width), _half(height))
    eighth = (max(width // _DEPTH_SHRINK, 1), max(height // _DEPTH_SHRINK, 1))
    slopes = _shrink(_unit(source.normals), half)
    planes = cast(Picture, np.vstack([slopes[..., 0], slopes[..., 1]]) * np.float32(0.5) + np.float32(0.5))
    gloss = cast(Picture, np.rint(_shrink(source.gloss, half) * _GLOSS_STEPS) / np.float32(_GLOSS_STEPS))
    numbers = (*source.face_centre, source.face_height, source.yaw, source.pitch, source.roll)
    is_photo = (source.light, source.sharpness) != (0.0, 1.0)
    photo = {"photo": np.array((source.light, source.sharpness), np.float32)} if is_photo else {}
    return photo | {
        "colour": _encode(_bytes(_encode_srgb(source.colour)), "WEBP", quality=93, method=5),
        "alpha": _encode(_bytes(source.alpha), "PNG", optimize=True),
        "normals": _encode(_bytes(planes), "WEBP", quality=92, method=5),
        "depth": _shrink(source.depth, eighth).astype(np.float16),
        "gloss": _encode(_bytes(gloss), "PNG", optimize=True),
        "numbers": np.array(numbers, np.float32),
    }


def _unpack(packed: dict[str, NDArray[np.generic]]) -> Source:
    try:
        colour = _LINEAR[cv2.cvtColor(_decode(packed["colour"], cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)]
        alpha = _grey(packed["alpha"])
        size = alpha.shape[1::-1]
        slopes = _grey(packed["normals"]) * 2.0 - 1.0
        x, y = (_grow(plane, size) for plane in np.vsplit(slopes, 2))
        depth = _grow(packed["depth"].astype(np.float32), size)
        gloss = _grow(_grey(packed["gloss"]), size)
    except _DAMAGE as error:
        raise PersonaFileError(f"a picture in the persona file cannot be decoded: {error}") from error
    f = _facts(packed)
    return Source(colour, alpha, _facing(x, y), depth, gloss, f.face_centre, f.face_height, f.yaw, f.pitch, f.roll,
                  f.light, f.sharpness)


def _facing(x: Picture, y: Picture) -> Picture:
    """Unit normals from their x and y. A visible surface faces the viewer, so z is the positive root; slopes that
    packing pushed past the unit circle are drawn back to it, so no normal is ever zero."""
    flat = x * x + y * y
    z = np.sqrt(np.maximum(1.0 - flat, 1e-3))
    length = np.sqrt(flat + z * z)
    return np.dstack([x / length, y / length, z / length])


def _unit(normals: Picture) -> Picture:
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    ahead = np.array([0, 0, 1], np.float32)
    return cast(Picture, np.where(length > 1e-3, normals / np.maximum(length, 1e-3), ahead).astype(np.float32))


def _shrink(plane: Picture, size: tuple[int, int]) -> Picture:
    return cast(Picture, cv2.resize(plane, size, interpolation=cv2.INTER_AREA))


def _grow(plane: Picture, size: tuple[int, int]) -> Picture:
    return cast(Picture, cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR))


def _decode(packed: NDArray[np.generic], flags: int) -> Packed:
    picture = cv2.imdecode(packed.astype(np.uint8, copy=False), flags)
    if picture is None:
        raise PersonaFileError("a picture in the persona file cannot be decoded")
    return cast(Packed, picture)


def _grey(packed: NDArray[np.generic]) -> Picture:
    return cast(Picture, _decode(packed, cv2.IMREAD_GRAYSCALE) * np.float32(1 / 255))


def _encode(picture: Packed, kind: str, **options: int | bool) -> Packed:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    return np.frombuffer(buffer.getvalue(), np.uint8)


def _bytes(plane: Picture) -> Packed:
    return cast(Packed, (np.clip(plane, 0, 1) * 255 + 0.5).astype(np.uint8))


def _encode_srgb(linear: Picture) -> Picture:
    """The sRGB transfer curve (IEC 61966-2-1), linear to encoded."""
    curve = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-8) ** (1 / 2.4) - 0.055)
    return cast(Picture, curve.astype(np.float32))


def _linear_table() -> Picture:
    """The sRGB transfer curve, encoded byte to linear."""
    code = np.arange(256, dtype=np.float64) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _linear_table()
