"""A phone's two cameras, and the five phones that are simulated."""

from dataclasses import dataclass

from dualzoom.evaluation.phones.camera import Camera


@dataclass(frozen=True, kw_only=True)
class Phone:
    """Two cameras, `ratio` of focal lengths apart, and how the tele's exposure (EV), red and blue differ."""

    name: str
    wide: Camera
    tele: Camera
    tele_ev: float = 0.0
    tele_red: float = 1.0
    tele_blue: float = 1.0
    ratio: float = 2.0


#: Phones as they are in daily use, from good light to hardly any.
PHONES = (
    # A main camera of today in daylight: little noise, fine hard sharpening.
    Phone(
        name="day",
        wide=Camera(blur_px=0.55, corner_blur_px=0.5, electrons=12000, luma=0.25, sharpen=1.1, sharpen_px=0.8),
        tele=Camera(blur_px=0.7, electrons=6000, luma=0.3, sharpen=0.8),
        tele_ev=0.15, tele_red=1.04, tele_blue=0.95,
    ),
    # The same at dusk: patches are averaged, colours smeared, some of the noise stays as blotches.
    Phone(
        name="dusk",
        wide=Camera(blur_px=0.6, corner_blur_px=0.4, electrons=260, read=2.5, reduction="patches", luma=0.75,
                    chroma=0.9, sharpen=0.9, sharpen_px=1.2, quality=90),
        tele=Camera(blur_px=0.7, electrons=420, read=2.5, reduction="patches", luma=0.5, chroma=0.8, sharpen=0.6),
        tele_ev=-0.2, tele_red=0.95, tele_blue=1.06,
    ),
    # A cheap soft lens with glare, covered up by wide sharpening: bright and dark lines along edges.
    Phone(
        name="cheap",
        wide=Camera(blur_px=1.15, corner_blur_px=0.8, veil=0.06, electrons=2500, luma=0.4, sharpen=2.0,
                    sharpen_px=2.2, overshoot=0.8, quality=88),
        tele=Camera(blur_px=0.9, electrons=2500, luma=0.3, sharpen=0.9, sharpen_px=1.4, quality=90),
        tele_ev=0.3, tele_red=1.08, tele_blue=0.93,
    ),
    # An old phone: hardly any noise reduction, plain sharpening, strong JPEG.
    Phone(
        name="old",
        wide=Camera(blur_px=0.7, corner_blur_px=0.6, electrons=900, read=4, reduction="none", sharpen=0.5, quality=78),
        tele=Camera(blur_px=0.7, electrons=900, read=4, reduction="none", sharpen=0.4, quality=84),
        tele_ev=-0.1, tele_red=1.03, tele_blue=1.04,
    ),
    # Colours from a stack of frames, luma painted by a guide: flat parts like watercolour.
    Phone(
        name="paint",
        wide=Camera(blur_px=0.8, electrons=500, read=3, reduction="guided", luma=1.0, chroma=0.7, sharpen=1.4,
                    sharpen_px=1.0, quality=92),
        tele=Camera(blur_px=0.6, electrons=1500, reduction="guided", luma=0.5, sharpen=0.6),
        tele_red=0.97, tele_blue=1.05, ratio=2.3,
    ),
)  # fmt: skip
