import os
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from PIL import Image

from dualzoom import capture
from dualzoom.capture import jpeg
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_the_content_counts_not_the_suffix(kind, rgb8, tmp_path):
    path = tmp_path / "photo.xyz"
    Image.fromarray(rgb8).save(path, kind)
    photo = capture.read(path)
    assert photo.pixels.dtype == np.uint8
    assert photo.source == path
    assert np.abs(photo.pixels.astype(int) - rgb8).mean() < 3


def test_jpeg_pixels_are_those_of_another_decoder(rgb8, save, open_image):
    path = save("a.jpg", rgb8, quality=80)
    assert np.array_equal(capture.read(path).pixels, np.asarray(open_image(path)))


def test_progressive_jpeg(rgb8, save, open_image):
    path = save("a.jpg", rgb8, quality=80, progressive=True)
    assert np.array_equal(capture.read(path).pixels, np.asarray(open_image(path)))


def test_grey_becomes_three_equal_channels(rgb8, save):
    for name in ("a.png", "a.jpg", "a.tif"):
        photo = capture.read(save(name, rgb8[:, :, 0]))
        assert photo.pixels.shape == rgb8.shape
        assert (photo.pixels == photo.pixels[:, :, :1]).all()


def test_transparency_is_dropped_with_a_note(rgb8, save):
    alpha = np.full((*rgb8.shape[:2], 1), 7, np.uint8)
    for name in ("a.png", "a.tif"):
        photo = capture.read(save(name, np.concatenate([rgb8, alpha], 2)))
        assert np.array_equal(photo.pixels, rgb8)
        assert photo.notes == ("transparency is dropped",)


def test_a_palette_is_unfolded(rgb8, save):
    picture = Image.fromarray(rgb8).quantize(64)
    expected = np.asarray(picture.convert("RGB"))
    assert np.array_equal(capture.read(save("a.png", picture)).pixels, expected)
    from_tiff = capture.read(save("a.tif", picture)).pixels
    assert np.abs(from_tiff / 257 - expected).max() <= 1  # a TIFF's palette has 16 bits


def test_bilevel_is_black_and_white(save):
    picture = Image.fromarray((np.indices((20, 30)).sum(0) % 2 * 255).astype(np.uint8)).convert("1")
    for name in ("a.png", "a.tif"):
        pixels = capture.read(save(name, picture)).pixels
        assert np.array_equal(pixels[:, :, 0], np.asarray(picture) * np.uint8(255))


def test_white_is_zero_tiff(rgb8, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", 255 - rgb8[:, :, 0], photometric="miniswhite")
    assert np.array_equal(capture.read(tmp_path / "a.tif").pixels[:, :, 0], rgb8[:, :, 0])


@pytest.mark.parametrize("layout", ["contig", "separate"])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "zstd", "packbits"])
@pytest.mark.parametrize("tile", [None, (32, 48)])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_tiff_of_every_layout_keeps_16_bits(layout, compression, tile, byteorder, rgb16, tmp_path):
    data = rgb16 if layout == "contig" else np.moveaxis(rgb16, 2, 0)
    tifffile.imwrite(
        tmp_path / "a.tif", data, photometric="rgb", planarconfig=layout, compression=compression, tile=tile,
        byteorder=byteorder,
    )  # fmt: skip
    photo = capture.read(tmp_path / "a.tif")
    assert photo.bit_depth == 16
    assert np.array_equal(photo.pixels, rgb16)


