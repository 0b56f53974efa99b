"""Whole files with corrections against rendered truth: what the camera's lens did to the scene is undone."""

import struct

import numpy as np
import pytest
from colour_difference import delta_e_2000
from phone_files import JPEG_XL, gain_map, linear_dng, opcode_list, two_illuminants

from dualzoom import capture

PLAIN = {}
H, W = 96, 128


def light_of(pixels):
    encoded = pixels / 65535
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def psnr(photo, scene):
    error = (photo.pixels / 65535 - scene)[6:-6, 6:-6]
    return -10 * np.log10((error**2).mean())


def listed(tag, *opcodes, optional=0):
    data = opcode_list(*opcodes, optional=optional)
    return ((tag, 7, len(data), data, False),)


def falloff():
    """What a lens leaves of the light: a quarter in the farthest corner."""
    y, x = np.mgrid[:H, :W]
    squared = ((x - 63.5) ** 2 + (y - 47.5) ** 2) / (63.5**2 + 47.5**2)
    return (1 / (1 + 2 * squared + squared**2))[:, :, None]


VIGNETTE = (3, struct.pack(">7d", 2.0, 1.0, 0, 0, 0, 0.5, 0.5))


@pytest.fixture
def dim(scene):
    """The scene darker, so that no correction meets the sensor's white."""
    return np.clip(scene * 0.7, 0, 1)


@pytest.mark.parametrize("inside", [PLAIN, JPEG_XL], ids=["plain", "xl"])
@pytest.mark.parametrize("where", [51009, 51022])
def test_vignetting_is_undone(where, inside, dim, make_dng, tmp_path):
    path = make_dng(tmp_path / "a.dng", dim, bits=14, gain=falloff(), tags=listed(where, VIGNETTE), **inside)
    photo = capture.read(path)
    assert photo.notes == ()
    assert psnr(photo, dim) > 45
    assert psnr(capture.read(make_dng(tmp_path / "b.dng", dim, bits=14, gain=falloff())), dim) < 25


@pytest.mark.parametrize("inside", [PLAIN, JPEG_XL], ids=["plain", "xl"])
@pytest.mark.parametrize("order", ["RGGB", "GBRG"])
def test_a_phones_shading_is_undone_for_each_place_of_the_mosaic(order, inside, dim, make_dng, tmp_path):
    """Four maps, one for each place, as Android writes them."""
    y, x = (np.arange(H) + 0.5) / H, (np.arange(W) + 0.5) / W
    corners = {at: np.array([[2.0, 1.2], [1.4, 1.0]]) + 0.2 * at for at in range(4)}
    loss, maps = np.empty((H, W, 1)), []
    for at, gains in corners.items():
        top, left = divmod(at, 2)
        gain = (1 - y)[:, None] * (gains[0, 0] * (1 - x) + gains[0, 1] * x)
        gain = gain + y[:, None] * (gains[1, 0] * (1 - x) + gains[1, 1] * x)
        loss[top::2, left::2, 0] = 1 / gain[top::2, left::2]
        maps.append(gain_map(gains, top=top, left=left, bottom=H, right=W, pitch=2))
    options = {"order": order, "bits": 14, "gain": loss}
    photo = capture.read(make_dng(tmp_path / "a.dng", dim, **options, tags=listed(51009, *maps), **inside))
    assert photo.notes == ()
    assert psnr(photo, dim) > 45


@pytest.mark.parametrize("inside", [PLAIN, JPEG_XL], ids=["plain", "xl"])
@pytest.mark.parametrize(("where", "black"), [(51009, 512), (51022, 0)])
def test_shading_of_linear_raw(where, black, inside, dim, tmp_path):
    shaded = light_of(dim * 65535) * 0.5
    encoded = np.where(shaded <= 0.0031308, 12.92 * shaded, 1.055 * shaded ** (1 / 2.4) - 0.055)
    tags = listed(where, gain_map(np.full((3, 3), 2.0), bottom=H, right=W, planes=3))
    photo = capture.read(
        linear_dng(tmp_path / "a.dng", encoded, black=black, white=16383, tags=tags, **inside)
    )
    assert photo.notes == ()
    assert psnr(photo, dim) > 60


@pytest.mark.parametrize("inside", [PLAIN, JPEG_XL], ids=["plain", "xl"])
def test_distortion_is_undone(inside, tmp_path):
    """The stored picture is a formula bent by the lens; the corrected one is the formula at its right places."""
    factors, far = (0.97, -0.05, 0.01, 0.0, 0.002, -0.001), np.hypot(63.5, 47.5)
    y, x = np.mgrid[:H, :W].astype(float)

    def rendered(x, y):
        return np.stack([0.4 + 0.25 * np.sin(x / 11 + c) * np.cos(y / 13 - c) for c in range(3)], -1)

    dx, dy = (x - 63.5) / far, (y - 47.5) / far
    squared = dx**2 + dy**2
    ratio = factors[0] + factors[1] * squared + factors[2] * squared**2
    at_x = ratio * dx + factors[4] * 2 * dx * dy + factors[5] * (squared + 2 * dx**2)
    at_y = ratio * dy + factors[5] * 2 * dx * dy + factors[4] * (squared + 2 * dy**2)
    warp = (1, struct.pack(">I6d2d", 1, *factors, 0.5, 0.5))
    path = linear_dng(tmp_path / "a.dng", rendered(x, y), tags=listed(51022, warp), **inside)
    truth = rendered(63.5 + far * at_x, 47.5 + far * at_y)
    assert psnr(capture.read(path), truth) > 55
    assert psnr(capture.read(linear_dng(tmp_path / "b.dng", rendered(x, y))), truth) < 35


