"""The headers of many photos, each read once however many rules ask for it."""

from pathlib import Path

from dualzoom.capture.header import Header, read_header
from dualzoom.errors import CaptureError


class Headers:
    """Reads on demand and remembers."""

    def __init__(self) -> None:
        self._known: dict[Path, Header | CaptureError] = {}

    def of(self, path: Path) -> Header:
        """The header of a photo; raises CaptureError where it cannot be read, each time."""
        if path not in self._known:
            try:
                self._known[path] = read_header(path)
            except CaptureError as error:
                self._known[path] = error
        found = self._known[path]
        if isinstance(found, CaptureError):
            raise found
        return found

    def known(self, path: Path) -> Header | None:
        """The same, None where it cannot be read."""
        try:
            return self.of(path)
        except CaptureError:
            return None
