"""Our network, written from the paper, against arrays recorded from the authors' network.

The arrays come with a recipe that makes every weight from its name, so no trained weights are needed. Every
array of every file is compared: one that no stage accounts for fails the test.
"""

import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from dualzoom.network.aligned_attention import AlignedAttention, sample_cells
from dualzoom.network.coarse import best_windows
from dualzoom.network.compat import OfficialDcsr, load_official
from dualzoom.network.fusion import high_band
from dualzoom.network.local_transformer import RADIANS_PER_UNIT, CellTransform, decode
from dualzoom.network.matching import unit_patches

TOLERANCE = 1e-4  # of an array's largest value
SEED = 2021  # of the recorded weights
MARGIN = 1e-5  # a best match that is better by less may be another one
HR_STAGES = {"ref_feat1", "f1_matched", "f1_aligned", "g2", "h2", "fused1", "dec1", "base_rgb", "g_r"}

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def public() -> Path:
    folder = Path(__file__).parents[3] / "shared" / "parity" / "public"
    if not folder.is_dir():
        pytest.skip("needs the recorded arrays in ../shared/parity")
    return folder


@pytest.fixture(scope="module")
def checkpoint(public: Path) -> dict[str, Tensor]:
    shapes = json.loads((public / "state_dict_keys.json").read_text())
    return {name: weight(name, shape, SEED) for name, shape in shapes.items()}


@pytest.fixture(scope="module", params=[False, True], ids=["k4", "k8"])
def official(
    checkpoint: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> OfficialDcsr:
    path = tmp_path_factory.mktemp("checkpoint") / "official.pt"
    torch.save(checkpoint, path)
    return load_official(path, flag_8k=request.param)


def weight(name: str, shape: list[int], seed: int) -> Tensor:
    """The recipe: a weight from its name."""
    spread = (0.229, 0.224, 0.225)
    if name == "feature_match.sub_mean.weight":
        return torch.diag(1 / torch.tensor(spread, dtype=torch.float64)).float().reshape(shape)
    if name == "feature_match.sub_mean.bias":
        return (-torch.tensor((0.485, 0.456, 0.406)).double() / torch.tensor(spread).double()).float()
    z = np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())])).standard_normal(size=shape)
    if len(shape) == 1:
        return torch.from_numpy((0.02 * z).astype(np.float32))
    gains: dict[str, bool] = {
        "0.15": ".p_conv.4." in name,
        "0.2": ".RBs." in name and ".conv2." in name,
        "0.3": name.endswith("conv_tail.weight"),
        "0.08": "decoder_tail.2.weight" in name,
        "3.0": name.startswith("alpha3.1."),
    }
    gain = next((float(value) for value, applies in gains.items() if applies), 1.0)
    return torch.from_numpy((gain * np.sqrt(2 / np.prod(shape[1:])) * z).astype(np.float32))


def arrays(path: Path) -> dict[str, Tensor]:
    with np.load(path) as file:
        found = {key: torch.from_numpy(file[key]) for key in file.files}
    assert found.pop("weight_seed", torch.tensor(SEED)) == SEED
    return found


def mode_of(net: OfficialDcsr) -> str:
    return "k8" if net.config.flag_8k else "k4"


def assert_near(ours: Tensor, recorded: Tensor, what: str, tolerance: float = TOLERANCE) -> None:
    assert ours.shape == recorded.shape, what
    error = float((ours.double() - recorded.double()).abs().max() / recorded.abs().max())
    assert error <= tolerance, f"{what}: {error:.2e} of the maximum"


def test_the_recipe_makes_the_recorded_weights(public: Path, checkpoint: dict[str, Tensor]) -> None:
    sums = json.loads((public / "weights_check.json").read_text())
    assert sums.keys() == checkpoint.keys()
    for name, (total, magnitude) in sums.items():
        value = checkpoint[name].double()
        assert float(value.sum()) == pytest.approx(total, rel=1e-6, abs=1e-6)
        assert float(value.abs().sum()) == pytest.approx(magnitude, rel=1e-6)


