"""Options are parsed to what the library takes, or refused in the user's words."""

import contextlib

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.cli.options import parse_bit_depth, parse_calibrate, parse_device, parse_format
from dualzoom.settings import CalibrationSettings


@given(st.text(max_size=8))
def test_whatever_is_typed_is_understood_or_refused_by_name(text: str) -> None:
    for parse in (parse_device, parse_format, parse_bit_depth, parse_calibrate):
        understood = False
        with contextlib.suppress(typer.BadParameter):
            understood = parse(text) is not None
        if not understood:
            with pytest.raises(typer.BadParameter) as caught:
                parse(text)
            assert repr(text) in str(caught.value)


@given(st.integers(0, 99))
def test_devices_are_taken_by_their_names(number: int) -> None:
    for name in ("auto", "cpu", "mps", "cuda", f"cuda:{number}"):
        assert parse_device(name) == name


@pytest.mark.parametrize("text", ["", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:x", "cpu ", "cuda:1\n"])
def test_no_other_device_is_one(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_device(text)


def test_seconds_are_taken_as_they_are() -> None:
    for text, seconds in (("0", 0.0), ("1.5", 1.5), ("99999", 99999.0)):
        assert parse_calibrate(text) == CalibrationSettings(seconds=seconds)
    assert parse_calibrate("auto") == CalibrationSettings()
    assert parse_calibrate("off") == parse_calibrate("0")


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "1e3", "100000", "1.", "on"])
def test_no_other_number_is_a_time(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_calibrate(text)
