"""Distortion against truth: a picture that is a formula can be evaluated at any place."""

import math
import struct

import numpy as np
import pytest

from dualzoom.capture.dng_opcodes import DamagedError, Opcode
from dualzoom.capture.dng_warp import warped

H, W = 90, 130


def formula(x, y, channel):
    """Smooth, 0..1, and different in each channel."""
    return 0.5 + 0.2 * np.sin(x / 9 + channel) + 0.2 * np.cos((y - x / 3) / 11 - channel)


def rendered(place):
    """(H, W, 3) uint16 of the formula at `place(x, y, channel)`."""
    y, x = np.mgrid[:H, :W].astype(float)
    planes = [formula(*place(x, y, channel), channel) for channel in range(3)]
    return np.rint(np.stack(planes, -1) * 65535).astype(np.uint16)


def stored():
    return rendered(lambda x, y, channel: (x, y))


def geometry(centre):
    x0, y0 = centre[0] * (W - 1), centre[1] * (H - 1)
    return x0, y0, max(math.hypot(x - x0, y - y0) for x in (0, W - 1) for y in (0, H - 1))


def assert_near(found, truth, margin=12):
    inside = (slice(margin, -margin), slice(margin, -margin))
    error = np.abs(found.astype(float) - truth)[inside] / 65535
    moved = np.abs(stored().astype(float) - truth)[inside] / 65535
    assert error.max() < 0.0015
    assert moved.max() > 0.03  # else nothing was asked


@pytest.mark.parametrize("centre", [(0.5, 0.5), (0.45, 0.6)])
@pytest.mark.parametrize("planes", [1, 3])
def test_rectilinear(centre, planes):
    """Each pixel shows what the stored picture has at r·(k0 + k1 r² + k2 r⁴ + k3 r⁶) and the tangential shift."""
    factors = [(1.0 - 0.005 * p, -0.04, 0.01 * p, 0.004, 0.003, -0.002 * p) for p in range(planes)]
    x0, y0, far = geometry(centre)

    def place(x, y, channel):
        k0, k1, k2, k3, t0, t1 = factors[min(channel, planes - 1)]
        dx, dy = (x - x0) / far, (y - y0) / far
        r = np.sqrt(dx**2 + dy**2)
        f = k0 + k1 * r**2 + k2 * r**4 + k3 * r**6
        new_x = f * dx + t0 * 2 * dx * dy + t1 * (r**2 + 2 * dx**2)
        new_y = f * dy + t1 * 2 * dx * dy + t0 * (r**2 + 2 * dy**2)
        return x0 + far * new_x, y0 + far * new_y

    data = struct.pack(">I", planes) + b"".join(struct.pack(">6d", *row) for row in factors)
    found = warped(stored(), Opcode(1, False, data + struct.pack(">2d", *centre)))
    assert_near(found, rendered(place))


def test_fisheye():
    factors, centre = (1.08, 0.05, -0.02, 0.01), (0.5, 0.5)
    x0, y0, far = geometry(centre)

    def place(x, y, channel):
        dx, dy = (x - x0) / far, (y - y0) / far
        r = np.hypot(dx, dy)
        angle = np.arctan(r)
        bent = sum(k * angle ** (2 * n + 1) for n, k in enumerate(factors))
        return x0 + far * bent / r * dx, y0 + far * bent / r * dy

    found = warped(stored(), Opcode(2, False, struct.pack(">I6d", 1, *factors, *centre)))
    assert_near(found, rendered(place))


@pytest.mark.parametrize("channels", [1, 3])
def test_no_distortion_changes_nothing(channels):
    data = struct.pack(">I6d2d", 1, 1, 0, 0, 0, 0, 0, 0.5, 0.5)
    picture = np.ascontiguousarray(stored()[:, :, :channels])
    found = warped(picture, Opcode(1, False, data))
    assert found.shape == picture.shape
    assert np.array_equal(found, picture)


def test_places_outside_repeat_the_edge_however_far():
    data = struct.pack(">I6d2d", 1, 1e300, 0, 0, 0, 0, 0, 0.5, 0.5)
    found = warped(stored(), Opcode(1, False, data))
    assert np.isin(found[0, 0], stored()[0, 0]).all()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        struct.pack(">I", 1),
        struct.pack(">I", 0) + bytes(64),
        struct.pack(">I", 1 << 31) + bytes(64),
        struct.pack(">I6d2d", 1, math.nan, 0, 0, 0, 0, 0, 0.5, 0.5),
        struct.pack(">I6d2d", 1, 1, 0, 0, 0, 0, 0, 0.5, -3),
        struct.pack(">I6dd", 1, 1, 0, 0, 0, 0, 0, 0.5),
    ],
)
def test_damaged_parameters_are_refused(data):
    with pytest.raises(DamagedError):
        warped(stored(), Opcode(1, False, data))
