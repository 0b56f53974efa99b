"""A real HDR photo through the whole tool: another reader sees the same light in the result as in the photo."""

import cv2
import hdr_files as files
import imagecodecs
import numpy as np
import pytest

import dualzoom
from dualzoom import capture

_OFFSET = 1 / 64


def stops(data: bytes) -> np.ndarray:
    """The HDR rendition by libultrahdr, in stops."""
    light = imagecodecs.ultrahdr_decode(data)[..., :3].astype(np.float32)
    return np.log2(np.maximum(light, 0) + _OFFSET)


@pytest.mark.parametrize(
    ("name", "left", "top"),
    [
        ("robustness/ultrahdr/Ultra_HDR_Samples_Originals_01.jpg", 2600, 1560),  # a roof against the sky
        ("robustness/mixed/gain-map.jpg", 1280, 1480),  # flames of a rocket
    ],
)
def test_the_light_stays_as_it_was(name, left, top, shared, tmp_path):
    photo = capture.read(shared / name)
    base = np.ascontiguousarray(photo.pixels[top : top + 384, left : left + 512])
    part = photo.gain_map.pixels[top // 4 : top // 4 + 96, left // 4 : left // 4 + 128]
    most = photo.gain_map.highest[0]
    data = files.ultra_hdr(
        base,
        np.ascontiguousarray(part),
        GainMapMax=most,
        HDRCapacityMax=most,
        OffsetSDR="0.0",
        OffsetHDR="0.0",
    )
    (tmp_path / "wide.jpg").write_bytes(data)
    dualzoom.zoom(tmp_path / "wide.jpg", output=tmp_path / "big.jpg")
    before, after = stops(data), stops((tmp_path / "big.jpg").read_bytes())
    assert after.shape == (768, 1024, 3)
    reduced = cv2.resize(after, (512, 384), interpolation=cv2.INTER_AREA)
    apart = np.abs(reduced - before).mean(axis=-1)
    slope = cv2.dilate(np.abs(cv2.Laplacian(before.mean(axis=-1), cv2.CV_32F)), np.ones((3, 3)))
    edge = slope > 0.3
    assert 0.02 < edge.mean() < 0.9
    assert apart[~edge].mean() <= 0.05
    assert apart[edge].mean() <= 0.15
