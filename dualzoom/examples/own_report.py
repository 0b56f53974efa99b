"""Zoom a pair, keep the page that compares before and after, and all facts as JSON beside it.

python own_report.py wide.jpg tele.jpg results/
"""

import json
import sys
from pathlib import Path

import dualzoom
from dualzoom import api


def main(wide: Path, tele: Path, folder: Path) -> None:
    """Write NAME-2x.jpg, NAME.html and NAME.json into `folder`, NAME being the wide's."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{wide.stem}-2x.jpg"
    result = dualzoom.zoom(wide, tele, output=written)
    page = api.report(result, wide, written=written)
    (folder / f"{wide.stem}.html").write_bytes(page)
    facts = {"photo": wide.name, **result.to_json()}
    (folder / f"{wide.stem}.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
