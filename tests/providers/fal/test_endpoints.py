"""How orders become inputs of fal's models."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.core.ports import Kind
from pexit_app.providers.fal import endpoints
from pexit_app.providers.fal.endpoints import Links
from tests.providers.fal.conftest import ORDER, TRAINING

LINKS = Links("https://a/source", "https://a/mask", (("https://a/lora", 0.9),))


def test_a_picture_by_weights_has_its_size_seed_and_loras_and_no_negative() -> None:
    assert endpoints.image_input("fal-ai/flux-lora", ORDER, LINKS) == {
        "prompt": "TOK person at the sea",
        "seed": 7,
        "num_images": 1,
        "output_format": "jpeg",
        "image_size": {"width": 512, "height": 640},
        "num_inference_steps": 28,
        "guidance_scale": 3.5,
        "loras": [{"path": "https://a/lora", "scale": 0.9}],
        "enable_safety_checker": True,
    }


def test_one_started_from_a_picture_names_it() -> None:
    made = endpoints.image_input("fal-ai/flux-lora/image-to-image", ORDER, LINKS)
    assert (made["image_url"], made["strength"]) == ("https://a/source", 0.85)
    assert endpoints.needs_source(Kind.GENERATE, "someone/model/image-to-image")
    assert not endpoints.needs_source(Kind.GENERATE, "fal-ai/flux-lora")
    own = endpoints.image_input("someone/model/image-to-image", ORDER, LINKS)
    assert own["image_url"] == "https://a/source"


def test_an_order_with_a_reference_goes_to_the_sister_that_reads_it() -> None:
    with_one = replace(ORDER, source="packs/a/b/ref-1.jpg")
    assert endpoints.endpoint_for(with_one, "fal-ai/flux-lora") == "fal-ai/flux-lora/image-to-image"
    assert endpoints.endpoint_for(ORDER, "fal-ai/flux-lora") == "fal-ai/flux-lora"
    assert endpoints.endpoint_for(with_one, "someone/model") == "someone/model"
    assert endpoints.endpoint_for(replace(with_one, kind=Kind.EDIT), "fal-ai/flux-lora") == "fal-ai/flux-lora"


@pytest.mark.parametrize(
    ("width", "height", "shape"), [(512, 640, "3:4"), (512, 512, "1:1"), (576, 1024, "9:16"), (1024, 640, "3:2")]
)
def test_a_preview_takes_the_nearest_shape_and_an_edit_its_sources(width: int, height: int, shape: str) -> None:
    order = replace(ORDER, kind=Kind.PREVIEW, width=width, height=height)
    assert endpoints.image_input("fal-ai/flux-pro/kontext", order, LINKS)["aspect_ratio"] == shape
    edit = endpoints.image_input("fal-ai/flux-pro/kontext", replace(order, kind=Kind.EDIT), LINKS)
    assert "aspect_ratio" not in edit
    assert edit["image_url"] == "https://a/source"


def test_a_fill_has_a_mask_and_the_models_own_guidance() -> None:
    made = endpoints.image_input("fal-ai/flux-lora-fill", replace(ORDER, kind=Kind.FILL), LINKS)
    assert (made["image_url"], made["mask_url"]) == ("https://a/source", "https://a/mask")
    assert "guidance_scale" not in made


@pytest.mark.parametrize(
    ("model", "name"),
    [("fal-ai/clarity-upscaler", "upscale_factor"), ("fal-ai/esrgan", "scale"), ("any/upscaler", "upscale_factor")],
)
def test_upscalers_are_told_the_factor_by_the_name_they_know(model: str, name: str) -> None:
    order = replace(ORDER, kind=Kind.UPSCALE, factor=9)
    assert endpoints.image_input(model, order, LINKS)[name] == 4


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TRAIN])
def test_a_model_of_the_operators_own_gets_the_usual_names(kind: Kind) -> None:
    made = endpoints.image_input("someone/unheard-of", replace(ORDER, kind=kind), LINKS)
    assert ("image_url" in made) == (kind is not Kind.GENERATE)


@given(st.integers(0, 2**63 - 1))
def test_any_seed_becomes_one_the_models_tell_apart(seed: int) -> None:
    assert 0 <= endpoints.image_input("fal-ai/flux-lora", replace(ORDER, seed=seed), LINKS)["seed"] < 2**32


def test_every_kind_has_a_model() -> None:
    assert set(endpoints.DEFAULT_MODELS) == set(Kind)


def test_trainers_get_the_photos_and_the_word_by_the_names_they_know() -> None:
    portrait = endpoints.training_input("fal-ai/flux-lora-portrait-trainer", TRAINING, "https://a/zip")
    assert portrait == {
        "images_data_url": "https://a/zip",
        "trigger_phrase": "TOK",
        "steps": 1000,
        "learning_rate": 9e-5,
        "subject_crop": True,
        "create_masks": False,
    }
    fast = endpoints.training_input("fal-ai/flux-lora-fast-training", TRAINING, "https://a/zip")
    assert (fast["trigger_word"], fast["is_style"], fast["create_masks"]) == ("TOK", False, True)
    own = endpoints.training_input("someone/trainer", TRAINING, "https://a/zip")
    assert own == {"images_data_url": "https://a/zip", "trigger_word": "TOK", "steps": 1000}


def test_photos_are_cropped_for_trainers_that_do_not_do_it_themselves() -> None:
    assert not endpoints.wants_crop("fal-ai/flux-lora-portrait-trainer")
    assert endpoints.wants_crop("fal-ai/flux-lora-fast-training")
