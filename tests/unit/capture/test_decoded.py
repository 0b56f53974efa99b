"""Decoding: whatever a library raises or says becomes one error or a note; limits come before memory."""

import logging
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture.decoded import check_size, decoding, full_scale
from dualzoom.errors import CaptureError, WriteError
from dualzoom.settings import CaptureSettings

PATH = Path("a.xyz")


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), RuntimeError(), KeyError(3), ZeroDivisionError(), OSError(5, "x"), OverflowError("x")],
)
def test_every_exception_becomes_one_that_names_file_and_kind(error):
    with (
        pytest.raises(CaptureError, match="damaged or unsupported XYZ file") as caught,
        decoding(PATH, "XYZ"),
    ):
        raise error
    assert caught.value.subject == "a.xyz"
    assert caught.value.next_step
    assert caught.value.__cause__ is error


def test_a_long_message_is_cut():
    with pytest.raises(CaptureError) as caught, decoding(PATH, "XYZ"):
        raise ValueError("y" * 5000)
    assert len(str(caught.value)) < 300


def test_our_own_errors_pass():
    mine = WriteError("b", "c")
    with pytest.raises(WriteError) as caught, decoding(PATH, "XYZ"):
        raise mine
    assert caught.value is mine


def test_more_memory_than_there_is_names_the_file():
    with pytest.raises(CaptureError, match="more memory"), decoding(PATH, "XYZ"):
        raise MemoryError


def test_the_first_messages_of_this_thread_are_collected_and_none_is_passed_on(caplog):
    logger = logging.getLogger("imagecodecs")

    def elsewhere() -> None:
        logger.error("of another thread")

    with decoding(PATH, "XYZ") as messages:
        for number in range(5):
            logger.error("PNG warning: %d", number)
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
        warnings.warn("a warning is no error here", UserWarning, stacklevel=1)
    assert messages == ["0", "1", "2"]
    assert caplog.messages == ["of another thread"]
    logger.error("afterwards")
    assert caplog.messages[-1] == "afterwards"


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        (0, 5, "empty"),
        (5, 0, "empty"),
        (101, 100, "limit of 0.01 megapixels"),
        (201, 1, "limit of 200 pixels"),
        (1, 201, "200 pixels"),
    ],
)
def test_sizes_beyond_the_limits_are_refused(width, height, reason):
    settings = CaptureSettings(max_megapixels=0.01, max_side_px=200)
    check_size(PATH, 100, 100, settings)
    check_size(PATH, 200, 1, settings)
    with pytest.raises(CaptureError, match=reason):
        check_size(PATH, width, height, settings)


@pytest.mark.parametrize("bits", range(1, 17))
def test_full_scale_is_white_whatever_the_depth(bits):
    dtype = np.uint8 if bits <= 8 else np.uint16
    values = np.arange(1 << bits).astype(dtype)
    found, peak = full_scale(values, bits), np.iinfo(dtype).max
    assert (found[0], found[-1]) == (0, peak)
    assert np.abs(found / peak - values / ((1 << bits) - 1)).max() <= 1 / peak
