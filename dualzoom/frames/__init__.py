"""Further photos by the wide's own lens at the same moment: a burst. Each tells a little more of the same scene.

align: where a frame lies, and how far to believe it at each place, or why it is refused
burst: the wide with its noise averaged away
moved: what moved comes from the wide alone
"""

from dualzoom.frames.align import FrameUse
from dualzoom.frames.burst import Burst, merge
from dualzoom.frames.moved import restore_moved

__all__ = ["Burst", "FrameUse", "merge", "restore_moved"]
