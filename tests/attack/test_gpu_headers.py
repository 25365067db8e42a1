"""The header of a model at a user's address is read and reckoned with: neither may take the machine."""

import json
import tarfile

import pytest

from pexit_app.providers import weights
from pexit_app.providers.weights import BadWeights


def check(tensors: dict) -> None:
    header = json.dumps(tensors).encode()
    size = max(each["data_offsets"][1] for each in tensors.values())
    weights.check_header(header, len(header), weights.LENGTH_BYTES + len(header) + size)


def tensor(shape: list[int], end: int = 2) -> dict:
    return {"dtype": "F16", "shape": shape, "data_offsets": [0, end]}


def test_a_tensor_of_eight_sides_is_one():
    check({"a": tensor([1] * 8)})


@pytest.mark.parametrize("count", [9, 100_000])
def test_a_tensor_of_endless_sides_is_none(count):
    """A hundred thousand sides of a milliard each are a product of three million digits, reckoned in one breath."""
    with pytest.raises(BadWeights, match="not a safetensors file"):
        check({"a": tensor([1] * count)})


def test_a_product_is_not_even_begun(monkeypatch):
    def prod(numbers):
        raise AssertionError("it was reckoned")

    monkeypatch.setattr(weights.math, "prod", prod)
    with pytest.raises(BadWeights):
        check({"a": tensor([2**30] * 100_000)})


def test_a_header_is_small_enough_to_be_read_for_many_at_once():
    with pytest.raises(BadWeights):
        weights.header_length((3 * 2**20).to_bytes(8, "little"))


@pytest.mark.parametrize("name", ["lora.safetensors", "notes.txt"])
@pytest.mark.parametrize("size", [-1, -512, -(2**40)])
def test_an_archive_that_says_less_than_nothing_is_damaged(tmp_path, name, size):
    """The old form of tar has numbers below zero: to read so many bytes is to read all there are."""
    member = tarfile.TarInfo(name)
    member.size = size
    fetched = tmp_path / "fetched"
    fetched.write_bytes(member.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    with pytest.raises(BadWeights, match="damaged"):
        weights.unpacked(fetched, tmp_path / "weights.safetensors")
