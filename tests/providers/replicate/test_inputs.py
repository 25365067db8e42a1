"""How an order becomes a model's input, and that Replicate would take it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.core.ports import InvalidOrder, Kind, Weights
from pexit_app.features.routing.table import ROUTES
from pexit_app.providers.replicate import inputs
from pexit_app.providers.replicate.inputs import FromStore
from tests.providers.replicate.conftest import ORDER
from tests.servers import replicate_models

HOME = Weights(key="w/1.safetensors", home="replicate", handle="pexit/likenesses:abc", scale=0.9)
OTHER_HOME = Weights(key="w/2.safetensors", home="replicate", handle="pexit/likenesses:def", scale=0.8)
FROM_FAL = Weights(key="w/3.safetensors", home="fal", scale=0.7)
OWN = Weights(url="https://example.com/own.safetensors", scale=1.2)
CHANGE = replace(ORDER, source="frames/1/full.png", mask="frames/1/mask.png")


def check(made: inputs.ModelInput) -> None:
    """As the stand-in's schemas have it: every name known, every value in its range."""
    model = replicate_models.MODELS.get(made.model, replicate_models.FINE_TUNED)
    replicate_models.check(model, {**made.values, **dict.fromkeys(made.files, "https://example.com/a.safetensors")})


def test_what_was_trained_there_is_run_as_its_own_version() -> None:
    made = inputs.of(replace(ORDER, weights=(HOME,), steps=30, guidance=3.0), inputs.WITH_LORA)
    check(made)
    assert made.model == HOME.handle
    assert (made.values["width"], made.values["height"], made.values["aspect_ratio"]) == (512, 640, "custom")
    assert (made.values["lora_scale"], made.values["seed"], made.values["output_format"]) == (0.9, 7, "jpg")
    assert (made.values["num_inference_steps"], made.values["guidance_scale"], made.values["num_outputs"]) == (
        30,
        3.0,
        1,
    )
    assert not made.files


def test_weights_from_elsewhere_are_handed_to_the_base_model() -> None:
    made = inputs.of(replace(ORDER, weights=(FROM_FAL,)), inputs.WITH_LORA)
    check(made)
    assert made.model == "black-forest-labs/flux-dev-lora"
    assert made.files == {"lora_weights": FromStore(FROM_FAL.key, is_weights=True)}
    assert (made.values["lora_scale"], made.values["aspect_ratio"]) == (0.7, "4:5")
    own = inputs.of(replace(ORDER, weights=(OWN,)), "")
    check(own)
    assert (own.values["lora_weights"], own.values["lora_scale"], own.files) == (OWN.url, 1.2, {})


def test_a_signed_link_to_weights_keeps_its_query() -> None:
    """The models cut a link at its query unless its end is that of a file of weights."""
    linked = inputs.of(replace(ORDER, weights=(Weights(url="https://example.com/a.safetensors?sig=1"),)), "")
    assert linked.values["lora_weights"] == "https://example.com/a.safetensors?sig=1#.safetensors"


def test_of_two_people_the_one_at_home_is_the_model() -> None:
    made = inputs.of(replace(ORDER, weights=(FROM_FAL, HOME)), inputs.WITH_LORA)
    check(made)
    assert made.model == HOME.handle
    assert made.files == {"extra_lora": FromStore(FROM_FAL.key, is_weights=True)}
    assert (made.values["lora_scale"], made.values["extra_lora_scale"]) == (0.9, 0.7)
    both = inputs.of(replace(ORDER, weights=(HOME, OTHER_HOME)), inputs.WITH_LORA)
    check(both)
    assert both.values["extra_lora"] == "pexit/likenesses/def"


def test_without_weights_the_plain_model_is_asked() -> None:
    made = inputs.of(ORDER, inputs.WITH_LORA)
    check(made)
    assert made.model == "black-forest-labs/flux-dev"
    assert not any("lora" in name for name in made.values)


def test_pictures_are_changed_by_the_models_for_it() -> None:
    edit = inputs.of(replace(CHANGE, kind=Kind.EDIT), "")
    assert (edit.model, edit.values["aspect_ratio"]) == ("black-forest-labs/flux-kontext-pro", "match_input_image")
    assert edit.files == {"input_image": FromStore(CHANGE.source)}
    preview = inputs.of(replace(CHANGE, kind=Kind.PREVIEW, width=832, height=1472), "")
    assert preview.values["aspect_ratio"] == "9:16"
    fill = inputs.of(replace(CHANGE, kind=Kind.FILL), "")
    assert fill.files == {"image": FromStore(CHANGE.source), "mask": FromStore(CHANGE.mask)}
    assert "guidance" not in fill.values
    upscale = inputs.of(replace(CHANGE, kind=Kind.UPSCALE, factor=4, prompt=""), "")
    assert (upscale.model, upscale.values["scale"]) == ("nightmareai/real-esrgan", 4)
    for made in (edit, preview, fill, upscale):
        check(made)


def test_a_model_nobody_told_us_of_gets_the_usual_names() -> None:
    made = inputs.of(replace(ORDER, weights=(FROM_FAL,)), "somebody/some-flux")
    assert made.model == "somebody/some-flux"
    assert {"prompt", "width", "height", "seed", "num_outputs", "output_format", "lora_scale"} == made.values.keys()
    fill = inputs.of(replace(CHANGE, kind=Kind.FILL), "somebody/some-fill:123")
    assert fill.files.keys() == {"image", "mask"}


def test_the_first_table_of_routes_needs_no_unknown_model() -> None:
    for kind, row in ROUTES.items():
        if kind != Kind.TRAIN:
            check(inputs.of(replace(CHANGE, kind=kind), row.backup_model))


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (replace(ORDER, weights=(HOME, FROM_FAL, OWN)), "weights"),
        (replace(ORDER, weights=(Weights(home="fal"),)), "weights"),
        (replace(ORDER, kind=Kind.EDIT), "source"),
        (replace(ORDER, kind=Kind.FILL, source="frames/1/full.png"), "mask"),
        (replace(ORDER, prompt=""), "prompt"),
        (replace(ORDER, height=100), "height"),
    ],
)
def test_impossible_orders_name_their_field(order: inputs.ImageOrder, field: str) -> None:
    with pytest.raises(InvalidOrder) as raised:
        inputs.of(order, "")
    assert raised.value.field == field


SIDES = st.integers(4, 24).map(lambda steps: steps * 64)


@given(SIDES, SIDES, st.booleans())
def test_every_size_fits_a_model_and_keeps_its_shape(width: int, height: int, is_trained: bool) -> None:
    order = replace(ORDER, width=width, height=height, weights=(HOME,) if is_trained else ())
    made = inputs.of(order, "")
    check(made)
    if is_trained:
        across, down = int(str(made.values["width"])), int(str(made.values["height"]))
        assert across % 16 == down % 16 == 0
        if max(width, height) <= 1440:
            assert (across, down) == (width, height)
        elif min(across, down) > 256:
            assert abs(across / down - width / height) / (width / height) < 0.06
