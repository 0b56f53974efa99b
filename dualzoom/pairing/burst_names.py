"""Bursts by the names that phones give: what all photos of one share, and which of them is the cover.

00001IMG_00001_BURST20190812103005123_COVER.jpg     Google, Sony: a stamp for the whole burst, a number for each
IMG_20180101_123456_BURST003.jpg, IMG_0001_Burst03.jpg     Huawei, OnePlus, older Samsung: a number at the end
20230101_123456_003.jpg                             Samsung: only where times say the same (`sure` is False)
"""

import re
from dataclasses import dataclass

_COVER = r"(?P<cover>[_.-]cover)?"
_STAMPED = re.compile(rf"(?:\d{{5}})?(?P<of>[A-Z]+)_?\d*_BURST(?P<stamp>\d{{12,20}}){_COVER}", re.I)
_NUMBERED = re.compile(rf"(?P<of>.+?)[ _.-]+BURST[ _.-]?\d{{0,6}}{_COVER}", re.I)
_SAMSUNG = re.compile(r"(?P<of>\d{8}_\d{6})_\d{3}")


@dataclass(frozen=True)
class NameOfBurst:
    """`of`: equal for the photos of a burst. `sure`: the name itself says that this is one."""

    of: str
    cover: bool
    sure: bool


def name_of_burst(stem: str) -> NameOfBurst | None:
    """What a file's stem says of a burst.

    >>> name_of_burst("00003IMG_00003_BURST20190812103005123_COVER")
    NameOfBurst(of='img 20190812103005123', cover=True, sure=True)
    >>> name_of_burst("IMG_0001_BURST007").of, name_of_burst("20230101_123456_002").sure, name_of_burst("IMG_0001")
    ('img_0001', False, None)
    """
    if stamped := _STAMPED.fullmatch(stem):
        return NameOfBurst(f"{stamped['of']} {stamped['stamp']}".casefold(), bool(stamped["cover"]), True)
    if numbered := _NUMBERED.fullmatch(stem):
        return NameOfBurst(numbered["of"].casefold(), bool(numbered["cover"]), True)
    if samsung := _SAMSUNG.fullmatch(stem):
        return NameOfBurst(samsung["of"], False, False)
    return None
