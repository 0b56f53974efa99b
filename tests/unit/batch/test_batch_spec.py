"""The key: another one exactly when something that decides the result is another."""

from dataclasses import replace

from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.settings import (
    CalibrationSettings,
    EngineSettings,
    FramingSettings,
    TilingSettings,
    WriteSettings,
    ZoomSettings,
)


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


def test_keys_of_older_journals_stay_valid(batch, tmp_path):
    """Keys that the first versions with journals wrote, computed by their own sources."""
    wide, tele = tmp_path / "w.jpg", tmp_path / "t.jpg"
    wide.write_bytes(b"wide")
    tele.write_bytes(b"tele")
    spec = replace(batch.spec(), model="m")
    assert spec.key(PhotoPair("p", wide, tele)) == (
        "bea1e0ee8aa86def7930cf615f8914b3f9a0c35148c32336d2410e952e94343d"
    )
    assert (
        spec.key(PhotoPair("p", wide)) == "55a9a9ba6baa7f71a4c33d972b982748e9394a4a54eb62a94bb3a3f68bd7331f"
    )
    other = replace(
        spec,
        settings=ZoomSettings(strength=0.5, framing=FramingSettings(at=1.5)),
        writing=WriteSettings(format="tiff"),
    )
    assert other.key(PhotoPair("p", wide, tele)) == (
        "4dd8b95f2e6b17327143c5945bd54f8f61b004e8d2ff4a850dfbb5523d12f79c"
    )


def test_the_network_that_pairs_teach_decides_where_there_is_something_to_teach(batch, photos):
    spec = replace(batch.spec(), learner_sha256=None)
    with_learner = replace(spec, learner_sha256="1" * 64)
    pair, alone = PhotoPair("p", photos / "p0.png", photos / "p1.png"), PhotoPair("p", photos / "p0.png")
    assert with_learner.key(pair) != spec.key(pair)
    assert with_learner.key(pair) != replace(spec, learner_sha256="2" * 64).key(pair)
    assert with_learner.key(alone) == spec.key(alone)
    without = ZoomSettings(strength=0)
    assert replace(with_learner, settings=without).key(pair) == replace(spec, settings=without).key(pair)


def test_what_becomes_of_a_burst_decides_where_there_is_one_and_its_network_may_be_used(batch, photos):
    spec = replace(batch.spec(), settings=ZoomSettings())
    paths = [photos / f"p{n}.png" for n in range(3)]
    burst = PhotoPair("p", paths[0], None, (), (paths[1],))
    keys = {replace(spec, burst=told).key(burst) for told in (None, "mean", "1" * 64, "2" * 64)}
    assert len(keys) == 4
    with_tele = PhotoPair("p", paths[0], paths[2], (), (paths[1],))
    taught = replace(spec, burst_taught="3" * 64)
    assert replace(spec, burst="mean").key(with_tele) == spec.key(with_tele)  # as older journals know it
    assert taught.key(with_tele) != spec.key(with_tele)
    assert taught.key(burst) == spec.key(burst)
    for told in (taught, replace(spec, burst="mean")):
        assert told.key(PhotoPair("p", paths[0])) == spec.key(PhotoPair("p", paths[0]))
    for off in (ZoomSettings(strength=0), ZoomSettings(calibration=CalibrationSettings(seconds=0))):
        assert replace(taught, settings=off).key(with_tele) == replace(spec, settings=off).key(with_tele)


def test_every_lens_and_every_frame_decides(batch, photos):
    spec = batch.spec()
    wide, tele, *others = (photos / f"p{n}.png" for n in range(5))
    keys = [
        spec.key(PhotoPair("p", wide, tele)),
        spec.key(PhotoPair("p", wide, tele, (others[0],))),
        spec.key(PhotoPair("p", wide, tele, (others[1],))),
        spec.key(PhotoPair("p", wide, tele, (), (others[0],))),
        spec.key(PhotoPair("p", wide, tele, (), (others[1],))),
        spec.key(PhotoPair("p", wide, None, (), (others[0],))),
        spec.key(PhotoPair("p", wide, tele, (others[0],), (others[1],))),
    ]
    assert len(set(keys)) == len(keys)
