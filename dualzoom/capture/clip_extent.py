"""Which part of a clip's time line a result covers, and what of the file's words about times goes with it.

Source of timecodes: SMPTE ST 12-1; frames are dropped (a semicolon) at 29.97 and 59.94 a second only.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from dualzoom.capture.clip import ClipInfo

if TYPE_CHECKING:
    from av.container import InputContainer

#: Sound that begins so much before the first picture is heard before it; less is a packet that primes decoders.
_LEAD_S = Fraction(1, 10)
_DROPPING = (Fraction(30000, 1001), Fraction(60000, 1001))
_RATES = (*_DROPPING, Fraction(24000, 1001), *map(Fraction, (24, 25, 30, 48, 50, 60, 100, 120)))


@dataclass(frozen=True)
class Extent:
    """Seconds of the original: where the result begins, and where its sound ends (None: with the original's).

    `lead`: ticks from the beginning to the first picture, mostly 0.
    """

    begin: Fraction
    end: Fraction | None
    lead: int


def extent(info: ClipInfo, source: "InputContainer") -> Extent:
    """Of a part what lies in it; of a whole clip all its sound, before the first picture and after the last too."""
    first = info.times[0] * info.time_base
    heard = [
        one.start_time * cast(Fraction, one.time_base)
        for one in source.streams.audio
        if one.start_time is not None
    ]
    lead = 0
    if info.from_beginning and heard and min(heard) < first - _LEAD_S:
        lead = round((first - min(heard)) / info.time_base)
    end = None if info.to_end else (info.times[-1] + info.durations[-1]) * info.time_base
    return Extent(first - lead * info.time_base, end, lead)


def timecode(said: str | None, rate: Fraction) -> str | None:
    """A timecode that a result can have: at a rate at which frames are counted.

    >>> timecode("01:02:03;04", Fraction(30000, 1001)), timecode("01:02:03;04", Fraction(30))
    ('01:02:03;04', None)
    >>> timecode("01:02:03:04", Fraction(297, 10)), timecode("noon", Fraction(25)), timecode(None, Fraction(25))
    (None, None, None)
    """
    found = re.fullmatch(r"\d\d:\d\d:\d\d([:;])\d\d", said or "")
    fits = found is not None and rate in (_RATES if found[1] == ":" else _DROPPING)
    return said if fits else None


def chapters(found: Sequence[Mapping[str, Any]], begin: Fraction, end: Fraction) -> list[dict[str, Any]]:
    """Chapters as PyAV lists them, of those that lie between two times; times from `begin` on, in milliseconds.

    >>> one = {"id": 7, "start": 2, "end": 9, "time_base": Fraction(1), "metadata": {"title": "Sea"}}
    >>> chapters([one], Fraction(5), Fraction(8))
    [{'id': 7, 'start': 0, 'end': 3000, 'time_base': Fraction(1, 1000), 'metadata': {'title': 'Sea'}}]
    >>> chapters([one], Fraction(9), Fraction(12))
    []
    """
    kept = []
    for one in found:
        start, stop = (
            round(1000 * (min(max(one[name] * one["time_base"], begin), end) - begin))
            for name in ("start", "end")
        )
        if start < stop:
            kept.append({**one, "start": start, "end": stop, "time_base": Fraction(1, 1000)})
    return kept
