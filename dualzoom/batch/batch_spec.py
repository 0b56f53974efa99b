"""All that decides a result: the photos' contents, the settings that change pixels or file, and the weights."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dualzoom.errors import CaptureError
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.settings import WriteSettings, ZoomSettings

#: Settings of stages that journals may be older than.
_ADDED = {
    "framing": ("scale", "sheet"),
    "registration": ("least_overlap", "least_agreeing", "most_squeeze", "most_tilt"),
}


@dataclass(frozen=True, kw_only=True)
class BatchSpec:
    """How every pair of a batch is zoomed. `version` is that of dualzoom: every machine must have the same.

    `model`: as it was asked for. `learner_sha256`: of the network that pairs teach, where it may be another one.
    `burst`: likewise of the network for bursts without a tele, or what else is done with them than journals know that
    name nothing; `burst_taught`: of the one that a tele beside a burst calibrates.
    """

    model: str
    model_sha256: str
    version: str
    learner_sha256: str | None = None
    burst: str | None = None
    burst_taught: str | None = None
    settings: ZoomSettings = field(default_factory=ZoomSettings)
    writing: WriteSettings = field(default_factory=WriteSettings)

    def key(self, pair: PhotoPair) -> str:
        """Hashes all that decides the result of `pair`; raises CaptureError where a photo cannot be read.

        Leaves out device, threads, tile side and version: they are no reason to do work again. The learner counts
        where there is a tele to learn from, the network for bursts where there are frames, and a tele calibrates it or
        is not there.
        """
        zooming, writing = asdict(self.settings), asdict(self.writing)
        del zooming["engine"], zooming["burst"], zooming["tiling"]["tile_px"], writing["on_exists"]
        if self.settings.calibration.seconds is None:  # likewise
            del zooming["calibration"]
        for name, usual in (("tta", False), ("hdr", "keep"), ("motion", "keep"), ("detail", 1)):
            if zooming[name] == usual:  # keys of journals older than this setting stay valid
                del zooming[name]
        for stage, names in _ADDED.items():  # likewise
            usual = getattr(ZoomSettings(), stage)
            for name in names:
                if getattr(getattr(self.settings, stage), name) == getattr(usual, name):
                    del zooming[stage][name]
        decisive: list[object] = [
            _hash_of(pair.wide),
            None if pair.tele is None else _hash_of(pair.tele),
            None if pair.tele is None else pair.tele.name,  # it stands in the result's metadata
            self.model_sha256,
            zooming,
            writing,
        ]
        if pair.more or pair.frames:  # journals older than these know pairs only
            decisive.append([[_hash_of(path), path.name] for path in pair.more])
            decisive.append([_hash_of(path) for path in pair.frames])
        if self.learner_sha256 is not None and pair.tele is not None and self.settings.strength > 0:
            decisive.append({"learner": self.learner_sha256})
        learning = self.settings.strength > 0 and self.settings.calibration.seconds != 0
        burst = self.burst if pair.tele is None else self.burst_taught if learning else None
        if burst is not None and pair.frames:
            decisive.append({"burst": burst})
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        reason = (
            "there is no such file"
            if missing
            else f"cannot be read ({getattr(error, 'strerror', None) or error})"
        )
        raise CaptureError(path, reason, "check the name and its permissions") from error
