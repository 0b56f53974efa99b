"""The header of a safetensors file, read and checked before any tensor takes memory.

Layout: 8 bytes header length (little-endian); a JSON header
{name: {dtype, shape, data_offsets}, "__metadata__": {…}};
then the data. `read_header` trusts no number in it: lengths, shapes and offsets must add up to the file's size.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from dualzoom.errors import WeightsError

MAX_HEADER_BYTES = 1 << 20  # the released network's 194 tensors need 20 kB
_ITEM_BYTES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
}
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")  # zip (torch.save) and bare
_DAMAGED = "copy or download it again"


@dataclass(frozen=True)
class Header:
    """Name → (dtype as safetensors writes it, shape), and the file's metadata."""

    tensors: dict[str, tuple[str, tuple[int, ...]]]
    metadata: dict[str, str]


def read_header(path: Path) -> Header:
    """Read and check the header of `path`; raises WeightsError unless it is a whole safetensors file."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            if start.startswith(_PICKLES):
                raise WeightsError(
                    path,
                    "this is a pickle, which can run code when opened",
                    "use a .safetensors file, or `dualzoom models import` for the authors' checkpoint",
                )
            length = int.from_bytes(start, "little")
            if len(start) < 8 or length > min(size - 8, MAX_HEADER_BYTES):
                raise WeightsError(path, "this is not a whole safetensors file", _DAMAGED)
            text = file.read(length)
    except OSError as error:
        raise WeightsError(path, f"cannot be read ({error.strerror})", "check the path") from error
    try:
        return _parse(json.loads(text), size - 8 - length)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WeightsError(path, f"the safetensors header is damaged ({error})", _DAMAGED) from error


def in_order(data: bytes) -> bytes:
    """The same safetensors file with its metadata sorted by name: safetensors writes them in any order.

    So the same weights always make the same file, and checksums can tell whether two are equal.
    """
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    if "__metadata__" in header:
        header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # the tensors begin at a multiple of eight bytes
    return len(text).to_bytes(8, "little") + text + data[start:]


def _parse(header: dict[str, dict[str, object]], data_bytes: int) -> Header:
    metadata = header.pop("__metadata__", {})
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {}
    spans: list[tuple[int, int]] = []
    for name, entry in header.items():
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(dtype, str) or not isinstance(shape, list) or not isinstance(offsets, list):
            raise TypeError(f"entry {name!r}")
        begin, end = offsets
        if any(type(side) is not int or side < 0 for side in (*shape, begin, end)):
            raise ValueError(f"sizes of {name!r}")
        if end - begin != math.prod(shape) * _ITEM_BYTES[dtype]:
            raise ValueError(f"bytes of {name!r}")
        tensors[name] = (dtype, tuple(shape))
        spans.append((begin, end))
    filled = 0
    for begin, end in sorted(spans):  # back to back, from the first byte to the last
        if begin != filled:
            raise ValueError("gaps between the tensors")
        filled = end
    if filled != data_bytes:
        raise ValueError(f"{data_bytes} bytes of data where {filled} belong")
    return Header(tensors, {str(key): str(value) for key, value in metadata.items()})
