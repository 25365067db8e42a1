"""How an order becomes the input of a model at fal. A model that is not in the tables gets the names most of its kind
share; the operator may route to any."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pexit_app.core.ports import ImageOrder, Kind, TrainingOrder

IMAGE_TO_IMAGE = "/image-to-image"
STRENGTH = 0.85
LEARNING_RATE = 9e-5
FACTORS = (1, 4)
_SEEDS = 2**32  # larger seeds are not told apart by every model
_KONTEXT_SHAPES = ("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21")


@dataclass(frozen=True, slots=True)
class Links:
    """What was uploaded for an order: the URLs of its source and mask, and (URL, scale) of each of its weights."""

    source: str = ""
    mask: str = ""
    weights: Sequence[tuple[str, float]] = ()


Input = dict[str, Any]
ImageInput = Callable[[ImageOrder, Links], Input]


def needs_source(kind: Kind, model: str) -> bool:
    return kind != Kind.GENERATE or model.endswith(IMAGE_TO_IMAGE)


def endpoint_for(order: ImageOrder, model: str) -> str:
    """What does it at fal: `model`, or its sister that goes by a picture where the order has one to go by."""
    goes_by_picture = order.kind == Kind.GENERATE and order.source != ""
    return f"{model}{IMAGE_TO_IMAGE}" if goes_by_picture and model in _WITH_SISTER else model


def image_input(model: str, order: ImageOrder, links: Links) -> Input:
    make = _IMAGES.get(model)
    if make is None and order.kind == Kind.GENERATE and model.endswith(IMAGE_TO_IMAGE):
        make = _lora_from_image
    return (make or _BY_KIND[order.kind])(order, links)


def _common(order: ImageOrder) -> Input:
    return {"prompt": order.prompt, "seed": order.seed % _SEEDS, "num_images": 1, "output_format": order.output_format}


def _lora(order: ImageOrder, links: Links) -> Input:
    """fal-ai/flux-lora; it knows no negative prompt."""
    return _common(order) | {
        "image_size": {"width": order.width, "height": order.height},
        "num_inference_steps": order.steps,
        "guidance_scale": order.guidance,
        "loras": _loras(links),
        "enable_safety_checker": True,
    }


def _lora_from_image(order: ImageOrder, links: Links) -> Input:
    return _lora(order, links) | {"image_url": links.source, "strength": STRENGTH}


def _kontext(order: ImageOrder, links: Links) -> Input:
    """fal-ai/flux-pro/kontext: a preview takes the order's shape, an edit keeps its source's."""
    made = _common(order) | {"image_url": links.source, "guidance_scale": order.guidance}
    if order.kind == Kind.PREVIEW:
        made["aspect_ratio"] = _nearest_shape(order.width / order.height)
    return made


def _fill(order: ImageOrder, links: Links) -> Input:
    """fal-ai/flux-lora-fill, with its own steps and guidance: they are of another scale than the generator's."""
    return _common(order) | {
        "image_url": links.source,
        "mask_url": links.mask,
        "loras": _loras(links),
        "enable_safety_checker": True,
    }


def _clarity(order: ImageOrder, links: Links) -> Input:
    """fal-ai/clarity-upscaler, kept close to its source: faces must stay whose they are."""
    made: Input = {
        "image_url": links.source,
        "upscale_factor": _factor(order),
        "creativity": 0.2,
        "resemblance": 1.0,
        "seed": order.seed % _SEEDS,
        "enable_safety_checker": True,
    }
    return made | ({"prompt": order.prompt} if order.prompt else {})


def _esrgan(order: ImageOrder, links: Links) -> Input:
    return {"image_url": links.source, "scale": _factor(order), "output_format": order.output_format}


def _upscale(order: ImageOrder, links: Links) -> Input:
    return {"image_url": links.source, "upscale_factor": _factor(order), "output_format": order.output_format}


_IMAGES: Mapping[str, ImageInput] = {
    "fal-ai/flux-lora": _lora,
    "fal-ai/flux-lora/image-to-image": _lora_from_image,
    "fal-ai/flux-pro/kontext": _kontext,
    "fal-ai/flux-lora-fill": _fill,
    "fal-ai/clarity-upscaler": _clarity,
    "fal-ai/esrgan": _esrgan,
}
_WITH_SISTER = ("fal-ai/flux-lora",)
_BY_KIND: Mapping[Kind, ImageInput] = {
    Kind.GENERATE: _lora,
    Kind.PREVIEW: _kontext,
    Kind.EDIT: _kontext,
    Kind.FILL: _fill,
    Kind.UPSCALE: _upscale,
}
DEFAULT_MODELS: Mapping[Kind, str] = {
    Kind.TRAIN: "fal-ai/flux-lora-portrait-trainer",
    Kind.GENERATE: "fal-ai/flux-lora",
    Kind.PREVIEW: "fal-ai/flux-pro/kontext",
    Kind.EDIT: "fal-ai/flux-pro/kontext",
    Kind.FILL: "fal-ai/flux-lora-fill",
    Kind.UPSCALE: "fal-ai/clarity-upscaler",
}


def _loras(links: Links) -> list[Input]:
    return [{"path": url, "scale": scale} for url, scale in links.weights]


def _factor(order: ImageOrder) -> int:
    return min(max(order.factor, FACTORS[0]), FACTORS[1])


def _nearest_shape(ratio: float) -> str:
    def distance(shape: str) -> float:
        across, down = shape.split(":")
        of_shape = int(across) / int(down)
        return max(ratio / of_shape, of_shape / ratio)

    return min(_KONTEXT_SHAPES, key=distance)


def wants_crop(model: str) -> bool:
    """Whether the photos must be cropped to the subject before they are sent: the portrait trainer does it itself."""
    return model != "fal-ai/flux-lora-portrait-trainer"


def training_input(model: str, order: TrainingOrder, photos: str) -> Input:
    """`photos` is the URL of the zip."""
    if model == "fal-ai/flux-lora-portrait-trainer":
        return {
            "images_data_url": photos,
            "trigger_phrase": order.trigger_word,
            "steps": order.steps,
            "learning_rate": LEARNING_RATE,
            "subject_crop": True,
            "create_masks": False,
        }
    made: Input = {"images_data_url": photos, "trigger_word": order.trigger_word, "steps": order.steps}
    if model == "fal-ai/flux-lora-fast-training":
        made |= {"is_style": False, "create_masks": True}
    return made
