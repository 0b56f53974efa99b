"""An alias table is a permutation: each symbol has its share of the values, and each of its offsets once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.capture.bits import BitReader, BitWriter
from dualzoom.capture.jxl_alias import Alias, read_shares


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60).filter(any), st.sampled_from([5, 6, 7, 8]))
def test_an_alias_table_gives_each_symbol_its_share_and_each_offset_once(weights, log_alphabet):
    weights = weights[: 1 << log_alphabet]
    if not any(weights):
        weights = [1]
    shares = [4096 * weight // sum(weights) for weight in weights]
    shares[int(np.argmax(weights))] += 4096 - sum(shares)
    table = Alias.of(shares, log_alphabet)
    found = [table.look_up(value) for value in range(4096)]
    assert all(share == shares[symbol] for symbol, share, _ in found)
    for symbol, share in enumerate(shares):
        assert sorted(offset for one, _, offset in found if one == symbol) == list(range(share))


def test_too_many_symbols_are_refused():
    with pytest.raises(ValueError, match="too many symbols"):
        Alias.of([64] * 64, 5)


def written(*fields: tuple[int, int]) -> BitReader:
    out = BitWriter()
    for value, width in fields:
        out.u(value, width)
    return BitReader(out.bytes() + bytes(8))


def test_the_short_forms_of_a_distribution():
    one = written((1, 1), (0, 1), (1, 1), (2, 3), (1, 2))  # a single symbol: 4 + 1
    assert read_shares(one) == [0, 0, 0, 0, 0, 4096]
    two = written((1, 1), (1, 1), (0, 1), (1, 1), (0, 3), (1000, 12))  # symbols 0 and 1
    assert read_shares(two) == [1000, 3096]
    flat = written((0, 1), (1, 1), (1, 1), (1, 3), (1, 1))  # 1 + 3 symbols
    assert read_shares(flat) == [1024] * 4


@given(st.binary(max_size=64))
def test_any_bytes_are_a_distribution_or_an_error(data):
    try:
        shares = read_shares(BitReader(data))
    except (ValueError, EOFError):
        return
    assert sum(shares) == 4096
    assert min(shares) >= 0
