"""Two photo files of one scene."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PhotoPair:
    """The files of a wide and a tele photo of one scene; `tele` is None where the wide is to be enlarged alone."""

    name: str
    wide: Path
    tele: Path | None = None
