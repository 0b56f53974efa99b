"""Where weights come from: enough to know the run again, plain JSON, and no name of anybody's photo."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dualzoom.network.weights import LoadedModel
from dualzoom.training.adapt.loop import Adapted
from dualzoom.training.adapt.provenance import origin, provenance
from dualzoom.training.adapt.validation import Scores

BEFORE = Scores(tele_db=30, detail=0.8, energy=1.0, consistency_db=55)
AFTER = replace(BEFORE, tele_db=31)


@pytest.fixture
def base(network):
    info = {"sha256": "ab" * 32, "provenance": {"steps": 9}}
    return LoadedModel(module=network, config={}, info=info, path=Path("small.safetensors"))


@pytest.fixture
def private(pairs):
    """Pairs with names that say where somebody was."""
    return tuple(replace(pair, name=f"IMG_{n}-at-home") for n, pair in enumerate(pairs))


def test_the_order_of_pairs_and_their_names_make_no_other_run(base, pairs, private):
    assert origin(base, pairs) == origin(base, pairs[::-1]) == origin(base, private)


def test_other_photos_and_other_weights_make_another_run(base, pairs):
    runs = [
        origin(base, pairs),
        origin(base, pairs[:1]),
        origin(base, (pairs[0], replace(pairs[1], digest="f" * 64))),
        origin(replace(base, info={"sha256": "cd" * 32}), pairs),
    ]
    assert all(one != other for n, one in enumerate(runs) for other in runs[:n])


def test_it_says_how_the_weights_were_made_in_plain_json_without_names(base, private, config, network):
    result = Adapted(network=network, before=BEFORE, after=AFTER, refused=None, steps=50, stopped="plateau")
    told = provenance(base, private, config, result, "1.2.3")
    text = json.dumps(told, allow_nan=False)
    assert "at-home" not in text
    assert json.loads(text)["settings"]["simulation"]["lr_patch_px"] == config.simulation.lr_patch_px
    assert told["adapted_from"] == {"name": "small", **origin(base, private)}
    assert told["tiles"] == sum(len(pair.tele) for pair in private)
    assert (told["before"]["tele_db"], told["after"]["tele_db"]) == (30, 31)
    assert (told["steps"], told["stopped"], told["dualzoom"]) == (50, "plateau", "1.2.3")
    assert told["base_provenance"] == {"steps": 9}
