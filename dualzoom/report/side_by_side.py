"""Many pictures of the same places on one page: a table on top, then each place at 100 and 200 %, side by side.

Like the page of a result it is one HTML file that fetches nothing and runs no script; all words are escaped.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from numpy.typing import NDArray

from dualzoom.report.pictures import jpeg

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
    sources = {
        name: (files(__package__) / f"side_by_side.{name}").read_text("utf-8") for name in ("html", "css")
    }
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = sources["css"]
    shown = {
        name: [(panel.where, _cells(panel.pictures, 1), _cells(panel.close, 2)) for panel in panels]
        for name, panels in groups.items()
    }
    return (
        environment.from_string(sources["html"])
        .render(
            title=title,
            tables=tables,
            groups=shown,
            remarks=remarks,
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}",
        )
        .encode()
    )


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
