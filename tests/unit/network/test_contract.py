"""What every network promises: copies with another configuration compute with the same weights."""

import pytest
import torch

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.compat import OfficialConfig, OfficialDcsr
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.dcsr import Dcsr, DcsrConfig
from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig
from dualzoom.network.ensemble import SelfEnsemble
from dualzoom.network.precision import channels_last

SIZES = {"channels": 8, "encoder_blocks": 1, "reference_blocks": 1}


def lite() -> DcsrLite:
    return DcsrLite(DcsrLiteConfig(**SIZES, decoder_blocks=1))


MADE = {
    "lite": lite,
    "dcsr": lambda: Dcsr(DcsrConfig(**SIZES, decoder_lr_blocks=1, decoder_hr_blocks=1)),
    "official": lambda: OfficialDcsr(OfficialConfig()),
    "ensemble": lambda: SelfEnsemble(lite()),
}


@pytest.fixture(params=MADE)
def network(request: pytest.FixtureRequest) -> RestorationNetwork:
    torch.manual_seed(5)
    return MADE[request.param]()


def test_the_result_has_scale_times_the_size(network: RestorationNetwork) -> None:
    lr = torch.rand(1, 3, 12, 10)
    assert network.eval()(lr).shape == bicubic_up(lr).shape
    assert network.scale == 2
    assert network.receptive_radius_px > 0


def test_a_copy_has_the_same_weights_and_mode_and_no_memory_in_common(network: RestorationNetwork) -> None:
    network = channels_last(network, torch.device("cpu")).train()
    if network.estimator is not None:
        network.estimator.eval().requires_grad_(False)
    state = torch.random.get_rng_state()
    copied = network.with_config()
    assert torch.equal(torch.random.get_rng_state(), state)
    assert (type(copied), copied.config) == (type(network), network.config)
    given = dict(network.named_parameters())
    for name, parameter in copied.named_parameters():
        assert torch.equal(parameter, given[name])
        assert parameter.data_ptr() != given[name].data_ptr()
        assert parameter.requires_grad == given[name].requires_grad
        assert parameter.stride() == given[name].stride()
    modes = [{name: part.training for name, part in one.named_modules()} for one in (network, copied)]
    assert modes[0] == modes[1]


@pytest.mark.parametrize("name", ["lite", "dcsr", "ensemble"])
def test_a_changed_configuration_is_in_force_in_the_copy_only(name: str) -> None:
    network = MADE[name]().eval()
    changed = network.with_config(assume_native=True)
    for one, assumed in ((network, False), (changed, True)):
        assert one.config.assume_native is assumed
        assert one.estimator is not None
        assert one.estimator.assume_native is assumed
    lr, degradation = torch.rand(1, 3, 12, 10), torch.full((1, 5), 0.3)
    with torch.no_grad():
        assert torch.equal(network(lr, degradation=degradation), changed(lr, degradation=degradation))


def test_the_releases_switch_changes_the_grid_of_matching() -> None:
    network = MADE["official"]().with_config(flag_8k=True)
    assert network.config.flag_8k
    assert network.align_fine.cell == 4


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(TypeError, match="depth"):
        lite().with_config(depth=3)
    with pytest.raises(ValueError, match="out of range"):
        lite().with_config(channels=0)
    with pytest.raises(RuntimeError, match="size mismatch"):
        lite().with_config(channels=16)