def test_bigtiff(rgb16, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", rgb16, photometric="rgb", bigtiff=True)
    assert np.array_equal(capture.read(tmp_path / "a.tif").pixels, rgb16)


def test_the_first_of_several_pages_is_used_with_a_note(rgb8, tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(rgb8[::4, ::4], photometric="rgb", subfiletype=1)  # a preview comes first
        file.write(rgb8, photometric="rgb")
    photo = capture.read(tmp_path / "a.tif")
    assert np.array_equal(photo.pixels, rgb8)
    assert photo.notes == ("the first picture of several is used",)


@pytest.mark.parametrize(
    ("dtype", "reason"), [(np.float32, "32-bit floating-point"), (np.uint32, "32-bit samples")]
)
def test_samples_of_other_depths_are_refused(dtype, reason, rgb8, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", rgb8.astype(dtype), photometric="rgb")
    with pytest.raises(CaptureError, match=reason):
        capture.read(tmp_path / "a.tif")


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_ycbcr_that_no_decoder_turns_into_rgb_is_refused(compression, rgb8, save):
    """Its numbers taken as RGB would be a green and pink picture."""
    path = save("a.tif", Image.fromarray(rgb8).convert("YCbCr"), compression=compression)
    with pytest.raises(CaptureError, match="YCbCr"):
        capture.read(path)


def test_ycbcr_in_a_tiffs_jpeg_is_read(rgb8, save):
    path = save("a.tif", Image.fromarray(rgb8).convert("YCbCr"), compression="jpeg", quality=95)
    assert np.abs(capture.read(path).pixels.astype(int) - rgb8).mean() < 3


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_a_grey_photo_stays_grey_and_says_nothing(suffix, rgb8, save):
    photo = capture.read(save(f"a{suffix}", Image.fromarray(rgb8).convert("L")))
    assert photo.notes == ()
    assert (photo.pixels == photo.pixels[..., :1]).all()


def test_cmyk_without_a_profile_is_refused(rgb8, save):
    for name in ("a.jpg", "a.tif"):
        with pytest.raises(CaptureError, match="CMYK without a colour profile"):
            capture.read(save(name, Image.fromarray(rgb8).convert("CMYK")))


def test_a_multi_picture_file_gives_its_first_with_a_note(rgb8, tmp_path, open_image):
    path = tmp_path / "a.jpg"
    second = Image.fromarray(255 - rgb8)
    Image.fromarray(rgb8).save(path, "MPO", save_all=True, append_images=[second])
    photo = capture.read(path)
    assert np.abs(photo.pixels.astype(int) - rgb8).mean() < 3
    assert "multi-picture" in photo.notes[0]
    written = capture.write(photo, tmp_path / "out.jpg")
    assert open_image(written).format == "JPEG"  # not half a multi-picture file
    assert b"MPF\0" not in written.read_bytes()


def test_a_gain_map_is_left_out_with_a_note_and_wholly(rgb8, save, tmp_path):
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" xmp:Rating="4">'
        b'<Container:Directory><rdf:Seq><rdf:li Item:Semantic="GainMap"/></rdf:Seq></Container:Directory>'
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    path = save("a.jpg", rgb8, xmp=xmp)
    path.write_bytes(path.read_bytes() + save("map.jpg", rgb8[::4, ::4, 0]).read_bytes())
    photo = capture.read(path)
    assert "gain map is left out" in photo.notes[0]
    written = capture.write(photo, tmp_path / "out.jpg").read_bytes()
    assert b"hdrgm:Version" not in written
    assert b"GainMap" not in written
    assert b"hdr-gain-map" not in written
    assert b'xmp:Rating="4"' in written


@pytest.mark.parametrize(
    "name",
    [
        "mixed/gain-map.jpg",
        "ultrahdr/Ultra_HDR_Samples_Originals_01.jpg",
        "phone/iphone_15_pro.heic",
        "heic/pug.heic",
    ],
)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_nothing_of_a_reference_gain_map_is_copied(name, suffix, shared, tmp_path):
    """One picture in the result, and no word that another were there."""
    photo = capture.read(shared / "robustness" / name)
    assert any("gain map is left out" in note for note in photo.notes)
    corner = photo.with_pixels(photo.pixels[:64, :64])
    metadata = capture.metadata_for_output(corner, corner.size, "test")
    written = capture.write(replace(corner, metadata=metadata), tmp_path / f"out{suffix}")
    data = written.read_bytes() + (capture.read(written).metadata.xmp or b"")
    for mark in (b"MPF\0", b"hdrgm", b"HDRGainMap", b"GainMap", b"hdr-gain-map", b"21496"):
        assert mark not in data
    if suffix == ".jpg":
        assert jpeg.segments(data).end == written.stat().st_size  # nothing follows the picture


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"GIF89a", "a GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP"),
        (b"\0\0\0\x20ftypavif", "an AVIF"),
        (b"\xff\x0a", "a JPEG XL"),
        (b"%PDF-1.7", "a PDF"),
        (b"II*\0\x10\0\0\0CR\2\0", "a Canon CR2"),
        (b"hello", "not a picture"),
    ],
)
def test_other_formats_are_refused_by_name(head, name, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(head + bytes(100))
    with pytest.raises(CaptureError, match=name):
        capture.read(path)


def test_what_is_not_a_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe") if hasattr(os, "mkfifo") else None
    (tmp_path / "empty.jpg").touch()
    for name in ("", "missing.jpg", "pipe", "empty.jpg", "x" * 5000, "zero\0byte.jpg"):
        with pytest.raises(CaptureError) as caught:
            capture.read(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_unreadable_files_are_refused(rgb8, save, monkeypatch):
    path = save("a.png", rgb8)

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(CaptureError, match="Permission denied"):
        capture.read(path)


@pytest.mark.parametrize("name", ["größe 大 🌄.png", "a" * 240 + ".png", "with space.png"])
def test_names_of_all_kinds(name, rgb8, save):
    assert np.array_equal(capture.read(save(name, rgb8)).pixels, rgb8)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
def test_the_size_limits_are_ours(name, rgb8, save):
    path = save(name, rgb8)  # 128 × 96 = 0.012 megapixels
    assert capture.read(path, CaptureSettings(max_megapixels=0.0123, max_side_px=128)).size.width == 128
    with pytest.raises(CaptureError, match="more than the limit"):
        capture.read(path, CaptureSettings(max_megapixels=0.012))
    with pytest.raises(CaptureError, match="side beyond the limit"):
        capture.read(path, CaptureSettings(max_side_px=127))


def test_the_limit_admits_a_200_megapixel_result():
    from dualzoom.capture.decoded import check_size

    check_size("x", 16320, 12240, CaptureSettings())  # 2× of a 50-megapixel phone


def test_neither_importing_nor_reading_jpeg_loads_the_heavy_readers(rgb8, save):
    import subprocess
    import sys

    code = (
        "import sys, dualzoom.capture as c; c.read(sys.argv[1]);"
        "print([m for m in ('torch', 'rawpy', 'tifffile', 'exifread', 'cv2') if m in sys.modules])"
    )
    path = save("a.jpg", rgb8)
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
