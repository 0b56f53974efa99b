"""Results and their sidecars take their names over nothing but what may be replaced."""

import pytest

from dualzoom.batch.placing import give_name, give_sidecar


@pytest.fixture
def part(tmp_path):
    """A part; sidecars are made beside it by the tests."""
    (tmp_path / "parts").mkdir()
    path = tmp_path / "parts/00ff.jpg"
    path.write_bytes(b"new")
    return path


@pytest.mark.parametrize(("mine", "named"), [("00ff.xmp", "a.xmp"), ("00ff.jpg.xmp", "a.jpg.xmp")])
def test_a_sidecar_goes_where_its_result_goes(part, tmp_path, mine, named):
    part.with_name(mine).write_bytes(b"side")
    give_name(part, tmp_path / "a.jpg", replace=False)
    give_sidecar(part, tmp_path / "a.jpg", replace=False)
    assert (tmp_path / named).read_bytes() == b"side"
    assert list((tmp_path / "parts").iterdir()) == []


@pytest.mark.parametrize("replace", [True, False])
def test_one_that_is_there_is_replaced_only_on_request(part, tmp_path, replace):
    part.with_name("00ff.xmp").write_bytes(b"side")
    (tmp_path / "a.xmp").write_bytes(b"mine")
    give_sidecar(part, tmp_path / "a.jpg", replace=replace)
    assert (tmp_path / "a.xmp").read_bytes() == (b"side" if replace else b"mine")


def test_no_sidecar_nothing_happens(part, tmp_path):
    give_sidecar(part, tmp_path / "a.jpg", replace=True)
    assert not (tmp_path / "a.xmp").exists()


def test_a_stranger_keeps_its_name(part, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        give_name(part, tmp_path / "a.jpg", replace=False)
    assert (tmp_path / "a.jpg").read_bytes() == b"old"
