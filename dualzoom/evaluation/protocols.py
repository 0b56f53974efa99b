"""Turns the user's pairs and photos into the cases of a protocol, named as in tables and files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.case import Case, Picture, Protocol, Scores, method_input, prepare, read_stored
from dualzoom.evaluation.lettered import lettered
from dualzoom.evaluation.phones import PHONES, Capture, Phone
from dualzoom.evaluation.run import PendingCase
from dualzoom.evaluation.simulated import ExtraScores, simulated_case, take_pair
from dualzoom.evaluation.withheld import half_tele, withheld_case
from dualzoom.geometry import Region
from dualzoom.metrics import legibility
from dualzoom.metrics.withheld import SIDES, Side
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.scene import signs

SIGNS = "signs"
LoadPhoto = Callable[[], Photo]


@dataclass(frozen=True, kw_only=True)
class ProtocolOptions:
    """How to follow a protocol.

    `rectangle` (halved): counts as inside; `withhold` (full): hide halves of the tele; `phones` (phone): which ones to
    simulate; `text`: read lettering; of a board that they photograph, too (phone), or what there is.
    """

    rectangle: Region | None = None
    withhold: bool = False
    phones: tuple[Phone, ...] = PHONES
    text: bool = False


def cases(protocol: Protocol, found: Sequence[PhotoPair], options: ProtocolOptions) -> list[PendingCase]:
    """Returns the cases of all pairs (of single photos under single and phone), in order; reads no file yet."""
    photos = [case for pair in found for case in _of(protocol, pair, options)]
    boards = options.phones if options.text and protocol == "phone" else ()
    return photos + [_signs(phone) for phone in boards]


def phones_named(names: Sequence[str]) -> tuple[Phone, ...]:
    """Returns the phones of these names, or all where no name is given."""
    return tuple(phone for phone in PHONES if not names or phone.name in names)


def _of(protocol: Protocol, pair: PhotoPair, options: ProtocolOptions) -> Iterator[PendingCase]:
    if protocol == "phone":
        for phone in options.phones:
            yield _simulation(pair.name, lambda: read_stored(pair.wide), phone)
    elif options.withhold:
        for side in SIDES:
            yield _half_hidden(pair, side)
    else:
        yield _plain(protocol, pair, options)


def _signs(phone: Phone) -> PendingCase:
    """The case "signs, PHONE", which also scores how much of the lettering can be read."""

    def text(_pair: Capture, picture: Picture) -> Scores:
        read = legibility.reader()(picture[signs.PLATE.slices])
        return {"text": legibility.share(signs.words(), read)}

    return _simulation(SIGNS, lambda: Photo(pixels=signs.board()), phone, text)


def _simulation(name: str, load: LoadPhoto, phone: Phone, extra: ExtraScores | None = None) -> PendingCase:
    """The case "NAME, PHONE"."""
    name = f"{name}, {phone.name}"

    def inputs() -> dict[str, Photo]:
        pair = take_pair(load(), phone)
        return {"wide": Photo(pixels=pair.wide), "tele": Photo(pixels=pair.tele)}

    return PendingCase(name=name, prepare=lambda: simulated_case(name, load(), phone, extra), inputs=inputs)


def _half_hidden(pair: PhotoPair, side: Side) -> PendingCase:
    """The case "NAME, SIDE hidden"."""
    name = f"{pair.name}, {side} hidden"
    assert pair.tele is not None, "this protocol is for pairs"
    tele = pair.tele
    return PendingCase(
        name=name,
        prepare=lambda: withheld_case(name, read_stored(pair.wide), read_stored(tele), side),
        inputs=lambda: {"wide": read_stored(pair.wide), "tele": half_tele(read_stored(tele), side)},
    )


def _plain(protocol: Protocol, pair: PhotoPair, options: ProtocolOptions) -> PendingCase:
    tele = pair.tele

    def inputs() -> dict[str, Photo]:
        wide = method_input(protocol, read_stored(pair.wide))
        return (
            {"": wide} if tele is None else {"wide": wide, "tele": method_input(protocol, read_stored(tele))}
        )

    def ready() -> Case:
        second = None if tele is None else read_stored(tele)
        case = prepare(protocol, pair.name, read_stored(pair.wide), second, options.rectangle)
        return lettered(case) if options.text else case

    return PendingCase(name=pair.name, prepare=ready, inputs=inputs)
