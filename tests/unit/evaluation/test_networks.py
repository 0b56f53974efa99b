"""Networks as methods: what each is shown of the tele, what it is called, and that it works as `zoom` does."""

from types import SimpleNamespace

import numpy as np
import pytest

from dualzoom.evaluation.case import Case
from dualzoom.evaluation.displaced import Displaced
from dualzoom.evaluation.networks import Network, networks
from dualzoom.geometry import Region
from dualzoom.reference.worth import Worth
from dualzoom.settings import CalibrationSettings, EngineSettings, TilingSettings


class Ramp:
    """A reference that says of every pixel where it lies, valid right of x = 10."""

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        y, x = np.mgrid[region.y : region.bottom, region.x : region.right].astype(np.float32)
        return np.stack([x, y, x], -1), (x > 10).astype(np.float32)


class Engine:
    """Notes what it is given."""

    def __init__(self) -> None:
        self.given: list[object] = []

    def degradation(self, wide: np.ndarray) -> None:
        return None

    def upscale(self, wide, reference, tiling, *, strength=1.0, **_):
        self.given.append(reference)
        self.strength = strength
        return SimpleNamespace(pixels=wide.repeat(2, 0).repeat(2, 1), notes=("smaller tiles",))


@pytest.mark.parametrize(
    ("options", "kind"),
    [({"with_tele": False}, type(None)), ({}, Ramp), ({"displaced_px": 8}, Displaced)],
    ids=["alone", "ours", "displaced"],
)
def test_a_network_is_shown_what_its_method_says(options, kind) -> None:
    engine = Engine()
    method = Network(label="x", model="m", engine=engine, tiling=TilingSettings(), **options)
    wide = np.zeros((4, 6, 3), np.uint8)
    case = Case(name="a", wide=wide, score=lambda _: {}, aligned=Ramp())
    made = method.enlarge(case, lambda _: None)
    assert made.picture.shape == (8, 12, 3)
    assert made.notes == ("smaller tiles",)  # what the engine had to do is not kept secret
    assert [type(given) for given in engine.given] == [kind]


@pytest.mark.parametrize(
    ("share", "reason", "notes"),
    [(1.0, None, ()), (0.5, None, ()), (0.0, "it is a crop", ("the tele is not used: it is a crop",))],
)
def test_a_method_that_calibrates_uses_the_tele_as_zoom_does(monkeypatch, share, reason, notes) -> None:
    asked, taught = [], Engine()

    def use_tele(engine, wide, reference, registration, settings, **_):
        asked.append((engine, reference, registration, settings))
        value = Worth(detail=1.0, used=share > 0, share=share, reason=reason)
        return SimpleNamespace(engine=taught, worth=value, calibration=None)

    monkeypatch.setattr("dualzoom.evaluation.networks.use_tele", use_tele)
    given, settings, aligned = Engine(), CalibrationSettings(seconds=7), Ramp()
    aligned.registration = object()
    method = Network(label="x", model="m", engine=given, tiling=TilingSettings(), calibration=settings)
    case = Case(name="a", wide=np.zeros((4, 6, 3), np.uint8), score=lambda _: {}, aligned=aligned)
    made = method.enlarge(case, lambda _: None)
    assert asked == [(given, aligned, aligned.registration, settings)]
    assert (taught.given, taught.strength, given.given) == ([aligned], share, [])
    assert made.notes == (*notes, "smaller tiles")


def test_only_what_is_called_ours_is_calibrated_and_ablations_compare_the_weights_as_they_are(
    monkeypatch,
) -> None:
    monkeypatch.setattr("dualzoom.evaluation.networks.weights.load", loaded)
    monkeypatch.setattr("dualzoom.evaluation.networks.Engine", lambda module, *_: module)
    short = CalibrationSettings(seconds=1)
    for asked, expected in ((short, short), (None, CalibrationSettings())):
        made = networks(
            ("a",), ("alone", "ours"), ("off-by-8",), EngineSettings(), TilingSettings(), calibration=asked
        )
        assert [(method.with_tele, method.calibration) for method in made] == [
            (False, expected), (True, expected), (True, None),
        ]  # fmt: skip


def test_each_model_is_loaded_once_for_all_its_methods(monkeypatch) -> None:
    loads = []
    monkeypatch.setattr(
        "dualzoom.evaluation.networks.weights.load", lambda name: loads.append(name) or loaded(name)
    )
    monkeypatch.setattr("dualzoom.evaluation.networks.Engine", lambda module, *_: module)
    methods = networks(("a", "b"), ("alone", "ours"), ("off-by-8",), EngineSettings(), TilingSettings())
    assert loads == ["a", "b"]
    assert [method.label for method in methods] == [
        "alone a", "ours a", "ours a, off-by-8", "alone b", "ours b", "ours b, off-by-8",
    ]  # fmt: skip
    assert len({id(method.engine) for method in methods}) == 2
    turned = networks(("a",), ("ours",), ("off-by-8",), EngineSettings(), TilingSettings(), tta=True)
    assert [(method.label, method.tta) for method in turned] == [
        ("ours tta", True),
        ("ours tta, off-by-8", True),
    ]


def loaded(name: str) -> SimpleNamespace:
    return SimpleNamespace(name=name, module=object())
