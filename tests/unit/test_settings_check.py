"""What makes no sense is refused by name; what does passes."""

from dataclasses import fields, replace

import pytest

from dualzoom.errors import UsageError
from dualzoom.settings import CalibrationSettings, ClipSettings, FramingSettings, TilingSettings, ZoomSettings
from dualzoom.settings_check import check_clip, check_zoom


def test_the_defaults_and_all_that_clips_can_do_pass() -> None:
    check_zoom(ZoomSettings(strength=0, detail=2))
    check_clip(ClipSettings())
    able = ZoomSettings(
        detail=0.5, strength=0.5, tta=True, metadata="none",
        calibration=CalibrationSettings(seconds=0), tiling=TilingSettings(tile_px=64),
    )  # fmt: skip
    check_clip(ClipSettings(crf=0, start_s=1.0, stop_s=1.5, segment_frames=1, zoom=able))


@pytest.mark.parametrize("name", ["strength", "detail"])
@pytest.mark.parametrize("value", [-0.1, 2.1, float("nan")])
def test_amounts_out_of_their_range_are_refused_by_name(name: str, value: float) -> None:
    wrong = replace(ZoomSettings(), **{name: value})
    for check in (lambda: check_zoom(wrong), lambda: check_clip(ClipSettings(zoom=wrong))):
        with pytest.raises(UsageError, match=f"^{name}: "):
            check()


OTHERS = {
    "framing": FramingSettings(at=1.5), "bit_depth": 16, "hdr": "drop", "motion": "drop", "burst": "mean",
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_only_photos_have_is_refused_by_name(name: str) -> None:
    with pytest.raises(UsageError, match=name.replace("_", " ")) as refused:
        check_clip(ClipSettings(zoom=replace(ZoomSettings(), **{name: OTHERS[name]})))
    assert refused.value.exit_code == 2


def test_every_setting_is_either_used_for_clips_or_refused() -> None:
    """A new setting must be decided on: here, and in `settings_check` or `clips`."""
    used = {
        "strength",
        "detail",
        "tta",
        "metadata",
        "registration",
        "colour",
        "calibration",
        "tiling",
        "engine",
    }
    assert {field.name for field in fields(ZoomSettings)} == used | set(OTHERS)


@pytest.mark.parametrize(
    "wrong",
    [{"crf": 52}, {"crf": -1}, {"start_s": -1.0}, {"start_s": 2.0, "stop_s": 2.0}, {"segment_frames": 0}],
)
def test_a_clips_own_settings_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        check_clip(replace(ClipSettings(), **wrong))  # type: ignore[arg-type]
