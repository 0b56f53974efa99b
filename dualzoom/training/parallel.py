"""Several processes under torchrun that train as one: each takes its share of a batch, gradients are averaged.

Process 0 judges, selects and writes; the others follow its decisions.
"""

import os
import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn import Parameter

from dualzoom.errors import UsageError

#: What was sent last: the message and, because the barrier that ends a group holds it, the last thing gloo lets go of.
_sent: list["weakref.ref[Tensor]"] = []
#: How long the end of a group waits for gloo's threads to let go. They need milliseconds, on a busy machine more.
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class Group:
    """The processes of a run, and which of them this is."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process judges and writes."""
        return self.rank == 0

    def average_gradients(self, parameters: Iterable[Parameter]) -> None:
        """Make every process's gradients the group's mean, in one message.

        By hand rather than by DistributedDataParallel: a step may use a part of the network alone (no reference, the
        matching only), and the same part in every process.
        """
        if self.size == 1:
            return
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        together = torch.cat([gradient.flatten() for gradient in gradients])
        dist.all_reduce(_noted(together))
        together /= self.size
        for gradient, mean in zip(
            gradients, torch.split(together, [g.numel() for g in gradients]), strict=True
        ):
            gradient.copy_(mean.view_as(gradient))

    def mean(self, value: Tensor) -> Tensor:
        """The mean over the group."""
        if self.size == 1:
            return value
        message = value.clone()
        dist.all_reduce(_noted(message))
        return message / self.size

    def told(self, value: float, device: torch.device) -> float:
        """The number in process 0, in float32."""
        if self.size == 1:
            return value
        message = torch.tensor([value], dtype=torch.float32, device=device)
        dist.broadcast(_noted(message), 0)
        return float(message.item())

    def decided(self, value: bool, device: torch.device) -> bool:
        """The value in process 0."""
        if self.size == 1:
            return value
        flag = torch.tensor([int(value)], device=device)
        dist.broadcast(_noted(flag), 0)
        return bool(flag.item())


def join(batch: int, device: torch.device) -> tuple[Group, torch.device]:
    """The group that torchrun announces in the environment (else this process alone), and this process's device.

    Raises UsageError where the batch cannot be shared out evenly.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Group(), device
    if batch % size:
        raise UsageError(
            "torchrun", f"a batch of {batch} cannot be shared by {size} processes", "use 2, 4 or 8"
        )
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    if not dist.is_initialized():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return Group(dist.get_rank(), size), device


def finish() -> None:
    """End the group together, after the last common step: no process waits for one that has already left."""
    if dist.is_available() and dist.is_initialized():
        dist.barrier()
        _end()


def leave() -> None:
    """End the group at once, if there still is one: a process that fails waits for no other."""
    if dist.is_available() and dist.is_initialized():
        _end()


def _end() -> None:
    """Destroy the group, and wait until its threads hold no tensor any more.

    A thread of gloo that drops a tensor while the interpreter shuts down asks for the interpreter's lock in vain, and
    the whole process aborts.
    """
    dist.destroy_process_group()
    patience = time.monotonic() + _PATIENCE_S
    while any(message() is not None for message in _sent) and time.monotonic() < patience:
        time.sleep(0.001)  # lets go of the interpreter's lock, which those threads need
    _sent.clear()


def _noted(message: Tensor) -> Tensor:
    """Remember the last few messages without keeping them; they must not be handed on, or the end waits for them."""
    _sent.append(weakref.ref(message))
    del _sent[:-4]
    return message
