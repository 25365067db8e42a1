"""The three small networks, read when first asked for and run one at a time.

They are the float `.tflite` files named in assets/NOTICE.md, run by OpenCV on the processor.
"""

import threading
from functools import lru_cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.raster import Bytes, Picture

NetName = Literal["face_detection_short_range", "face_landmark", "selfie_segmentation"]
_ASSETS = Path(__file__).parent / "assets"
_lock = threading.Lock()


@lru_cache(maxsize=3)
def _read(name: NetName) -> cv2.dnn.Net:
    net: cv2.dnn.Net = cv2.dnn.readNetFromTFLite(str(_ASSETS / f"{name}.tflite"))
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
    return net


def run(name: NetName, picture: Picture, outputs: tuple[str, ...] = ()) -> list[Picture]:
    """`picture` (h, w, 3) float32, of the size and range the network wants -> its output layers, all of them when none
    are named. A network keeps its input until it has answered, so one call is made at a time."""
    blob = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
    with _lock:
        net = _read(name)
        net.setInput(blob)
        answers = net.forward(outputs or net.getUnconnectedOutLayersNames())
        return [np.array(answer, np.float32) for answer in answers]


def sized(picture: Bytes, side: int) -> Picture:
    """`picture` stretched to a square of `side` pixels, 0-255."""
    return raster.to_float32(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA))
