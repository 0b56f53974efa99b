"""What a scene must remember from frame to frame, as a file: a run that was broken off goes on exactly there."""

import io
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from dualzoom.atomic import publish
from dualzoom.clips.steady import Map
from dualzoom.registration.gray import Gray
from dualzoom.registration.types import Matrix

_ARRAYS = ("homography", "map", "grey", "noise")


@dataclass(kw_only=True)
class State:
    """After a frame. `scene`: number of its first frame. `anchor`: frame on which the tele's colours were settled,
    -1: none.
    `searched`: frame of the last search. `homography`: tele px → wide px in the last frame; None: not there.
    `amount`: how much of the tele is let in, 0..1. `map`: validity (`steady`). `grey`: luma of the last frame.
    `noise`: that of the scene's first result, for `detail`; None: not measured yet.

    The last result itself, which is large, is a file of its own (`earlier`).
    """

    scene: int = 0
    anchor: int = -1
    searched: int = -(1 << 30)
    homography: Matrix | None = None
    amount: float = 0.0
    map: Map | None = None
    grey: Gray | None = None
    noise: NDArray[np.float64] | None = None

    def save(self, path: Path) -> None:
        """Writes the file; replaces one that is there. Raises OSError."""
        parts = {name: getattr(self, name) for name in _ARRAYS}
        held = {name: value for name, value in parts.items() if value is not None}
        numbers = np.array([self.scene, self.anchor, self.searched], np.int64)
        data = io.BytesIO()
        np.savez_compressed(data, numbers=numbers, amount=np.array(self.amount), **held)
        publish(path, [data.getvalue()], overwrite=True)

    @classmethod
    def load(cls, path: Path) -> "State":
        """Reads the file. Raises OSError, ValueError where it is none."""
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
                scene, anchor, searched = (int(number) for number in held["numbers"])
                parts = {name: held[name] for name in _ARRAYS if name in held}
                amount = float(held["amount"])
        except (EOFError, KeyError, BadZipFile) as error:
            raise ValueError(f"{path} is damaged") from error
        return cls(scene=scene, anchor=anchor, searched=searched, amount=amount, **parts)
