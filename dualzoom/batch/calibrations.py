"""Calibrations that a batch keeps, one for each camera under like conditions, as weights that any command can use.

The next photo of such a camera starts from the weights of the last, and photos without a tele use them unchanged. Files
lie beside the journal, so that a batch that goes on, and every machine of a cluster, finds them.
"""

import hashlib
import json

from dualzoom.batch.kept import Kept
from dualzoom.capture.conditions import conditions
from dualzoom.capture.photo import Photo
from dualzoom.errors import WeightsError, WriteError
from dualzoom.network import weights
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.registry import describe
from dualzoom.network.weights import LoadedModel
from dualzoom.training.calibration import Calibration


class CalibrationStore:
    """The calibrations of the model `base`, as `kept` says where. `notes`: which could not be read or kept, and why."""

    def __init__(self, kept: Kept, base: LoadedModel) -> None:
        self._kept, self._base = kept, base
        self.notes: list[str] = []

    def find(self, wide: Photo) -> RestorationNetwork | None:
        """Loads the network that an earlier photo taken like `wide` left; None where none is whole."""
        name = self._name(wide)
        if name is None:
            return None
        with self._kept.sought() as folders:
            path = next((folder / name for folder in folders if (folder / name).is_file()), None)
            if path is None:
                return None
            try:
                return weights.load(path).module
            except (WeightsError, OSError) as error:  # damaged, or another machine is just writing it
                self.notes.append(f"an earlier calibration of this camera cannot be used: {error}")
                return None

    def keep(self, wide: Photo, calibration: Calibration) -> None:
        """Saves the network calibrated on `wide`; on a full disk adds a note: a calibration is a convenience."""
        name = self._name(wide)
        if name is None or calibration.network is None:
            return
        told = {"calibrated_from": self._base.name, **calibration.to_json()}
        described = describe(calibration.network)
        try:
            weights.save(calibration.network, self._kept.left / name, config=described, provenance=told)
        except WriteError as error:
            self.notes.append(f"the calibration of this camera is not kept for later pairs: {error}")

    def _name(self, wide: Photo) -> str | None:
        known = conditions(wide)
        if known is None:
            return None
        identity = json.dumps([self._base.info.get("sha256"), *known])
        return f"{hashlib.sha256(identity.encode()).hexdigest()[:16]}.safetensors"
