"""The item structure: parsing undoes building, costs time linear in the bytes, and notices what is cut off."""

import struct

import pytest
from growth import cost

from dualzoom.capture.heif_items import Item, Items, Property, box, build, parse

SIZE = Property(kind=b"ispe", content=bytes(4) + struct.pack(">II", 4, 3))
TURN = Property(kind=b"irot", content=b"\1", essential=True)


def items() -> Items:
    return Items(
        primary=2,
        by_number={
            1: Item(kind=b"av01", data=b"cell", hidden=True, properties=(SIZE,)),
            2: Item(kind=b"grid", data=b"12345678", properties=(SIZE, TURN), links=((b"dimg", (1, 1)),)),
            3: Item(kind=b"Exif", data=b"\0\0\0\0MM", name=b"meta", links=((b"cdsc", (2,)),)),
            4: Item(
                kind=b"mime", data=b"<x/>", content_type=b"application/rdf+xml", links=((b"cdsc", (2,)),)
            ),
        },
    )


def test_parsing_undoes_building():
    data = b"".join(build(items(), (b"avif", b"mif1")))
    assert parse(data) == items()
    assert data[4:16] == b"ftypavif\0\0\0\0"


def test_links_lead_both_ways():
    found = items()
    assert found.by_number[2].targets(b"dimg") == (1, 1)
    assert found.linked_to(2, b"cdsc") == [found.by_number[3], found.by_number[4]]
    assert found.by_number[2].first(b"irot") == b"\1"
    assert found.by_number[1].first(b"irot") is None


@pytest.mark.parametrize("cut", range(1, 24))
def test_items_beyond_the_end_are_missing(cut):
    data = b"".join(build(items(), (b"avif",)))[:-cut]
    missing = {number for number, item in parse(data).by_number.items() if item.missing}
    assert missing == {4} | ({3} if cut > 4 else set()) | ({2} if cut > 10 else set()) | (
        {1} if cut > 18 else set()
    )


def test_no_meta_box_no_items():
    assert parse(box(b"ftyp", b"avif")) == Items()


def located(content: bytes) -> bytes:
    return box(b"meta", bytes(4), box(b"iloc", content))


@pytest.mark.parametrize("sizes", [0x0000, 0x0400, 0x0040, 0x4400])
def test_work_is_linear_in_the_bytes(sizes):
    """Also where an entry takes no bytes and there are said to be 65,535 of each."""

    def work(rows: int) -> None:
        entry = struct.pack(">HHH", 1, 0, 65535)
        data = located(struct.pack(">IHH", 0, sizes, 65535) + entry * rows)
        try:
            parse(data)
        except ValueError:
            return

    small, large = cost(lambda: work(100))[0], cost(lambda: work(1000))[0]
    assert large < 15 * small + 1000


def test_items_that_share_the_whole_file_are_refused():
    row = struct.pack(">HHHII", 1, 0, 1, 0, 0)  # one extent of length 0: all of the file
    with pytest.raises(ValueError, match="many times"):
        parse(located(struct.pack(">IHH", 0, 0x4400, 1000) + row * 1000) + bytes(1 << 20))
