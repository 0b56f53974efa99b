"""Trained weights on disk ⇄ a module.

A model is two files side by side: `<name>.safetensors` (the tensors; its metadata repeats the
configuration and the provenance) and `<name>.json` {format, name, config, parameters, sha256 of the tensor
file, provenance}.
Loading is strict: configuration, names, shapes, dtypes, sizes and checksum must all agree, sizes before
memory is taken, and every value must be finite; no pickle is ever opened. Each fault is a WeightsError of one line.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as tensors_to_bytes
from torch import Tensor, nn

from dualzoom.atomic import publish
from dualzoom.errors import WeightsError, WriteError
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.registry import build_network
from dualzoom.network.tensor_file import in_order, read_header

FORMAT = 1
DEFAULT_MODEL = "dcsr-lite"
DEFAULT_LEARNER = "dcsr-lite-fast"  # what pairs may teach in its place: see `network.learner`
BURST_MODEL = "dcsr-frames"  # what bursts are shown to in its place: see `burst_use`
MAX_INFO_BYTES = 1 << 20
_DTYPES = {
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.float64: "F64",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A network ready to run (eval mode, CPU), its configuration, its info file, and where it came from."""

    module: RestorationNetwork
    config: dict[str, object]
    info: dict[str, object]
    path: Path

    @property
    def name(self) -> str:
        """The model's name: that of its file."""
        return self.path.stem


def models_dir() -> Path:
    """The models that come with the tool: `_models` in an installed wheel, `models/` in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_models"
    return installed if installed.is_dir() else package.parent / "models"


def available() -> tuple[str, ...]:
    """Names of the models that come with the tool, sorted."""
    return tuple(sorted(path.stem for path in models_dir().glob("*.safetensors")))


def resolve(name: str) -> str:
    """The model that `name` stands for: "auto" is the default model, any other name is itself."""
    return DEFAULT_MODEL if name == "auto" else name


def load(name_or_path: str | Path) -> LoadedModel:
    """Load a model by name (of `available()`) or by the path of its `.safetensors` file.

    Raises WeightsError where the files are missing, damaged, edited, of another kind, a pickle, or hold NaN or
    infinity.
    """
    path = _find(name_or_path)
    module, info, config, tensors = _checked(path)
    module.load_state_dict(tensors)
    return LoadedModel(module=module.eval(), config=config, info=info, path=path)


def verify(name_or_path: str | Path) -> dict[str, object]:
    """Make every check of `load` and return the info file; raises WeightsError as `load` does."""
    return _checked(_find(name_or_path))[1]


def save(
    module: nn.Module,
    path: str | Path,
    *,
    config: Mapping[str, object],
    provenance: Mapping[str, object] | None = None,
) -> Path:
    """Write `module` to `path` (`.safetensors`, and `.json` beside it); returns the tensor file's path.

    `config` builds the module again ("architecture" and its fields), JSON values only; `provenance` says how
    the weights were made. Raises ValueError where `config` does not build this very module,
    WriteError where the files cannot be written. Each file is replaced as a whole; a break between the two
    shows in the checksum.
    """
    path = Path(path)
    if path.suffix != ".safetensors":
        raise ValueError(f"{path}: a model's file ends in .safetensors")
    tensors = {name: value.detach().cpu().contiguous() for name, value in module.state_dict().items()}
    if _described(tensors) != _expected(config):
        raise ValueError(f"{path}: this configuration does not build the module to be saved")
    story = _canonical(provenance or {})  # also inside the file: it may travel alone
    data = in_order(tensors_to_bytes(tensors, metadata={"config": _canonical(config), "provenance": story}))
    info = {
        "format": FORMAT,
        "name": path.stem,
        "config": dict(config),
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "sha256": hashlib.sha256(data).hexdigest(),
        "provenance": dict(provenance or {}),
    }
    text = json.dumps(info, indent=2, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        publish(path, [data], overwrite=True)
        publish(path.with_suffix(".json"), [text.encode()], overwrite=True)
    except OSError as error:
        raise WriteError(
            path, f"cannot be written ({error.strerror})", "check the folder and the disk"
        ) from error
    return path


def _find(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    named = (
        isinstance(name_or_path, str) and re.fullmatch(r"[\w.-]+", text) and not text.endswith(".safetensors")
    )
    path = models_dir() / f"{text}.safetensors" if named else Path(name_or_path)
    if not path.is_file():
        names = ", ".join(available()) or "none"
        raise WeightsError(text, "there is no such model", f"give a .safetensors file or one of: {names}")
    return path


def _checked(
    path: Path,
) -> tuple[RestorationNetwork, dict[str, object], dict[str, object], dict[str, Tensor]]:
    header = read_header(path)
    info = _read_info(path.with_suffix(".json"))
    config = info["config"]
    assert isinstance(config, dict)
    if header.metadata.get("config") != _canonical(config):
        raise WeightsError(
            path, "its .json holds another configuration", "keep the two files of a model together"
        )
    try:
        expected = _expected(config)
    except ValueError as error:
        raise WeightsError(path, f"unknown configuration ({error})", "update dualzoom") from error
    if header.tensors != expected:
        odd = sorted(set(header.tensors.items()) ^ set(expected.items()))[0][0]
        raise WeightsError(
            path, f"its tensors are not those of the network ({odd})", "download the model again"
        )
    data = path.read_bytes()  # of the size just checked against the configuration
    if hashlib.sha256(data).hexdigest() != info["sha256"]:
        raise WeightsError(
            path, "its contents are not those recorded in its .json", "download both files again"
        )
    tensors = tensors_from_bytes(data)
    _check_finite(path, tensors)
    return build_network(config), info, config, tensors


def _check_finite(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Reject weights with which every picture would be NaN, before minutes are spent on one."""
    for name, value in tensors.items():
        if not bool(value.isfinite().all()):
            raise WeightsError(
                path, f"{name} holds NaN or infinity", "use other weights; these came of a run that diverged"
            )


def _read_info(path: Path) -> dict[str, object]:
    again = "download the model's two files again"
    try:
        if path.stat().st_size > MAX_INFO_BYTES:
            raise WeightsError(path, "too large for a model's description", again)
        info = json.loads(path.read_bytes())
    except OSError as error:
        raise WeightsError(path, f"cannot be read ({error.strerror})", again) from error
    except (ValueError, RecursionError) as error:
        raise WeightsError(path, "this is not JSON", again) from error
    if not isinstance(info, dict) or not isinstance(info.get("config"), dict) or "sha256" not in info:
        raise WeightsError(path, "this does not describe a model", again)
    if info.get("format") != FORMAT:
        raise WeightsError(path, f"format {info.get('format')!r} is not known here", "update dualzoom")
    return info


def _expected(config: Mapping[str, object]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Names, dtypes and shapes of the network's tensors, without memory for them."""
    with torch.device("meta"):
        return _described(build_network(config).state_dict())


def _described(tensors: Mapping[str, Tensor]) -> dict[str, tuple[str, tuple[int, ...]]]:
    return {name: (_DTYPES.get(value.dtype, "?"), tuple(value.shape)) for name, value in tensors.items()}


def _canonical(config: Mapping[str, object]) -> str:
    return json.dumps(dict(config), sort_keys=True, separators=(",", ":"))
