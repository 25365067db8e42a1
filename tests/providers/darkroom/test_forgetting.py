"""A face whose file was deleted leaves the memory of a worker, and the others stay."""

import gc
import shutil
import weakref
from pathlib import Path

import pytest

from pexit_app.providers.darkroom import child, persona_store
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.persona import STANDINS_DIR
from pexit_app.providers.darkroom.render import draft


@pytest.fixture
def face(tmp_path: Path) -> Path:
    return Path(shutil.copy(STANDINS_DIR / "rosa.npz", tmp_path / "persona.npz"))


def test_a_deleted_face_is_forgotten(face: Path) -> None:
    persona = persona_store.load(str(face))
    draft(persona, Look(), (256, 320), 1)
    child.forget_gone_faces()
    assert persona_store.load(str(face)) is persona
    seen = weakref.ref(persona)
    face.unlink()
    child.forget_gone_faces()
    del persona
    gc.collect()
    assert seen() is None
