"""How an order becomes the input of a model: a small table by model, and the usual names by kind for any other.

Names, ranges and choices are those of the models' own pages ("API", "Input schema") at replicate.com, and of the sources
of the Flux models (github.com/replicate/cog-flux, flux-fine-tuner) where a page is silent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pexit_app.core.ports import ImageOrder, InvalidOrder, Json, Kind, Weights
from pexit_app.providers.replicate.tickets import NAME

BASE, WITH_LORA = "black-forest-labs/flux-dev", "black-forest-labs/flux-dev-lora"
FLUX_DEV = (BASE, WITH_LORA)
OFFICIAL_OWNERS = ("black-forest-labs",)  # theirs are run by name; others by version
MOST_WEIGHTS = 2
SIDES_PX = (256, 1536)  # a picture beyond what its model makes comes smaller, and is brought to its size here
MOST_SIDE_PX, SIDE_STEP_PX = 1440, 16  # of a fine-tuned Flux, with aspect_ratio "custom"
MOST_STEPS = 50

_RATIOS = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")
_KONTEXT_RATIOS = (*_RATIOS, "2:1", "1:2")


@dataclass(frozen=True, slots=True)
class FromStore:
    """An object of ours that the model reads. Weights may be linked to, where our store is public."""

    key: str
    is_weights: bool = False


@dataclass(frozen=True, slots=True)
class ModelInput:
    """`model` is "owner/name" or "owner/name:version"; `files` become URLs among the `values`."""

    model: str
    values: Mapping[str, Json]
    files: Mapping[str, FromStore] = field(default_factory=dict)


def of(order: ImageOrder, model: str) -> ModelInput:
    """Raises InvalidOrder."""
    _check(order)
    if order.kind == Kind.GENERATE:
        weights = sorted(order.weights, key=lambda each: not _is_home(each))  # what was trained here goes first
        if not model or model in FLUX_DEV:
            model = _model_for(weights)
        make = _GENERATORS.get(model, _fine_tuned if weights and model == weights[0].handle else _usual)
        return make(order, model, weights)
    model = model or _DEFAULTS[order.kind]
    name = model.partition(":")[0]
    return _CHANGERS.get((order.kind, name), _CHANGERS[order.kind, ""])(order, model)


def _check(order: ImageOrder) -> None:
    if order.kind == Kind.TRAIN:
        raise InvalidOrder("kind", order.kind, "something else: a training is ordered from the trainer")
    if order.kind != Kind.GENERATE and not order.source:
        raise InvalidOrder("source", "", "the picture to start from")
    if order.kind == Kind.FILL and not order.mask:
        raise InvalidOrder("mask", "", "a picture of what to mend")
    if order.kind != Kind.UPSCALE and not order.prompt.strip():
        raise InvalidOrder("prompt", "", "a few words")
    if order.kind == Kind.GENERATE:
        for name, side in (("width", order.width), ("height", order.height)):
            if not SIDES_PX[0] <= side <= SIDES_PX[1]:
                raise InvalidOrder(name, side, f"from {SIDES_PX[0]} to {SIDES_PX[1]} pixels")
    if len(order.weights) > MOST_WEIGHTS:
        raise InvalidOrder("weights", len(order.weights), f"at most {MOST_WEIGHTS} in one picture")


def _is_home(weights: Weights) -> bool:
    return weights.home == NAME and bool(weights.handle)


def _model_for(weights: list[Weights]) -> str:
    if not weights:
        return BASE
    return weights[0].handle if _is_home(weights[0]) else WITH_LORA


# Pictures from words


def _common(order: ImageOrder) -> dict[str, Json]:
    return {"prompt": order.prompt, "seed": order.seed, "num_outputs": 1, **_format(order)}


def _format(order: ImageOrder) -> dict[str, Json]:
    return {"output_format": "jpg" if order.output_format == "jpeg" else "png"}


def _fine_tuned(order: ImageOrder, model: str, weights: list[Weights]) -> ModelInput:
    """A version that ostris/flux-dev-lora-trainer made: the first person is in it, a second one comes beside."""
    width, height = _within(order.width, order.height)
    values = _common(order) | {
        "model": "dev",
        "aspect_ratio": "custom",
        "width": width,
        "height": height,
        "num_inference_steps": min(order.steps, MOST_STEPS),
        "guidance_scale": order.guidance,
        "output_quality": 100,
        "lora_scale": weights[0].scale,
    }
    more, files = _loras(weights[1:], ("extra_lora",))
    return ModelInput(model, values | more, files)


def _flux_dev(order: ImageOrder, model: str, weights: list[Weights]) -> ModelInput:
    values = _common(order) | {
        "aspect_ratio": _nearest(order, _RATIOS),
        "megapixels": "1",
        "num_inference_steps": min(order.steps, MOST_STEPS),
        "guidance": order.guidance,
        "output_quality": 100,
        "go_fast": False,
    }
    more, files = _loras(weights, ("lora_weights", "extra_lora"))
    return ModelInput(model, values | more, files)


def _usual(order: ImageOrder, model: str, weights: list[Weights]) -> ModelInput:
    values = _common(order) | {"width": order.width, "height": order.height}
    more, files = _loras(weights, ("lora_weights", "extra_lora"))
    return ModelInput(model, values | more, files)


_GENERATORS: dict[str, Callable[[ImageOrder, str, list[Weights]], ModelInput]] = dict.fromkeys(FLUX_DEV, _flux_dev)


def _loras(weights: list[Weights], names: tuple[str, ...]) -> tuple[dict[str, Json], dict[str, FromStore]]:
    """Values and files. A model of ours there goes by "owner/name/version", weights from elsewhere by URL."""
    values: dict[str, Json] = {}
    files: dict[str, FromStore] = {}
    for name, each in zip(names, weights, strict=False):
        if _is_home(each):
            values[name] = each.handle.replace(":", "/")
        elif each.url:
            values[name] = as_weights(each.url)
        elif each.key:
            files[name] = FromStore(each.key, is_weights=True)
        else:
            raise InvalidOrder("weights", each.handle, f"known at {NAME}, or a safetensors file")
        values["lora_scale" if name == "lora_weights" else f"{name}_scale"] = each.scale
    return values, files


def as_weights(url: str) -> str:
    """`url`, ending like a file of weights. The models look at the end, and drop a query before they load what has none;
    a fragment is an end that is never sent."""
    return url if url.endswith(".safetensors") else f"{url}#.safetensors"


# Pictures from pictures


def _kontext(order: ImageOrder, model: str) -> ModelInput:
    is_preview = order.kind == Kind.PREVIEW and order.width and order.height
    ratio = _nearest(order, _KONTEXT_RATIOS) if is_preview else "match_input_image"
    values = {"prompt": order.prompt, "seed": order.seed, "aspect_ratio": ratio, **_format(order)}
    return ModelInput(model, values, {"input_image": FromStore(order.source)})


def _usual_change(order: ImageOrder, model: str) -> ModelInput:
    values = {"prompt": order.prompt, "seed": order.seed, **_format(order)}
    return ModelInput(model, values, {"input_image": FromStore(order.source)})


def _flux_fill(order: ImageOrder, model: str) -> ModelInput:
    """Its guidance stays its own (30): it is another measure than that of pictures from words."""
    values = _common(order) | {
        "megapixels": "match_input",
        "num_inference_steps": min(order.steps, MOST_STEPS),
        "output_quality": 100,
    }
    return ModelInput(model, values, {"image": FromStore(order.source), "mask": FromStore(order.mask)})


def _usual_fill(order: ImageOrder, model: str) -> ModelInput:
    values = {"prompt": order.prompt, "seed": order.seed, **_format(order)}
    return ModelInput(model, values, {"image": FromStore(order.source), "mask": FromStore(order.mask)})


def _usual_upscale(order: ImageOrder, model: str) -> ModelInput:
    return ModelInput(model, {"scale": order.factor}, {"image": FromStore(order.source)})


def _real_esrgan(order: ImageOrder, model: str) -> ModelInput:
    values: dict[str, Json] = {"scale": order.factor, "face_enhance": False}  # it would make a new face of theirs
    return ModelInput(model, values, {"image": FromStore(order.source)})


_DEFAULTS = {
    Kind.PREVIEW: "black-forest-labs/flux-kontext-pro",
    Kind.EDIT: "black-forest-labs/flux-kontext-pro",
    Kind.FILL: "black-forest-labs/flux-fill-dev",
    Kind.UPSCALE: "nightmareai/real-esrgan",
}
_CHANGERS: dict[tuple[Kind, str], Callable[[ImageOrder, str], ModelInput]] = {
    (Kind.PREVIEW, ""): _usual_change,
    (Kind.EDIT, ""): _usual_change,
    (Kind.FILL, ""): _usual_fill,
    (Kind.UPSCALE, ""): _usual_upscale,
    (Kind.PREVIEW, "black-forest-labs/flux-kontext-pro"): _kontext,
    (Kind.PREVIEW, "black-forest-labs/flux-kontext-max"): _kontext,
    (Kind.EDIT, "black-forest-labs/flux-kontext-pro"): _kontext,
    (Kind.EDIT, "black-forest-labs/flux-kontext-max"): _kontext,
    (Kind.FILL, "black-forest-labs/flux-fill-dev"): _flux_fill,
    (Kind.UPSCALE, "nightmareai/real-esrgan"): _real_esrgan,
}


def _within(width: int, height: int) -> tuple[int, int]:
    """The size in steps a fine-tuned Flux takes, smaller in the same shape where it is beyond its longest side."""
    share = min(1.0, MOST_SIDE_PX / max(width, height))
    across, down = (max(SIDES_PX[0], round(side * share / SIDE_STEP_PX) * SIDE_STEP_PX) for side in (width, height))
    return across, down


def _nearest(order: ImageOrder, ratios: tuple[str, ...]) -> str:
    """The shape nearest to the order's, as "w:h"."""
    shape = order.width / order.height

    def distance(ratio: str) -> float:
        across, down = (int(part) for part in ratio.split(":"))
        return max(shape * down / across, across / (shape * down))

    return min(ratios, key=distance)
