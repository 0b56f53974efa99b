"""A small lite network, and what it is given; a zoomer with another, and a pair for it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from torch import Tensor

    from dualzoom.evaluation.phones import Capture
    from dualzoom.network.dcsr_lite import DcsrLite
    from dualzoom.pipeline import Zoomer
    from dualzoom.zoom_result import ZoomResult

LiteInputs = Callable[[int, int], "tuple[Tensor, Tensor, Tensor, Tensor]"]


@pytest.fixture
def lite_network() -> "DcsrLite":
    """Of 8 channels and random weights throughout, in eval mode: no layer may hide behind a quiet start."""
    import torch

    from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig

    torch.manual_seed(4)
    network = DcsrLite(
        DcsrLiteConfig(
            channels=8, encoder_blocks=1, reference_blocks=1, decoder_blocks=2, matching_channels=4
        )
    ).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.15)
    return network


@pytest.fixture
def lite_inputs() -> LiteInputs:
    """`lite_inputs(h, w)`: two random wides, their references, validities and degradations."""
    import torch

    from dualzoom.network.degradation import SIZE

    def made(height: int, width: int) -> "tuple[Tensor, Tensor, Tensor, Tensor]":
        g = torch.Generator().manual_seed(9)
        lr = torch.rand(2, 3, height, width, generator=g)
        ref, validity = (torch.rand(2, n, 2 * height, 2 * width, generator=g) for n in (3, 1))
        return lr, ref, validity, torch.rand(2, SIZE, generator=g)

    return made


@pytest.fixture(scope="module")
def zoomer(tmp_path_factory: pytest.TempPathFactory) -> "Zoomer":
    """See `small_zoomer`."""
    from small_zoomer import small_zoomer

    return small_zoomer(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def shot() -> "Capture":
    """See `small_zoomer`."""
    from small_zoomer import street

    return street()


@pytest.fixture(scope="module")
def alone(zoomer: "Zoomer", shot: "Capture") -> "ZoomResult":
    """The wide of the pair, zoomed without its tele."""
    from dualzoom.capture.photo import Photo

    return zoomer.zoom(Photo(pixels=shot.wide))
