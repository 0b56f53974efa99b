"""The result as a photo: the wide's metadata made true, and a note in it of what the result was made from."""

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from dualzoom import hdr
from dualzoom.capture import lens_at, metadata_for_output, sidecar_for_output
from dualzoom.capture.photo import Photo
from dualzoom.framing import Framing
from dualzoom.network.ensemble import ORIENTATIONS
from dualzoom.network.weights import LoadedModel
from dualzoom.opacity import with_opacity
from dualzoom.settings import ZoomSettings
from dualzoom.several_use import Several
from dualzoom.version import installed_version


def as_photo(
    pixels: NDArray[Any],
    wide: Photo,
    loaded: LoadedModel,
    found: Several,
    settings: ZoomSettings,
    shown: Framing | None,
    frames: int,
) -> Photo:
    """The result with the wide's metadata made true and a note of where it comes from."""
    bare = with_opacity(
        hdr.carried(wide, pixels, settings, None if shown is None else shown.box), wide, shown
    )
    zoom = 1.0 if shown is None else shown.zoom
    software = f"dualzoom {installed_version()} ({loaded.name})"
    note = {
        "Model": loaded.name,
        "WeightsSha256": str(loaded.info.get("sha256", "")),
        "Strength": f"{settings.strength:g}",
        "Tile": str(settings.tiling.tile_px or "auto"),
        "Zoom": f"{zoom:g}",
    }
    if settings.detail != 1:
        note["Detail"] = f"{settings.detail:g}"
    if settings.tta:
        note["Orientations"] = str(ORIENTATIONS)
    if frames:
        note["Frames"] = str(frames)
    names = [lens.photo.source.name for lens in found.lenses if lens.photo.source is not None]
    if names:
        note["Tele"] = ", ".join(names)
    helped = [other.photo.source.name for other in found.others if other.planes and other.photo.source]
    if helped:
        note["References"] = ", ".join(helped)
    use = None if found.first is None else found.first.use
    if use is not None and use.calibration is not None and use.calibration.network is not None:
        note["Calibration"] = f"{use.calibration.steps} steps"
    dpi = None if settings.framing.sheet is None else settings.framing.sheet.dpi
    metadata = metadata_for_output(
        bare,
        bare.size,
        software,
        provenance=note,
        keep=settings.metadata,
        zoom=zoom,
        dpi=dpi,
    )
    beside = sidecar_for_output(wide, bare.size, software, keep=settings.metadata, zoom=zoom, dpi=dpi)
    return replace(
        bare, metadata=metadata, sidecar=beside, lens=wide.lens if zoom == 1.0 else lens_at(wide.lens, zoom)
    )
