"""A house without GPUs."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from pexit_app.core import deps


@pytest.fixture(autouse=True)
def _no_gpus() -> Iterator[None]:
    deps.use(SimpleNamespace(gpu_images={}))  # type: ignore[arg-type]
    yield
    deps.use(None)
