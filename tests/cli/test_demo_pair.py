"""A rendered capture as files, and results held against its truth."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from dualzoom import capture
from dualzoom.cli.demo_pair import crops, photos, psnr_by_place
from dualzoom.geometry import Size
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import RenderedCapture, render


@pytest.fixture(scope="module")
def scene() -> RenderedCapture:
    return render(3, size=Size(400, 300))


def test_the_files_read_back_as_a_phones_pair(scene: RenderedCapture, tmp_path) -> None:
    made = photos(scene)
    assert list(made) == ["wide.jpg", "tele.jpg", "truth.png"]
    for name, photo in made.items():
        capture.write(photo, tmp_path / name)
    wide, tele, truth = (capture.read(tmp_path / name) for name in made)
    assert (wide.lens.focal_35mm, tele.lens.focal_35mm) == (26, 52)
    assert np.array_equal(truth.pixels, scene.truth)
    assert np.abs(wide.pixels.astype(int) - scene.wide).mean() < 3
    exif = Image.Exif()
    exif.load(made["tele.jpg"].metadata.exif)
    assert (exif[271], exif[272]) == ("dualzoom", "rendered tele")


def test_the_truth_is_perfect_everywhere_and_a_fault_counts_where_it_lies(scene: RenderedCapture) -> None:
    assert set(psnr_by_place(scene.truth, scene)) == {"whole", "inside", "outside"}
    plain = np.rint(enlarge_bicubic(scene.wide)).astype(np.uint8)
    base = psnr_by_place(plain, scene)
    low, high = sorted((base["inside"], base["outside"]))
    assert low <= base["whole"] <= high
    better = np.where(scene.visible[..., None], scene.truth, plain)
    found = psnr_by_place(better, scene)
    assert found["outside"] == pytest.approx(base["outside"])
    assert found["inside"] > base["inside"] + 10
    assert found["whole"] > base["whole"]


def test_crops_show_every_picture_beside_the_truth(scene: RenderedCapture) -> None:
    plain = enlarge_bicubic(scene.wide)
    one, two = crops(scene, {"bicubic": plain}), crops(scene, {"bicubic": plain, "again": plain})
    assert one.pixels.dtype == np.uint8
    assert two.pixels.shape[0] == one.pixels.shape[0]
    assert two.pixels.shape[1] > 1.4 * one.pixels.shape[1]
    file = BytesIO()
    Image.fromarray(one.pixels).save(file, "PNG")
    assert len(file.getvalue()) > 10_000
