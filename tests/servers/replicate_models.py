"""What the models of the stand-in for Replicate take and make: their inputs by name, and tiny real results."""

import io
import json
import re
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

Read = Callable[[str], bytes | None]  # an uploaded file by its URL
RATIOS = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")
FLUX = {"prompt", "aspect_ratio", "num_outputs", "num_inference_steps", "seed", "output_format", "output_quality"} | {
    "image",
    "prompt_strength",
    "disable_safety_checker",
    "go_fast",
    "megapixels",
}
LORAS = {"lora_scale", "extra_lora", "extra_lora_scale"}


class BadInput(Exception):
    """422 at once, as the API checks an input against the model's schema."""


class Failed(Exception):
    """The model breaks off, with its own words."""


@dataclass(frozen=True)
class Model:
    """`takes` are all its inputs, `needs` those without a default. `makes_list`: a list of URLs, not one."""

    takes: frozenset[str]
    needs: frozenset[str]
    is_official: bool
    makes_list: bool = True


def _model(takes: set[str], needs: set[str], is_official: bool, makes_list: bool = True) -> Model:
    return Model(frozenset(takes), frozenset(needs), is_official, makes_list)


FINE_TUNED = _model(
    FLUX | LORAS | {"mask", "width", "height", "model", "guidance_scale", "replicate_weights"}, {"prompt"}, False
)
MODELS: dict[str, Model] = {
    "black-forest-labs/flux-dev": _model(FLUX | {"guidance"}, {"prompt"}, True),
    "black-forest-labs/flux-dev-lora": _model(FLUX | LORAS | {"guidance", "lora_weights"}, {"prompt"}, True),
    "black-forest-labs/flux-kontext-pro": _model(
        {"prompt", "input_image", "aspect_ratio", "seed", "output_format", "safety_tolerance", "prompt_upsampling"},
        {"prompt"},
        True,
        makes_list=False,
    ),
    "black-forest-labs/flux-fill-dev": _model(
        (FLUX - {"aspect_ratio", "prompt_strength", "go_fast"}) | {"mask", "guidance", "lora_weights", "lora_scale"},
        {"prompt", "image"},
        True,
    ),
    "nightmareai/real-esrgan": _model({"image", "scale", "face_enhance"}, {"image"}, False, makes_list=False),
    "ostris/flux-dev-lora-trainer": _model(
        {"input_images", "trigger_word", "autocaption", "steps", "learning_rate", "batch_size", "resolution"}
        | {"lora_rank", "caption_dropout_rate", "optimizer"},
        {"input_images"},
        False,
    ),
}


def check(model: Model, given: Mapping[str, Any]) -> None:
    """Raises BadInput for what the real ones would refuse, and for names they would pass over in silence."""
    if missing := model.needs - given.keys():
        raise BadInput(f"- input: {', '.join(sorted(missing))} is required")
    if unknown := given.keys() - model.takes:
        raise BadInput(f"- input: there is no {', '.join(sorted(unknown))}")
    ratio = given.get("aspect_ratio", "1:1")
    if ratio not in (*RATIOS, "custom", "match_input_image"):
        raise BadInput(f"- input.aspect_ratio: {ratio} is not one of the choices")
    for side in ("width", "height"):
        if side in given and not 256 <= given[side] <= 1440:
            raise BadInput(f"- input.{side}: must be between 256 and 1440")
    if given.get("output_format", "png") not in ("png", "jpg", "webp"):
        raise BadInput("- input.output_format: must be one of webp, jpg, png")


def pictures(given: Mapping[str, Any], read: Read) -> list[bytes]:
    """`num_outputs` plain pictures of the size that was ordered, in a colour of their seed."""
    seed = int(given.get("seed", 0))
    colour = (seed * 37 % 256, seed * 101 % 256, 90)
    kind = {"jpg": "JPEG", "webp": "WEBP"}.get(given.get("output_format", "png"), "PNG")
    made = []
    for _ in range(int(given.get("num_outputs", 1))):
        out = io.BytesIO()
        Image.new("RGB", _size(given, read), colour).save(out, kind)
        made.append(out.getvalue())
    return made


def _size(given: Mapping[str, Any], read: Read) -> tuple[int, int]:
    source = given.get("image") or given.get("input_image")
    if source:
        content = read(source)
        if content is None:
            raise Failed("Could not download the input image")
        width, height = Image.open(io.BytesIO(content)).size
        scale = int(given.get("scale", 1))
        return width * scale, height * scale
    for name in ("lora_weights", "extra_lora"):
        address = str(given.get(name, ""))
        is_named = re.fullmatch(r"[^/:]+/[^/:]+/[^/:]+", address)
        if address and not is_named and not address.endswith(".safetensors"):
            raise Failed("URL must end with either .tar or .safetensors")
    if given.get("aspect_ratio") == "custom":
        return given["width"], given["height"]
    across, down = (int(part) for part in given.get("aspect_ratio", "1:1").split(":"))
    unit = (1024 * 1024 / (across * down)) ** 0.5
    return round(across * unit / 16) * 16, round(down * unit / 16) * 16


def learnt(given: Mapping[str, Any], read: Read) -> bytes:
    """The tar of a training: a tiny LoRA in the folder the trainer makes. Raises Failed for photos it cannot read."""
    content = read(given["input_images"])
    if content is None:
        raise Failed("Could not download input_images")
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        raise Failed("input_images must be a zip file") from None
    photos = [name for name in names if name.endswith(".jpg")]
    if not photos or any(name.replace(".jpg", ".txt") not in names for name in photos):
        raise Failed("a photo without a caption")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in (("lora.safetensors", lora()), ("captions/001.txt", b"a photo of TOK person")):
            entry = tarfile.TarInfo(f"output/flux_train_replicate/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def lora() -> bytes:
    """A safetensors file with one matrix of two by two."""
    header = {"lora_A.weight": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + struct.pack("<4f", 0.1, 0.2, 0.3, 0.4)
