"""Finds bursts among photos: one becomes the wide (or the tele) of a pair, the others are its frames.

    by mark    Apple's and Google's cameras number their bursts in the metadata
    by name    as `burst_names` knows them
    by moment  three photos or more with fractions of seconds, each at most _STEP_S after the last, exposed alike to the
               last digit (a camera holds its exposure through a burst, and measures anew for each press), that
               show the same (`same_view`)

In every case one folder, camera, lens, format and exposure compensation, unedited, and at most _PAUSE_S from one to
the next; what looks like a burst and is not so stays as it is, with a note. Where only moments say that it is one, a
note says what is merged: a photographer may have meant each. The photo that the camera chose as the cover stands for
the burst, else the sharpest.

Programs that fold photos into stacks by moments alone fold unrelated ones, as users of immich-go (within 0.5 s) and
PhotoPrism (within a second) report; Lightroom does it only when asked. There a stack can be unfolded; here each photo
left out is a result that is missing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from dualzoom.capture.header import Header
from dualzoom.pairing import same_view
from dualzoom.pairing.burst_names import name_of_burst
from dualzoom.pairing.edits import edits
from dualzoom.pairing.headers import Headers
from dualzoom.pairing.odd import Odd
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.pairing.sharpest import sharpest

#: Frames used besides the one that stands for the burst: as of a clip. Noise falls by the root of their number.
MOST_FRAMES = 12
_PAUSE_S, _STEP_S = 2.0, 0.5
_LEAST_BY_MOMENT = 3
#: Folder, suffix, kind of evidence, whether it is sure, and what the photos share.
_Key = tuple[Path, str, str, bool, str]


@dataclass
class Bursts:
    """`frames`: of each photo that stands for a burst, those used beside it. `left`: frames beyond the most used."""

    frames: dict[Path, tuple[Path, ...]] = field(default_factory=dict)
    left: list[Odd] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def inside(self) -> set[Path]:
        """The photos that need no partner of their own."""
        return {path for some in self.frames.values() for path in some} | {odd.path for odd in self.left}

    def given_to(self, pairs: Iterable[PhotoPair]) -> tuple[list[PhotoPair], list[Odd]]:
        """The pairs, each wide with its frames, and the photos that no pair needs, with the reason."""
        found, wides = [], set()
        for pair in pairs:
            frames = self.frames.get(pair.wide, ())
            found.append(replace(pair, frames=frames) if frames else pair)
            wides.add(pair.wide)
        unneeded = [
            Odd(
                path,
                f"it is of the burst of {lead.name}, which is a tele: frames of wides are used",
                alone=False,
            )
            for lead, frames in self.frames.items()
            if lead not in wides
            for path in frames
        ]
        return found, [*self.left, *unneeded]


def find(photos: Iterable[Path], headers: Headers, wides: Iterable[Path] = ()) -> Bursts:
    """Finds the bursts among `photos`. `wides`: photos paired by name already, for bursts that are named after them."""
    photos = list(photos)
    edited = edits(photos)
    fit = {
        path: header
        for path in photos
        if path not in edited and (header := headers.known(path)) is not None and not header.is_result
    }
    found = Bursts()
    named_after = {(wide.parent, wide.suffix.lower(), wide.stem.casefold()): wide for wide in wides}
    used: set[Path] = set()
    for key, group in _groups(fit).items():
        lead = named_after.get((key[0], key[1], key[-1])) if key[2] == "name" else None
        if len(group) < (1 if lead else 2):
            continue
        why = _why_not(group if lead is None else [lead, *group], headers, sure=key[3])
        if why is None:
            used.update(group)
            _add(found, group, headers, lead)
        elif key[3]:
            used.update(group)  # nor by moment
            found.notes.append(f"{group[0]}: {len(group)} photos marked as a burst stand alone, {why}")
    by_moment = _by_moment({path: header for path, header in fit.items() if path not in used})
    for group, why in by_moment:
        lead = sharpest(group) if why is None else group[0]
        why = why or same_view.why_not(lead, [path for path in group if path != lead])
        if why is None:
            _add(found, group, headers, lead)
            found.notes.append(
                f"{lead}: {len(group)} photos in quick succession, exposed alike, show the same and are merged"
            )
        else:
            found.notes.append(f"{group[0]}: {len(group)} photos in quick succession stand alone, {why}")
    return found


def _groups(fit: dict[Path, Header]) -> dict[_Key, list[Path]]:
    groups: dict[_Key, list[Path]] = defaultdict(list)
    for path, header in fit.items():
        place = (path.parent, path.suffix.lower())
        if header.burst is not None:
            groups[*place, "mark", True, header.burst.name].append(path)
        elif (name := name_of_burst(path.stem)) is not None:
            groups[*place, "name", name.sure, name.of].append(path)
    return groups


def _why_not(group: Sequence[Path], headers: Headers, *, sure: bool) -> str | None:
    """Why photos are no burst; None where they are one. Times may be missing only where the name is `sure`."""
    known = [headers.known(path) for path in group]
    seen = [one for one in known if one is not None]
    if len(seen) < len(known):
        return "one of them cannot be read"
    if len({(one.lens.make, one.lens.model, one.focal) for one in seen}) > 1:
        return "they are by different lenses"
    if len({one.bias for one in seen}) > 1:
        return "their exposure compensation differs (bracketing)"
    times = sorted(one.taken for one in seen if one.taken is not None)
    if len(times) < len(seen):
        return None if sure and not times else "not all of them say when they were taken"
    longest = max((_gap_s(*two) for two in pairwise(times)), default=0.0)
    return None if longest <= _PAUSE_S else f"they lie up to {longest:.0f} s apart"


def _by_moment(fit: dict[Path, Header]) -> list[tuple[list[Path], str | None]]:
    """Runs of photos by one lens, and why a run is none after all."""
    lenses: dict[tuple[object, ...], list[tuple[datetime, Path]]] = defaultdict(list)
    cameras: dict[tuple[object, ...], list[tuple[datetime, float, Path]]] = defaultdict(list)
    for path, header in fit.items():
        if header.taken is None or header.focal is None:
            continue
        camera = (path.parent, path.suffix.lower(), header.lens.make, header.lens.model)
        lenses[*camera, header.focal, header.bias].append((header.taken, path))
        cameras[camera].append((header.taken, header.focal, path))
    found = []
    for key, shots in sorted(lenses.items(), key=lambda item: min(item[1])):
        for run in _runs(sorted(shots)):
            first, last = run[0][0], run[-1][0]
            beside = [
                path
                for taken, focal, path in cameras[key[:4]]
                if focal != key[4] and -_STEP_S <= _gap_s(first, taken) <= _gap_s(first, last) + _STEP_S
            ]
            exposures = {fit[path].exposure for _, path in run}
            why = None
            if len(beside) > 1:
                why = "photos by another lens lie between them"
            elif None in exposures:
                why = "not all of them say how they were exposed"
            elif len(exposures) > 1:
                why = "they are not exposed alike"
            found.append(([path for _, path in run], why))
    return found


def _runs(shots: list[tuple[datetime, Path]]) -> list[list[tuple[datetime, Path]]]:
    """Photos that follow each other quickly, at moments that differ and are told in fractions of a second."""
    runs: list[list[tuple[datetime, Path]]] = [[]]
    for shot in shots:
        if runs[-1] and not 0 < _gap_s(runs[-1][-1][0], shot[0]) <= _STEP_S:
            runs.append([])
        runs[-1].append(shot)
    return [run for run in runs if len(run) >= _LEAST_BY_MOMENT and any(at.microsecond for at, _ in run)]


def _gap_s(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds()


def _add(found: Bursts, group: Sequence[Path], headers: Headers, lead: Path | None) -> None:
    lead = lead or _cover(group, headers) or sharpest(group)
    others = [path for path in sorted(group) if path != lead]
    taken = {path: headers.of(path).taken for path in (lead, *others)}
    nearest = sorted(others, key=lambda path: (_away_s(taken[path], taken[lead]), path))
    in_order = sorted(nearest[:MOST_FRAMES], key=lambda path: (taken[path] or datetime.min, path))
    found.frames[lead] = tuple(in_order)
    found.left += [
        Odd(path, f"the burst of {lead.name} is merged from the {MOST_FRAMES} nearest to it", alone=False)
        for path in sorted(nearest[MOST_FRAMES:])
    ]


def _away_s(taken: datetime | None, at: datetime | None) -> float:
    return 0.0 if taken is None or at is None else abs(_gap_s(taken, at))


def _cover(group: Sequence[Path], headers: Headers) -> Path | None:
    """The photo that the camera or its name says stands for the burst; None where not exactly one does."""
    chosen = []
    for path in group:
        mark, name = headers.of(path).burst, name_of_burst(path.stem)
        if (mark is not None and mark.cover) or (name is not None and name.cover):
            chosen.append(path)
    return chosen[0] if len(chosen) == 1 else None
