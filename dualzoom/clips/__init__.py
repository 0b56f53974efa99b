"""Enlarges clips: scan → scenes → each frame with the tele's detail where it fits → segments → one file."""

from dualzoom.clips.zoom_clip import ClipResult, zoom_clip

__all__ = ["ClipResult", "zoom_clip"]
