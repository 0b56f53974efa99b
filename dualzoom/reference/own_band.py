"""Keeps of a reference only what is finer than the wide shows by itself.

A photo from elsewhere never lies as a tele does: shapes in relief shift against each other by fractions of a pixel.
Between Gaussians of σ 1.4 and 2.8 px of the 2× grid three photos of one facade correlate with the truth by 0.87 to
0.95, their halved wides by 0.99. So everything above that scale is the wide's own, and the finest octave, of which the
wide holds least, the photo's.
"""

import cv2
import numpy as np

from dualzoom.reference.aligned_tele import Float

#: σ of the Gaussian between both, in pixels of the 2× grid.
SIGMA_PX = np.float32(1.4)
#: How far around a pixel that is felt.
REACH_PX = 6


def with_own_band(rgb: Float, own: Float, validity: Float) -> Float:
    """Returns rgb (h, w, 3) with the low band of `own`, the wide enlarged; where validity (h, w) is 0 it means nothing.

    Law: what differs from the wide only in scales far above SIGMA_PX becomes the wide.
    """
    away = np.where((validity > 0)[..., None], own - rgb, np.float32(0))
    low = cv2.GaussianBlur(away, (0, 0), float(SIGMA_PX), borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(rgb + low, np.float32)
