"""Drift: small results of our own networks, recorded once, must come out again on every machine.

The weights are made from their names, the pictures from a seed, so nothing here was trained or photographed.
After a change that is meant to change results, write the file anew and say why in the commit:

    python tests/golden/test_network.py
"""

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from dualzoom.network.compat import OfficialConfig, OfficialDcsr
from dualzoom.network.dcsr import Dcsr, DcsrConfig
from dualzoom.network.degradation import SIZE
from dualzoom.network.matching import unit_patches

FILE = Path(__file__).with_name("network.npz")
TOLERANCE = 1e-4  # of the largest value: sums in another order on another processor


def named_weights(module: nn.Module, seed: int = 7) -> nn.Module:
    """Every parameter from its own name: scaled normal noise, small where a residual ends."""
    state = {}
    for name, value in module.state_dict().items():
        z = np.random.default_rng([seed, zlib.crc32(name.encode())]).standard_normal(value.shape)
        fan_in = max(1, int(np.prod(value.shape[1:])))
        gain = 0.02 if value.ndim == 1 else 0.2 if "conv2" in name or "tail" in name else 1.0
        state[name] = torch.from_numpy((gain * np.sqrt(2 / fan_in) * z).astype(np.float32))
    module.load_state_dict(state)
    return module.eval()


def pictures() -> tuple[Tensor, Tensor, Tensor]:
    """A wide of 16×20 px, its reference a little displaced, and a validity map with a hole."""
    rng = np.random.default_rng(24)  # one whose best matches are clear
    scene = torch.from_numpy(rng.random((1, 3, 22, 26), dtype=np.float32))
    scene = nn.functional.interpolate(scene, scale_factor=2, mode="bicubic").clamp(0, 1)
    truth = scene[..., 6:38, 6:46]
    validity = torch.ones(1, 1, 32, 40)
    validity[..., 20:, :12] = 0
    return nn.functional.avg_pool2d(truth, 2), 0.9 * scene[..., 4:36, 7:47], validity


@torch.no_grad()
def results() -> dict[str, Tensor]:
    """What is recorded: name → array."""
    lr, ref, validity = pictures()
    small = DcsrConfig(
        channels=16, encoder_blocks=2, reference_blocks=1, decoder_lr_blocks=2, decoder_hr_blocks=1
    )
    ours = named_weights(Dcsr(small))
    degradation = torch.full((1, SIZE), 0.3)
    found = {
        "dcsr.alone": ours(lr, degradation=degradation),
        "dcsr.ref": ours(lr, ref, validity, degradation),
    }
    for name, flag_8k in (("k4", False), ("k8", True)):
        official = named_weights(OfficialDcsr(OfficialConfig(flag_8k=flag_8k)))
        assert isinstance(official, OfficialDcsr)
        query, key = (unit_patches(x)[0] for x in official.matching_features(lr, ref))
        best = torch.topk(query @ key.T, 2).values
        assert float((best[:, 0] - best[:, 1]).min()) > 1e-5, "a match that rounding could change"
        found[f"official.{name}.index"] = official.match(lr, ref).index.int()
        found[f"official.{name}.sr"] = official(lr, ref)
    return found


@pytest.fixture(scope="module")
def found() -> dict[str, Tensor]:
    return results()


@pytest.mark.parametrize("name", ["dcsr.alone", "dcsr.ref", "official.k4.sr", "official.k8.sr"])
def test_pictures_have_not_drifted(name: str, found: dict[str, Tensor]) -> None:
    with np.load(FILE) as file:
        recorded = file[name]
    error = np.abs(found[name].numpy() - recorded).max() / np.abs(recorded).max()
    assert error <= TOLERANCE


@pytest.mark.parametrize("name", ["official.k4.index", "official.k8.index"])
def test_matches_have_not_drifted(name: str, found: dict[str, Tensor]) -> None:
    with np.load(FILE) as file:
        assert np.array_equal(found[name].numpy(), file[name])


def test_the_reference_matters_in_what_is_recorded(found: dict[str, Tensor]) -> None:
    assert float((found["dcsr.ref"] - found["dcsr.alone"]).abs().mean()) > 1e-3
    assert all(1e-2 < float(value.abs().max()) < 100 for name, value in found.items() if "index" not in name)


if __name__ == "__main__":
    np.savez_compressed(FILE, **{name: value.numpy() for name, value in results().items()})
    print(f"{FILE.name}: {FILE.stat().st_size / 1000:.0f} kB")
