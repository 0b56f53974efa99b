"""What is told of a result."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from dualzoom.settings import WriteSettings
from dualzoom.zoom_result import ZoomResult


def test_without_a_tele_there_is_nothing_to_tell_of_it(alone: ZoomResult) -> None:
    told = alone.to_json()
    assert (told["tele"], told["calibration"], told["registration"]) == (None, None, None)


def test_what_a_file_cannot_hold_is_noted_beside_the_rest(alone: ZoomResult, tmp_path: Path) -> None:
    deep = replace(alone.photo, pixels=alone.photo.pixels.astype(np.uint16) * 257)
    noted = replace(alone, notes=("first",), photo=deep)
    kept = noted.for_file(tmp_path / "a.tif", WriteSettings())
    lost = noted.for_file(tmp_path / "a.jpg", WriteSettings())
    assert kept.notes[0] == lost.notes[0] == "first"
    assert len(lost.notes) > len(kept.notes)  # a JPEG holds eight bits
    assert noted.notes == ("first",)


def test_all_but_pixels_is_plain_json(alone: ZoomResult) -> None:
    told = alone.to_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["size"] == [1120, 840]
    assert told["model"] == alone.model
