"""A pack's cover and samples, rendered from the pack itself: what the shop shows is what the pack makes."""

import asyncio
from io import BytesIO
from pathlib import Path

from PIL import Image

from pexit_app.core.ports import ImageOrder, ImageProvider, ProviderError, ProviderState
from pexit_app.features.packs.compose import compose
from pexit_app.features.packs.definition import PackDefinition, Picture
from pexit_app.features.packs.document import MAX_PICTURE_BYTES, load_folder, picture_path

# Multiples of 64 px near 0.7 megapixels: twice the size the storefront shows them at.
SIZES_PX = {"1:1": (832, 832), "4:5": (768, 960), "2:3": (640, 960), "9:16": (576, 1024), "16:9": (1024, 576)}
QUALITIES = (88, 84, 80, 76, 72, 68)
SCALES = (1.0, 0.9, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5)  # print dots need many bytes: better small than blocky


async def render_pictures(folder: Path, images: ImageProvider) -> list[Path]:
    """Renders every picture into `folder`; the same pack gives the same files. Raises BadInput, ProviderError."""
    definition = await asyncio.to_thread(load_folder, folder, needs_pictures=False)
    written = []
    for picture in definition.pictures:
        content = await render(images, order_of(definition, picture), f"{definition.slug}/{picture.name}")
        path = picture_path(folder, picture.name)
        await asyncio.to_thread(path.write_bytes, await asyncio.to_thread(for_shop, content))
        written.append(path)
    return written


def order_of(definition: PackDefinition, picture: Picture) -> ImageOrder:
    composed = compose(definition, picture.scene, picture.knobs)
    width, height = SIZES_PX[composed.aspect]
    return ImageOrder(
        personas=tuple(f"standin:{name}" for name in picture.stand_ins or composed.stand_ins),
        look=composed.look,
        prompt=composed.prompt,
        negative=composed.negative,
        seed=composed.seed if picture.seed is None else picture.seed,
        width=width,
        height=height,
        output_format="png",
    )


async def render(images: ImageProvider, order: ImageOrder, reference: str) -> bytes:
    """A PNG. Raises ProviderError."""
    provider_id = await images.submit(order, reference)
    async for update in images.follow(provider_id):
        if update.state in (ProviderState.FAILED, ProviderState.CANCELED):
            raise ProviderError(f"{reference}: {update.error or update.state}")
    result = await images.fetch(provider_id)
    await images.forget(provider_id)
    return result.content


def for_shop(content: bytes, most_px: int | None = None) -> bytes:
    """The picture as JPEG of at most MAX_PICTURE_BYTES, its machine-readable mark (XMP) kept. `most_px` is the most its
    longer side may have."""
    with Image.open(BytesIO(content)) as image:
        xmp = image.info.get("xmp")
        flat = image.convert("RGB")
    if most_px is not None:
        flat.thumbnail((most_px, most_px), Image.Resampling.LANCZOS)
    for scale in SCALES:
        size = (round(flat.width * scale), round(flat.height * scale))
        scaled = flat.resize(size, Image.Resampling.LANCZOS) if scale < 1 else flat
        for quality in QUALITIES:
            out = BytesIO()
            options = {"xmp": xmp} if xmp else {}
            scaled.save(out, "JPEG", quality=quality, optimize=True, progressive=True, **options)
            if out.tell() <= MAX_PICTURE_BYTES:
                return out.getvalue()
    raise ProviderError(f"the picture is larger than {MAX_PICTURE_BYTES} bytes at half its size")
