"""Reads distributions of symbols of a JPEG XL codestream, and lays them out for decoding by ANS.

A distribution gives each symbol its share of 4096. An alias table cuts the 4096 values into equal slots, each shared by
at most two symbols, so that a value finds its symbol at once.

Source: ISO/IEC 18181-1:2024, annex C.
"""

from dataclasses import dataclass

from dualzoom.capture.bits import BitReader

LOG_TOTAL, TOTAL = 12, 4096
_RUN = LOG_TOTAL + 1  # in the list of logarithms: the last share repeats
#: The code of logarithms of shares: (bits, low bits of the stream) → logarithm.
_LOGARITHMS = {
    (3, 0): 10, (3, 2): 7, (3, 4): 6, (3, 5): 8, (3, 6): 9, (4, 3): 3, (4, 7): 5, (4, 9): 4, (4, 11): 1,
    (4, 15): 2, (5, 17): 0, (6, 33): 11, (7, 1): 12, (7, 65): _RUN,
}  # fmt: skip


def short(reader: BitReader, width: int) -> int:
    """Read a number of few bits, of which a field of `width` bits says how many they are."""
    if not reader.flag():
        return 0
    bits = reader.u(width)
    return (1 << bits) + reader.u(bits)


def read_shares(reader: BitReader) -> list[int]:
    """Read a distribution: its shares add up to 4096."""
    if reader.flag():
        two = reader.flag()
        symbols = [short(reader, 3) for _ in range(1 + two)]
        shares = [0] * (max(symbols) + 1)
        if two:
            shares[symbols[0]] = reader.u(LOG_TOTAL)
            if symbols[0] == symbols[1]:
                raise ValueError("a distribution names a symbol twice")
        shares[symbols[-1]] = TOTAL - shares[symbols[0]] if two else TOTAL
        return shares
    if reader.flag():  # all alike
        count = 1 + short(reader, 3)
        return [TOTAL // count + (place < TOTAL % count) for place in range(count)]
    return _listed_shares(reader)


def _listed_shares(reader: BitReader) -> list[int]:
    log = 0
    while log < 3 and reader.flag():
        log += 1
    precision = (1 << log | reader.u(log)) - 1
    if precision > _RUN:
        raise ValueError("a distribution is damaged")
    count = 3 + short(reader, 3)
    logs, runs, place = [0] * count, {}, 0
    while place < count:
        logs[place] = _logarithm(reader)
        if logs[place] == _RUN:
            runs[place] = 4 + short(reader, 3)
            place += runs[place] - 1
        place += 1
    largest = max(value for value in logs if value != _RUN)
    left_out = logs.index(largest)
    if logs[left_out + 1 : left_out + 2] == [_RUN] or place > count:
        raise ValueError("a distribution is damaged")
    shares, run = [0] * count, 0
    for place, value in enumerate(logs):
        run = runs.get(place, run)
        if run:
            shares[place] = shares[place - 1] if place else 0
            run -= 1
        elif place != left_out and value:
            bits = max(0, min(value - 1, precision - ((LOG_TOTAL - value + 1) >> 1)))
            shares[place] = (1 << (value - 1)) + (reader.u(bits) << (value - 1 - bits))
    shares[left_out] = TOTAL - sum(shares)
    if shares[left_out] <= 0:
        raise ValueError("a distribution is damaged")
    return shares


def _logarithm(reader: BitReader) -> int:
    for width in (3, 4, 5, 6, 7):
        value = _LOGARITHMS.get((width, reader.peek(width)))
        if value is not None:
            reader.u(width)
            return value
    raise ValueError("a distribution is damaged")


@dataclass(frozen=True)
class Alias:
    """A distribution as equal slots, each shared by at most two symbols."""

    log_slot: int
    shares: list[int]
    slots: list[tuple[int, int, int]]  # where the second symbol begins, which it is, and what to add there

    @classmethod
    def of(cls, shares: list[int], log_alphabet: int) -> "Alias":
        """Lay out a distribution of at most 2^log_alphabet symbols.

        Raises:
            ValueError: it has more symbols.
        """
        count, log_slot = 1 << log_alphabet, LOG_TOTAL - log_alphabet
        if len(shares) > count:
            raise ValueError("a distribution has too many symbols")
        shares = shares + [0] * (count - len(shares))
        slot = 1 << log_slot
        if TOTAL in shares:
            only = shares.index(TOTAL)
            return cls(log_slot, shares, [(0, only, slot * place) for place in range(count)])
        cuts, second = list(shares), [(0, 0)] * count
        over = [place for place in range(count) if cuts[place] > slot]
        under = [place for place in range(count) if cuts[place] < slot]
        while over:
            big, small = over[-1], under.pop()
            cuts[big] -= slot - cuts[small]
            second[small] = (big, cuts[big])
            if cuts[big] <= slot:
                over.pop()
                if cuts[big] < slot:
                    under.append(big)
        return cls(
            log_slot,
            shares,
            [
                (0, place, 0) if cut == slot else (cut, second[place][0], second[place][1] - cut)
                for place, cut in enumerate(cuts)
            ],
        )

    def look_up(self, value: int) -> tuple[int, int, int]:
        """Return symbol, share and offset of a value below 4096."""
        place, inside = value >> self.log_slot, value & ((1 << self.log_slot) - 1)
        cut, symbol, more = self.slots[place]
        if inside < cut:
            return place, self.shares[place], inside
        return symbol, self.shares[symbol], more + inside
