"""A scene's state: the same after it was a file."""

from pathlib import Path

import numpy as np
import pytest

from dualzoom.clips.state import State


def test_a_state_survives_as_a_file_to_the_last_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    full = State(
        scene=4, anchor=9, searched=11, homography=rng.random((3, 3)), amount=1 / 3,
        map=rng.random((5, 7)).astype(np.float32), grey=rng.integers(0, 256, (5, 7)).astype(np.uint8),
        noise=rng.random(8),
    )  # fmt: skip
    for state in (full, State()):
        state.save(tmp_path / "a.npz")
        found = State.load(tmp_path / "a.npz")
        for name, value in vars(state).items():
            np.testing.assert_array_equal(getattr(found, name), value)  # type: ignore[arg-type]


def test_a_torn_file_is_no_state(tmp_path: Path) -> None:
    State().save(tmp_path / "a.npz")
    data = (tmp_path / "a.npz").read_bytes()
    for part in (b"", data[: len(data) // 2], b"\x80\x04."):
        (tmp_path / "b.npz").write_bytes(part)
        with pytest.raises((OSError, ValueError)):
            State.load(tmp_path / "b.npz")
