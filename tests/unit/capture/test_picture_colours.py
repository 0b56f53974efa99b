"""A colour tag becomes a profile, a refusal, or a note."""

from pathlib import Path

import pytest

from dualzoom.capture.picture_colours import from_tag, refuse_hdr
from dualzoom.errors import CaptureError


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused_by_name(transfer, name):
    with pytest.raises(CaptureError, match=name):
        from_tag(Path("a"), 9, transfer, "AVIF")


def test_sdr_is_not_refused():
    refuse_hdr(Path("a"), None)
    assert from_tag(Path("a"), 1, 13, "AVIF") == (None, ())


def test_what_is_not_known_is_told():
    icc, (note,) = from_tag(Path("a"), 5, 6, "AVIF")
    assert icc is None
    assert "primaries 5" in note
