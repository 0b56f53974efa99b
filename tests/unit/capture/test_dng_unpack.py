"""What LibRaw does not decode is developed as it develops the same pixels; lies about tiles are refused."""

import io
import struct

import imagecodecs
import numpy as np
import pytest
import rawpy
import tifffile
from colour_difference import delta_e_2000
from phone_files import JPEG_XL, PHONE, linear_dng, lossless_jpeg, rationals, two_illuminants

from dualzoom import capture
from dualzoom.capture import dng_tags, dng_unpack, ifd
from dualzoom.capture.orientation import upright
from dualzoom.errors import CaptureError


def libraw(path):
    with rawpy.imread(path if isinstance(path, io.BytesIO) else str(path)) as file:
        return file.postprocess(
            demosaic_algorithm=rawpy.DemosaicAlgorithm.DHT, use_camera_wb=True, no_auto_bright=True,
            adjust_maximum_thr=0.0, gamma=(2.4, 12.92), output_bps=16, user_flip=0,
        )  # fmt: skip


def assert_twins(xl, twin, turn=1):
    """Developed alike, by this tool and by LibRaw alone."""
    found, expected = capture.read(xl), capture.read(twin)
    assert np.array_equal(expected.pixels, upright(libraw(twin), turn))
    assert found.pixels.shape == expected.pixels.shape
    assert delta_e_2000(found.pixels, expected.pixels).mean() <= 0.5  # what is promised
    assert np.array_equal(found.pixels, expected.pixels)  # what holds
    assert found.notes == expected.notes
    assert found.lens == expected.lens


@pytest.mark.parametrize("order", ["RGGB", "BGGR", "GRBG", "GBRG"])
@pytest.mark.parametrize("bits", [10, 12, 14])
def test_a_mosaic(order, bits, scene, make_dng, tmp_path):
    xl = make_dng(tmp_path / "a.dng", scene, order=order, bits=bits, **JPEG_XL)
    assert_twins(xl, make_dng(tmp_path / "b.dng", scene, order=order, bits=bits, **lossless_jpeg(16)))


@pytest.mark.parametrize("black", [0, 64, 512, 2048])
@pytest.mark.parametrize("tile", [None, (64, 64), (32, 112)])
def test_linear_raw(black, tile, scene, tmp_path):
    common = {"black": black, "white": 16383, "matrix": PHONE}
    cut = {"tile": tile} if tile else {"rowsperstrip": 40}
    twin = {**cut, **lossless_jpeg(16)} if tile else {}  # LibRaw reads only the first of several strips
    xl = linear_dng(tmp_path / "a.dng", scene, **common, **cut, **JPEG_XL)
    assert_twins(xl, linear_dng(tmp_path / "b.dng", scene, **common, **twin))


@pytest.mark.parametrize("size", [(40, 56), (97, 61), (200, 312)])
def test_sizes_that_tiles_do_not_fit(size, tmp_path):
    scene = np.random.default_rng(5).random((*size, 3)) * 0.8
    xl = linear_dng(tmp_path / "a.dng", scene, tile=(48, 64), **JPEG_XL)
    assert_twins(xl, linear_dng(tmp_path / "b.dng", scene))


@pytest.mark.parametrize("neutral", [(0.45, 1.0, 0.62), (0.8, 1.0, 0.35)])
def test_two_illuminants_calibration_and_crops(neutral, scene, make_dng, tmp_path):
    """Whatever LibRaw makes of the tags, it makes it of both."""
    tags = (
        *two_illuminants(neutral), (50829, 3, 4, (4, 2, 92, 126), False), (50719, 3, 2, (2, 2), False),
        (50720, 3, 2, (100, 80), False), (274, 3, 1, 6, False),
        (50715, 10, 124, rationals(np.linspace(0, 9, 124)), False),
        (50716, 10, 88, rationals(np.linspace(0, 7, 88)), False),
    )  # fmt: skip
    xl = make_dng(tmp_path / "a.dng", scene, tags=tags, **JPEG_XL)
    assert_twins(xl, make_dng(tmp_path / "b.dng", scene, tags=tags, **lossless_jpeg(16)), turn=6)


def test_a_file_of_the_other_byte_order(scene, make_dng, tmp_path):
    """As iPhones write them."""
    twin = make_dng(tmp_path / "b.dng", scene, tags=two_illuminants(), byteorder=">")
    with tifffile.TiffFile(twin) as file:
        pixels = file.asarray()
    path = make_dng(tmp_path / "a.dng", scene, tags=two_illuminants(), byteorder=">", compression=8)
    data = bytes(imagecodecs.jpegxl_encode(pixels.astype(np.uint16), lossless=True))
    changed = bytearray(path.read_bytes())
    for tag, value in ((259, 52546), (273, len(changed)), (279, len(data))):
        at = next(
            changed.index(head) for kind in (3, 4) if (head := struct.pack(">HHI", tag, kind, 1)) in changed
        )
        changed[at : at + 12] = struct.pack(">HHII", tag, 4, 1, value)
    path.write_bytes(bytes(changed) + data)
    assert_twins(path, twin)


