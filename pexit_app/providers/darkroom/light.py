"""Light on a person: the place's light as a ratio on their own colour, gloss, rim, and the wrap at their edge.

A face keeps its own colour and lightness: shading multiplies what the source holds and is normalised on the face, so
neutral light changes nothing and dark or pale skin is treated alike. Nothing here ever measures or corrects skin.
"""

import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.colour import luminance
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.scene import Rig
from pexit_app.providers.darkroom.subject import Subject

_PEOPLE_ADAPT = 0.62
_SOFT_PX = 0.7
_SLAT_BEND = 0.02
_BETWEEN_SLATS, _THROUGH_SLATS = 0.22, 1.45
_VIEWER = np.array([0, 0, 1], np.float32)


def key_direction(look: Look, rig: Rig) -> Picture:
    """Unit vector from the person to the key light (x right, y down, z to the viewer)."""
    direction = np.array([look.light_side * rig.spread * 1.25, -(0.25 + rig.elevation * 0.8), 0.75], np.float32)
    return direction / np.float32(np.linalg.norm(direction))


def light_person(subject: Subject, look: Look, rig: Rig, surroundings: Picture) -> Picture:
    """The person's colour (h, w, 3) in the light of the place, gloss and rim included. `surroundings` is the blurred
    background, of any size. Shading is computed at the size of the normals and stretched to the frame."""
    strength = look.light_strength
    height, width = subject.alpha.shape
    lit = subject.colour
    added = _rim(subject, look, rig)
    if strength > 0:
        ratio = _ratio(subject, look, rig, surroundings)
        if rig.slats is not None:
            ratio = ratio * _barred(subject.normals, rig.slats)
        ratio = np.exp(np.log(ratio) * strength) * rig.exposure**strength
        lit = raster.fit(ratio, width, height) * subject.colour
        if rig.tint:
            place = _hue(surroundings.reshape(-1, 3).mean(0))
            _tint(lit, np.clip(mix(_hue(rig.key), place, 0.5), 0.2, 2.2), rig.tint * strength)
        added = added + _gloss(subject, look, rig, surroundings) * strength
    if added.ndim == 1:
        return lit
    return lit + raster.fit(raster.blur(raster.to_float32(added), _SOFT_PX), width, height)


def _tint(lit: Picture, hue: Picture, amount: float) -> None:
    """Draws `lit` towards one hue in place, layer by layer, its luminance kept."""
    grey = luminance(lit)
    for layer in range(3):
        lit[..., layer] += (grey * hue[layer] - lit[..., layer]) * amount


def _own_colour(subject: Subject) -> Picture:
    """The person's colour at the size of their normals."""
    return raster.fit(subject.colour, *subject.gloss.shape[::-1])


def _hue(colour: Picture) -> Picture:
    """`colour` at luminance 1."""
    return colour / max(float(luminance(colour)), 1e-3)


def _ratio(subject: Subject, look: Look, rig: Rig, surroundings: Picture) -> Picture:
    normals = subject.normals
    lambert = normals @ key_direction(look, rig)
    wrap = np.clip((lambert + 0.22) / 1.22, 0, 1) ** 1.4
    light = _ambient(normals, rig, surroundings) + rig.key * (wrap * 1.8)[..., None]
    step = subject.alpha.shape[0] // light.shape[0]
    face = subject.face_weight[::step, ::step][: light.shape[0], : light.shape[1]] > 0.5
    on_face = light[face] if face.any() else light.reshape(-1, 3)
    level = float(np.exp(np.log(luminance(on_face) + 1e-4).mean()))
    cast = _hue(on_face.mean(0)) ** _PEOPLE_ADAPT
    return np.clip(light / (level * cast), 0.16, 2.3)


def _barred(normals: Picture, slats: Plane) -> Plane:
    """How much of the light is left (h, w, 1) where it comes through slats: their shadows bend with the form. On average
    the light stays what it was, so that a face keeps its lightness."""
    height, width = normals.shape[:2]
    columns, rows = raster.pixel_grid(width, height)
    bend = _SLAT_BEND * height
    through = raster.remap(
        raster.fit(slats, width, height), columns - normals[..., 0] * bend, rows - normals[..., 1] * bend
    )
    return np.asarray(mix(_BETWEEN_SLATS, _THROUGH_SLATS, through)[..., None], np.float32)


