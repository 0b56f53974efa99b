"""The key: another one exactly when something that decides the result is another."""

from dataclasses import replace

from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.settings import CalibrationSettings, EngineSettings, TilingSettings, WriteSettings, ZoomSettings


def test_what_decides_the_result_decides_the_key(batch, photos):
    spec = batch.spec()
    pair = PhotoPair("p", photos / "p0.png", photos / "p1.png")
    others = [
        spec.key(PhotoPair("p", photos / "p0.png")),
        spec.key(PhotoPair("p", photos / "p0.png", photos / "p2.png")),
        spec.key(PhotoPair("p", photos / "p1.png", photos / "p0.png")),
        replace(spec, model_sha256="1" * 64).key(pair),
        replace(spec, settings=ZoomSettings(strength=0.5)).key(pair),
        replace(spec, settings=ZoomSettings(tta=True)).key(pair),
        replace(spec, settings=ZoomSettings(detail=1.5)).key(pair),
        replace(spec, settings=ZoomSettings(calibration=CalibrationSettings(seconds=0))).key(pair),
        replace(spec, settings=ZoomSettings(tiling=TilingSettings(feather_px=4))).key(pair),
        replace(spec, writing=WriteSettings(quality=90)).key(pair),
    ]
    assert len({spec.key(pair), *others}) == 1 + len(others)


def test_what_does_not_leaves_it(batch, photos):
    spec, pair = batch.spec(), PhotoPair("p", photos / "p0.png", photos / "p1.png")
    same = [
        spec.key(PhotoPair("another name", pair.wide, pair.tele)),
        replace(spec, version="2").key(pair),
        replace(spec, settings=ZoomSettings(engine=EngineSettings(device="cpu", threads=1))).key(pair),
        replace(spec, settings=ZoomSettings(tiling=TilingSettings(tile_px=64))).key(pair),
        replace(spec, writing=WriteSettings(on_exists="skip")).key(pair),
    ]
    assert set(same) == {spec.key(pair)}
    (photos / "copy").mkdir()
    copy = photos / "copy" / "p0.png"
    copy.write_bytes(pair.wide.read_bytes())
    assert spec.key(PhotoPair("p", copy, pair.tele)) == spec.key(pair)
