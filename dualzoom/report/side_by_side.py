"""Many pictures of the same places on one page: a table on top, then each place at 100 and 200 %, side by side.

It runs no script (see `report.shell`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.report.pictures import jpeg
from dualzoom.report.shell import render

_QUALITY = 95  # colours at full resolution: crops are there to be looked at closely

Picture = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Words in columns; the first `names` of them are set to the left."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 2


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One place of a frame. `pictures`: label -> the place, pixel by pixel; `close`: a part of it, shown at 200 %."""

    where: str
    pictures: Mapping[str, Picture]
    close: Mapping[str, Picture]


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """A picture as data, and the size it is shown at, in CSS pixels."""

    label: str
    source: str
    width: int
    height: int


def side_by_side(
    title: str, tables: Sequence[Table], groups: Mapping[str, Sequence[Panel]], remarks: Sequence[str] = ()
) -> bytes:
    """Builds the page; returns UTF-8. `groups`: name of a frame -> its places. `remarks`: a line of text each."""
    shown = {
        name: [(panel.where, _cells(panel.pictures, 1), _cells(panel.close, 2)) for panel in panels]
        for name, panels in groups.items()
    }
    return render("side_by_side", title=title, remarks=remarks, tables=tables, groups=shown)


def _cells(pictures: Mapping[str, Picture], zoom: int) -> list[_Cell]:
    """Encodes each picture once; the browser shows each of its pixels as `zoom` × `zoom`."""
    return [
        _Cell(
            label=label,
            source=jpeg(picture, None, _QUALITY),
            width=zoom * picture.shape[1],
            height=zoom * picture.shape[0],
        )
        for label, picture in pictures.items()
    ]
