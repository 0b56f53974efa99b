"""Draws cameras at random: what lens, sensor and processing do to one shot."""

from dataclasses import dataclass, replace

import numpy as np

from dualzoom.training.simulate.camera import Shot


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Shares of wide cameras of a kind.

    `harsh`: in poor light, and cheap ones: noise, smear, wide halos. `counted`: with the noise of counted light, most
    of it in the shadows. `bounded`: that keep the halos of sharpening in bounds.
    """

    harsh: float = 0.0
    counted: float = 0.0
    bounded: float = 0.0


def wide(rng: np.random.Generator, shares: Shares) -> Shot:
    """Draws a wide camera."""
    shot = harsh(rng) if shares.harsh and rng.random() < shares.harsh else usual(rng)
    if shares.counted and rng.random() < shares.counted:
        shot = replace(shot, read=rng.uniform(1.0, 5.0))
    if shares.bounded and rng.random() < shares.bounded:
        shot = replace(shot, overshoot=rng.uniform(0.1, 1.5))
    return shot


def at_night(shot: Shot, rng: np.random.Generator) -> Shot:
    """The same camera in hardly any light."""
    return replace(shot, noise=rng.uniform(0.03, 0.12), denoise=rng.uniform(0.3, 1.0))


def harsh(rng: np.random.Generator) -> Shot:
    """Draws a camera in poor light, or a cheap one that sharpens over its lens's blur."""
    return Shot(
        blur_px=rng.uniform(0.2, 1.5),
        pitch=rng.uniform(1.05, 1.4) if rng.random() < 0.2 else 1.0,
        mosaic=bool(rng.random() < 0.8),
        noise=float(np.exp(rng.uniform(np.log(0.008), np.log(0.09)))),
        denoise=rng.uniform(0.3, 1) if rng.random() < 0.75 else 0.0,
        patches=bool(rng.random() < 0.4),
        smear_px=rng.uniform(0.5, 3.5) if rng.random() < 0.6 else 0.0,
        sharpen=rng.uniform(0.2, 2.4) if rng.random() < 0.85 else 0.0,
        sharpen_px=rng.uniform(0.6, 2.6),
        jpeg_quality=int(rng.integers(70, 98)),
        chroma_420=bool(rng.random() < 0.8),
    )


def usual(rng: np.random.Generator) -> Shot:
    """Draws a camera as most are, in daylight and indoors."""
    noise = 0.0 if rng.random() < 0.3 else float(np.exp(rng.uniform(np.log(0.003), np.log(0.03))))
    return Shot(
        blur_px=rng.uniform(0.0, 1.0),  # in LR pixels
        pitch=rng.uniform(1.05, 1.3) if rng.random() < 0.2 else 1.0,
        mosaic=bool(rng.random() < 0.6),
        noise=noise,
        denoise=rng.uniform(0.2, 1) if rng.random() < 0.6 else 0.0,
        sharpen=rng.uniform(0, 1.5) if rng.random() < 0.7 else 0.0,
        sharpen_px=rng.uniform(0.6, 1.5),
        jpeg_quality=int(rng.integers(78, 100)),
        chroma_420=bool(rng.random() < 0.5),
    )


def tele(rng: np.random.Generator, *, halved: bool = False) -> Shot:
    """Draws a tele camera; `halved`: of a photo that was halved, which makes it crisp."""
    return Shot(
        blur_px=rng.uniform(0, 0.65 if halved else 0.9),
        mosaic=bool(not halved and rng.random() < 0.5),
        noise=rng.choice([0.0, rng.uniform(0, 0.02)]),
        denoise=rng.choice([0.0, rng.uniform(0, 1)]),
        sharpen=rng.choice([0.0, rng.uniform(0, 0.8)]),
        sharpen_px=rng.uniform(0.6, 1.6),
        jpeg_quality=int(rng.integers(80, 101)),
        chroma_420=bool(rng.random() < 0.4),
    )


def of_halved(rng: np.random.Generator) -> Shot:
    """Draws the camera of a photo that is halved afterwards; lengths in that photo's own pixels.

    A phone's wide resolves less than its pixels could and is sharpened: halved it looks crisp, but above a third of a
    cycle per pixel it shows little of the scene.
    """
    return Shot(
        blur_px=rng.uniform(0, 0.5) if rng.random() < 0.75 else rng.uniform(0.4, 1.0),
        pitch=rng.uniform(1.05, 1.5) if rng.random() < 0.45 else 1.0,
        mosaic=bool(rng.random() < 0.5),
        noise=rng.choice([0.0, rng.uniform(0, 0.015)]),
        denoise=rng.choice([0.0, rng.uniform(0, 0.8)]),
        sharpen=rng.choice([0.0, rng.uniform(0.2, 1.8)], p=[0.25, 0.75]),
        sharpen_px=rng.uniform(0.7, 1.6),
        jpeg_quality=int(rng.integers(82, 101)),
        chroma_420=bool(rng.random() < 0.4),
    )
