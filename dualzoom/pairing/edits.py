"""Edited copies, known by the marks that phones and programs put into their names.

An edit has the lens and the moment of its original, but other tones, another crop, a blurred background: it goes with
a photo edited in the same way, never with another's original.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_WORDS = (
    "edited", "edit", "effects?", "portrait", "collage", "animation", "color_pop", "pop_out", "smile", "mix",
    "enhanced(?:-nr)?", "retouched", "filtered", "cropped", "bokeh", "snapseed", "vsco",
    "bearbeitet", "modifié", "editado", "editada", "ha editado", "modificato", "bewerkt", "edytowane", "redigerad",
    "redigert", "redigeret", "編集済み", "已修改", "изменено", "düzenlendi", "muokattu", "upraveno",
)  # fmt: skip
#: A word of editing at the end, behind a space, a dash, an underscore or a dot; what follows .PORTRAIT belongs to it.
_WORD = re.compile(rf"(?P<of>.+?)[ ._-]+(?P<mark>{'|'.join(_WORDS)})(?:-\d\d)?(?:\.cover|\.original)?", re.I)
_APPLE = re.compile(r"(?P<before>IMG_)(?P<mark>E)(?P<after>\d{4,})", re.I)
#: A number at the end says "copy" only where the file without it is there: cameras number shots so, too.
_COPY = re.compile(
    r"(?P<of>.+?)(?P<mark>~\d+| ?\(\d+\)| ?[-–]? ?(?:copy|copie|kopie|copia)(?: ?\(?\d+\)?)?)", re.I
)


@dataclass(frozen=True)
class Edit:
    """How a photo was edited (`way`: equal for photos edited alike) and the stem of its original."""

    way: str
    original: str


def edits(photos: Iterable[Path]) -> dict[Path, Edit]:
    """Finds the edited copies among `photos`.

    >>> here = [Path("IMG_1.jpg"), Path("IMG_1~2.jpg"), Path("IMG_7~2.jpg"), Path("IMG_E1234.JPG"), Path("x-edit.jpg")]
    >>> {path.name: edit.way for path, edit in edits(here).items()}
    {'IMG_1~2.jpg': 'copy', 'IMG_E1234.JPG': 'e', 'x-edit.jpg': 'edit'}
    """
    photos = list(photos)
    there = {(path.parent, path.stem.casefold()) for path in photos}
    found = {}
    for path in photos:
        edit = _edit(path.stem)
        if (
            edit is None
            and (copy := _COPY.fullmatch(path.stem))
            and (path.parent, copy["of"].casefold()) in there
        ):
            edit = Edit("copy", copy["of"])
        if edit is not None:
            found[path] = edit
    return found


def _edit(stem: str) -> Edit | None:
    """Recognises an edit by marks that need no original beside it; several may follow each other."""
    if apple := _APPLE.fullmatch(stem):
        return Edit("e", apple["before"] + apple["after"])
    ways = []
    while word := _WORD.fullmatch(stem):
        ways.append(word["mark"].casefold())
        stem = word["of"]
    return Edit(" ".join(reversed(ways)), stem) if ways else None
