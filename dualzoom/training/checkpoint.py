"""The state of a training run on disk, in files under 16 MiB, complete or absent.

    <folder>/step-0001500/state.json, part-000.safetensors, part-001.safetensors, …

A step's folder is written under another name and renamed when complete; older ones are deleted after that.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from dualzoom.errors import WeightsError, WriteError

PART_BYTES = 15 << 20


def save(folder: Path, step: int, tensors: dict[str, Tensor], state: dict[str, Any]) -> Path:
    """Write the checkpoint of `step` and drop older ones; raises WriteError."""
    target = folder / f"step-{step:07d}"
    draft = folder / f".draft-{step:07d}"
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for number, part in enumerate(_parts(tensors)):
            save_file(part, str(draft / f"part-{number:03d}.safetensors"))
        (draft / "state.json").write_text(json.dumps({**state, "step": step}), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
    except OSError as error:
        raise WriteError(
            folder, f"the checkpoint cannot be written ({error.strerror})", "check the disk"
        ) from error
    for old in folder.glob("step-*"):
        if old != target:
            shutil.rmtree(old, ignore_errors=True)
    return target


def latest(folder: Path) -> Path | None:
    """The newest whole checkpoint in `folder`, or None."""
    return max(folder.glob("step-*"), default=None)


def load(path: Path, device: torch.device) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and state of the checkpoint at `path`; raises WeightsError where it is damaged."""
    tensors: dict[str, Tensor] = {}
    try:
        for part in sorted(path.glob("part-*.safetensors")):
            tensors.update(load_file(str(part), device=str(device)))
        state = json.loads((path / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsError(
            path, f"the checkpoint is damaged ({error})", "delete it and start again"
        ) from error
    return tensors, state


def _parts(tensors: dict[str, Tensor]) -> list[dict[str, Tensor]]:
    parts: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, tensor in tensors.items():
        bytes_here = tensor.numel() * tensor.element_size()
        if size + bytes_here > PART_BYTES and parts[-1]:
            parts.append({})
            size = 0
        parts[-1][name] = tensor.detach().cpu().contiguous()
        size += bytes_here
    return parts
