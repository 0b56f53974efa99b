"""What a wrong tele costs that is believed to be right: another pair's, at this one's place.

    python tests/benchmarks/wrong_reference.py PAIRS [--model NAME …] [--others 3]

By itself the tool refuses such a tele. Here the pair's own registration is forced on it, and its colours are matched
(or taken over, where they cannot be). Photos are halved, the wide is the truth. Printed: PSNR in dB inside the tele's
view without a tele, the gain by the right one, and by each wrong one; at the end the worst, which should be above
-0.05 dB.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.errors import RegistrationError
from dualzoom.evaluation.case import read_stored
from dualzoom.metrics import halved, image_quality
from dualzoom.network import weights
from dualzoom.pairing import pairs
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.fit_colour import fit_colour
from dualzoom.registration import Registration, Warper, register
from dualzoom.resampling import halve_bicubic
from dualzoom.settings import ColourSettings, EngineSettings, TilingSettings


def believed(wide: Photo, tele: np.ndarray, own: np.ndarray, registration: Registration) -> AlignedTele:
    """`tele` as if it had been found where the pair's own was."""
    warper = Warper(tele, registration)
    try:
        colour = fit_colour(wide.pixels, warper, registration, ColourSettings())
    except RegistrationError:
        colour = fit_colour(wide.pixels, Warper(own, registration), registration, ColourSettings())
    return AlignedTele(wide.pixels, warper, colour, registration)


def gains(wide: Photo, teles: Sequence[np.ndarray], truth: np.ndarray, engine: Engine) -> list[float]:
    """PSNR inside without a tele, then what the first of `teles` (the right one) and each other adds."""
    registration = register(wide, Photo(pixels=teles[0]))
    inside, degradation = registration.window.scale(2), engine.degradation(wide.pixels)

    def inside_db(reference: AlignedTele | None) -> float:
        made = engine.upscale(wide.pixels, reference, TilingSettings(), degradation=degradation)
        return image_quality.psnr(made.pixels, truth, border=halved.BORDER_PX, region=inside)

    alone = inside_db(None)
    size = teles[0].shape[1::-1]
    fitted = (cv2.resize(tele, size, interpolation=cv2.INTER_AREA) for tele in teles)
    return [alone, *(inside_db(believed(wide, tele, teles[0], registration)) - alone for tele in fitted)]


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("pairs", type=Path, nargs="+")
    parse.add_argument("--model", action="append")
    parse.add_argument("--others", type=int, default=3, help="wrong teles a pair")
    given = parse.parse_args()
    found = [pair for place in given.pairs for pair in pairs.find(place).pairs if pair.tele]
    if len(found) < 2:
        parse.error("a wrong tele comes of another pair: give two or more")
    teles = [halve_bicubic(np.asarray(read_stored(pair.tele).pixels)) for pair in found]
    for model in given.model or ["dcsr-lite"]:
        engine = Engine(weights.load(model).module, EngineSettings(device="cpu"))
        worst = []
        for number, pair in enumerate(found):
            truth = np.asarray(read_stored(pair.wide).pixels)
            wide = Photo(pixels=halve_bicubic(truth))
            truth = truth[: 2 * wide.size.height, : 2 * wide.size.width]
            order = [(number + step) % len(found) for step in range(min(given.others + 1, len(found)))]
            try:
                alone, right, *wrong = gains(wide, [teles[n] for n in order], truth, engine)
            except RegistrationError as error:
                print(f"{pair.name}: left out; {error}", flush=True)
                continue
            worst += wrong
            said = " ".join(f"{gain:+.3f}" for gain in wrong)
            print(
                f"{model} {pair.name}: alone {alone:.2f}, the right tele {right:+.2f}, wrong ones {said}",
                flush=True,
            )
        print(f"{model}: worst {min(worst):+.3f} dB of {len(worst)}", flush=True)


if __name__ == "__main__":
    main()
