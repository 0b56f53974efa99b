"""Zoom one pair, and say what the tele was worth.

python zoom_pair.py wide.jpg tele.jpg big.jpg
"""

import sys

import dualzoom


def main(wide: str, tele: str, output: str) -> None:
    """Write `output`; a tele that does not match ends it with the reason."""
    try:
        result = dualzoom.zoom(wide, tele, output=output)
    except dualzoom.DualzoomError as error:  # every failure has its subject, reason and next step
        sys.exit(str(error))
    assert result.tele is not None  # one was given
    print(f"{output}: {result.photo.size.width} x {result.photo.size.height} px")
    print(f"the tele was used at {100 * result.tele.worth.share:.0f} %")
    for note in result.notes:
        print(f"note: {note}")


if __name__ == "__main__":
    main(*sys.argv[1:])
