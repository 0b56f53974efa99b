"""Files beside a result: nonsense is refused at once, places are settled before the work, what stays is told."""

from pathlib import Path

import pytest

from dualzoom.cli.side_outputs import Extras
from dualzoom.errors import UsageError, WriteError

RESULT, TELE = Path("out.png"), Path("tele.jpg")


@pytest.mark.parametrize(
    ("map_", "report", "tele", "said"),
    [
        (Path("m.png"), None, None, "no map without a TELE"),
        (Path("m.jpg"), None, TELE, "the map is a PNG"),
        (None, Path("p.pdf"), TELE, "a page of HTML"),
        (RESULT, None, TELE, "the same name"),
        (RESULT.absolute(), None, TELE, "the same name"),
    ],
)
def test_nonsense_is_refused(map_: Path | None, report: Path | None, tele: Path | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Extras.asked(map_, report, tele, RESULT)


@pytest.mark.parametrize(
    ("map_", "report"), [(None, None), ("m.PNG", None), (None, "p.htm"), ("m.png", "p.HTML")]
)
def test_what_makes_sense_is_kept(map_: str | None, report: str | None) -> None:
    asked = [None if name is None else Path(name) for name in (map_, report)]
    assert Extras.asked(*asked, TELE, RESULT) == Extras(*asked)


def test_places_are_settled_by_what_is_there(tmp_path: Path) -> None:
    wanted = Extras(tmp_path / "m.png", tmp_path / "p.html")
    for mode in ("error", "skip", "rename", "overwrite"):
        assert wanted.settled(on_exists=mode, inputs=[]) == wanted
    (tmp_path / "m.png").write_bytes(b"mine")
    with pytest.raises(WriteError, match=r"m\.png"):
        wanted.settled(on_exists="error", inputs=[])
    skipping = wanted.settled(on_exists="skip", inputs=[])
    assert skipping == Extras(None, tmp_path / "p.html")
    assert wanted.skipped(skipping) == [tmp_path / "m.png"]
    renamed = wanted.settled(on_exists="rename", inputs=[])
    assert renamed.map not in (None, tmp_path / "m.png")
    assert not renamed.map.exists()
    assert wanted.skipped(renamed) == []
    assert wanted.settled(on_exists="overwrite", inputs=[]) == wanted
    assert (tmp_path / "m.png").read_bytes() == b"mine", "settling writes nothing"


def test_a_photo_is_never_a_place(tmp_path: Path) -> None:
    photo = tmp_path / "wide.png"
    photo.write_bytes(b"mine")
    with pytest.raises(WriteError):
        Extras(map=photo).settled(on_exists="overwrite", inputs=[photo])


def test_what_was_not_asked_for_is_not_skipped() -> None:
    assert Extras().skipped(Extras()) == []
