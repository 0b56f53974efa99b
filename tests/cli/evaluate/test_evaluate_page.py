"""Several rivals in one call: one table with their costs, and one page."""

import cv2
import numpy as np
import pytest
from evaluate_files import objects, pixels, put

from dualzoom.metrics import legibility
from dualzoom.metrics.legibility import LineReader


@pytest.fixture
def rivals(folder, tmp_path) -> list[str]:
    """Three other programs' results, the first two with costs."""
    wide = pixels(folder / "a-wide.jpg")
    size = (wide.shape[1] // 2 * 2, wide.shape[0] // 2 * 2)
    options = []
    for label, method in (
        ("near", cv2.INTER_NEAREST),
        ("cubic", cv2.INTER_CUBIC),
        ("lanczos", cv2.INTER_LANCZOS4),
    ):
        half = cv2.resize(wide, (size[0] // 2, size[1] // 2), interpolation=cv2.INTER_AREA)
        theirs = put(tmp_path / label, "a", np.asarray(cv2.resize(half, size, interpolation=method)))
        options += ["--results", f"{label}={theirs}"]
    (tmp_path / "near" / "costs.csv").write_text("name,cpu_s,peak_mb\na,1.25,300\nother,9,9\n")
    (tmp_path / "cubic" / "costs.csv").write_text("name,peak_mb\na,40\n")
    return options


def test_rivals_stand_side_by_side_in_table_and_page(run, folder, rivals, tmp_path):
    page = tmp_path / "rivals.html"
    outcome = run("evaluate", folder, "--row", "bicubic", *rivals, "--page", page)
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, str(page))
    head, *lines = outcome.out.splitlines()[:-1]
    assert head.split()[-2:] == ["CPU-s", "MB"]
    labels = ["bicubic", "near", "cubic", "lanczos"]
    assert [line.removeprefix("a").split()[0] for line in lines] == labels
    assert [line.split()[-2:] for line in lines] == [["-", "-"], ["1.2", "300"], ["-", "40"], ["-", "-"]]
    text = page.read_text("utf-8")
    captions = [part.split("</figcaption>")[0] for part in text.split("<figcaption>")[1:]]
    assert captions == [*labels, "truth"] * 2 * 4  # at 100 and 200 %, three places inside and one outside
    for value in lines[1].split()[-5:]:
        assert f'<td class="number">{value}</td>' in text
    explained = [part.split(":")[0] for part in text.split("<li>")[1:]]
    heads = [part.split("</th>")[0] for part in text.split('class="number">')[1:] if "</th>" in part]
    assert heads
    assert explained[-len(heads) :] == heads  # each column, in the order of the table


def test_scripts_get_costs_and_the_page(run, folder, rivals, tmp_path):
    page = tmp_path / "rivals.html"
    *found, last = objects(run("evaluate", folder, "--row", "bicubic", *rivals, "--page", page, "--json"))
    assert last == {"page": str(page)}
    costs = [(one["scores"].get("cpu_s"), one["scores"].get("peak_mb")) for one in found]
    assert costs[:4] == [(None, None), (1.25, 300), (None, 40), (None, None)]


def test_pages_are_not_overwritten_unasked_and_end_in_html(run, folder, tmp_path):
    page = tmp_path / "rivals.html"
    page.write_text("mine")
    given = ("evaluate", folder, "--row", "bicubic", "--page")
    assert run(*given, page).code == 7
    outcome = run(*given, page, "--on-exists", "skip")
    assert (outcome.code, page.read_text()) == (0, "mine")
    assert f"{page}: is there already, skipped" in outcome.err
    assert run(*given, tmp_path / "rivals.png").code == 2


def test_2_costs_that_are_none(run, folder, rivals, tmp_path):
    (tmp_path / "near" / "costs.csv").write_text("name,cpu_s\na,soon\n")
    outcome = run("evaluate", folder, "--row", "bicubic", *rivals)
    assert (outcome.code, outcome.out) == (2, "")
    assert "line 2: 'soon' is no cost" in outcome.err


@pytest.mark.parametrize("kind", ["halved", "full"])
def test_letters_are_read_again_in_every_row(run, folder, rivals, monkeypatch, kind):
    """The reader finds one line in the middle of whatever it is first shown, and is right in sharp pictures only."""
    corners = np.array([(100, 80), (180, 80), (180, 110), (100, 110)], float)

    def line(picture: np.ndarray) -> str:
        return "Platform 7"

    reader = LineReader(lines=lambda _: [(corners, "Platform 7", 0.9)], line=line)
    monkeypatch.setattr(legibility, "reader", lambda: None)
    monkeypatch.setattr(legibility, "line_reader", lambda: reader)
    given = rivals if kind == "halved" else []
    found = objects(
        run("evaluate", folder, "--protocol", kind, "--row", "bicubic", *given, "--text", "--json")
    )
    assert all(one["scores"]["text"] == 1 for one in found)
    assert all(one["scores"]["letters"] >= 9 for one in found)
    assert not any(one["name"].startswith("signs") for one in found if "name" in one)