def test_a_linearisation_table(scene, make_dng, tmp_path):
    """Stored values are places in a table, as with sensors that store square roots."""
    table = np.rint((np.arange(4096) / 4095) ** 2 * 4095).astype(np.uint16)
    tags = ((50712, 3, 4096, tuple(int(value) for value in table), False),)
    xl = make_dng(tmp_path / "a.dng", scene, tags=tags, **JPEG_XL)
    twin = make_dng(tmp_path / "b.dng", scene, tags=tags, **lossless_jpeg(16))
    assert_twins(xl, twin)
    plain = capture.read(make_dng(tmp_path / "c.dng", scene)).pixels
    assert np.abs(capture.read(xl).pixels.astype(int) - plain).mean() > 1000


@pytest.mark.parametrize("rows", [8, 32, 40, 95])
def test_lossless_jpeg_in_several_strips(rows, scene, make_dng, tmp_path):
    """LibRaw reads some such files, and of others only the first strip."""
    strips = make_dng(tmp_path / "a.dng", scene, rowsperstrip=rows, **lossless_jpeg(16))
    whole = make_dng(tmp_path / "b.dng", scene)
    assert_twins(strips, whole)
    strips = linear_dng(tmp_path / "c.dng", scene, rowsperstrip=rows, **lossless_jpeg(16))
    assert_twins(strips, linear_dng(tmp_path / "d.dng", scene))


@pytest.mark.parametrize("apart", [1, 2, 4])
def test_pixels_of_a_mosaic_stored_as_colours_of_one(apart, scene, make_dng, tmp_path):
    """Adobe's converter stores a mosaic of W pixels as W/2 pixels of two components."""
    whole = make_dng(tmp_path / "a.dng", scene)
    stored = tifffile.imread(whole)
    options = {"lossless": True, "predictor": 1, "bitspersample": 16}
    shape = (48, -1, apart) if apart > 1 else (48, -1)
    halves = [np.ascontiguousarray(rows.reshape(shape)) for rows in (stored[:48], stored[48:])]
    strips = [bytes(imagecodecs.jpeg_encode(rows, **options)) for rows in halves]
    tags = [(50706, 1, 4, bytes([1, 7, 0, 0]), False), (33421, 3, 2, (2, 2), False)]
    options = {"compression": 7, "rowsperstrip": 48, "shape": (96, 128), "dtype": "uint16"}
    tifffile.imwrite(tmp_path / "b.dng", iter(strips), photometric=32803, extratags=tags, **options)
    data = (tmp_path / "b.dng").read_bytes()
    assert dng_unpack.is_needed(raw_of(data))
    with tifffile.TiffFile(io.BytesIO(dng_unpack.plain(data, raw_of(data)))) as file:
        assert np.array_equal(file.asarray(), stored)


def test_a_strip_of_another_size_is_refused(scene, make_dng, tmp_path):
    path = make_dng(tmp_path / "a.dng", scene, rowsperstrip=48, **lossless_jpeg(16))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"\xff\xc3") + 5
    data[at : at + 4] = struct.pack(">2H", 60000, 60000)
    path.write_bytes(data)
    with pytest.raises(CaptureError, match="a strip of 60000×60000 pixels"):
        capture.read(path)


def test_eight_bits(scene, tmp_path):
    """Lossy files of Adobe's converter: 8 bits, of which the white level is the largest."""
    stored = np.rint(scene * 255).astype(np.uint8)
    extra = [
        (50706, 1, 4, bytes([1, 7, 0, 0]), False), (50708, 2, 0, "Phone 9", False), (50778, 3, 1, 21, False),
        (50721, 10, 9, rationals(PHONE), False), (50728, 5, 3, rationals((0.5, 1, 0.6)), False),
    ]  # fmt: skip
    tifffile.imwrite(tmp_path / "a.dng", stored, photometric=34892, extratags=extra, **JPEG_XL)
    tifffile.imwrite(tmp_path / "b.dng", stored, photometric=34892, extratags=extra)
    found = capture.read(tmp_path / "a.dng").pixels
    assert np.array_equal(found, libraw(tmp_path / "b.dng"))


def test_lossy_data_is_near(scene, make_dng, tmp_path):
    lossy = {"compression": 52546, "compressionargs": {"distance": 0.3}}
    found = capture.read(make_dng(tmp_path / "a.dng", scene, bits=16, **lossy))
    whole = capture.read(make_dng(tmp_path / "b.dng", scene, bits=16))
    assert delta_e_2000(found.pixels, whole.pixels).mean() < 1.5


