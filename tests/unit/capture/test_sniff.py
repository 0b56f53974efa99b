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
        (b"RIFF\0\0\0\0WAVEfmt ", "not a picture"),
        (b"\0\0\0\x20ftypisom", "MP4"),
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
        (b"\0\0\0\x20ftypavif", "AVIF"),
        (b"\0\0\0\x20ftypavis", "AVIF"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", "AVIF"),
        (b"\0\0\0\x1cftypmsf1\0\0\0\0mif1avif", "AVIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    ],
)
def test_what_is_read(head, kind):
    assert identify(Path("a.txt"), head.ljust(HEAD_BYTES, b"\0")) == kind


@pytest.mark.parametrize("size", range(1, 16))
def test_a_head_of_any_length_ends_in_a_kind_or_a_refusal(size):
    for whole in (
        b"\0\0\0\x18ftypheic\0\0\0\0",
        b"II*\0\x08\0\0\0CR\2\0abcd",
        b"\x89PNG\r\n\x1a\nabcdefgh",
        b"RIFF\0\0\0\0WEBP",
    ):
        try:
            assert identify(Path("a"), whole[:size]) in ("PNG", "TIFF", "HEIC", "WebP", "RAW")
        except CaptureError as error:
            assert error.next_step  # noqa: PT017 - either outcome is right
