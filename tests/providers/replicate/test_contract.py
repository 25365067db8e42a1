"""The suite of all providers, over Replicate."""

import io
import shutil
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from pexit_app.core.ports import ImageResult, Kind, Trained
from pexit_app.providers.darkroom import marks
from tests.providers.contract import VendorContract, VendorHarness
from tests.providers.replicate.conftest import ORDER, TRAINING, Side, image_order
from tests.servers import replicate_models
from tests.servers.faults import Fault
from tests.servers.replicate import BROKEN, HOST, STUCK, Course, Replicate

UNKNOWN = "0123456789abcdefghijklmnop"


def harness_of(provider: Any, server: Replicate, **rest: Any) -> VendorHarness:
    def plan(fault: Fault) -> None:
        server.faults.plan(replace(fault, at=f"connect:{HOST}") if fault.at == "connect" else fault)

    def failing() -> Any:
        server.courses.append(BROKEN)
        return rest["order"](1)

    def held() -> Any:
        server.courses.append(STUCK)
        return rest["order"](1)

    def release() -> None:
        for order in server.orders.values():
            order.course = Course()

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
    assert product.weights.read_bytes() == replicate_models.lora()
    assert product.handle.startswith("pexit/likenesses:")
    shutil.rmtree(product.weights.parent)


class TestPictures(VendorContract):
    @pytest.fixture
    def harness(self, side: Side, server: Replicate) -> VendorHarness:
        return harness_of(
            side.images,
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
            unknown_id=f"prediction#{UNKNOWN}",
        )


class TestTraining(VendorContract):
    @pytest.fixture
    def harness(self, side: Side, server: Replicate) -> VendorHarness:
        return harness_of(
            side.trainer,
            server,
            order=lambda n: replace(TRAINING, trigger_word=f"TOK{n}"),
            impossible=(replace(TRAINING, photos=()), replace(TRAINING, steps=0), replace(TRAINING, trigger_word="")),
            check=check_weights,
            unknown_id=f"training#{UNKNOWN}",
            model="ostris/flux-dev-lora-trainer",
        )
