"""Three lenses at one moment are one shot; what is not clear is paired by twos and said."""

import pytest

from dualzoom.pairing import pairs


def _found(folder, **how):
    found = pairs.find(folder, lenses=True, **how)
    used = [path for pair in found for path in pair.files] + [odd.path for odd in found.odd]
    assert sorted(used) == sorted(path for path in folder.rglob("*") if path.is_file())
    return [[path.name for path in (pair.wide, *pair.teles)] for pair in found], found


@pytest.mark.parametrize("apart", [0.0, 0.4])
def test_one_photo_by_each_lens_makes_one_result_of_the_widest(tmp_path, shoot, apart):
    for number, focal in enumerate((77, 13, 26)):
        shoot(f"{focal}.jpg", focal=focal, after=number * apart)
    assert _found(tmp_path)[0] == [["13.jpg", "26.jpg", "77.jpg"]]
    assert all(len(pair.teles) == 1 for pair in pairs.find(tmp_path))


def test_four_lenses_and_the_next_shot_a_second_later(tmp_path, shoot):
    for shot in range(3):
        for focal in (13, 26, 77, 120):
            shoot(f"{shot}-{focal}.jpg", focal=focal, after=shot)
    found, pairing = _found(tmp_path)
    assert found == [[f"{shot}-{focal}.jpg" for focal in (13, 26, 77, 120)] for shot in range(3)]
    assert pairing.notes == ()


def test_raw_goes_with_raw(tmp_path, shoot):
    for suffix in ("jpg", "png"):
        for focal in (13, 26, 77):
            shoot(f"{focal}.{suffix}", focal=focal)
    assert _found(tmp_path)[0] == [[f"{f}.{s}" for f in (13, 26, 77)] for s in ("jpg", "png")]


def test_two_by_one_lens_are_not_guessed_at(tmp_path, shoot):
    for name, focal, after in (("a", 13, 0), ("b", 26, 0.3), ("c", 26, 0.6), ("d", 77, 0.8)):
        shoot(f"{name}.jpg", focal=focal, after=after)
    found, pairing = _found(tmp_path)
    assert sorted(map(tuple, found)) == [("c.jpg", "d.jpg"), ("a.jpg", "b.jpg")][::-1]
    assert any("not clear" in note for note in pairing.notes)


def test_shots_that_lie_apart_or_lenses_that_are_alike_are_pairs(tmp_path, shoot):
    for folder, shots in (("apart", ((13, 0), (26, 2), (77, 4))), ("alike", ((26, 0), (28, 0), (77, 0)))):
        for focal, after in shots:
            shoot(f"{folder}/{focal}.jpg", focal=focal, after=after)
    assert all(len(one) == 2 for one in _found(tmp_path)[0])


def test_other_cameras_and_folders_stay_apart(tmp_path, shoot):
    shoot("13.jpg", focal=13, model="Phone 8")
    shoot("26.jpg", focal=26)
    shoot("77.jpg", focal=77)
    shoot("b/120.jpg", focal=120)
    assert _found(tmp_path)[0] == [["26.jpg", "77.jpg"]]


def test_names_say_it_too(tmp_path, shoot):
    for name, focal in (("ultrawide", 13), ("wide", 26), ("tele", 77), ("tele2", 120)):
        shoot(f"sea-{name}.jpg", focal=focal)
        shoot(f"Sky_{name}.jpg", focal=focal, after=500)
    shoot("Sky_tele2.png", focal=120, after=500)  # which of the two is not known
    found, _ = _found(tmp_path)
    assert found[1] == ["sea-ultrawide.jpg", "sea-wide.jpg", "sea-tele.jpg", "sea-tele2.jpg"]
    assert found[0] == ["Sky_ultrawide.jpg", "Sky_wide.jpg", "Sky_tele.jpg"]
