"""Clips for tests: rendered pans with known truth, written through PyAV."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Size
from dualzoom.scene.render import render

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Pan:
    """A camera that moves over a rendered street: `wide` frames, their `truth` at twice the size, the `tele`."""

    wide: list[Picture]
    truth: list[Picture]
    tele: Picture


def pan(frames: int, size: Size, *, seed: int = 3, step_px: float = 1.37, noise: float = 1.5) -> Pan:
    """A pan of `step_px` wide pixels a frame. Blur σ 0.55 wide px, noise of σ `noise` levels."""
    room = Size(size.width + int(step_px * frames) + 24, size.height + int(0.35 * frames) + 24)
    room = Size(room.width + room.width % 2, room.height + room.height % 2)
    ratio = 2.0 * room.width / size.width
    made = render(seed, size=room, tele_size=size.scale(2), ratio=ratio, noise=0.3, depth_layers=False)
    truth, wide = [], []
    for number in range(frames):
        onto = np.array([[1, 0, 10 + 2 * step_px * number], [0, 1, 10 + 0.7 * number]])
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        view = cv2.warpAffine(made.truth, onto, (2 * size.width, 2 * size.height), flags=flags)
        soft = cv2.GaussianBlur(view.astype(np.float32), (0, 0), 1.1)
        low = cv2.resize(soft, (size.width, size.height), interpolation=cv2.INTER_AREA)
        low += np.random.default_rng([seed, number]).normal(0, noise, low.shape)
        truth.append(np.asarray(view, np.uint8))
        wide.append(np.clip(np.rint(low), 0, 255).astype(np.uint8))
    return Pan(wide, truth, made.tele)


def write(
    path: Path,
    frames: Sequence[Picture],
    *,
    times: Sequence[int] | None = None,
    base: Fraction = Fraction(1, 25),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    sound: str | None = None,
    turn_deg: float = 0,
    tags: dict[str, int] | None = None,
    crf: int = 14,
    options: dict[str, str] | None = None,
) -> Path:
    """Writes frames (H, W, 3), with a tone of the codec `sound` beside them."""
    height, width = frames[0].shape[:2]
    # x265 gives decoding times that are no numbers where a clip ends before its first frame is out of the encoder.
    short = ":bframes=0" if len(frames) < 12 else ""
    with av.open(str(path), "w") as container:
        own = {"x265-params": f"log-level=none{short}"} if codec == "libx265" else {}
        asked = {"crf": str(crf)} | own | (options or {})
        video = container.add_stream(codec, rate=25, options=asked)
        video.width, video.height, video.pix_fmt = width, height, pixel_format
        video.codec_context.time_base = video.time_base = base
        for name, number in (tags or {}).items():
            setattr(video.codec_context, name, number)
        if turn_deg:
            video.set_display_rotation(turn_deg)
        audio: Any = container.add_stream(sound, rate=48000) if sound else None
        if audio is not None:
            audio.layout = "mono"
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame = frame.reformat(format=pixel_format)
            frame.pts, frame.time_base = (times[number] if times else number), base
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            _tone(container, audio, len(frames) / 25)
    return path


def _tone(container: Any, audio: Any, seconds: float) -> None:
    wave = (8000 * np.sin(np.arange(int(48000 * seconds)) / 20)).astype(np.int16)
    for start in range(0, len(wave), 960):
        frame = av.AudioFrame.from_ndarray(wave[None, start : start + 960], format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48000, start
        container.mux(audio.encode(frame))
    container.mux(audio.encode(None))


def read(path: Path) -> list[Picture]:
    """All frames, by PyAV alone."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
