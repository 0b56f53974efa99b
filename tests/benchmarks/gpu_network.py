"""The network's own part of `gpu.py`: tiles at once, compiled, as graphs; how busy a GPU is; what training is fed."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dualzoom.engine import Engine
from dualzoom.geometry import Size
from dualzoom.network.contract import RestorationNetwork
from dualzoom.tiling.plan import plan
from dualzoom.training.batches import batches
from dualzoom.training.config import TrainConfig
from dualzoom.training.objective import objective
from dualzoom.training.photos import PhotoPool, find_photos

TOGETHER = 4
Forward = Callable[..., Tensor]


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def alone(engine: Engine, size: Size, total: float) -> None:
    """Prints the seconds of the network on all tiles of a frame, half of them with a reference, in several ways."""
    network = engine._prepared(torch.zeros(5).numpy(), False)
    tiles = plan(size, engine.default_tile_px, engine.margin_px)
    plain = _of_frame(engine, network, tiles, 1)
    print(
        f"network alone: {plain:.2f} s, {100 * plain / total:.0f} % of a pair that is not calibrated",
        flush=True,
    )
    print(
        f"network alone, {TOGETHER} tiles at once: {_of_frame(engine, network, tiles, TOGETHER):.2f} s",
        flush=True,
    )
    if engine.device.type != "cuda":
        return
    for name, made in (("compiled", _compiled), ("as CUDA graphs", _graphed)):
        try:
            seconds = _of_frame(engine, made(network), tiles, TOGETHER)
        except Exception as error:  # noqa: BLE001 - a compiler is missing, or a graph holds what it cannot
            print(f"network alone, {name}: not possible ({str(error).splitlines()[0][:90]})", flush=True)
        else:
            print(f"network alone, {name}, {TOGETHER} tiles at once: {seconds:.2f} s", flush=True)


def _of_frame(engine: Engine, forward: Forward, tiles: tuple[Any, ...], together: int) -> float:
    """Best of two runs, warm."""
    height, width = tiles[0].padded.height, tiles[0].padded.width
    make = torch.Generator().manual_seed(0)
    lr, ref = (
        torch.rand(together, 3, k * height, k * width, generator=make).to(engine.device) for k in (1, 2)
    )
    lr = lr.contiguous(memory_format=torch.channels_last)
    valid, told = torch.ones_like(ref[:, :1]), torch.zeros(together, 5, device=engine.device)
    short = engine.format != torch.float32

    def frame(count: int) -> float:
        wait(engine.device)
        start = time.perf_counter()
        with torch.inference_mode(), torch.autocast(engine.device.type, engine.format, enabled=short):
            for number in range(-(-count // together)):
                forward(lr, *((None, None) if number % 2 == 0 else (ref, valid)), told)
        wait(engine.device)
        return time.perf_counter() - start

    frame(2 * together)
    return min(frame(len(tiles)) for _ in range(2))


def _compiled(network: RestorationNetwork) -> Forward:
    return torch.compile(network)  # type: ignore[return-value]


def _graphed(network: RestorationNetwork) -> Forward:
    """Records the network once for each kind of input, and replays it."""
    graphs: dict[bool, tuple[torch.cuda.CUDAGraph, list[Tensor | None], Tensor]] = {}

    def forward(*inputs: Tensor | None) -> Tensor:
        kind = inputs[1] is None
        if kind not in graphs:
            kept = [None if one is None else one.clone() for one in inputs]
            for _ in range(3):
                network(*kept)
            torch.cuda.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                out = network(*kept)
            graphs[kind] = graph, kept, out
        graph, kept, out = graphs[kind]
        for there, one in zip(kept, inputs, strict=True):
            if there is not None and one is not None:
                there.copy_(one)
        graph.replay()
        return out

    return forward


@contextmanager
def busy(device: str) -> Iterator[Callable[[], str]]:
    """Inside, asks five times a second whether the GPU computes; then tells in what share of the answers it did."""
    command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "200"]
    index = device.partition(":")[2] or "0"
    child: subprocess.Popen[str] | None = None
    if device.startswith("cuda"):
        with suppress(OSError):
            child = subprocess.Popen([*command, "-i", index], stdout=subprocess.PIPE, text=True)
    told: list[str] = []
    try:
        yield lambda: told[0] if told else ""
    finally:
        if child is not None:
            child.terminate()
            shares = [int(line) for line in child.communicate()[0].split() if line.isdigit()]
            if shares:
                told.append(f"{sum(shares) / len(shares):.0f} %")


def feeding(engine: Engine, photos: Path) -> None:
    """Prints samples a second: simulated by all cores, and taken by the network with its gradients."""
    on_cpu = engine.device.type == "cpu"
    workers, steps = (0, 4) if on_cpu else (min(os.cpu_count() or 1, 16), 60)
    config = replace(TrainConfig(), batch=8 if on_cpu else 32, workers=workers, steps=10_000)
    source = batches(PhotoPool(find_photos([photos])[:20]), config, 0)
    batch = next(source).to(engine.device)  # starts the workers
    start = time.perf_counter()
    for _ in range(steps):
        next(source)
    fed = steps * config.batch / (time.perf_counter() - start)
    network = engine.network.with_config().train()

    def step() -> None:
        objective(network, network, batch, 0, config.loss).loss.backward()

    step()
    wait(engine.device)
    start = time.perf_counter()
    for _ in range(steps):
        step()
    wait(engine.device)
    taken = steps * config.batch / (time.perf_counter() - start)
    print(f"training: {fed:.0f} samples a second simulated, {taken:.0f} could be learned from", flush=True)
