"""What the fake fal makes: real pictures of the ordered size, and a real LoRA of a few bytes."""

import io
import json
import struct

from PIL import Image


def picture(width: int, height: int, seed: int, output_format: str = "png") -> bytes:
    """One colour by `seed`, with a square of another in its corner, so that mirrored or cropped ones show."""
    image = Image.new("RGB", (width, height), _colour(seed))
    image.paste(_colour(seed + 1), (0, 0, width // 4, height // 4))
    out = io.BytesIO()
    image.save(out, "JPEG" if output_format == "jpeg" else "PNG")
    return out.getvalue()


def _colour(seed: int) -> tuple[int, int, int]:
    mixed = (seed * 2654435761) % 2**24
    return mixed >> 16, (mixed >> 8) & 255, mixed & 255


def lora(seed: int = 0) -> bytes:
    """A safetensors file with one pair of tensors of a LoRA (F16)."""
    names = ("down", "up")
    header = {
        f"transformer.single_transformer_blocks.0.attn.to_q.lora_{name}.weight": {
            "dtype": "F16",
            "shape": [4, 8],
            "data_offsets": [64 * i, 64 * (i + 1)],
        }
        for i, name in enumerate(names)
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes([seed % 256]) * 128
