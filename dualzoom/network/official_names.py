"""The released checkpoint's names, and reading such a file safely.

The release names its parts differently; `official_name` translates our names. A `.pt` file is a pickle:
it is opened by torch's restricted reader, which builds tensors and plain containers and refuses all else,
after its size and that of its members have been checked.
"""

import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from dualzoom.errors import WeightsError
from dualzoom.network.tensor_file import read_header

MAX_BYTES = 64 << 20  # the release takes 12.8 MB in float32; twice that with an optimiser's state

#: Beginning of our name → beginning of theirs; the first that fits counts.
_PREFIXES = {
    "normalise.": "feature_match.sub_mean.",
    "phi.conv1.": "feature_match.feature_extract.0.",
    "phi.conv2.": "feature_match.feature_extract.2.",
    "phi.conv3.": "feature_match.feature_extract.5.",
    "phi.project.": "feature_match.feature_extract.map.0.",
    "psi.fine.conv1.": "ref_encoder1.0.0.",
    "psi.fine.conv2.": "ref_encoder1.1.0.",
    "psi.fine.stack.": "res1.",
    "psi.coarse.conv1.": "ref_encoder2.0.0.",
    "psi.coarse.conv2.": "ref_encoder2.1.0.",
    "psi.coarse.stack.": "res2.",
    "encoder.head.": "input_encoder.conv_head.",
    "encoder.stack.": "input_encoder.",
    "align_high_band.transformer.look.": "aa1.align.conv1.",
    "align_high_band.transformer.compare.": "aa1.align.p_conv.",
    "align_fine.transformer.look.": "aa3.align.conv1.",
    "align_fine.transformer.compare.": "aa3.align.p_conv.",
    "fusion_lr.h.0.": "fusion1.0.0.",
    "fusion_lr.h.2.": "fusion1.1.0.",
    "fusion_lr.g.0.": "alpha1.0.0.",
    "fusion_lr.g.2.": "alpha1.1.0.",
    "fusion_hr.h.0.": "fusion2.0.0.",
    "fusion_hr.h.2.": "fusion2.1.0.",
    "fusion_hr.g.0.": "alpha2.0.0.",
    "fusion_hr.g.2.": "alpha2.1.0.",
    "fusion_image.g_r.0.": "alpha3.0.0.",
    "fusion_image.g_r.2.": "alpha3.1.0.",
    "decoder_lr.": "decoder1.",
    "decoder_hr.": "decoder2.",
    "tail.": "decoder_tail.",
}


def official_name(name: str) -> str:
    """Our parameter's name in the release.

    >>> official_name("decoder_lr.blocks.3.conv2.bias")
    'decoder1.RBs.3.conv2.bias'
    >>> official_name("encoder.stack.tail.weight")
    'input_encoder.conv_tail.weight'
    """
    ours = next(prefix for prefix in _PREFIXES if name.startswith(prefix))
    rest = name.removeprefix(ours)
    if rest.startswith("tail."):
        rest = f"conv_{rest}"
    return _PREFIXES[ours] + rest.replace("blocks.", "RBs.")


def read_official(path: Path, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a released checkpoint under our names, each of the shape and dtype of `ours`.

    Raises WeightsError where the file is missing, is another checkpoint, holds NaN or infinity, or would run code.
    """
    if not path.is_file():
        raise WeightsError(path, "there is no such file", "give the released checkpoint (.pt)")
    if path.stat().st_size > MAX_BYTES:
        raise WeightsError(path, f"larger than {MAX_BYTES >> 20} MB, so not the released network")
    found = _tensors(path)
    wanted = {official_name(name): name for name in ours}
    odd = sorted(wanted.keys() ^ found.keys())
    if odd:
        raise WeightsError(path, f"not the released network: {len(odd)} names differ (first: {odd[0]})")
    result = {}
    for theirs, name in wanted.items():
        value = found[theirs]
        if value.shape != ours[name].shape or value.dtype != torch.float32:
            kind = f"{tuple(value.shape)} {value.dtype}".replace("torch.", "")
            raise WeightsError(path, f"{theirs} is {kind}, not {tuple(ours[name].shape)} float32")
        if not bool(value.isfinite().all()):
            raise WeightsError(path, f"{theirs} holds NaN or infinity", "download it again")
        result[name] = value
    return result


def _tensors(path: Path) -> dict[str, Tensor]:
    """Name → tensor of a checkpoint, unwrapped; executes nothing."""
    if path.suffix == ".safetensors":
        read_header(path)
        return load_file(path)
    content = _unpickled(path)
    while isinstance(content, dict) and len(content) == 1 and isinstance(next(iter(content.values())), dict):
        content = next(iter(content.values()))  # {"state_dict": {…}}
    if not isinstance(content, dict) or not content or not all(_is_entry(*pair) for pair in content.items()):
        raise WeightsError(path, "this holds no table of tensors", "give the released checkpoint (.pt)")
    return {name.removeprefix("module."): value for name, value in content.items()}  # DataParallel


def _is_entry(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, Tensor) and value.layout == torch.strided


def _unpickled(path: Path) -> object:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                    raise WeightsError(path, f"unpacks to more than {MAX_BYTES >> 20} MB")  # noqa: TRY301
        return torch.load(path, map_location="cpu", weights_only=True)
    except WeightsError:
        raise
    except pickle.UnpicklingError as error:
        reason = "not a plain table of tensors (opening it could run code), so it was not opened"
        raise WeightsError(path, reason, "get the released checkpoint from its authors") from error
    except Exception as error:
        raise WeightsError(path, "damaged, or no checkpoint at all", "download it again") from error
