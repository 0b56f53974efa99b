"""Files beside a result: the map of the tele's share, and the page that compares before and after.

Their places are checked before the work, like the result's own, so that no minutes are lost.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dualzoom.errors import UsageError
from dualzoom.settings import OnExists

if TYPE_CHECKING:
    from dualzoom.pipeline import ZoomResult


@dataclass(frozen=True)
class Extras:
    """Files asked for beside the result; None: not this one."""

    map: Path | None = None
    report: Path | None = None

    @classmethod
    def asked(cls, map_: Path | None, report: Path | None, tele: Path | None, result: Path) -> "Extras":
        """Checks the options; raises UsageError where a name is wrong or there is no tele to map."""
        if map_ is not None and tele is None:
            raise UsageError(
                map_, "there is no map without a TELE", "name the tele photo, or leave out --map"
            )
        if map_ is not None and map_.suffix.lower() != ".png":
            raise UsageError(map_, "the map is a PNG", "end its name in .png")
        if report is not None and report.suffix.lower() not in (".html", ".htm"):
            raise UsageError(report, "the report is a page of HTML", "end its name in .html")
        if map_ is not None and map_.absolute() == result.absolute():
            raise UsageError(map_, "map and result have the same name", "choose another for one of them")
        return cls(map_, report)

    def settled(self, *, on_exists: OnExists, inputs: list[Path | None]) -> "Extras":
        """With the places they will get; None where something is there and stays. Raises WriteError."""
        from dualzoom.capture import resolve_output_path

        places = [
            None if path is None else resolve_output_path(path, on_exists, inputs)
            for path in (self.map, self.report)
        ]
        return Extras(*places)

    def skipped(self, settled: "Extras") -> list[Path]:
        """Returns the files that exist and stay."""
        pairs = ((self.map, settled.map), (self.report, settled.report))
        return [path for path, place in pairs if path is not None and place is None]

    def write(
        self,
        result: "ZoomResult",
        wide: Path,
        written: Path,
        *,
        on_exists: OnExists,
        inputs: list[Path | None],
    ) -> dict[str, str]:
        """Writes map and report; returns the path of each by kind. Raises WriteError."""
        from dualzoom import api, capture

        done = {}
        if self.map is not None and result.contribution is not None:
            place = capture.write_grey(result.contribution, self.map, on_exists, inputs=inputs)
            done["map"] = str(place)
        if self.report is not None:
            page = api.report(result, wide, written=written)
            done["report"] = str(capture.write_text(page, self.report, on_exists, inputs=inputs))
        return done
