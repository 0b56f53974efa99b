"""Settings, one frozen dataclass per stage, each default with its reason."""

from dataclasses import dataclass, field
from typing import Literal

Device = str  # "auto", "cpu", "cuda", "cuda:N" or "mps"
OnExists = Literal["error", "skip", "rename", "overwrite"]
Format = Literal["jpeg", "png", "tiff", "webp", "avif", "jxl", "dng"]
#: "same": the format of the wide.
AskedFormat = Literal["jpeg", "png", "tiff", "webp", "avif", "jxl", "dng", "same"]
Keep = Literal["all", "basic", "none"]
Carry = Literal["keep", "drop"]
ClipCodec = Literal["h264", "hevc"]
#: A burst: by the network for bursts, or as its mean.
Merging = Literal["learned", "mean"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]


@dataclass(frozen=True, kw_only=True)
class CaptureSettings:
    """Reading photos."""

    max_megapixels: float = 220.0  # admits a 200-megapixel result; about 0.7 GB at 8 bits
    max_side_px: int = 32_000  # OpenCV remaps with 16-bit coordinates


@dataclass(frozen=True, kw_only=True)
class WriteSettings:
    """Writing results."""

    format: AskedFormat | None = None  # None: from the file's suffix
    quality: int = 95  # above 92 chroma is kept at full resolution, and blocks do not show at 100 %
    bit_depth: int | None = (
        None  # 8 or 16, AVIF also 10 or 12; None: that of the wide where the format can hold it
    )
    on_exists: OnExists = "error"  # nothing is overwritten unasked
    linear: bool = (
        False  # 16-bit TIFF in linear light (DNG always is); the default is what every viewer shows
    )


@dataclass(frozen=True, kw_only=True)
class RegistrationSettings:
    """Finding the tele in the wide."""

    min_ratio: float = 1.0  # without EXIF the search covers 1x to 10x
    max_ratio: float = 10.0
    features: int = 8000  # enough for a 12-megapixel pair; more only costs time
    least_overlap: float = 0.25  # share of the tele inside the wide
    least_agreeing: float = 0.6  # share of blocks; real pairs have 0.88 to 1, wrong places 0 to 0.37
    most_squeeze: float = 1.4  # most that one direction may be scaled against the other
    most_tilt: float = 2.5  # most that areas may be scaled in one corner against another


@dataclass(frozen=True, kw_only=True)
class ColourSettings:
    """Making the tele look like the wide."""

    gain_cells: int = 12  # slowly varying gain: cells along the longer side of the overlap
    max_gain_ev: float = 2.5  # beyond this the match is wild and refused


@dataclass(frozen=True, kw_only=True)
class CalibrationSettings:
    """Letting the tele teach the network this very wide."""

    seconds: float | None = None  # about so long on two cores or a GPU; 0: not at all; None: what pays


@dataclass(frozen=True, kw_only=True)
class TilingSettings:
    """Cutting the frame into tiles."""

    tile_px: int | None = None  # side of a tile's core on the LR grid; None: chosen by device and memory
    feather_px: int = 8  # width of the blended seam on the LR grid


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """Running the network."""

    device: Device = "auto"
    threads: int | None = None  # None: what torch finds
    precision: Precision = "auto"  # of convolutions; measured once on each machine


@dataclass(frozen=True, kw_only=True)
class PrintSettings:
    """A sheet to fill: its sides in mm, in any order, and how fine it is printed."""

    sides_mm: tuple[float, float]
    dpi: float = 300.0  # what the eye resolves at reading distance


@dataclass(frozen=True, kw_only=True)
class FramingSettings:
    """What part of the enlarged frame the result shows, and at what size."""

    at: float | None = (
        None  # the zoom of the lens to imitate, 1: the whole frame; None: all of it, twice as large
    )
    long_side_px: int | None = None  # None: the wide's own
    scale: Literal[2, 4] | None = None  # of the whole frame; None: 2, or what a long side or a sheet needs
    sheet: PrintSettings | None = None  # the picture is made as large as fits on it


@dataclass(frozen=True, kw_only=True)
class ZoomSettings:
    """Everything `zoom` can be told."""

    strength: float = 1.0  # 0: the tele changes nothing; 1: its detail in full
    detail: float = 1.0  # of the finished picture's luma: 0 holds it back, 2 doubles it; 1 changes no pixel
    tta: bool = False  # the mean over eight orientations: a little better, eight times as long
    burst: Merging = "learned"  # by the network for bursts, which is shown what each frame saw, or as a mean
    bit_depth: int | None = None  # of the result; None: that of the wide
    metadata: Keep = "all"  # what of the wide's metadata travels; a photographer expects all
    hdr: Carry = "keep"  # the gain map, where the result's format holds one
    motion: Carry = "keep"  # the clip of a motion photo, likewise
    framing: FramingSettings = field(default_factory=FramingSettings)
    registration: RegistrationSettings = field(default_factory=RegistrationSettings)
    colour: ColourSettings = field(default_factory=ColourSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    tiling: TilingSettings = field(default_factory=TilingSettings)
    engine: EngineSettings = field(default_factory=EngineSettings)


@dataclass(frozen=True, kw_only=True)
class ClipSettings:
    """Enlarging clips; the rest is as for photos."""

    codec: ClipCodec | None = None  # None: H.264, which plays everywhere; HEVC for clips of 10 bits
    crf: int = 17  # a little better than what encoders call visually lossless: the clip may be edited further
    start_s: float | None = None  # of the wide clip; None: from its beginning
    stop_s: float | None = None
    earlier: bool = True  # mix in what earlier frames showed: steadier and truer, for a twentieth more time
    segment_frames: int = 48  # that a broken run loses at most; fewer cost key frames
    zoom: ZoomSettings = field(default_factory=ZoomSettings)
