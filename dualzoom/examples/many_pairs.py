"""Zoom many pairs with one loaded model, going on where one fails.

python many_pairs.py big/ a-wide.jpg a-tele.jpg b-wide.jpg b-tele.jpg …

`dualzoom batch` does this with a journal, retries and machines; take the loop where you need your own.
"""

import sys
from pathlib import Path

import dualzoom


def main(folder: Path, photos: list[Path]) -> int:
    """Write each result into `folder` as PNG; return how many pairs failed."""
    folder.mkdir(parents=True, exist_ok=True)
    zoomer = dualzoom.Zoomer()  # loads the weights, once
    failed = 0
    for wide, tele in zip(photos[::2], photos[1::2], strict=True):
        try:
            result = zoomer.zoom(dualzoom.read(wide), dualzoom.read(tele))
            print(dualzoom.write(result.photo, folder / f"{wide.stem}-2x.png"))
        except dualzoom.DualzoomError as error:
            failed += 1
            print(error, file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])))