def recorder(stages: dict[str, Tensor], names: Mapping[str, Callable[[tuple[Tensor, ...], Tensor], Tensor]]):
    def hook(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        for name, pick in names.items():
            stages[name] = pick(inputs, output)

    return hook


def affine(transform: CellTransform) -> Tensor:
    """T's answer as it was recorded: scales and angle code."""
    code = transform.angle / RADIANS_PER_UNIT + 1
    return torch.stack([transform.row_scale, transform.column_scale, code], 1)


@torch.no_grad()
def stages_of(net: OfficialDcsr, lr: Tensor, ref: Tensor) -> dict[str, Tensor]:
    """Every recorded quantity, from the parts' inputs and outputs during one pass."""
    stages: dict[str, Tensor] = {"ref_hf": high_band(ref)}
    match = net.match(lr, ref)
    stages["index"], stages["conf"] = match.index, match.confidence
    stages["phi_lr"], stages["phi_ref"] = net.matching_features(lr, ref)
    query, key = (unit_patches(stages[name])[0] for name in ("phi_lr", "phi_ref"))
    best, second = torch.topk(query @ key.T, 2).values.unbind(1)
    stages["match_margin"] = (best - second).view_as(match.confidence)
    watched: dict[nn.Module, dict[str, Callable[[tuple[Tensor, ...], Tensor], Tensor]]] = {
        net.psi: {"ref_feat1": lambda _, out: out[0], "ref_feat2": lambda _, out: out[1]},
        net.align_high_band.transformer: {"affine_aa1": lambda _, out: affine(out)},
        net.align_fine.transformer: {"affine_aa3": lambda _, out: affine(out)},
        net.align_high_band: {"hf_aligned": lambda _, out: out},
        net.align_fine: {"f1_matched": lambda ins, _: ins[0], "f1_aligned": lambda _, out: out},
        net.fusion_lr.g: {"g1": lambda _, out: out},
        net.fusion_lr.h: {"h1": lambda _, out: out},
        net.fusion_lr: {
            "lr_feat": lambda ins, _: ins[0],
            "f2_matched": lambda ins, _: ins[1],
            "fused2": lambda _, out: out,
        },
        net.decoder_lr: {"dec2": lambda _, out: out},
        net.fusion_hr.g: {"g2": lambda _, out: out},
        net.fusion_hr.h: {"h2": lambda _, out: out},
        net.fusion_hr: {"conf_hr": lambda ins, _: ins[2], "fused1": lambda _, out: out},
        net.decoder_hr: {"dec1": lambda _, out: out},
        net.tail: {"base_rgb": lambda _, out: out},
        net.fusion_image.g_r: {"g_r": lambda _, out: out},
    }
    hooks = [module.register_forward_hook(recorder(stages, names)) for module, names in watched.items()]
    stages["sr"] = net(lr, ref)
    for hook in hooks:
        hook.remove()
    return stages


@pytest.mark.parametrize("case", ["A", "B", "C"])
def test_every_stage_of_the_network(case: str, official: OfficialDcsr, public: Path) -> None:
    recorded, mode = arrays(public / f"case{case}.npz"), mode_of(official)
    stages = stages_of(official, recorded["lr"], recorded["ref"])
    compared = set()
    for key, value in recorded.items():
        prefix, _, rest = key.partition(".")
        if prefix != mode:
            continue
        name, _, form = rest.partition(".")
        ours = stages[name]
        compared.add(name)
        if name == "index":
            differs = (ours != value).view_as(recorded[f"{mode}.match_margin"])
            assert not bool((differs & (recorded[f"{mode}.match_margin"] >= MARGIN)).any()), key
        elif name == "match_margin":
            assert float((ours - value).abs().max()) <= MARGIN, key
        elif form == "probe":
            rows, columns = (slice(2, None, 9), slice(3, None, 7)) if name in HR_STAGES else (
                slice(1, None, 5), slice(2, None, 4))  # fmt: skip
            assert_near(ours[..., rows, columns], value, key)
        elif form == "chan":
            whole = ours.double()
            assert_near(torch.stack([whole.mean((0, 2, 3)), whole.std((0, 2, 3), correction=0)]), value, key)
        else:
            assert_near(ours, value, key)
    assert compared == stages.keys()


@torch.no_grad()
def test_coarse_search(official: OfficialDcsr, public: Path) -> None:
    recorded, mode = arrays(public / "coarse.npz"), mode_of(official)
    lr, ref = recorded["lr"], recorded["ref"]
    window = best_windows(lr, ref)[0]
    assert [window.row, window.column] == recorded["best"][2:].tolist()
    assert window.difference == pytest.approx(float(recorded["best_l1"]), rel=TOLERANCE)
    for name, picture, scale in (("lr_small", lr, 1 / 8), ("ref_small", ref, 1 / 16)):
        small = nn.functional.interpolate(picture, scale_factor=scale, mode="bicubic")
        assert_near(small, recorded[name], name)
    assert_near(official(lr, ref), recorded[f"{mode}.sr"], "sr")
    pair = official(
        torch.cat([lr, lr.flip(2)]), torch.cat([ref, ref.flip(2)])
    )  # each item has its own window
    assert_near(pair[:1], recorded[f"{mode}.sr"], "sr in a batch")


@pytest.mark.parametrize("cell", [2, 4])
@torch.no_grad()
def test_alignment_module(cell: int, public: Path) -> None:
    recorded = arrays(public / "aligned.npz")
    x, lr, ref, raw, out = (recorded[f"net{cell}.{name}"] for name in ("x", "lr", "ref", "raw", "out"))
    module = AlignedAttention(cell, border="release").eval()
    state = {}
    for name, value in module.state_dict().items():
        part, _, rest = name.removeprefix("transformer.").partition(".")
        theirs = {"look": "conv1", "compare": "p_conv"}[part] + f".{rest}"
        state[name] = weight(f"alone{cell}.{theirs}", list(value.shape), SEED)
    module.load_state_dict(state)
    enlarged = nn.functional.interpolate(lr, scale_factor=2, mode="bicubic")
    transform = module.transformer(enlarged, ref)
    assert_near(affine(transform), (raw + 1).clamp(-3, 3), "raw")
    assert_near(module(x, enlarged, ref), out, "out")


@pytest.mark.parametrize("cell", [2, 4])
def test_sampling_and_its_gradients(cell: int, public: Path) -> None:
    recorded = arrays(public / "aligned.npz")
    x, raw, out, cotangent, grad_x, grad_raw, weights = (
        recorded[f"samp{cell}.{name}"] for name in ("x", "raw", "out", "cot", "grad_x", "grad_raw", "wsum")
    )
    x.requires_grad_()
    raw.requires_grad_()
    ours = sample_cells(x, decode(raw), cell, border="release")
    assert_near(ours.detach(), out, "out")
    (ours * cotangent).sum().backward()
    assert_near(x.grad, grad_x, "grad_x")
    assert_near(raw.grad, grad_raw, "grad_raw")
    ones = torch.ones_like(x[:, :1])
    assert_near(sample_cells(ones, decode(raw), cell, border="release").detach(), weights, "wsum")
    # Ours agrees wherever the release does not weigh the border twice, and weighs nothing twice itself.
    ours = sample_cells(x, decode(raw), cell).detach()
    inside = ((weights - 1).abs() < 1e-5).expand_as(out)
    assert 0.5 < float(inside.float().mean()) < 1
    assert_near(ours[inside], out[inside], "corrected sampling")
    assert_near(sample_cells(ones, decode(raw), cell).detach(), torch.ones_like(weights), "weights")
