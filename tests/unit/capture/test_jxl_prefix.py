"""Prefix codes, written by hand as the standard says, give back what was coded."""

import heapq
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.capture.bits import BitReader, BitWriter
from dualzoom.capture.jxl_prefix import read_prefix_code

ORDER = (1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15)


def huffman(weights: list[int]) -> list[int]:
    """Lengths of a best code, by merging the two lightest."""
    number = count()
    heap = [(weight, next(number), [symbol]) for symbol, weight in enumerate(weights)]
    heapq.heapify(heap)
    lengths = [0] * len(weights)
    while len(heap) > 1:
        (one, _, left), (two, _, right) = heapq.heappop(heap), heapq.heappop(heap)
        for symbol in left + right:
            lengths[symbol] += 1
        heapq.heappush(heap, (one + two, next(number), left + right))
    return lengths


def codewords(lengths: list[int]) -> dict[int, str]:
    """By the text of RFC 7932, 3.2: count the lengths, then number the codes of each."""
    counts = np.bincount(lengths, minlength=16)
    counts[0] = 0
    code, first = 0, [0] * 17
    for length in range(1, 17):
        code = (code + int(counts[length - 1])) << 1
        first[length] = code
    words = {}
    for symbol, length in enumerate(lengths):
        if length:
            words[symbol] = f"{first[length]:0{length}b}"
            first[length] += 1
    return words


def put(out: BitWriter, word: str) -> None:
    for bit in word:
        out.u(int(bit), 1)


def coded(lengths: list[int]) -> BitWriter:
    """The lengths 0 to 15 by a code of four bits each: its own lengths are 4, but 0 for the two kinds of runs."""
    out, words = BitWriter(), codewords([4] * 16)
    out.u(0, 2)  # none is skipped
    for place in ORDER:
        out.u(0b01 if place < 16 else 0b00, 2)
    for length in lengths:
        put(out, words[length])
    return out


@given(st.lists(st.integers(1, 1000), min_size=5, max_size=60), st.randoms(use_true_random=False))
def test_a_code_of_coded_lengths(weights, chance):
    lengths = huffman(weights)
    if max(lengths) > 15:
        return
    words, symbols = codewords(lengths), [chance.randrange(len(weights)) for _ in range(50)]
    out = coded(lengths)
    for symbol in symbols:
        put(out, words[symbol])
    reader = BitReader(out.bytes() + bytes(2))
    code = read_prefix_code(reader, len(weights))
    assert [code.symbol(reader) for _ in symbols] == symbols


@pytest.mark.parametrize(
    ("symbols", "select", "words"),
    [
        ([9], None, {9: ""}),
        ([3, 1], None, {1: "0", 3: "1"}),
        ([4, 7, 2], None, {4: "0", 2: "10", 7: "11"}),
        ([8, 6, 4, 2], 0, {2: "00", 4: "01", 6: "10", 8: "11"}),
        ([8, 6, 4, 2], 1, {8: "0", 6: "10", 2: "110", 4: "111"}),
    ],
)
def test_listed_codes(symbols, select, words):
    out = BitWriter()
    out.u(1, 2)
    out.u(len(symbols) - 1, 2)
    for symbol in symbols:
        out.u(symbol, 4)
    if select is not None:
        out.u(select, 1)
    for word in words.values():
        put(out, word)
    reader = BitReader(out.bytes() + bytes(2))
    code = read_prefix_code(reader, 10)
    assert [code.symbol(reader) for _ in words] == list(words)


def test_an_alphabet_of_one_needs_no_bits():
    reader = BitReader(b"")
    assert read_prefix_code(reader, 1).symbol(reader) == 0


@given(st.binary(max_size=80), st.integers(1, 300))
def test_any_bytes_are_a_code_or_an_error(data, size):
    reader = BitReader(data)
    try:
        code = read_prefix_code(reader, size)
        assert 0 <= code.symbol(reader) < size
    except (ValueError, EOFError):
        pass