def test_corrections_apply_in_the_order_of_the_list(dim, tmp_path):
    """Vignetting before and after distortion are two pictures; both twins agree on each."""
    warp = (1, struct.pack(">I6d2d", 1, 0.9, -0.2, 0, 0, 0, 0, 0.5, 0.5))
    found = [
        capture.read(linear_dng(tmp_path / f"{n}.dng", dim, tags=listed(51022, *order))).pixels
        for n, order in enumerate([(warp, VIGNETTE), (VIGNETTE, warp)])
    ]
    assert np.abs(found[0].astype(int) - found[1]).max() > 1000


def test_a_correction_that_changes_nothing_leaves_what_libraw_develops(scene, make_dng, tmp_path):
    """Through linear light of the camera's channels and back: rounding is all that differs."""
    none = gain_map(np.ones((2, 2)), bottom=H, right=W, planes=3)
    plain = capture.read(make_dng(tmp_path / "a.dng", scene)).pixels.astype(int)
    for where in (51009, 51022):
        path = make_dng(tmp_path / f"{where}.dng", scene, tags=listed(where, none))
        assert np.abs(capture.read(path).pixels - plain)[4:-4, 4:-4].max() < 300


def test_defective_pixels_are_mended(scene, make_dng, tmp_path):
    bad = np.ones((H, W, 1))
    bad[30, 40] = bad[31, 70] = bad[60, 61] = 0
    options = {"gain": bad, "bits": 12}
    points = struct.pack(">3I6I", 1, 3, 0, 30, 40, 31, 70, 60, 61)
    mended = capture.read(make_dng(tmp_path / "a.dng", scene, **options, tags=listed(51008, (5, points))))
    left = capture.read(make_dng(tmp_path / "b.dng", scene, **options))
    assert mended.notes == ()
    assert psnr(mended, scene) > psnr(left, scene) + 10 > 40


def test_damaged_and_unknown_corrections_are_named_and_the_rest_applied(dim, make_dng, tmp_path):
    tags = listed(51022, VIGNETTE, (9, b"short"), (1, b""), (14, b""))
    photo = capture.read(make_dng(tmp_path / "a.dng", dim, bits=14, gain=falloff(), tags=tags))
    assert photo.notes == (
        "lens corrections that the DNG insists on are not applied: WarpRectilinear2",
        "lens corrections of the DNG are damaged and not applied: GainMap, WarpRectilinear",
    )
    assert psnr(photo, dim) > 45


@pytest.mark.parametrize("orientation", [3, 6])
def test_corrections_come_before_the_turn(orientation, dim, make_dng, tmp_path):
    from dualzoom.capture.orientation import upright

    tags = (*listed(51009, VIGNETTE), (274, 3, 1, orientation, False))
    photo = capture.read(make_dng(tmp_path / "a.dng", dim, bits=14, gain=falloff(), tags=tags))
    assert psnr(photo, upright(dim, orientation)) > 40


@pytest.mark.parametrize("inside", [PLAIN, JPEG_XL], ids=["plain", "xl"])
@pytest.mark.parametrize("neutral", [None, (0.45, 1.0, 0.62), (0.7, 1.0, 0.35)])
def test_a_correction_that_changes_nothing_changes_no_colour(neutral, inside, scene, make_dng, tmp_path):
    """With a correction the colours are our own work, without one LibRaw's: of one light and of two, cropped or not."""
    tags = () if neutral is None else two_illuminants(neutral)
    crops = (
        (50829, 3, 4, (2, 2, 94, 126), False),
        (50719, 3, 2, (4, 4), False),
        (50720, 3, 2, (100, 80), False),
    )
    tags = (*tags, *crops, (50730, 10, 1, (1, 1), False), (50727, 5, 3, (11, 10, 1, 1, 9, 10), False))
    nothing = listed(51022, gain_map(np.ones((2, 2)), bottom=H, right=W, planes=3))
    ours = capture.read(make_dng(tmp_path / "a.dng", scene, bits=14, tags=(*tags, *nothing), **inside))
    theirs = capture.read(make_dng(tmp_path / "b.dng", scene, bits=14, tags=tags, **inside))
    assert ours.size == theirs.size
    assert delta_e_2000(ours.pixels, theirs.pixels).mean() < 0.01
