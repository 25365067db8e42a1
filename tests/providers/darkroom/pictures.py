"""What the darkroom's tests measure with: regions of a picture, colour distance, made-up personas."""

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pexit_app.providers.darkroom import casting, persona_store, render, sources, subject
from pexit_app.providers.darkroom.casting import Part
from pexit_app.providers.darkroom.colour import LUMA, linear, to_srgb
from pexit_app.providers.darkroom.parameters import Look, parse
from pexit_app.providers.darkroom.persona import Persona
from pexit_app.providers.darkroom.subject import Subject

SIZE = (384, 384)
# Nothing that would mask the one parameter a test turns.
PLAIN: dict[str, object] = {"grade": "none", "grain": 0.0, "bloom": 0.0, "rim": 0.0}


def standin(name: str) -> Persona:
    return persona_store.load(f"standin:{name}")


def picture(look: dict[str, object], seed: int = 4, name: str = "rosa", size: tuple[int, int] = SIZE) -> NDArray:
    """A render as float display values 0-1."""
    return shot(standin(name), look, seed, size)


def shot(persona: Persona, look: dict[str, object], seed: int = 4, size: tuple[int, int] = SIZE) -> NDArray:
    return render.render(persona, parse({**PLAIN, **look}), size, seed).astype(np.float32) / 255


def empty_place(look: dict[str, object], seed: int, size: tuple[int, int]) -> NDArray:
    """The same picture with nobody in it: a persona that is nowhere opaque."""
    source = standin("alba").sources[0]
    nobody = Persona("nobody", (replace(source, alpha=np.zeros_like(source.alpha)),))
    return shot(nobody, look, seed, size)


@lru_cache(maxsize=16)
def placed(name: str = "rosa", framing: str = "half", turn: str = "auto", seed: int = 4) -> Subject:
    persona = standin(name)
    source = sources.whole(persona, casting.choose(persona, Look(turn=turn, framing=framing), Part(100), seed))
    return subject.into_frame(source, framing, *SIZE, seed, is_draft=False)


def level(image: NDArray) -> NDArray:
    return linear((np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)) @ LUMA


def lab(image: NDArray) -> NDArray:
    return cv2.cvtColor(np.ascontiguousarray(image, np.float32).reshape(1, -1, 3), cv2.COLOR_RGB2LAB)[0]


def mean_lab(image: NDArray, where: NDArray) -> NDArray:
    """CIE Lab of the region's mean colour, averaged in linear light as an eye from afar would."""
    mean = linear((image[where] * 255 + 0.5).astype(np.uint8)).mean(0)
    return lab(to_srgb(mean))[0]


def detail(image: NDArray, where: NDArray) -> float:
    """High-frequency energy of the region, on its luminance."""
    grey = (image @ LUMA).astype(np.float32)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 2.0)
    return float((fine[where] ** 2).mean())


def change(a: NDArray, b: NDArray, where: NDArray) -> float:
    """Mean absolute difference in the region, in display steps of 255."""
    return float(np.abs(a - b)[where].mean() * 255)


def regions(name: str = "rosa", framing: str = "half", turn: str = "auto", seed: int = 4) -> tuple[NDArray, NDArray]:
    """(person, place): pixels that are surely one or the other."""
    alpha = placed(name, framing, turn, seed).alpha
    grown = cv2.dilate(alpha, np.ones((9, 9), np.uint8))
    return alpha > 0.98, grown < 0.02


def face_of(name: str = "rosa", seed: int = 4) -> NDArray:
    person = placed(name, seed=seed)
    return (person.face_weight > 0.6) & (person.alpha > 0.98)


def tinted(name: str, factor: tuple[float, float, float]) -> Persona:
    """The stand-in in a matte material of another colour."""
    whole = standin(name).sources[0]
    colour = np.clip(whole.colour * np.array(factor, np.float32), 0, 1)
    return Persona("tinted", (replace(whole, colour=colour, gloss=np.zeros_like(whole.gloss)),))
