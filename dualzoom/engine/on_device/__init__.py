"""Twins of the numpy stages around the network, for GPUs: one copy of the photos in, one copy of the result out.

picture     integer pixels on the device, read as floats
filters     Gaussians, means, greatest and least values with OpenCV's borders
warp        twin of `registration.warp`
colours     twin of `colour.transform`
agreement   twin of `reference.agreement`
reference   twin of `reference.aligned_tele`, and what twins of references are
several     twins of the references that hold others
blend       twin of `tiling.blend`
tones       twin of `colour.tones`
walk        the tiles of a frame, several at once through the network

They are written for any device and tested on the CPU, where they and the numpy stages agree within one grey level. They
use float32 alone and only operations that Apple's GPUs have, too.
"""

import dualzoom.engine.on_device.several  # noqa: F401 - tells `twin` of its references
from dualzoom.engine.on_device.picture import Picture
from dualzoom.engine.on_device.reference import Twin, twin
from dualzoom.engine.on_device.walk import walk_on_device

__all__ = ["Picture", "Twin", "twin", "walk_on_device"]
