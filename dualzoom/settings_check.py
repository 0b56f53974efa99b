"""Refuses settings that make no sense before any work is done."""

from dataclasses import fields

from dualzoom.errors import UsageError
from dualzoom.settings import ClipSettings, ZoomSettings

#: What a clip cannot do of what a photo can, and why.
_NOT_OF_CLIPS = {
    "framing": ("a clip is always shown whole and at twice its size", "leave it out"),
    "bit_depth": ("a clip keeps the bits that it has", "leave it out"),
    "hdr": ("a clip has no gain map", "leave it out"),
    "burst": ("a clip's frames are no burst", "leave it out"),
    "motion": ("a clip has no clip behind it", "leave it out"),
}


def check_zoom(settings: ZoomSettings) -> None:
    """Raises UsageError where strength or detail is out of its range."""
    if not 0 <= settings.strength <= 1:
        raise UsageError(
            "strength", f"{settings.strength} is not between 0 and 1", "use 1 for all of the detail"
        )
    if not 0 <= settings.detail <= 2:
        raise UsageError("detail", f"{settings.detail} is not between 0 and 2", "use 1 to leave it as it is")


def check_clip(settings: ClipSettings) -> None:
    """Raises UsageError, too, for what clips cannot do, and for a quality, range or segment that is none."""
    check_zoom(settings.zoom)
    usual = {field.name: getattr(ZoomSettings(), field.name) for field in fields(ZoomSettings)}
    for name, (reason, step) in _NOT_OF_CLIPS.items():
        if getattr(settings.zoom, name) != usual[name]:
            raise UsageError(name.replace("_", " "), reason, step)
    if not 0 <= settings.crf <= 51:
        raise UsageError("crf", f"{settings.crf} is not between 0 and 51", "use 17, or less for more quality")
    start, stop = settings.start_s or 0.0, settings.stop_s
    if not (start >= 0 and (stop is None or stop > start)):
        raise UsageError("range", f"{start:g} to {stop} s is no part of a clip", "begin before the end")
    if settings.segment_frames < 1:
        raise UsageError("segment frames", "a segment holds at least one frame", "use 48")
