import struct

import pytest
from PIL import Image

from dualzoom import capture
from dualzoom.capture import exif, ifd
from dualzoom.capture.photo import Lens


def described(block: Image.Exif):
    return exif.describe(exif.sanitised(block.tobytes()[6:]))


def test_lens_and_orientation(make_exif):
    lens, orientation = described(make_exif(6))
    assert orientation == 6
    assert lens == Lens(focal_mm=4.25, focal_35mm=26.0, digital_zoom=1.5, make="Maker", model="Phone 7")


@pytest.mark.parametrize("value", [0.0, -4.0, 1e9, float("nan")])
def test_a_focal_length_that_no_lens_has_is_unknown(value, make_exif):
    block = make_exif()
    block.get_ifd(0x8769)[37386] = value if value == value else 0.0
    block.get_ifd(0x8769)[41989] = 0
    lens, _ = described(block)
    assert lens.focal_mm is None
    assert lens.focal_35mm is None
    assert lens.model == "Phone 7"


def test_a_rational_over_zero_is_unknown():
    block = ifd.Block("<", ifd.Directory({272: ifd.text("Phone 7")}))
    block.main.children[ifd.EXIF_IFD] = ifd.Directory({37386: ifd.Entry(5, 1, struct.pack("<II", 4, 0))})
    from dualzoom.capture.ifd_write import serialise

    lens, orientation = exif.describe(serialise(block))
    assert lens == Lens(model="Phone 7")
    assert orientation is None


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 7, 9, 10, 11, 12])
def test_values_of_the_wrong_type_do_no_harm(kind):
    """Every tag that we read, stored as a type it never has."""
    entry = ifd.Entry(kind, 3, bytes(range(1, 1 + 3 * ifd.TYPE_BYTES[kind])))
    lens_tags = dict.fromkeys((37386, 41989, 41988), entry)
    block = ifd.Block("<", ifd.Directory(dict.fromkeys((271, 272, 274), entry)))
    block.main.children[ifd.EXIF_IFD] = ifd.Directory(lens_tags)
    from dualzoom.capture.ifd_write import serialise

    lens, orientation = exif.describe(serialise(block))
    assert orientation is None or orientation in range(1, 9)
    for focal in (lens.focal_mm, lens.focal_35mm, lens.digital_zoom):
        assert focal is None or focal > 0


@pytest.mark.parametrize("block", [None, b"", b"II*\0", b"garbage", b"MM\0*\0\0\0\x08\xff\xff"])
def test_no_block_says_nothing(block):
    assert exif.sanitised(block) is None
    assert exif.describe(exif.sanitised(block)) == (Lens(), None)


def test_no_exif_at_all(rgb8, save):
    photo = capture.read(save("a.jpg", rgb8))
    assert photo.lens == Lens()
    assert photo.metadata.exif is None
