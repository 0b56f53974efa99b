"""The colours of the camera behind a raw file, which a DNG result hands on.

Source: DNG specification 1.7, chapter 6.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dualzoom.capture import dng_tags, ifd

COLOUR_MATRICES, CALIBRATIONS, FORWARD_MATRICES = (50721, 50722), (50723, 50724), (50964, 50965)
ANALOG_BALANCE, BASELINE_EXPOSURE, ILLUMINANTS, MODEL = 50727, 50730, (50778, 50779), 50708
#: Tags of three colours, with the count of their numbers.
COUNTS = dict.fromkeys((*COLOUR_MATRICES, *CALIBRATIONS, *FORWARD_MATRICES), 9)
COUNTS |= {ANALOG_BALANCE: 3, BASELINE_EXPOSURE: 1, ILLUMINANTS[0]: 1, ILLUMINANTS[1]: 1}
_SECOND = (COLOUR_MATRICES[1], CALIBRATIONS[1], FORWARD_MATRICES[1], ILLUMINANTS[1])
_D65 = 21


@dataclass(frozen=True, kw_only=True)
class Camera:
    """Colours of a camera with three of them.

    `to_srgb`: the nine numbers of the matrix by which the file was developed, from white-balanced channels to linear
    sRGB, row by row. `neutral`: what the camera saw in white, 1 in its highest channel. `tags`: numbers by DNG tag,
    for those that define colours and the exposure meant.
    """

    to_srgb: tuple[float, ...]
    neutral: tuple[float, ...]
    tags: tuple[tuple[int, tuple[float, ...]], ...]


def of_dng(
    directories: list[tuple[ifd.Order, dng_tags.Entries]], found: Mapping[str, Sequence[float]]
) -> Camera | None:
    """Return the camera of a DNG; `found` is what developing it said (`to_srgb`, `neutral`, `from_xyz`)."""
    order, first = directories[0]
    tags = {tag: dng_tags.numbers(first.get(tag), order) for tag in COUNTS}
    return _camera({tag: values for tag, values in tags.items() if len(values) == COUNTS[tag]}, found)


def of_other(found: Mapping[str, Sequence[float]]) -> Camera | None:
    """Return the camera of another raw file, by LibRaw's table of cameras."""
    return _camera({}, found)


def _camera(tags: dict[int, tuple[float, ...]], found: Mapping[str, Sequence[float]]) -> Camera | None:
    to_srgb, neutral, from_xyz = (tuple(found.get(name, ())) for name in ("to_srgb", "neutral", "from_xyz"))
    if (len(to_srgb), len(neutral), len(from_xyz)) != (9, 3, 9):
        return None
    if COLOUR_MATRICES[0] not in tags:  # a second one alone means nothing
        kept = {tag: values for tag, values in tags.items() if tag == BASELINE_EXPOSURE}
        tags = kept | {COLOUR_MATRICES[0]: from_xyz, ILLUMINANTS[0]: (float(_D65),)}
    if COLOUR_MATRICES[1] not in tags or ILLUMINANTS[1] not in tags:
        tags = {tag: values for tag, values in tags.items() if tag not in _SECOND}
    return Camera(to_srgb=to_srgb, neutral=neutral, tags=tuple(sorted(tags.items())))
