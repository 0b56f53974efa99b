"""Files that belong to a photo: the clip of a Live Photo (`IMG_1234.MOV` of `IMG_1234.HEIC`), and sidecars (`.xmp`)."""

from collections.abc import Iterable, Sequence
from pathlib import Path

_CLIPS = (".mov", ".mp4")


def split(others: Iterable[Path], photos: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Return the clips of Live Photos, and what belongs to none of `photos`; sidecars are read with their photos.

    >>> photos = [Path("a/IMG_1.HEIC")]
    >>> clips, rest = split([Path("a/IMG_1.MOV"), Path("a/IMG_1.xmp"), Path("a/b.txt")], photos)
    >>> [path.name for path in clips], [path.name for path in rest]
    (['IMG_1.MOV'], ['b.txt'])
    """
    owners = {(photo.parent, name.lower()) for photo in photos for name in (photo.stem, photo.name)}
    clips: list[Path] = []
    rest: list[Path] = []
    for path in others:
        owned = (path.parent, path.stem.lower()) in owners
        if owned and path.suffix.lower() in _CLIPS:
            clips.append(path)
        elif not (owned and path.suffix.lower() == ".xmp"):
            rest.append(path)
    return clips, rest


def note(clips: Sequence[Path]) -> str:
    """Return a note on clips of Live Photos.

    >>> note([Path("a/IMG_1.MOV")])
    '1 clip belongs to a Live Photo, whose still is used: IMG_1.MOV'
    """
    shown = ", ".join(path.name for path in clips[:3]) + (", …" if len(clips) > 3 else "")
    if len(clips) == 1:
        return f"1 clip belongs to a Live Photo, whose still is used: {shown}"
    return f"{len(clips)} clips belong to Live Photos, whose stills are used: {shown}"
