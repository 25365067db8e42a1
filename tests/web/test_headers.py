"""Pages may show pictures from where the store's signed URLs lead, and from nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pexit_app.core import deps, settings
from pexit_app.core.deps import Deps
from pexit_app.core.ports import ObjectStore
from pexit_app.providers.disk import DiskStore
from pexit_app.providers.s3 import S3Store
from pexit_app.web.headers import POLICY, pictures_from


@pytest.fixture(autouse=True)
def _own_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PEXIT_SECRET_KEY", "k" * 40)
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()
    deps.use(None)


def policy(store: ObjectStore) -> str:
    deps.use(Deps(store=store, sender=None, drafts=None, images=None, embed_recipe=None))
    return POLICY.format(scripts="'sha256-x'", pictures=pictures_from())


def test_on_disk_only_this_site(tmp_path: Path) -> None:
    assert "img-src 'self' blob: data:;" in policy(DiskStore(tmp_path))


def test_in_a_bucket_its_host_too(tmp_path: Path) -> None:
    keys = {"access_key_id": "id", "secret_access_key": "secret", "copies": tmp_path}
    r2 = S3Store("faces", endpoint="https://acc.r2.cloudflarestorage.com", **keys)
    assert "img-src 'self' https://acc.r2.cloudflarestorage.com blob: data:;" in policy(r2)
    amazon = S3Store("faces", region="eu-central-1", **keys)
    assert "img-src 'self' https://faces.s3.eu-central-1.amazonaws.com blob: data:;" in policy(amazon)
