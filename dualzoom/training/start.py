"""The network that a run begins with: new, another's weights, or another's with fewer blocks or with a new part."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from dualzoom.errors import UsageError
from dualzoom.network import weights
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.frames.dcsr_frames import DcsrFrames
from dualzoom.network.registry import build_network, describe
from dualzoom.training.config import TrainConfig


def begin(config: TrainConfig) -> RestorationNetwork:
    """Builds the run's network with its first weights; raises UsageError where `start_from` is another network."""
    network = build_network(dict(config.network))
    if config.start_from is None:
        return network
    begun = weights.load(config.start_from).module
    if config.start_blocks:
        begun = with_blocks(begun, config.start_blocks)
    if _taken_over(network, begun):
        return network
    if begun.config != network.config:
        reason = f"it is {begun.config}"
        raise UsageError(config.start_from, "is another network than [network] says", reason)
    return begun


def _taken_over(network: RestorationNetwork, begun: RestorationNetwork) -> bool:
    """Gives a network the weights of one that it holds whole, and that lacks a part; returns whether it does.

    So a network for bursts begins with one for single photos: its entrances for the burst keep their first values, by
    which it starts as the other. So does one with a pooled estimator begin with one without.
    """
    for_bursts = isinstance(network, DcsrFrames)
    if isinstance(begun, DcsrFrames) and not for_bursts:
        return False
    fields, given = asdict(network.config), asdict(begun.config)
    pools = fields.get("pooled_estimator", False) and not given.get("pooled_estimator", False)
    if pools:
        given["pooled_estimator"] = True
    if given != fields or not (pools or (for_bursts and not isinstance(begun, DcsrFrames))):
        return False
    network.load_state_dict(network.state_dict() | begun.state_dict())
    return True


def with_blocks(network: RestorationNetwork, kept: Mapping[str, Sequence[int]]) -> RestorationNetwork:
    """A network with only some residual blocks of `network`, and all else of it.

    `kept`: numbers of blocks by the name of their stack, "encoder", "reference" or "decoder", ascending. Residual
    blocks change their input little, so what is left still works, and needs a short training. Raises UsageError.
    """
    described = dict(describe(network))
    numbers = {}
    for stack, blocks in kept.items():
        name = "reference_encoder" if stack == "reference" else stack
        count = getattr(network.config, f"{stack}_blocks", None)
        if count is None or list(blocks) != sorted(set(blocks)) or not set(blocks) <= set(range(count)):
            reason = f"{list(blocks)} are not blocks of '{stack}'"
            raise UsageError(
                "start_blocks", reason, "name blocks of encoder, reference and decoder, ascending"
            )
        described[f"{stack}_blocks"] = len(blocks)
        numbers[name] = {old: new for new, old in enumerate(blocks)}
    shallower = build_network(described)
    shallower.load_state_dict(
        {new: value for old, value in network.state_dict().items() if (new := _renamed(old, numbers))}
    )
    return shallower


def _renamed(name: str, numbers: Mapping[str, Mapping[int, int]]) -> str | None:
    """A tensor's name where its block has its new number; None if the block is gone."""
    stack, *rest = name.split(".")
    if stack not in numbers or len(rest) < 2 or rest[0] != "blocks":
        return name
    number = numbers[stack].get(int(rest[1]))
    return None if number is None else ".".join((stack, "blocks", str(number), *rest[2:]))
