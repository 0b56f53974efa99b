"""`dualzoom doctor`: what this machine offers and whether the tool is whole."""

import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import typer

from dualzoom.cli import options
from dualzoom.cli.terminal import terminal_of
from dualzoom.errors import WeightsError

_LIBRARIES = (
    "torch", "numpy", "opencv-python-headless", "pillow", "imagecodecs", "pi-heif", "rawpy", "tifffile", "safetensors",
)  # fmt: skip
#: extra → the module it brings
_EXTRAS = {"cluster": "distributed", "video": "av"}


def doctor(context: typer.Context, json: options.Json = False, debug: options.Debug = False) -> None:
    """Show versions, devices, memory and models.

    Exit code 8 when a model is missing or damaged.
    """
    terminal = terminal_of(context)
    found = {**_software(), **_hardware(), "models": _models()}
    if json:
        terminal.json(found)
    else:
        for line in _lines(found):
            terminal.result(line)
    bad = [name for name, state in found["models"].items() if state != "ok"]
    if bad or not found["models"]:
        terminal.failure_told = True
        which = f"{', '.join(bad)} cannot be used" if bad else "there are none"
        raise WeightsError("models", which, "install dualzoom again")


def _software() -> dict[str, Any]:
    from dualzoom.version import installed_version

    return {
        "dualzoom": installed_version(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "extras": {extra: find_spec(module) is not None for extra, module in _EXTRAS.items()},
    }


def _version(name: str) -> str | None:
    """Returns the installed version; OpenCV may also come from the package with windows."""
    for candidate in (name, name.removesuffix("-headless")):
        try:
            return version(candidate)
        except PackageNotFoundError:
            continue
    return None


def _hardware() -> dict[str, Any]:
    import psutil
    import torch

    from dualzoom.network.precision import name_of, number_format

    memory = psutil.virtual_memory()
    cuda = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {
        "cpu": {
            "threads": torch.get_num_threads(),
            "instructions": torch.backends.cpu.get_cpu_capability(),
            "precision": name_of(number_format(torch.device("cpu"))),
        },
        "memory_gb": {"total": round(memory.total / 1e9, 1), "available": round(memory.available / 1e9, 1)},
        "cuda": cuda,
        "mps": torch.backends.mps.is_available(),
    }


def _models() -> dict[str, str]:
    """Returns "ok", or what is wrong, for each model that came with the tool."""
    from dualzoom.network import weights

    states = {}
    for name in weights.available():
        try:
            weights.verify(name)
            states[name] = "ok"
        except WeightsError as error:
            states[name] = error.reason
    return states


def _lines(found: dict[str, Any]) -> list[str]:
    cpu, memory = found["cpu"], found["memory_gb"]
    rows = {
        "dualzoom": found["dualzoom"],
        "python": f"{found['python']} on {found['system']}",
        "libraries": ", ".join(
            f"{name} {number or 'missing'}" for name, number in found["libraries"].items()
        ),
        "extras": ", ".join(f"{name}: {'yes' if there else 'no'}" for name, there in found["extras"].items()),
        "cpu": f"{cpu['threads']} threads, {cpu['instructions']}, "
        f"{cpu['precision']} (the faster number format)",
        "memory": f"{memory['available']} of {memory['total']} GB free",
        "cuda": ", ".join(found["cuda"]) or "none",
        "mps": "yes" if found["mps"] else "none",
        "models": ", ".join(f"{name}: {state}" for name, state in found["models"].items()) or "none",
    }
    return [f"{name:10}{value}" for name, value in rows.items()]
