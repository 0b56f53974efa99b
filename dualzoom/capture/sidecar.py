"""A photo's XMP sidecar: edits and keywords that raw developers and photo managers keep in a file beside it.

Two habits of naming: `IMG.xmp` (Adobe) and `IMG.jpg.xmp` (darktable, digiKam). The result's sidecar is named by the
same one. A sidecar is text of its own; one that cannot be read is left alone with a note.

Source: XMP part 3, section 1.
"""

from dataclasses import dataclass
from pathlib import Path

from dualzoom.capture import output_path, xml_spans
from dualzoom.capture.xmp import MAX_BYTES
from dualzoom.capture.xmp_table import KNOWN
from dualzoom.errors import WriteError
from dualzoom.settings import OnExists

_ENDINGS = (".xmp", ".XMP")


@dataclass(frozen=True)
class Sidecar:
    """A sidecar's XMP packet; `whole_name`: it is called `IMG.jpg.xmp`, not `IMG.xmp`; `source`: where it was read."""

    packet: bytes
    whole_name: bool
    source: Path

    def beside(self, picture: Path) -> Path:
        """Return the path of this sidecar beside a picture."""
        return named(picture, whole_name=self.whole_name)

    def may_become(self, path: Path, on_exists: OnExists) -> bool:
        """Whether it may be written there: over nothing, or on request over any file but the one that was read."""
        if not path.exists():
            return True
        return on_exists == "overwrite" and not (self.source.exists() and path.samefile(self.source))


def named(picture: Path, *, whole_name: bool) -> Path:
    """Return the path of a picture's sidecar by either habit.

    >>> named(Path("a.jpg"), whole_name=True).name, named(Path("a.jpg"), whole_name=False).name
    ('a.jpg.xmp', 'a.xmp')
    """
    return picture.with_name(picture.name + ".xmp") if whole_name else picture.with_suffix(".xmp")


def names(picture: Path) -> tuple[Path, Path]:
    """Return the paths that a picture's sidecar can have, in a fixed order."""
    return named(picture, whole_name=True), named(picture, whole_name=False)


def find(picture: Path) -> tuple[Sidecar | None, str | None]:
    """Return the sidecar beside a picture, and a note if there is one that cannot be used."""
    for whole_name in (True, False):
        for ending in _ENDINGS:
            path = named(picture, whole_name=whole_name).with_suffix(ending)
            if path == picture or not _is_there(path):
                continue
            try:
                if path.stat().st_size > MAX_BYTES:
                    return None, f"its sidecar {path.name} is longer than any program writes and is left out"
                packet = path.read_bytes()
                xml_spans.parse(packet, KNOWN)
            except (OSError, ValueError, xml_spans.XmlError):
                return None, f"its sidecar {path.name} cannot be read and is left out"
            return Sidecar(packet, whole_name, path), None
    return None, None


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the longer name is too long here
        return False


def write(sidecar: Sidecar, picture: Path, on_exists: OnExists) -> Path | None:
    """Write a sidecar beside the picture just written; None if one is there that may not be replaced.

    Raises:
        WriteError: the file system refuses.
    """
    path = sidecar.beside(picture)
    if not sidecar.may_become(path, on_exists):
        return None
    try:
        return output_path.write_parts(
            path, [sidecar.packet], on_exists if on_exists == "overwrite" else "skip"
        )
    except WriteError as error:
        raise WriteError(path, f"the sidecar {error.reason}", error.next_step) from error
