"""The key: another one exactly when something that decides the result is another."""

from dataclasses import replace

from dualzoom.pairing.pairs import Pair
from dualzoom.settings import CalibrationSettings, EngineSettings, TilingSettings, WriteSettings, ZoomSettings


def test_what_decides_the_result_decides_the_key(batch, photos):
    recipe = batch.recipe()
    pair = Pair("p", photos / "p0.png", photos / "p1.png")
    others = [
        recipe.key(Pair("p", photos / "p0.png")),
        recipe.key(Pair("p", photos / "p0.png", photos / "p2.png")),
        recipe.key(Pair("p", photos / "p1.png", photos / "p0.png")),
        replace(recipe, model_sha256="1" * 64).key(pair),
        replace(recipe, settings=ZoomSettings(strength=0.5)).key(pair),
        replace(recipe, settings=ZoomSettings(tta=True)).key(pair),
        replace(recipe, settings=ZoomSettings(calibration=CalibrationSettings(seconds=0))).key(pair),
        replace(recipe, settings=ZoomSettings(tiling=TilingSettings(feather_px=4))).key(pair),
        replace(recipe, writing=WriteSettings(quality=90)).key(pair),
    ]
    assert len({recipe.key(pair), *others}) == 1 + len(others)


def test_what_does_not_leaves_it(batch, photos):
    recipe, pair = batch.recipe(), Pair("p", photos / "p0.png", photos / "p1.png")
    same = [
        recipe.key(Pair("another name", pair.wide, pair.tele)),
        replace(recipe, version="2").key(pair),
        replace(recipe, settings=ZoomSettings(engine=EngineSettings(device="cpu", threads=1))).key(pair),
        replace(recipe, settings=ZoomSettings(tiling=TilingSettings(tile_px=64))).key(pair),
        replace(recipe, writing=WriteSettings(on_exists="skip")).key(pair),
    ]
    assert set(same) == {recipe.key(pair)}
    (photos / "copy").mkdir()
    copy = photos / "copy" / "p0.png"
    copy.write_bytes(pair.wide.read_bytes())
    assert recipe.key(Pair("p", copy, pair.tele)) == recipe.key(pair)
