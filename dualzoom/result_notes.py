"""What a photographer should know of how a result came about, a line each."""

from dualzoom.capture import output_notes
from dualzoom.capture.photo import Photo
from dualzoom.frames import FrameUse
from dualzoom.framing import Framing
from dualzoom.reference.worth import explained
from dualzoom.settings import ZoomSettings
from dualzoom.several_use import Several
from dualzoom.tele_use import TeleUse

#: Refused frames that are named one by one.
_NAMED_FRAMES = 4


def notes(
    wide: Photo,
    found: Several,
    settings: ZoomSettings,
    shown: Framing | None,
    *,
    remembered: bool,
    merged: bool,
) -> list[str]:
    """Returns what is to be said of the wide, the teles, photos from elsewhere, and the size.

    `remembered`: an earlier pair's calibration is used. `merged`: frames were merged into the wide.
    """
    told = [*wide.notes, *(note for lens in found.lenses for note in lens.photo.notes)]
    told += output_notes(wide, keep=settings.metadata, zoom=1.0 if shown is None else shown.zoom)
    if not found.lenses and not any(other.planes for other in found.others):
        by = ", calibrated by an earlier pair of this camera" if remembered else ""
        of = "the wide alone" if not merged else "the wide and the frames merged into it"
        told.append(f"no tele given: the whole frame is enlarged from {of}{by}")
    elif settings.strength == 0:
        told.append("strength 0: the tele is not used")
    for lens in found.lenses:
        if settings.strength > 0:
            told.extend(_on_tele(wide, lens.photo, lens.use))
        told.extend(lens.aligned.registration.notes)
    told.extend(other.note for other in found.others)
    if shown is not None and shown.doubled:
        told.append(
            f"{shown.size.width}×{shown.size.height} px: the finished frame is doubled once more by itself,"
            " which adds pixels but no detail"
        )
    elif shown is not None and shown.enlarged > 1.05:
        told.append(
            f"zoom {shown.zoom:g} at this size enlarges the finished frame {shown.enlarged:.1f} times"
        )
    return told


def on_frames(uses: tuple[FrameUse, ...]) -> list[str]:
    """How many frames were used, and why others were not; the first few by name."""
    refused = [use for use in uses if use.reason is not None]
    notes = [f"{len(uses) - len(refused)} of {len(uses)} frames are used"]
    notes += [f"{use.name} is not used: {use.reason}" for use in refused[:_NAMED_FRAMES]]
    if len(refused) > _NAMED_FRAMES:
        notes.append(f"{len(refused) - _NAMED_FRAMES} more frames are not used")
    return notes


def _on_tele(wide: Photo, tele: Photo, use: TeleUse) -> list[str]:
    """What a photographer should know of how the tele was used."""
    notes = []
    if not use.worth.used:
        why = explained(wide, tele)
        notes.append(f"{tele.name} is not used: {use.worth.reason}" + ("" if why is None else f" ({why})"))
    elif use.worth.share < 1:
        notes.append(f"{tele.name} holds little detail and is used at {100 * use.worth.share:.0f} %")
    if use.worth.used and use.denoised > 0.5:
        notes.append(f"{tele.name} is noisy: its noise was reduced, and some of its detail with it")
    if use.calibration is not None and use.calibration.network is not None:
        notes.append(
            f"calibrated on the pair: held-out places come {use.calibration.gained_db:.2f} dB nearer to the tele"
        )
    return notes
