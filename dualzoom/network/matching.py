"""Matching (Eq. 1): for each patch of the query the most similar patch of the key, and how similar it is.

Notation: D feature channels; n m the query's grid, N = n·m; k l the key's grid, K = k·l. Patches are 3×3 at
stride 1 on the reflect-padded map, each of length 1, so that the product of two is their cosine S. An index
is flat and row-major in the *key's* grid: cell (index // l, index % l).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.window import shifts, window_similarity

BLOCK_BYTES = 4 << 20  # of similarities at a time: stays in the processor's cache


@dataclass(frozen=True)
class Match:
    """P and C of Eq. 1: index B N (int64, into the key's grid) and confidence B 1 n m (cosine, -1..1)."""

    index: Tensor
    confidence: Tensor


def unit_patches(features: Tensor) -> Tensor:
    """3×3 patches of length 1: B D n m -> B N 9·D."""
    patches = F.unfold(F.pad(features, (1, 1, 1, 1), mode="reflect"), 3)  # B 9D N
    return F.normalize(patches, dim=1).transpose(1, 2).contiguous()


def match_global(query: Tensor, key: Tensor, *, block: int | None = None) -> Match:
    """Eq. 1 over all keys, exactly: query B D n m, key B D k l -> Match.

    Never holds the N×K matrix: compares `block` queries at a time with all keys (None: as many as fill
    `BLOCK_BYTES`). The index carries no gradient, the confidence does. Computes in float32 under autocast, too.
    """
    rows, columns = query.shape[-2:]
    with torch.autocast(query.device.type, enabled=False):
        queries, keys = unit_patches(query.float()), unit_patches(key.float())  # B N 9D, B K 9D
        with torch.no_grad():
            pairs = [_best(q, k, block) for q, k in zip(queries, keys, strict=True)]
        index = torch.stack([pair[1] for pair in pairs])  # B N
        if torch.is_grad_enabled() and (queries.requires_grad or keys.requires_grad):
            chosen = keys.gather(1, index[..., None].expand(-1, -1, keys.shape[-1]))  # B N 9D
            confidence = (queries * chosen).sum(-1)  # B N
        else:
            confidence = torch.stack([pair[0] for pair in pairs])
    return Match(index, confidence.reshape(-1, 1, rows, columns))


def _best(queries: Tensor, keys: Tensor, block: int | None) -> tuple[Tensor, Tensor]:
    """Largest cosine and its key, per query: N P, K P -> N, N."""
    block = block or max(1, BLOCK_BYTES // (4 * len(keys)))
    transposed = keys.T.contiguous()
    # One buffer for all blocks: asking the system for fresh memory each time costs as much as the products.
    buffer = queries.new_empty(min(block, len(queries)), len(keys))
    values, indices = queries.new_empty(len(queries)), queries.new_empty(len(queries), dtype=torch.long)
    for start in range(0, len(queries), block):
        part = slice(start, start + block)
        similarity = torch.mm(queries[part], transposed, out=buffer[: len(queries[part])])
        torch.max(similarity, 1, out=(values[part], indices[part]))
    return values, indices


def match_window(query: Tensor, key: Tensor, radius: int, *, centre_margin: float = 0.0) -> Match:
    """Eq. 1 within ±`radius` cells, after registration: B D n m, B D n m -> Match.

    Another cell wins only if it beats the cell in place by `centre_margin` (cosine), so that flat regions stay
    where registration has put them. Keys beyond the frame never win.
    """
    rows, columns = query.shape[-2:]
    with torch.autocast(query.device.type, enabled=False):
        similarity = window_similarity(query.float(), key.float(), radius)  # B W n m, W shifts
    dy, dx = torch.tensor(shifts(radius), device=query.device).T[..., None, None]  # W 1 1 each
    y = torch.arange(rows, device=query.device)[:, None] + dy  # W n 1
    x = torch.arange(columns, device=query.device) + dx  # W 1 m
    outside = (y < 0) | (y >= rows) | (x < 0) | (x >= columns)  # W n m
    similarity = similarity.masked_fill(outside, -2.0)
    bonus = similarity.new_zeros(similarity.shape[1], 1, 1)
    bonus[len(bonus) // 2] = centre_margin
    best = (similarity.detach() + bonus).argmax(1, keepdim=True)  # B 1 n m
    target = (y * columns + x).expand(len(query), -1, -1, -1)  # B W n m
    return Match(target.gather(1, best).flatten(1), similarity.gather(1, best))
