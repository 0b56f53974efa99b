"""`compare`: a page about two photos of one frame, with a map where it fits, and nothing where something is wrong."""

import json

import numpy as np
from PIL import Image


def test_compare_makes_a_page(run, wide, tele, tmp_path):
    outcome = run("compare", wide, tele, "-o", tmp_path / "page.html", "--map", wide)
    assert outcome.out == f"{tmp_path / 'page.html'}\n"
    assert "wide.png → tele.png" in (tmp_path / "page.html").read_text(encoding="utf-8")
    found = json.loads(run("compare", wide, tele, "-o", tmp_path / "2.html", "--json").out)
    assert found == {"output": str(tmp_path / "2.html"), "before": str(wide), "after": str(tele)}
    assert run("compare", wide, tele, "-o", tmp_path / "page.html").code == 7


def test_compare_refuses_a_map_of_another_size_and_unreadable_photos(run, wide, tele, tmp_path):
    small = tmp_path / "small.png"
    Image.fromarray(np.zeros((12, 16), np.uint8)).save(small)
    assert run("compare", wide, tele, "-o", tmp_path / "p.html", "--map", small).code == 2
    small.write_bytes(b"nothing")
    assert run("compare", wide, small, "-o", tmp_path / "p.html").code == 4
    assert not (tmp_path / "p.html").exists()
