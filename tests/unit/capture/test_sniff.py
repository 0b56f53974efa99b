"""The format is that of the content; others are refused by their names."""

from pathlib import Path

import pytest

from dualzoom import capture
from dualzoom.capture.sniff import HEAD_BYTES, identify
from dualzoom.errors import CaptureError


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"GIF89a", "a GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP"),
        (b"\0\0\0\x20ftypavif", "an AVIF"),
        (b"\xff\x0a", "a JPEG XL"),
        (b"%PDF-1.7", "a PDF"),
        (b"hello", "not a picture"),
    ],
)
def test_other_formats_are_refused_by_name(head, name, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(head + bytes(100))
    with pytest.raises(CaptureError, match=name):
        capture.read(path)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe1", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"II+\0\x08\0\0\0", "TIFF"),
        (b"II*\0\x10\0\0\0CR\2\0", "RAW"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "RAW"),
        (b"FUJIFILMCCD-RAW 0201", "RAW"),
        (b"IIU\0\x18\0\0\0", "RAW"),
        (b"IIRO\x08\0\0\0", "RAW"),
        (b"IIRS\x08\0\0\0", "RAW"),
        (b"MMOR\0\0\0\x08", "RAW"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypheix", "HEIC"),
    ],
)
def test_what_is_read(head, kind):
    assert identify(Path("a.txt"), head.ljust(HEAD_BYTES, b"\0")) == kind


@pytest.mark.parametrize("brand", [b"mif1", b"msf1"])
def test_an_avif_file_with_a_general_brand_is_refused_by_name(brand):
    with pytest.raises(CaptureError, match="an AVIF file"):
        identify(Path("a.heic"), b"\0\0\0\x1cftyp" + brand + b"\0\0\0\0mif1avif".ljust(HEAD_BYTES, b"\0"))


@pytest.mark.parametrize("size", range(1, 16))
def test_a_head_of_any_length_ends_in_a_kind_or_a_refusal(size):
    for whole in (b"\0\0\0\x18ftypheic\0\0\0\0", b"II*\0\x08\0\0\0CR\2\0abcd", b"\x89PNG\r\n\x1a\nabcdefgh"):
        try:
            assert identify(Path("a"), whole[:size]) in ("PNG", "TIFF", "HEIC", "RAW")
        except CaptureError as error:
            assert error.next_step  # noqa: PT017 - either outcome is right