def raw_of(data):
    return dng_tags.find_raw(list(ifd.walk(data)))


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2)])
def test_interleaved_fields_return_to_their_places(rows, columns, scene, make_dng, tmp_path):
    """Phones store the four colours of a mosaic as four smaller pictures side by side."""
    whole = make_dng(tmp_path / "a.dng", scene)
    stored = tifffile.imread(whole)
    apart = np.concatenate([stored[field::rows] for field in range(rows)])
    apart = np.concatenate([apart[:, field::columns] for field in range(columns)], axis=1)
    tags = [(50706, 1, 4, bytes([1, 7, 1, 0]), False), (33421, 3, 2, (2, 2), False)]
    tags += [(50975, 3, 1, rows, False), (52547, 3, 1, columns, False)]
    tifffile.imwrite(tmp_path / "b.dng", apart, photometric=32803, extratags=tags, **JPEG_XL)
    data = (tmp_path / "b.dng").read_bytes()
    with tifffile.TiffFile(io.BytesIO(dng_unpack.plain(data, raw_of(data)))) as file:
        assert np.array_equal(file.asarray(), stored)


def damaged(data, change):
    """The file with one short or long value of one tag replaced: `change` is (tag, value)."""
    out = bytearray(data)
    for kind in (3, 4):
        head = struct.pack("<HHI", change[0], kind, 1)
        if head in out:
            at = out.index(head)
            out[at : at + 12] = struct.pack("<HHII", change[0], 4, 1, change[1])
            return bytes(out)
    raise AssertionError(change)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((322, 0), "impossible size"),
        ((322, 1 << 30), "impossible size"),
        ((323, 16), "tiles where"),
        ((257, 4000), "tiles where"),
        ((256, 4000), "tiles where"),
        ((256, 1 << 20), "beyond the limit"),
        ((284, 2), "samples a pixel"),
        ((277, 4), "samples a pixel"),
        ((262, 32803), "samples a pixel"),
    ],
)
def test_lies_are_refused_before_anything_is_decoded(change, reason, scene, tmp_path, monkeypatch):
    monkeypatch.setattr("dualzoom.capture.raw.develop", lambda *_: pytest.fail("developed"))
    path = linear_dng(tmp_path / "a.dng", scene, tile=(64, 64), **JPEG_XL)
    path.write_bytes(damaged(path.read_bytes(), change))
    with pytest.raises(CaptureError, match=reason):
        capture.read(path)


def test_floating_point_is_refused(scene, tmp_path):
    tags = [(50706, 1, 4, bytes([1, 7, 0, 0]), False)]
    pixels = scene.astype(np.float32)
    tifffile.imwrite(tmp_path / "a.dng", pixels, photometric=34892, extratags=tags, **JPEG_XL)
    with pytest.raises(CaptureError, match="32-bit or floating-point"):
        capture.read(tmp_path / "a.dng")


@pytest.mark.parametrize(
    ("tile", "reason"),
    [
        (lambda: b"no picture at all", "no JPEG XL picture"),
        (lambda: encoded((64, 4000, 3)), "a tile of 4000×64 pixels"),
        (lambda: encoded((8, 8, 3)), "a tile of 8×8 pixels"),
        (lambda: encoded((64, 64)), "channels"),
        (lambda: encoded((64, 64, 3))[:60], "damaged or unsupported DNG"),
        (lambda: b"\xff\x0a" + b"\xff" * 40, "a tile of"),
    ],
)
def test_a_tile_of_another_size_is_refused_before_it_is_decoded(tile, reason, scene, tmp_path):
    """Its bytes lie at the end of the file, and the first tile's place is there."""
    data = linear_dng(tmp_path / "a.dng", scene, tile=(64, 64), **JPEG_XL).read_bytes()
    with tifffile.TiffFile(tmp_path / "a.dng") as file:
        tags = file.pages[0].tags
        offsets, lengths = tags[324].valueoffset, tags[325].valueoffset
        kinds = {3: "<H", 4: "<I"}
        kind = kinds[int(tags[325].dtype)]
    content = tile()
    changed = bytearray(data) + content
    changed[offsets : offsets + 4] = struct.pack("<I", len(data))
    changed[lengths : lengths + struct.calcsize(kind)] = struct.pack(kind, len(content))
    (tmp_path / "b.dng").write_bytes(changed)
    with pytest.raises(CaptureError, match=reason):
        capture.read(tmp_path / "b.dng")


def encoded(shape):
    pixels = np.random.default_rng(1).integers(0, 65535, shape).astype(np.uint16)
    return bytes(imagecodecs.jpegxl_encode(pixels, lossless=True))


def test_the_shared_files(shared):
    """Same pixels; the lossless JPEG's tags say 12 bits, the JPEG XL's 16, so their white levels differ."""
    paths = [shared / "phones" / name for name in ("made-jxl.dng", "made-ljpeg.dng")]
    data = paths[0].read_bytes()
    unpacked = dng_unpack.plain(data, raw_of(data))
    with rawpy.imread(io.BytesIO(unpacked)) as xl, rawpy.imread(str(paths[1])) as jpeg:
        assert np.array_equal(xl.raw_image, jpeg.raw_image)
    with tifffile.TiffFile(io.BytesIO(unpacked)) as file:
        assert file.pages[0].tags[50717].value == (65535, 65535, 65535)
    assert np.array_equal(capture.read(paths[0]).pixels, libraw(io.BytesIO(unpacked)))