def _ambient(normals: Picture, rig: Rig, surroundings: Picture) -> Picture:
    """Light from all around: the place's own colours at the person's left, right and above, by where a surface faces."""
    height, width = surroundings.shape[:2]
    left = surroundings[height // 5 : height * 4 // 5, : width // 4].mean((0, 1))
    right = surroundings[height // 5 : height * 4 // 5, width * 3 // 4 :].mean((0, 1))
    across = (0.5 + 0.5 * normals[..., 0])[..., None]
    up = (0.5 - 0.5 * normals[..., 1])[..., None]
    sides = np.minimum(mix(left, right, across), 1.5)
    return np.asarray(rig.ambient * (0.17 + 0.33 * up) + sides * 0.22)


def _gloss(subject: Subject, look: Look, rig: Rig, surroundings: Picture) -> Picture:
    """Highlights of polished surfaces: the key light (Blinn-Phong) and the place mirrored in them (Schlick's Fresnel).
    Zero on skin and cloth. Highlights of a dark, coloured metal take its hue."""
    gloss = subject.gloss
    if float(gloss.max()) < 0.05:
        return np.zeros(3, np.float32)
    half = key_direction(look, rig) + _VIEWER
    half /= np.float32(np.linalg.norm(half))
    facing = np.clip(subject.normals @ half, 0, 1)
    polish = smoothstep(0.08, 1.0, gloss)
    spark = polish * (0.70 * facing**42 + 0.18 * facing**12)
    fresnel = 0.05 + 0.55 * (1 - np.clip(subject.normals[..., 2], 0.2, 1)) ** 4
    mirrored = _mirrored(subject.normals, surroundings) * (polish * fresnel * 0.5)[..., None]
    sheen = rig.key * spark[..., None] * rig.exposure + mirrored
    colour = _own_colour(subject)
    own = colour / np.maximum(luminance(colour)[..., None], 0.02)
    return np.asarray(sheen * (0.55 + 0.45 * np.minimum(own, 2.2)))


def _mirrored(normals: Picture, surroundings: Picture) -> Picture:
    """The background as the surface reflects it (the room behind the viewer is taken to be like the one in front)."""
    small = raster.resize(surroundings, 64, 64, raster.AREA)
    reflected_x = 2 * normals[..., 2] * normals[..., 0]
    reflected_y = 2 * normals[..., 2] * normals[..., 1]
    seen = raster.remap(small, (reflected_x * 0.5 + 0.5) * 63, (reflected_y * 0.5 + 0.5) * 63)
    return np.asarray(np.minimum(seen, 2.0))


def _rim(subject: Subject, look: Look, rig: Rig) -> Picture:
    """A light behind the person draws their edge: opposite the key indoors, on the sun's side outdoors."""
    if look.rim <= 0 or rig.is_graphic:
        return np.zeros(3, np.float32)
    towards = -1.0 if look.light_side < 0 else 1.0
    side = towards if rig.is_backlit else -towards
    grazing = np.clip(1 - subject.normals[..., 2], 0, 1) ** 1.6
    facing = np.clip(subject.normals[..., 0] * (side * 1.25) - subject.normals[..., 1] * 0.35, 0, 1)
    outline = raster.fit(subject.alpha, *subject.gloss.shape[::-1])
    near_edge = np.clip(0.30 + 2.4 * raster.blur(1 - outline, 0.02 * outline.shape[0]), 0, 1)
    edge = (grazing * facing * near_edge * (0.9 * look.rim))[..., None]
    return np.asarray(rig.rim * edge * (0.08 + _own_colour(subject) * 1.3))


def wrap_edge(lit: Picture, alpha: Plane, surroundings: Picture, strength: float) -> Picture:
    """The background's light creeps around the person's edge. Only ever lifts towards the background, so that the edge
    stays between the two and no ring appears."""
    height, width = alpha.shape
    outside = 1 - alpha
    near = (raster.blur(outside, 0.005 * height) + raster.blur(outside, 0.018 * height) * 0.45) * alpha
    lift = raster.fit(surroundings, width, height) - lit
    np.maximum(lift, 0, out=lift)
    lift *= (np.clip(near, 0, 1) * (0.8 * strength))[..., None]
    lift += lit
    return lift
