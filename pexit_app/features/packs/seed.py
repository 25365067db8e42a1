"""The packs in packs/ -> the database and the object store, at every start. What has not changed moves nothing."""

import asyncio
import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from pexit_app.core import db, log
from pexit_app.core.errors import NotFound
from pexit_app.core.ports import ObjectStore
from pexit_app.features.packs import service, shelf, yaml_source
from pexit_app.features.packs.definition import PackDefinition, content_hash
from pexit_app.features.packs.document import FILE, load_folder, picture_path
from pexit_app.features.packs.errors import SlugTaken
from pexit_app.features.packs.schemas import StoredPicture, picture_key

logger = log.get("packs")
PICKS = "picked.yaml"


async def seed(root: Path, store: ObjectStore) -> None:
    """Publishes every folder of `root` that holds a pack, but for one whose address a creator has taken meanwhile. Raises
    BadInput for the first that is not in order."""
    for folder in await asyncio.to_thread(_folders, root):
        try:
            await publish_folder(folder, store)
        except SlugTaken:
            logger.exception("a creator has this address: rename the folder and its slug", folder=folder.name)
    await _pick(await asyncio.to_thread(_picks, root / PICKS))


async def _pick(picks: Sequence[tuple[str, str]]) -> None:
    """The first page of a new place. Later it is for whoever runs the place to pick."""
    async with db.transaction() as session:
        if picks and not await shelf.has_picks(session):
            for slug, why in reversed(picks):
                with contextlib.suppress(NotFound):
                    await shelf.pick(session, slug, why)


def _picks(path: Path) -> list[tuple[str, str]]:
    written = yaml_source.read(path.read_bytes()).value if path.exists() else []
    return [(each["slug"], each["why"]) for each in written]


async def publish_folder(folder: Path, store: ObjectStore) -> int:
    """The number of the version that is now live."""
    definition = await asyncio.to_thread(load_folder, folder)
    contents = await asyncio.to_thread(_read_pictures, folder, definition)
    kept = await keep_pictures(definition, contents, store)
    async with db.transaction() as session:
        version = await service.publish(session, definition, kept.fingerprint, kept.pictures)
    logger.info("pack published", pack=definition.slug, version=version.number)
    return version.number


@dataclass(frozen=True, slots=True)
class Kept:
    """`fingerprint` is the content's hash, of the definition and its pictures."""

    fingerprint: str
    pictures: list[StoredPicture]


async def keep_pictures(definition: PackDefinition, contents: Mapping[str, bytes], store: ObjectStore) -> Kept:
    """Stores a version's pictures (JPEGs by name, every one of the definition's and those its scenes refer to) before it
    is published. Their keys carry the version's hash, so nothing is ever overwritten; what is there already is not stored
    again."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    fingerprint = content_hash(definition, sums)
    for name, content in contents.items():
        key = picture_key(definition.slug, fingerprint, name)
        try:
            await store.get(key)
        except FileNotFoundError:
            await store.put(key, content, "image/jpeg")
    shown = [each.name for each in definition.pictures]
    return Kept(fingerprint, [_stored(definition, name, contents[name], sums[name], fingerprint) for name in shown])


def _folders(root: Path) -> list[Path]:
    return sorted(path.parent for path in root.glob(f"*/{FILE}"))


def _read_pictures(folder: Path, definition: PackDefinition) -> dict[str, bytes]:
    names = [*(picture.name for picture in definition.pictures), *definition.references]
    return {name: picture_path(folder, name).read_bytes() for name in names}


def _stored(definition: PackDefinition, name: str, content: bytes, sha256: str, fingerprint: str) -> StoredPicture:
    picture = next(each for each in definition.pictures if each.name == name)
    scene = definition.scene(picture.scene)
    assert scene is not None, "checked when the folder was loaded"
    with Image.open(BytesIO(content)) as image:
        width, height = image.size
    return StoredPicture(
        name=name,
        scene=picture.scene,
        alt=picture.alt,
        focus=(picture.focus[0], picture.focus[1]),
        seed=scene.seed if picture.seed is None else picture.seed,
        width=width,
        height=height,
        key=picture_key(definition.slug, fingerprint, name),
        sha256=sha256,
    )
