"""Decodes the entropy-coded numbers of a JPEG XL codestream, as far as its header holds some.

A stream has contexts, several of which share a distribution of symbols; a symbol below its distribution's split is the
number itself, others say how many bits follow. Symbols are coded by ANS with an alias table, or by prefix codes; runs
may repeat what came before (LZ77). Plain Python: a hundred thousand numbers a second, enough for a colour profile.

Source: ISO/IEC 18181-1:2024, annex C.
"""

from dataclasses import dataclass, field

from dualzoom.capture.bits import BitReader, Choices
from dualzoom.capture.jxl_alias import LOG_TOTAL, TOTAL, Alias, read_shares, short
from dualzoom.capture.jxl_prefix import PrefixCode, read_prefix_code

_FINAL_STATE, _LOW_STATE = 0x130000, 1 << 16
_MIN_SYMBOL: Choices = ((0, 224), (0, 512), (0, 4096), (15, 8))
_MIN_LENGTH: Choices = ((0, 3), (0, 4), (2, 5), (8, 9))
_LZ77_LOG_ALPHABET, _PREFIX_LOG_ALPHABET = 8, 15
_WINDOW = 1 << 20
_MAX_BITS = 32


@dataclass(frozen=True)
class _Split:
    """How a symbol becomes a number: the split's exponent, and how many high and low bits the symbol holds."""

    exponent: int
    high: int
    low: int

    def number(self, symbol: int, reader: BitReader) -> int:
        if symbol < 1 << self.exponent:
            return symbol
        inside = self.high + self.low
        width = self.exponent - inside + ((symbol - (1 << self.exponent)) >> inside)
        if width >= _MAX_BITS:
            raise ValueError("a number of the stream is too long")
        low = symbol & ((1 << self.low) - 1)
        top = 1 << self.high | (symbol >> self.low & ((1 << self.high) - 1))
        return (top << width | reader.u(width)) << self.low | low


@dataclass
class Numbers:
    """Numbers of a stream, read one after the other: `next(context)`. `close` checks the end.

    Raises:
        EOFError, ValueError: the stream is truncated or damaged.
    """

    reader: BitReader
    clusters: list[int]
    splits: list[_Split]
    codes: "list[PrefixCode] | list[Alias]"
    repeats: "tuple[int, int, _Split] | None"
    _state: int = 0
    _copying: int = 0
    _from: int = 0
    _seen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if isinstance(self.codes[0], Alias):
            self._state = self.reader.u(32)

    def next(self, context: int) -> int:
        """Return the next number."""
        if self._copying:
            return self._copied()
        cluster = self.clusters[context]
        symbol = self._symbol(cluster)
        if self.repeats is not None and symbol >= self.repeats[0]:
            first, shortest, split = self.repeats
            self._copying = split.number(symbol - first, self.reader) + shortest
            of_distance = self.clusters[-1]
            distance = 1 + self.splits[of_distance].number(self._symbol(of_distance), self.reader)
            self._from = len(self._seen) - min(distance, len(self._seen), _WINDOW)
            return self._copied()
        value = self.splits[cluster].number(symbol, self.reader)
        if self.repeats is not None:
            self._seen.append(value)
        return value

    def close(self) -> None:
        """Check that the coder ended as it should."""
        if isinstance(self.codes[0], Alias) and self._state != _FINAL_STATE:
            raise ValueError("the stream ends in a wrong state")

    def _copied(self) -> int:
        self._copying -= 1
        value = self._seen[self._from] if self._from < len(self._seen) else 0
        self._from += 1
        self._seen.append(value)
        return value

    def _symbol(self, cluster: int) -> int:
        code = self.codes[cluster]
        if isinstance(code, PrefixCode):
            return code.symbol(self.reader)
        symbol, share, offset = code.look_up(self._state & (TOTAL - 1))
        self._state = share * (self._state >> LOG_TOTAL) + offset
        if self._state < _LOW_STATE:
            self._state = self._state << 16 | self.reader.u(16)
        return symbol


def numbers(reader: BitReader, contexts: int, *, may_repeat: bool = True) -> Numbers:
    """Read the distributions for so many contexts, and return the numbers behind them.

    Raises:
        EOFError, ValueError: they are truncated or damaged.
    """
    repeats = None
    if reader.flag():
        if not may_repeat:
            raise ValueError("repeats where none may be")
        repeats = (reader.u32(_MIN_SYMBOL), reader.u32(_MIN_LENGTH), _split(reader, _LZ77_LOG_ALPHABET))
        contexts += 1
    clusters = _clusters(reader, contexts) if contexts > 1 else [0]
    count = max(clusters) + 1
    by_prefix = reader.flag()
    log_alphabet = _PREFIX_LOG_ALPHABET if by_prefix else 5 + reader.u(2)
    splits = [_split(reader, log_alphabet) for _ in range(count)]
    if by_prefix:
        sizes = [1 + short(reader, 4) for _ in range(count)]
        prefixes = [read_prefix_code(reader, size) for size in sizes]
        return Numbers(reader, clusters, splits, prefixes, repeats)
    return Numbers(
        reader, clusters, splits, [Alias.of(read_shares(reader), log_alphabet) for _ in range(count)], repeats
    )


def _clusters(reader: BitReader, contexts: int) -> list[int]:
    """Read which distribution each context has."""
    if reader.flag():
        width = reader.u(2)
        return [reader.u(width) for _ in range(contexts)]
    moved = reader.flag()
    inner = numbers(reader, 1, may_repeat=contexts > 2)
    found = [inner.next(0) for _ in range(contexts)]
    inner.close()
    if max(found) >= 256:
        raise ValueError("the stream has too many distributions")
    if moved:  # each is a place in the list of the latest
        order = list(range(256))
        for place, value in enumerate(found):
            found[place] = order.pop(value)
            order.insert(0, found[place])
    return found


def _split(reader: BitReader, log_alphabet: int) -> _Split:
    exponent = reader.u(log_alphabet.bit_length())
    high = low = 0
    if exponent != log_alphabet:
        high = reader.u(exponent.bit_length())
        if high > exponent:
            raise ValueError("a split of symbols is damaged")
        low = reader.u((exponent - high).bit_length())
    if exponent > log_alphabet or high + low > exponent:
        raise ValueError("a split of symbols is damaged")
    return _Split(exponent, high, low)
