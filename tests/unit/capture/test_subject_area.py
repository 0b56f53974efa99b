"""Law: the subject's place in the result is where its pixels are, whatever the orientation and the size."""

import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.capture import ifd, orientation, xmp
from dualzoom.capture.subject_area import AREA, LOCATION, move_subject
from dualzoom.geometry import Size

STORED = Size(40, 30)


def entry(*values: int, order: str = "<", kind: int = ifd.SHORT) -> ifd.Entry:
    letter = "H" if kind == ifd.SHORT else "I"
    return ifd.Entry(kind, len(values), struct.pack(f"{order}{len(values)}{letter}", *values))


def settled(tag, values, turn, size, stored=STORED, order="<"):
    exif = {tag: entry(*values, order=order)}
    move_subject(exif, stored, turn, size, order)
    return ifd.integers(exif.get(tag), order)


@given(
    x=st.integers(2, 37),
    y=st.integers(2, 27),
    turn=st.integers(1, 8),
    order=st.sampled_from(["<", ">"]),
    scale=st.sampled_from([1, 2, 3]),
)
def test_the_place_goes_where_its_pixels_go(x, y, turn, order, scale):
    """A rectangle of light around the subject, turned and enlarged as the picture is."""
    frame = np.zeros((30, 40), np.uint8)
    frame[y - 2 : y + 3, x - 1 : x + 2] = 255
    shown = orientation.upright(frame, turn).repeat(scale, 0).repeat(scale, 1)
    rows, columns = np.nonzero(shown)
    size = Size.of(shown)
    found = settled(AREA, (x, y, 3, 5), turn, size, order=order)
    assert abs(found[0] - columns.mean()) <= 0.5
    assert abs(found[1] - rows.mean()) <= 0.5
    assert found[2:] == (np.ptp(columns) + 1, np.ptp(rows) + 1)
    assert settled(LOCATION, (x, y), turn, size, order=order) == found[:2]
    assert settled(AREA, (x, y, 4), turn, size, order=order) == (*found[:2], 4 * scale)
    assert settled(AREA, found, 1, size, stored=size, order=order) == found  # settling again changes nothing


@pytest.mark.parametrize(
    ("values", "turn", "size", "stored"),
    [
        ((10, 10), 1, Size(80, 60), None),  # the file does not say of which frame
        ((10, 10), 1, Size(60, 80), STORED),  # another shape: turned by somebody who did not say so
        ((10, 10), 6, Size(80, 60), STORED),
        ((40, 10), 1, Size(80, 60), STORED),  # outside
        ((10,), 1, Size(80, 60), STORED),
        ((10, 10, 1, 1, 1), 1, Size(80, 60), STORED),
        ((39, 29), 1, Size(100_000, 75_000), STORED),  # more than the tag can hold
    ],
)
def test_a_place_that_cannot_be_true_is_left_out(values, turn, size, stored):
    assert settled(AREA, values, turn, size, stored=stored) == ()


def test_xmp_loses_places_of_another_view_only():
    regions = b'<mwg-rs:Regions rdf:parseType="Resource"><rdf:li mwg-rs:Name="A"/></mwg-rs:Regions>'
    subject = b"<exif:SubjectArea><rdf:Seq><rdf:li>3</rdf:li></rdf:Seq></exif:SubjectArea>"
    packet = (
        b'<rdf:RDF><rdf:Description xmp:Rating="5">' + regions + subject + b"</rdf:Description></rdf:RDF>"
    )
    same = xmp.Change(size=Size(8, 6), before=Size(8, 6))
    kept, lost = xmp.update(packet, same)
    assert regions in kept
    assert b"SubjectArea" not in kept
    assert lost == ()
    for other in ({"turned": True}, {"zoom": 2.0}):
        gone, lost = xmp.update(packet, replace(same, **other))
        assert gone == kept.replace(regions, b"")
        assert lost == ("face and focus regions",)
