"""The tests' own measure of colour against the published table and a slow, independent version."""

import math

import numpy as np
import pytest
from colour_difference import delta_e_2000, delta_e_2000_lab, lab
from hypothesis import given
from hypothesis import strategies as st

# Sharma, Wu & Dalal, "The CIEDE2000 color-difference formula" (2005), table 1: L a b, L a b, ΔE00.
SHARMA = """
50 2.6772 -79.7751   50 0 -82.7485        2.0425
50 3.1571 -77.2803   50 0 -82.7485        2.8615
50 2.8361 -74.0200   50 0 -82.7485        3.4412
50 -1.3802 -84.2814  50 0 -82.7485        1.0000
50 -1.1848 -84.8006  50 0 -82.7485        1.0000
50 -0.9009 -85.5211  50 0 -82.7485        1.0000
50 0 0               50 -1 2              2.3669
50 -1 2              50 0 0               2.3669
50 2.4900 -0.0010    50 -2.4900 0.0009    7.1792
50 2.4900 -0.0010    50 -2.4900 0.0010    7.1792
50 2.4900 -0.0010    50 -2.4900 0.0011    7.2195
50 2.4900 -0.0010    50 -2.4900 0.0012    7.2195
50 -0.0010 2.4900    50 0.0009 -2.4900    4.8045
50 -0.0010 2.4900    50 0.0010 -2.4900    4.8045
50 -0.0010 2.4900    50 0.0011 -2.4900    4.7461
50 2.5 0             50 0 -2.5            4.3065
50 2.5 0             73 25 -18            27.1492
50 2.5 0             61 -5 29             22.8977
50 2.5 0             56 -27 -3            31.9030
50 2.5 0             58 24 15             19.4535
50 2.5 0             50 3.1736 0.5854     1.0000
50 2.5 0             50 3.2972 0          1.0000
50 2.5 0             50 1.8634 0.5757     1.0000
50 2.5 0             50 3.2592 0.3350     1.0000
60.2574 -34.0099 36.2677  60.4626 -34.1751 39.4387  1.2644
63.0109 -31.0961 -5.8663  62.8187 -29.7946 -4.0864  1.2630
61.2901 3.7196 -5.3901    61.4292 2.2480 -4.9620    1.8731
35.0831 -44.1164 3.7933   35.0232 -40.0716 1.5901   1.8645
22.7233 20.0904 -46.6940  23.0331 14.9730 -42.5619  2.0373
36.4612 47.8580 18.3852   36.2715 50.5065 21.2231   1.4146
90.8027 -2.0831 1.4410    91.1528 -1.6435 0.0447    1.4441
90.9257 -0.5406 -0.9208   88.6381 -0.8985 -0.7239   1.5381
6.7747 -0.2908 -2.4247    5.8714 -0.0985 -2.2286    0.6377
2.0776 0.0795 -1.1350     0.9033 -0.0636 -0.5514    0.9082
"""


def slow_delta_e(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    """One pair, in degrees, step by step."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1 = math.degrees(math.atan2(b1, a1)) % 360 if c1 else 0.0
    h2 = math.degrees(math.atan2(b2, a2)) % 360 if c2 else 0.0
    if c1 * c2 == 0:
        dh, hm = 0.0, h1 + h2
    else:
        dh = h2 - h1
        dh += 360 if dh < -180 else -360 if dh > 180 else 0
        hm = h1 + h2
        if abs(h1 - h2) > 180:
            hm += 360 if hm < 360 else -360
        hm /= 2
    dl, dc, dhue = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2

    def cos(degrees: float) -> float:
        return math.cos(math.radians(degrees))

    t = 1 - 0.17 * cos(hm - 30) + 0.24 * cos(2 * hm) + 0.32 * cos(3 * hm + 6) - 0.20 * cos(4 * hm - 63)
    sl = 1 + 0.015 * (lm - 50) ** 2 / math.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    angle = 30 * math.exp(-(((hm - 275) / 25) ** 2))
    rt = -math.sin(math.radians(2 * angle)) * 2 * math.sqrt(cm**7 / (cm**7 + 25**7))
    return math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dhue / sh) ** 2 + rt * (dc / sc) * (dhue / sh))


def test_delta_e_reproduces_the_published_table() -> None:
    table = np.array([line.split() for line in SHARMA.strip().splitlines()], float)
    assert table.shape == (34, 7)
    found = delta_e_2000_lab(table[:, :3], table[:, 3:6])
    np.testing.assert_allclose(found, table[:, 6], atol=6e-5)


colours = st.tuples(st.floats(0, 100), st.floats(-110, 110), st.floats(-110, 110))


@given(colours, colours)
def test_delta_e_equals_the_scalar_version_and_is_symmetric(
    first: tuple[float, ...], second: tuple[float, ...]
) -> None:
    a, b = np.array(first), np.array(second)
    found = float(delta_e_2000_lab(a, b))
    assert found == pytest.approx(slow_delta_e(first, second), abs=1e-6)
    assert found == pytest.approx(float(delta_e_2000_lab(b, a)), abs=1e-6)
    assert float(delta_e_2000_lab(a, a)) == 0


def test_lab_of_known_srgb_colours() -> None:
    srgb = np.array(
        [[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0], [119, 119, 119]], np.uint8
    )
    expected = [
        (100, 0, 0),
        (53.24, 80.09, 67.20),
        (87.73, -86.18, 83.18),
        (32.30, 79.19, -107.86),
        (0, 0, 0),
    ]
    np.testing.assert_allclose(lab(srgb)[:5], expected, atol=0.02)
    np.testing.assert_allclose(lab(srgb)[5, 1:], 0, atol=0.01)  # grey has no colour
    np.testing.assert_allclose(lab(srgb), lab(srgb.astype(np.uint16) * 257), atol=1e-9)


def test_delta_e_of_a_picture_is_per_pixel() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    other = picture.copy()
    other[2, 3] = 255 - other[2, 3]
    found = delta_e_2000(picture, other)
    assert found.shape == (5, 7)
    assert np.argmax(found) == 2 * 7 + 3
    assert np.count_nonzero(found) == 1
