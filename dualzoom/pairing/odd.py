"""A photo that is in no pair."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Odd:
    """A photo that found no partner, and why. `alone`: whether it can still be enlarged by itself."""

    path: Path
    reason: str
    alone: bool = True
