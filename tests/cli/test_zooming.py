"""`zoom` and `batch` share their options: the library's defaults hold, and each option reaches its setting."""

import inspect
from dataclasses import fields
from pathlib import Path

import pytest
import typer.main

from dualzoom.cli.app import app
from dualzoom.cli.zooming import DEFAULTS, Zooming, with_zooming
from dualzoom.settings import CalibrationSettings, FramingSettings, PrintSettings, WriteSettings, ZoomSettings


def test_where_nothing_is_said_the_librarys_defaults_hold() -> None:
    assert DEFAULTS.settings() == ZoomSettings()
    assert DEFAULTS.writing("error", named=True) == DEFAULTS.writing("error", named=False) == WriteSettings()


def test_every_option_reaches_a_setting() -> None:
    """Changed alone, each changes how is zoomed or written; the model is chosen beside them."""
    other = {
        "device": "cpu", "precision": "fp32", "tile": 64, "format_": "png", "quality": 80, "bit_depth": 16,
        "strength": 0.5, "detail": 1.5,
        "calibrate": CalibrationSettings(seconds=0), "tta": True, "at": 1.5, "long_side": 300, "metadata": "none",
        "linear": True, "scale": 4, "print_": PrintSettings(sides_mm=(100, 80)),
        "hdr": "drop", "motion": "drop", "burst": "mean",
    }  # fmt: skip
    assert other.keys() == {field.name for field in fields(Zooming)} - {"model"}
    for name, value in other.items():
        how = Zooming(**{name: value})
        changed = (how.settings(), how.writing("error", named=False))
        assert changed != (ZoomSettings(), WriteSettings()), name


def test_framing_is_at_and_long_side() -> None:
    assert Zooming(at=2.0, long_side=400).settings().framing == FramingSettings(at=2.0, long_side_px=400)


@pytest.mark.parametrize(
    ("named", "asked", "found"), [(False, None, "tiff"), (True, None, None), (False, "png", "png")]
)
def test_linear_light_is_a_tiff_of_sixteen_bits_unless_something_else_was_said(
    named: bool, asked, found
) -> None:
    how = Zooming(linear=True, format_=asked)
    assert how.writing("error", named=named).format == found
    assert how.settings().bit_depth == 16
    assert Zooming(linear=True, bit_depth=8).settings().bit_depth == 8


@pytest.mark.parametrize("how", [Zooming(format_="dng"), Zooming().named(Path("a.DNG"))])
def test_a_dng_has_sixteen_bits_however_it_was_asked_for(how) -> None:
    assert how.settings().bit_depth == 16
    assert how.writing("error", named=True).format == "dng"


def test_another_name_changes_nothing() -> None:
    for output in (None, Path("a.tif"), Path("a")):
        assert Zooming(quality=70).named(output) == Zooming(quality=70)
    assert Zooming(format_="tiff").named(Path("a.dng")).format_ == "tiff"


def test_both_commands_have_all_of_them() -> None:
    commands = typer.main.get_command(app).commands
    both = [{parameter.name for parameter in commands[name].params} for name in ("zoom", "batch")]
    shared = {field.name for field in fields(Zooming)}
    assert all(shared <= names for names in both)


def test_a_command_is_called_with_what_was_said_in_one_piece() -> None:
    called = []

    def command(first: str, how: Zooming, last: int = 3) -> None:
        """Words of help."""
        called.append((first, how, last))

    run = with_zooming(command)
    names = list(inspect.signature(run).parameters)
    assert names == ["first", *(field.name for field in fields(Zooming)), "last"]
    assert (run.__name__, run.__doc__) == ("command", "Words of help.")
    defaults = {field.name: getattr(DEFAULTS, field.name) for field in fields(Zooming)}
    run(first="a", last=4, **{**defaults, "quality": 70})
    assert called == [("a", Zooming(quality=70), 4)]
