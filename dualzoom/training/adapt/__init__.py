"""Fine-tuning on a user's own pairs, for their camera, and never to the worse (Section 3.4, Eq. 7).

    pairs ─► gather ─► tiles ─► tasks ─► loop (judged by score) ─► story + sheet
             register, colour    Eq. 7 and self-supervised pairs     best weights that break no limit

gather.py: photos to tiles; likeness.py: which of them are like the rest of the frame; tiles.py: what is kept, trained
on, held out; tasks.py: what a step asks;
confidence.py: the network's own confidence; score.py: held-out scores and limits; loop.py: the training;
run.py: all of it; parallel.py: torchrun; interrupt.py: Ctrl-C; story.py: provenance; sheet.py: before and after.
`training.calibration` runs the same loop on one pair, for seconds.
"""

from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.gather import Gathered, PairSource
from dualzoom.training.adapt.loop import Adapted, Report
from dualzoom.training.adapt.run import Outcome
from dualzoom.training.adapt.validation import Scores

__all__ = ["AdaptConfig", "Adapted", "Gathered", "Outcome", "PairSource", "Report", "Scores"]
