"""The examples run as they are, on rendered photos."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from dualzoom import capture
from dualzoom.cli import demo_pair
from dualzoom.geometry import Size
from dualzoom.scene import render

EXAMPLES = Path(__file__).parents[2] / "dualzoom" / "examples"
SIZE = Size(320, 240)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pair")
    for name, photo in demo_pair.photos(render(4, size=SIZE)).items():
        capture.write(photo, folder / name)
    return folder / "wide.jpg", folder / "tele.jpg"


@pytest.fixture
def example(monkeypatch, capsys):
    """Run the script `name`.py with arguments; return what it printed."""

    def run(name, *arguments):
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
        return capsys.readouterr().out

    return run


@pytest.mark.slow
def test_zoom_pair(example, pair, tmp_path):
    out = example("zoom_pair", *pair, tmp_path / "big.jpg")
    assert capture.read(tmp_path / "big.jpg").size == SIZE.scale(2)
    assert "640 x 480 px" in out


def test_zoom_pair_says_why_it_cannot(example, pair, tmp_path):
    with pytest.raises(SystemExit, match=r"lost\.jpg"):
        example("zoom_pair", pair[0], tmp_path / "lost.jpg", tmp_path / "big.jpg")


@pytest.mark.slow
def test_many_pairs_goes_on_where_one_fails(example, pair, tmp_path, capsys):
    wide, tele = pair
    with pytest.raises(SystemExit) as ended:
        example("many_pairs", tmp_path / "big", wide, tmp_path / "lost.jpg", wide, tele)
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert "lost.jpg" in err
    assert out == f"{tmp_path / 'big' / 'wide-2x.png'}\n"
    assert capture.read(out.strip()).size == SIZE.scale(2)


@pytest.mark.slow
def test_own_report(example, pair, tmp_path):
    example("own_report", *pair, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["wide-2x.jpg", "wide.html", "wide.json"]
    assert (tmp_path / "wide.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads((tmp_path / "wide.json").read_text())["size"] == [640, 480]


def test_register_only_finds_the_tele_where_it_is(example, pair):
    first, _, *corners = example("register_only", *pair).splitlines()
    assert float(first.split()[0]) == pytest.approx(2.0, abs=0.05)
    xs, ys = zip(*(map(float, corner.split(",")) for corner in corners), strict=True)
    assert min(xs) == pytest.approx(80, abs=6)
    assert max(xs) == pytest.approx(240, abs=6)
    assert min(ys) == pytest.approx(60, abs=6)
    assert max(ys) == pytest.approx(180, abs=6)


def test_every_example_is_run_here():
    source = Path(__file__).read_text(encoding="utf-8")
    assert [path.stem for path in EXAMPLES.glob("*.py") if f'example("{path.stem}"' not in source] == []
