"""The photo files of one scene."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PhotoPair:
    """The files of a wide and a tele photo of one scene; `tele` is None where the wide is to be enlarged alone.

    `more`: teles of longer lenses. `frames`: photos by the wide's lens at the same moment.
    """

    name: str
    wide: Path
    tele: Path | None = None
    more: tuple[Path, ...] = ()
    frames: tuple[Path, ...] = ()

    @property
    def teles(self) -> tuple[Path, ...]:
        """All teles, the shorter lens first."""
        return () if self.tele is None else (self.tele, *self.more)

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file, the wide first."""
        return (self.wide, *self.teles, *self.frames)

    @property
    def assisted(self) -> bool:
        """Whether anything but the wide itself shows the scene."""
        return self.tele is not None or bool(self.frames)

    def absolute(self) -> "PhotoPair":
        """The same with absolute paths."""
        tele, *more = (path.absolute() for path in self.teles) if self.teles else (None,)
        frames = tuple(path.absolute() for path in self.frames)
        return PhotoPair(self.name, self.wide.absolute(), tele, tuple(filter(None, more)), frames)
