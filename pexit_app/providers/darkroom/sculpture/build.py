"""Sculptures into persona files."""
from pathlib import Path

import cv2
import numpy as np

from pexit_app.providers.darkroom.persona import Persona, Source, save

from .bake import bake, bleed_outward
from .gbuffer import VIEW_WIDTH, Pose, capture, project
from .people import PEOPLE, Sculpture

# The point of the head that framing centres on, and the face's height in units: larger is smaller in the frame.
_FACE = np.array([0.0, -0.10, 0.55])
_FACE_HEIGHT = 1.25


def source_of(sculpture: Sculpture, pose: Pose, height_px: int, rays: int = 18) -> Source:
    """One pose of a sculpture as a source of `height_px`."""
    buffer = capture(sculpture.form, pose, height_px, rays)
    alpha = np.ascontiguousarray(buffer.alpha)
    colour, gloss = bake(buffer, sculpture)
    normals = bleed_outward(buffer.normal * np.array([1, -1, 1], np.float32), alpha)
    # Perspective lets the rim turn a hair away from the eye; a persona's normals always face it.
    normals[..., 2] = np.maximum(normals[..., 2], 0.02)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    relief = np.clip(buffer.world[..., 2] - 0.05, 0, 2) * buffer.scale
    relief = relief * (buffer.head[..., 1] > -1.1) * (alpha > 0.5)
    x, y = project(_FACE, pose, height_px)
    middle = round(VIEW_WIDTH * buffer.scale) / 2
    return Source(
        colour=np.clip(bleed_outward(colour, alpha), 0, 1),
        alpha=alpha,
        normals=normals.astype(np.float32),
        depth=np.asarray(cv2.GaussianBlur(relief, (0, 0), 0.02 * buffer.scale), np.float32),
        gloss=np.clip(bleed_outward(gloss, alpha), 0, 1),
        # Framing half follows a turned head: the shoulders keep the other half.
        face_centre=(x + (middle - x) * 0.45, y),
        face_height=_FACE_HEIGHT * buffer.scale,
        yaw=pose.yaw,
        pitch=pose.pitch,
        roll=pose.roll,
    )


def build(name: str, height_px: int, folder: Path, rays: int = 18) -> Path:
    """Sculpt, bake and write one stand-in."""
    sculpture = PEOPLE[name]
    path = folder / f"{name}.npz"
    save(path, Persona(name, tuple(source_of(sculpture, pose, height_px, rays) for pose in sculpture.poses)))
    return path
