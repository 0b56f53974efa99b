"""What a protocol makes of the photos at hand: a source for each case, named as in tables and files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.case import Picture, Protocol, Scores, given, prepare, stored
from dualzoom.evaluation.phones import PHONES, Capture, Phone
from dualzoom.evaluation.run import Source
from dualzoom.evaluation.simulated import More, simulated, taken
from dualzoom.evaluation.withheld import half, withheld
from dualzoom.geometry import Region
from dualzoom.metrics import legibility
from dualzoom.metrics.withheld import SIDES, Side
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.scene import signs

SIGNS = "signs"
LoadPhoto = Callable[[], Photo]


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a protocol is to be followed.

    `rectangle` (halved): what is inside; `withhold` (full): hide halves of the tele; `phones` (phone): which cameras;
    `text` (phone): let them take lettering, too, and have it read.
    """

    rectangle: Region | None = None
    withhold: bool = False
    phones: tuple[Phone, ...] = PHONES
    text: bool = False


def tasks(protocol: Protocol, found: Sequence[PhotoPair], wishes: Wishes) -> list[Source]:
    """The sources of all pairs (photos, where the protocol is for such), in their order; nothing is read yet."""
    photos = [source for pair in found for source in _of(protocol, pair, wishes)]
    return photos + [_signs(phone) for phone in wishes.phones if wishes.text]


def phones(names: Sequence[str]) -> tuple[Phone, ...]:
    """The cameras of these names, or all where there are none."""
    return tuple(phone for phone in PHONES if not names or phone.name in names)


def _of(protocol: Protocol, pair: PhotoPair, wishes: Wishes) -> Iterator[Source]:
    if protocol == "phone":
        for phone in wishes.phones:
            yield _simulation(pair.name, lambda: stored(pair.wide), phone)
    elif wishes.withhold:
        for side in SIDES:
            yield _half_hidden(pair, side)
    else:
        yield _plain(protocol, pair, wishes.rectangle)


def _signs(phone: Phone) -> Source:
    """signs, PHONE: how much of the lettering can be read is a score more."""

    def text(_pair: Capture, made: Picture) -> Scores:
        read = legibility.reader()(made[signs.PLATE.slices])
        return {"text": legibility.share(signs.words(), read)}

    return _simulation(SIGNS, lambda: Photo(pixels=signs.board()), phone, text)


def _simulation(name: str, load: LoadPhoto, phone: Phone, more: More | None = None) -> Source:
    """NAME, PHONE."""
    name = f"{name}, {phone.name}"

    def inputs() -> dict[str, Photo]:
        pair = taken(load(), phone)
        return {"wide": Photo(pixels=pair.wide), "tele": Photo(pixels=pair.tele)}

    return Source(name=name, prepare=lambda: simulated(name, load(), phone, more), inputs=inputs)


def _half_hidden(pair: PhotoPair, side: Side) -> Source:
    """NAME, SIDE hidden."""
    name = f"{pair.name}, {side} hidden"
    assert pair.tele is not None, "this protocol is for pairs"
    tele = pair.tele
    return Source(
        name=name,
        prepare=lambda: withheld(name, stored(pair.wide), stored(tele), side),
        inputs=lambda: {"wide": stored(pair.wide), "tele": half(stored(tele), side)},
    )


def _plain(protocol: Protocol, pair: PhotoPair, rectangle: Region | None) -> Source:
    tele = pair.tele

    def inputs() -> dict[str, Photo]:
        wide = given(protocol, stored(pair.wide))
        return {"": wide} if tele is None else {"wide": wide, "tele": given(protocol, stored(tele))}

    return Source(
        name=pair.name,
        prepare=lambda: prepare(
            protocol, pair.name, stored(pair.wide), None if tele is None else stored(tele), rectangle
        ),
        inputs=inputs,
    )
