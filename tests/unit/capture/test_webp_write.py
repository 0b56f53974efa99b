"""WebP results as Pillow reads them."""

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.settings import WriteSettings


@pytest.mark.parametrize("quality", [80, 100])
@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("described", [False, True])
def test_another_reader_finds_everything(
    quality, transparent, described, rgb8, disc, make_exif, p3, open_image, tmp_path
):
    alpha = np.rint(disc * 255).astype(np.uint8) if transparent else None
    metadata = Metadata(exif=make_exif().tobytes()[6:], icc=p3, xmp=b"<x/>") if described else Metadata()
    photo = Photo(pixels=rgb8, alpha=alpha, metadata=metadata)
    picture = open_image(capture.write(photo, tmp_path / "a.webp", WriteSettings(quality=quality)))
    assert picture.mode == ("RGBA" if transparent else "RGB")
    shows = disc > 0 if transparent else np.ones_like(disc, bool)
    error = np.abs(np.asarray(picture)[..., :3].astype(int) - rgb8)[shows]
    assert error.max() == 0 if quality == 100 else error.mean() < 3
    assert picture.info.get("icc_profile") == metadata.icc
    assert picture.info.get("xmp") == metadata.xmp
    assert (picture.getexif().get_ifd(0x8769).get(41989) == 26) == described
