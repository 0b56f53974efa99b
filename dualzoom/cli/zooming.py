"""Declares the options that `zoom` and `batch` share, and turns them into settings."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_type_hints

import typer

from dualzoom.cli import options
from dualzoom.settings import (
    AskedFormat,
    CalibrationSettings,
    EngineSettings,
    FramingSettings,
    OnExists,
    TilingSettings,
    WriteSettings,
    ZoomSettings,
)


@dataclass(frozen=True, kw_only=True)
class Zooming:
    """The options that say how to zoom and how to write."""

    model: options.Model = "auto"
    device: options.Device = "auto"
    precision: options.Computing = EngineSettings.precision
    tile: options.Tile = None
    format_: Annotated[
        AskedFormat | None,
        typer.Option(
            "--format",
            parser=options.parse_format,
            metavar="jpeg|png|tiff|webp|avif|jxl|dng|same",
            help="The format. [default: from the name, else that of WIDE]",
        ),
    ] = None
    quality: Annotated[
        int,
        typer.Option(min=1, max=100, help="Of JPEG, WebP, AVIF, JPEG XL; at 100 these three lose nothing."),
    ] = WriteSettings.quality
    bit_depth: Annotated[
        int | None,
        typer.Option(
            parser=options.parse_bit_depth, metavar="8|10|12|16", help="Bits. [default: those of WIDE]"
        ),
    ] = None
    strength: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much of the tele's detail to take; 0 is none.")
    ] = ZoomSettings.strength
    detail: Annotated[
        float, typer.Option(min=0.0, max=2.0, help="Fine luma detail of the result: 0 smooth, 2 crisp.")
    ] = ZoomSettings.detail
    calibrate: options.Calibrate = None
    tta: options.Tta = False
    at: options.At = None
    scale: options.Scale = None
    long_side: options.LongSide = None
    print_: options.Print = None
    metadata: options.Metadata = ZoomSettings.metadata
    hdr: options.Hdr = ZoomSettings.hdr
    motion: options.Motion = ZoomSettings.motion
    linear: options.Linear = False
    burst: options.Burst = ZoomSettings.burst

    @property
    def _deep(self) -> bool:
        """Linear light needs 16 bits."""
        return self.linear or self.format_ == "dng"

    def named(self, output: Path | None) -> "Zooming":
        """Returns the same, for a result of that name, which may say that it is a DNG."""
        is_dng = output is not None and output.suffix.lower() == ".dng" and self.format_ is None
        return replace(self, format_="dng") if is_dng else self

    def settings(self) -> ZoomSettings:
        """Returns the settings for zooming."""
        return ZoomSettings(
            strength=self.strength,
            detail=self.detail,
            tta=self.tta,
            burst=self.burst,
            calibration=self.calibrate or CalibrationSettings(),
            bit_depth=16 if self._deep and self.bit_depth is None else self.bit_depth,
            metadata=self.metadata,
            hdr=self.hdr,
            motion=self.motion,
            framing=FramingSettings(
                at=self.at,
                long_side_px=self.long_side,
                scale=cast(Literal[2, 4] | None, self.scale),
                sheet=self.print_,
            ),
            tiling=TilingSettings(tile_px=self.tile),
            engine=EngineSettings(device=self.device, precision=self.precision),
        )

    def writing(self, on_exists: OnExists, *, named: bool) -> WriteSettings:
        """Returns the settings for writing. `named`: the user gave the result's name, which says the format."""
        return WriteSettings(
            format="tiff" if self.linear and self.format_ is None and not named else self.format_,
            quality=self.quality,
            bit_depth=self.bit_depth,
            on_exists=on_exists,
            linear=self.linear,
        )


#: What holds where nothing is said.
DEFAULTS = Zooming()


def with_zooming(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command one option for each field of its parameter `how: Zooming`."""
    hints = get_type_hints(Zooming, include_extras=True)
    shared = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(Zooming)
    ]
    own = list(inspect.signature(command).parameters.values())

    def run(**given: Any) -> None:
        how = Zooming(**{one.name: given.pop(one.name) for one in shared})
        command(how=how, **given)

    at = next(number for number, one in enumerate(own) if one.name == "how")
    laid_out = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (*own[:at], *shared, *own[at + 1 :])
    ]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature(laid_out)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in laid_out}
    return run
