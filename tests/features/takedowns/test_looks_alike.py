"""What counts as the same picture: copies do, other pictures do not."""

import pytest
from PIL import Image, ImageEnhance, ImageOps

from pexit_app.features.shoots.looks_alike import phash, phashes
from pexit_app.features.takedowns.addresses import Named, read
from pexit_app.features.takedowns.service import LIKELY_BITS, MAYBE_BITS, SURE_BITS
from tests.features.takedowns.support import jpeg, scenery

FRAME = "7a0e5a5c-0000-4000-8000-00000000beef"


def apart(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def recompressed(image: Image.Image) -> Image.Image:
    import io

    return Image.open(io.BytesIO(jpeg(image, 40)))


COPIES = {
    "recompressed": recompressed,
    "scaled": lambda image: image.resize((180, 180)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "in grey": lambda image: image.convert("L"),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_is_surely_the_same(copied) -> None:
    for seed in range(6):
        assert apart(phash(scenery(seed)), phash(copied(scenery(seed)))) <= SURE_BITS


def test_another_picture_is_not() -> None:
    hashes = [phash(scenery(seed)) for seed in range(12)]
    assert all(apart(a, b) > MAYBE_BITS for index, a in enumerate(hashes) for b in hashes[:index])


def test_a_mirrored_copy_is_found_by_the_second_hash() -> None:
    plain, mirrored = phashes(ImageOps.mirror(scenery(3)))
    assert apart(plain, phash(scenery(3))) > LIKELY_BITS
    assert apart(mirrored, phash(scenery(3))) <= SURE_BITS


@pytest.mark.parametrize(
    ("address", "named"),
    [
        (f"https://pexit.example/api/v1/frames/{FRAME}/image?variant=full", FRAME),
        (f"https://bucket.example/pexit/frames/{FRAME}/full.png?X-Amz-Signature=1", FRAME),
        (f"/files/frames/{FRAME.upper()}/view.jpg", FRAME),
        ("https://pexit.example/p/salt-light?x=1", "salt-light"),
        ("https://pexit.example/api/v1/packs/salt-light/pictures/cover.jpg", "salt-light"),
        ("https://pexit.example/og/p/salt-light.jpg", "salt-light"),
        ("https://elsewhere.example/photo.jpg", None),
        ("http://[", None),
        ("frames/nonsense", None),
        ("/p/" + "x" * 61, None),
    ],
)
def test_an_address_names_a_frame_or_a_pack(address: str, named: str | None) -> None:
    found = read(address)
    if named is None:
        assert found == Named()
    else:
        assert named in (str(found.frame_id), found.pack_slug)
