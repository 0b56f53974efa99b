"""δ of Eqs. 5 and 6: how far each place of one picture is from the most similar place of another.

    δ_i(X, Y) = min_j D(x_i, y_j),    D = RMS difference of RGB patches + spatial·|i - j|

D is 0..1 for spatial = 0; |i - j| is measured in pixels of X's grid. A positive `spatial` keeps the pairs
close (the bilateral form of Zhang et al., CVPR 2019). The search is exact and blockwise and carries no
gradient; the distance of the pair found does, which is the gradient of the minimum.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

QUERIES_PER_BLOCK = 256
FLOOR = 1e-8  # under the root, so that equal patches have a gradient: D ≥ 1e-4


def rgb_patches(picture: Tensor, size: int, stride: int = 1) -> Tensor:
    """Returns patches of size×size px, row-major, without padding: B 3 H W -> B N 3·size²."""
    return F.unfold(picture, size, stride=stride).transpose(1, 2)


def patch_places(picture: Tensor, size: int, stride: int = 1) -> Tensor:
    """Returns the upper left corners (row, column) of those patches, px: N 2, float32."""
    rows, columns = (torch.arange(0, side - size + 1, stride) for side in picture.shape[-2:])
    return torch.cartesian_prod(rows, columns).to(picture.device, torch.float32)


def nearest_distance(
    x: Tensor, y: Tensor, *, size: int = 3, stride: int = 1, spatial: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Finds δ_i(x, y): pictures B 3 H W and B 3 h w -> δ B N and the index j B N; `stride` thins x's places only.

    Raises ValueError where a picture is smaller than a patch.
    """
    if min(*x.shape[-2:], *y.shape[-2:]) < size:
        raise ValueError(f"pictures below {size} px have no patches")
    queries, keys = rgb_patches(x.float(), size, stride), rgb_patches(y.float(), size)
    places, key_places = patch_places(x, size, stride), patch_places(y, size)
    with torch.no_grad():
        index = torch.stack(
            [_search(q, k, places, key_places, spatial) for q, k in zip(queries, keys, strict=True)]
        )
    chosen = keys.gather(1, index[..., None].expand(-1, -1, keys.shape[-1]))
    distance = ((queries - chosen).square().mean(-1) + FLOOR).sqrt()  # B N
    if spatial:
        distance = distance + spatial * (places - key_places[index]).norm(dim=-1)
    return distance, index


def _search(queries: Tensor, keys: Tensor, places: Tensor, key_places: Tensor, spatial: float) -> Tensor:
    """Finds the nearest key of each query under D: N P, M P -> N."""
    key_energy, transposed = keys.square().sum(1), keys.T
    best = []
    for start in range(0, len(queries), QUERIES_PER_BLOCK):
        part = slice(start, start + QUERIES_PER_BLOCK)
        squared = key_energy - 2 * queries[part] @ transposed  # without the query's own energy
        if spatial:
            energy = queries[part].square().sum(1, keepdim=True)
            rms = ((squared + energy).clamp_min(0) / keys.shape[1] + FLOOR).sqrt()
            squared = rms + spatial * torch.cdist(places[part], key_places)
        best.append(squared.argmin(1))
    return torch.cat(best)
