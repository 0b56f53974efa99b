"""Simulated phones that photograph a picture, which is the exact truth: what the protocol `phone` judges by.

    truth ─► light ─► lens ─► sensor (Bayer, photons) ─► demosaic ─► noise reduction ─► tone ─► sharpening ─► JPEG
          └► moved and enlarged ─► the same chain of the tele camera, exposed and balanced in its own way

The simulation shares no code with the one that networks are trained on, and models other things: it counts the
photons of a pixel before demosaicing, lets lenses lose sharpness towards the corners, and reduces noise by patches
and guides. A phone here stands for a kind (the comment beside it says which), not for a product.

    light             sRGB to linear light and back
    parallax          where the tele looks, and how near things shift in its view
    demosaic          from one colour a pixel to three
    noise_reduction   what a phone does against noise
    camera            lens, sensor and processing of one camera
    phone             two cameras, and the five phones
    photograph        a phone takes a picture: wide, tele and truth

Pictures are float32 (H, W, 3) RGB, encoded like sRGB, 0..1, or uint8 where said; lengths are in pixels of the
picture at hand; pixel centres lie at integers.
"""

from dualzoom.evaluation.phones.camera import Camera
from dualzoom.evaluation.phones.phone import PHONES, Phone
from dualzoom.evaluation.phones.photograph import Capture, photograph

__all__ = ["PHONES", "Camera", "Capture", "Phone", "photograph"]
