"""A part holds all that a mask marks, with its margin, and changes nothing else."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.network.part import Part


@given(st.data())
def test_around_holds_every_marked_cell_and_its_margin(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12))
    margin = data.draw(st.integers(0, 5))
    y, x = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    v, u = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    mask = torch.zeros(2, 3, height, width)
    mask[0, 1, y, x], mask[1, 2, v, u] = 0.5, 1.0
    part = Part.around(mask, margin)
    assert part.rows == slice(max(0, min(y, v) - margin), min(height, max(y, v) + 1 + margin))
    assert part.columns == slice(max(0, min(x, u) - margin), min(width, max(x, u) + 1 + margin))


def test_an_empty_mask_leaves_a_corner() -> None:
    assert Part.around(torch.zeros(1, 1, 5, 6), 0)(torch.arange(30.0).view(1, 1, 5, 6)).shape == (1, 1, 1, 1)


@pytest.mark.parametrize("part", [Part(slice(1, 3), slice(2, 5)), Part(slice(0, 4), slice(0, 5))])
def test_a_change_is_added_inside_only(part: Part) -> None:
    picture = torch.rand(1, 2, 4, 5)
    before = picture.clone()
    expected = picture.clone()
    expected[:, :, part.rows, part.columns] += 1
    assert torch.equal(part.add(picture, torch.ones_like(part(picture))), expected)
    assert torch.equal(picture, before)
