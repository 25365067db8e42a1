"""The suite of all providers, over fal."""

import io
import shutil
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from pexit_app.core.ports import ImageResult, Kind, Trained
from pexit_app.providers.darkroom import marks
from pexit_app.providers.fal import FalImages, FalTrainer
from tests.providers.contract import VendorContract, VendorHarness
from tests.providers.fal.conftest import ORDER, TRAINING, image_order
from tests.servers import fal_products
from tests.servers.fal import BACKUP, QUEUE, FalServer
from tests.servers.fal_state import model_error
from tests.servers.faults import Fault

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def harness_of(provider: Any, server: FalServer, **rest: Any) -> VendorHarness:
    def plan(fault: Fault) -> None:
        places = [f"connect:{host}" for host in (QUEUE, BACKUP)] if fault.at == "connect" else [fault.at]
        server.faults.plan(*(replace(fault, at=place) for place in places))

    def failing() -> Any:
        server.results.append(model_error("image_load_error"))
        return rest["order"](1)

    def held() -> Any:
        server.looks = None
        return rest["order"](1)

    def release() -> None:
        server.looks = 0
        for order in server.orders.values():
            order.looks = 0

    server.looks = 3
    return VendorHarness(
        provider,
        failing=failing,
        held=held,
        release=release,
        plan=plan,
        submits=lambda: server.faults.count("submit"),
        **rest,
    )


def check_picture(product: ImageResult) -> None:
    assert (product.media_type, product.width, product.height) == ("image/jpeg", 512, 640)
    image = Image.open(io.BytesIO(product.content))
    assert (image.format, image.size) == ("JPEG", (512, 640))
    assert marks.read_mark(product.content)


def check_weights(product: Trained) -> None:
    assert product.weights is not None
    assert product.weights.read_bytes() == fal_products.lora(4)  # two photos with a caption each
    shutil.rmtree(product.weights.parent)


class TestPictures(VendorContract):
    @pytest.fixture
    def harness(self, images: FalImages, server: FalServer) -> VendorHarness:
        return harness_of(
            images,
            server,
            order=image_order,
            impossible=(
                replace(ORDER, kind=Kind.TRAIN),
                replace(ORDER, prompt=" "),
                replace(ORDER, width=9000),
                replace(ORDER, kind=Kind.EDIT),
                replace(ORDER, kind=Kind.FILL, source="frames/1/full.png"),
                replace(ORDER, kind=Kind.UPSCALE, source="frames/gone.png"),
            ),
            check=check_picture,
            unknown_id=f"fal-ai/flux-lora#{UNKNOWN}",
            model="fal-ai/flux-lora",
        )


class TestTraining(VendorContract):
    @pytest.fixture
    def harness(self, trainer: FalTrainer, server: FalServer) -> VendorHarness:
        return harness_of(
            trainer,
            server,
            order=lambda n: replace(TRAINING, trigger_word=f"TOK{n}"),
            impossible=(replace(TRAINING, photos=()), replace(TRAINING, steps=0), replace(TRAINING, trigger_word="")),
            check=check_weights,
            unknown_id=f"fal-ai/flux-lora-portrait-trainer#{UNKNOWN}",
            model="fal-ai/flux-lora-portrait-trainer",
        )
