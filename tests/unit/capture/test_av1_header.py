"""The size of an AV1 picture, against what encoders were given."""

import io

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from dualzoom.capture import av1_header, heif_items


def units(data: bytes) -> bytes:
    items = heif_items.parse(data)
    return bytes(items.by_number[items.primary].data)


@pytest.mark.parametrize("size", [(16, 16), (97, 131), (1, 300), (513, 40)])
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_still_pictures(size, bits):
    pixels = np.zeros((*size, 3), np.uint8 if bits == 8 else np.uint16)
    data = imagecodecs.avif_encode(pixels, level=50, speed=10, bitspersample=bits)
    assert av1_header.sizes(units(bytes(data))) == [size[::-1]]


def test_the_long_form_of_an_animation():
    out, frames = io.BytesIO(), [Image.new("RGB", (120, 90), colour) for colour in ("red", "blue")]
    frames[0].save(out, "avif", save_all=True, append_images=frames[1:], duration=50)
    assert av1_header.sizes(units(out.getvalue()))[0] == (120, 90)


def test_every_header_counts_and_cuts_are_noticed():
    data = units(bytes(imagecodecs.avif_encode(np.zeros((20, 30, 3), np.uint8), level=50, speed=10)))
    assert av1_header.sizes(data + data) == [(30, 20)] * 2
    assert av1_header.sizes(b"") == []
    for length in (3, 5, 7):
        with pytest.raises(EOFError):
            av1_header.sizes(data[:length])
