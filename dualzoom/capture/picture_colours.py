"""Turns the colour tag of a photo into its profile, and refuses what is not SDR."""

from pathlib import Path

from dualzoom.capture import colour_tag
from dualzoom.capture.decoded import EXPORT_SDR
from dualzoom.errors import CaptureError


def refuse_hdr(path: Path, curve: str | None) -> None:
    """Reject a picture with this HDR curve ("PQ", "HLG"; None: it is SDR): taken as SDR it would look flat.

    Raises:
        CaptureError: there is such a curve.
    """
    if curve is not None:
        raise CaptureError(path, f"HDR pictures ({curve} transfer curve) are not supported", EXPORT_SDR)


def from_tag(path: Path, primaries: int, transfer: int, kind: str) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the profile of a colour tag, and a note where the tag is not known.

    Raises:
        CaptureError: the tag says PQ or HLG.
    """
    refuse_hdr(path, colour_tag.HDR_CURVES.get(transfer))
    try:
        return colour_tag.profile(primaries, transfer), ()
    except KeyError:
        tag = f"primaries {primaries}, curve {transfer}"
        return None, (f"the {kind}'s colour tag ({tag}) is not applied; its colours are taken as sRGB",)
