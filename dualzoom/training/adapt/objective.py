"""The loss of a step on real pairs, by the kind of its batch (`batches`).

fidelity          Eq. 7: the result must have the wide's tones and, where the network is confident, look like the tele.
                  (The paper compares the reduced result with the wide pixel by pixel; but the wide's pixels hold its
                  errors, and they would be learned.)
reference, alone  ℓ1 against the tele where it is valid, of the whole band and again of the band above the wide's limit.
"""

from torch import Tensor

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.fusion import high_band
from dualzoom.training.adapt.batches import ExampleBatch
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.confidence import Confidence
from dualzoom.training.losses.nearby import registered_fidelity
from dualzoom.training.losses.tones import tone_difference


def objective(
    network: RestorationNetwork, batch: ExampleBatch, confidence: Confidence, config: AdaptConfig
) -> Tensor:
    """Returns the loss of a batch, a scalar: a mean over its items, so that processes may share the batch."""
    sr = network(batch.wide, batch.ref, batch.validity, batch.degradation, *batch.beside(network)).float()
    if batch.kind == "fidelity":
        details = registered_fidelity(sr, batch.truth, confidence.weights(batch.weight)).mean()
        eq7: Tensor = tone_difference(sr, batch.wide) + config.fidelity_weight * details
        return eq7
    missing = sr - batch.truth
    error = missing.abs() + config.detail_weight * high_band(missing).abs()
    per_item = (error.mean(1, keepdim=True) * batch.weight).sum((1, 2, 3))
    loss: Tensor = (per_item / batch.weight.sum((1, 2, 3)).clamp_min(1)).mean()
    return loss
