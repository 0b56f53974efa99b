"""A worker: the spec's weights or none, one error about the pair for whatever goes wrong, every part its own name."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from dualzoom import capture
from dualzoom.batch.coordinator import Coordinator
from dualzoom.batch.events import Assignment
from dualzoom.batch.runner import Runner
from dualzoom.batch.worker import Worker, burst_taught, burst_told, learner_sha256, model_sha256, one_pair
from dualzoom.capture.photo import Photo
from dualzoom.errors import (
    CaptureError,
    DualzoomError,
    MemoryExhaustedError,
    RegistrationError,
    WeightsError,
    WriteError,
)
from dualzoom.evaluation.phones import PHONES, photograph
from dualzoom.geometry import Size
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.scene import render
from dualzoom.settings import CalibrationSettings, EngineSettings, ZoomSettings

NETWORK = {"architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "decoder_blocks": 1}


@pytest.fixture
def job(batch):
    return batch.jobs()[0]


@pytest.fixture
def assignment(batch, job, tmp_path):
    (tmp_path / "parts").mkdir()
    return Assignment(job, "key", tmp_path / "parts")


@pytest.fixture
def spec(batch, tmp_path):
    """Of a small network that has learned nothing."""
    path = str(weights.save(build_network(NETWORK), tmp_path / "small.safetensors", config=NETWORK))
    settings = ZoomSettings(engine=EngineSettings(device="cpu"))
    return replace(batch.spec(), model=path, model_sha256=model_sha256(path), settings=settings)


@pytest.mark.parametrize(
    "error", [CaptureError("a", "is torn"), RegistrationError("b", "no match"), WriteError("c", "full")]
)
def test_a_known_failure_stays_itself(job, error):
    with pytest.raises(type(error)) as caught, one_pair(job):
        raise error
    assert caught.value is error


def test_memory_and_bugs_become_errors_about_the_wide(job):
    for lacking in (MemoryError(), cv2.error("(-4:Insufficient memory) Failed to allocate 9 bytes")):
        with pytest.raises(MemoryExhaustedError) as caught, one_pair(job):
            raise lacking
    assert caught.value.subject == str(job.pair.wide)
    with pytest.raises(DualzoomError, match="internal error: ZeroDivisionError") as caught, one_pair(job):
        _ = 1 / 0
    assert type(caught.value) is DualzoomError
    assert caught.value.subject == str(job.pair.wide)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_is_no_failure_of_a_pair(job, stop):
    with pytest.raises(stop), one_pair(job):
        raise stop


def test_other_weights_than_the_specs_are_refused_every_time(spec):
    worker = Worker(replace(spec, model_sha256="0" * 64))
    for _ in range(2):
        with pytest.raises(WeightsError, match="not the weights the batch began with"):
            worker.load()


def test_another_learner_than_the_specs_is_refused_as_well(spec):
    settings = replace(spec.settings, engine=EngineSettings(device="cpu"))
    default = replace(spec, model="auto", model_sha256=model_sha256("auto"), settings=settings)
    Worker(replace(default, learner_sha256=learner_sha256("auto", settings))).load()
    with pytest.raises(WeightsError, match="not the weights the batch began with"):
        Worker(replace(default, learner_sha256="0" * 64)).load()


def test_only_the_default_lets_another_network_learn(spec):
    assert learner_sha256(spec.model, spec.settings) is None
    off = replace(spec.settings, calibration=CalibrationSettings(seconds=0))
    assert learner_sha256("auto", off) is None
    assert learner_sha256("auto", spec.settings) == model_sha256("dcsr-lite-fast")


def test_older_journals_knew_bursts_as_their_mean_of_the_default(spec):
    mean = replace(spec.settings, burst="mean")
    assert burst_told("auto", spec.settings) == model_sha256("dcsr-frames")
    assert burst_told("auto", mean) is None
    assert burst_told(spec.model, spec.settings) is None
    assert burst_told(spec.model, mean) == "mean"
    assert burst_taught("auto", spec.settings) == burst_taught("dcsr-frames", spec.settings)
    assert burst_taught("auto", spec.settings) == model_sha256("dcsr-frames")
    for model, settings in (("auto", mean), ("dcsr-frames", mean), (spec.model, spec.settings)):
        assert burst_taught(model, settings) is None  # the mean, as ever


def test_the_model_is_loaded_once(spec, monkeypatch):
    worker = Worker(spec)
    first = worker.load()
    monkeypatch.setattr(weights, "load", lambda _name: pytest.fail("loaded again"))
    assert worker.load() is first


def test_reading_gives_the_pixels_and_a_torn_photo_is_its_own_failure(spec, job):
    wide, tele = Worker(spec).read(job)
    assert tele == []
    assert np.array_equal(wide.pixels, capture.read(job.pair.wide).pixels)
    job.pair.wide.write_bytes(job.pair.wide.read_bytes()[:60])
    with pytest.raises(CaptureError, match=job.pair.wide.name):
        Worker(spec).read(job)


def test_a_pair_goes_from_files_to_a_part(spec, assignment):
    worker = Worker(spec)
    photos = worker.read(assignment.job)
    result = worker.compute(assignment.job, photos)
    parts = [worker.write(assignment, result) for _ in range(2)]
    assert len(set(parts)) == 2, "every attempt has a name of its own"
    assert {part.parent for part in parts} == {assignment.parts}
    for part in parts:
        found = capture.read(part)
        assert np.array_equal(found.pixels, result.photo.pixels)
        assert found.size == photos[0].size.scale(2)
    assert not assignment.job.output.exists(), "only the coordinator names results"


def test_a_part_that_cannot_be_written_is_said_of_the_result(spec, assignment):
    worker = Worker(spec)
    result = worker.compute(assignment.job, worker.read(assignment.job))
    assignment.parts.rmdir()
    with pytest.raises(WriteError) as caught:
        worker.write(assignment, result)
    assert caught.value.subject == str(assignment.job.output)
    assert caught.value.reason.startswith(f"the result of {assignment.job.pair.wide.name} ")


def test_a_model_that_was_changed_has_no_checksum(spec):
    path = Path(spec.model)
    path.write_bytes(path.read_bytes()[:-4] + b"abcd")
    with pytest.raises(WeightsError):
        model_sha256(spec.model)


def test_all_lenses_and_the_frames_of_a_burst_reach_the_result(spec, assignment, tmp_path, monkeypatch):
    """One of the frames is torn, and only named. (The network that knows nothing takes every wide for halved.)"""
    monkeypatch.setattr("dualzoom.prepare._unfit", lambda _degradation: None)
    frames, _, _ = import_module("burst_files").burst(3)
    paths = [tmp_path / f"b{number}.png" for number in range(4)]
    for path, frame in zip(paths, frames, strict=False):
        capture.write(frame, path)
    paths[3].write_bytes(paths[2].read_bytes()[:200])
    tele = capture.write(frames[0].with_pixels(frames[0].pixels[60:180, 80:240].copy()), tmp_path / "t.png")
    pair = PhotoPair("b", paths[0], tele, (tele,), tuple(paths[1:]))
    worker, job = Worker(spec), replace(assignment.job, pair=pair)
    result = worker.compute(job, worker.read(job))
    assert len(result.lenses) == 2
    assert [use.reason is None for use in result.frames] == [True, True, False]
    assert "2 of 3 frames are used" in result.notes
    part = worker.write(replace(assignment, job=job), result)
    assert capture.read(part).size == frames[0].size.scale(2)


@pytest.fixture
def pairs(batch, tmp_path):
    """Two jobs, each of a wide and a tele of another scene."""
    jobs = []
    for number, job in enumerate(batch.jobs()[:2]):
        shot = photograph(render(number, size=Size(480, 360)).truth, PHONES[0], seed=number)
        wide, tele = (
            capture.write(Photo(pixels=pixels), tmp_path / f"{number}-{name}.png")
            for name, pixels in (("wide", shot.wide), ("tele", shot.tele))
        )
        jobs.append(replace(job, pair=PhotoPair(str(number), wide, tele, (), ())))
    return jobs


def test_prepared_and_taught_by_while_another_pair_is_made_a_pair_gives_the_same_bytes(spec, pairs):
    """Calibration and all."""
    settings = replace(spec.settings, calibration=CalibrationSettings(seconds=1))
    worker = Worker(replace(spec, settings=settings))
    worker.load()
    photos = [worker.read(job) for job in pairs]
    alone = [worker.compute(job, both) for job, both in zip(pairs, photos, strict=True)]
    assert all(result.tele.worth.used and result.tele.calibration is not None for result in alone)
    ready = worker.prepare(pairs[0], photos[0])
    with ThreadPoolExecutor(1) as beside:
        ahead = beside.submit(worker.prepare, pairs[1], photos[1])
        first = worker.teach(pairs[0], ready)
        making = beside.submit(worker.make, pairs[0], first)
        second = worker.teach(pairs[1], ahead.result())
        made = making.result(), worker.make(pairs[1], second)
    for result, expected in zip(made, alone, strict=True):
        assert np.array_equal(result.photo.pixels, expected.photo.pixels)
        assert np.array_equal(result.contribution, expected.contribution)
        assert result.notes == expected.notes
        assert {"register", "degradation", "enlarge"} <= set(result.seconds), "all steps are told"


@pytest.mark.slow
def test_a_run_that_was_broken_off_gives_what_an_unbroken_one_gives(
    batch, spec, pairs, tmp_path, monkeypatch
):
    """It is stopped while the first is made, when the second has learned on from it; one camera took both."""
    monkeypatch.setattr("dualzoom.batch.calibrations.conditions", lambda _wide: ("Maker", "Phone"))
    settings = replace(spec.settings, calibration=CalibrationSettings(seconds=1))
    spec, taught = replace(spec, settings=settings), threading.Event()

    def run(folder, worker, chosen=slice(None)):
        jobs = [replace(job, output=tmp_path / folder / job.output.name) for job in pairs[chosen]]
        with Coordinator(tmp_path / folder, spec, batch.events.append) as coordinator:
            Runner(coordinator, worker).run(jobs)
        return [job.output.read_bytes() for job in jobs]

    class Stopped(Worker):
        def teach(self, job, *others):
            learned = super().teach(job, *others)
            if job.pair.name == "1":
                taught.set()
            return learned

        def make(self, *_others):
            assert taught.wait(60)
            raise KeyboardInterrupt

    unbroken = run("unbroken", Worker(spec))
    assert run("alone", Worker(spec), slice(1, 2)) != unbroken[1:], "it learns on from the first"
    with pytest.raises(KeyboardInterrupt):
        run("broken", Stopped(spec))
    assert run("broken", Worker(spec)) == unbroken


def test_large_photos_and_bursts_do_not_wait_prepared(spec, pairs, monkeypatch):
    worker, job = Worker(spec), pairs[0]
    photos = worker.read(job)
    assert worker.may_wait_prepared(job, photos)
    assert worker.may_go_beside(job, photos)
    burst = replace(job, pair=replace(job.pair, frames=(job.pair.wide,)))
    assert not worker.may_wait_prepared(burst, photos)
    assert not worker.may_go_beside(burst, photos)
    with monkeypatch.context() as patch:
        patch.setattr(worker.load().engine, "device", torch.device("cuda"))
        assert worker.may_wait_prepared(job, photos)
        assert not worker.may_go_beside(job, photos), "a GPU has no idle cores"
    monkeypatch.setattr("dualzoom.batch.worker._MOST_AHEAD", photos[1][0].size.area - 1)
    assert photos[0].size.area <= photos[1][0].size.area
    assert not worker.may_wait_prepared(job, photos)
    assert not worker.may_go_beside(job, photos)


def test_what_a_file_cannot_hold_is_refused_as_soon_as_it_is_prepared(spec, pairs):
    worker = Worker(spec)
    photos = worker.read(pairs[0])
    wide = replace(pairs[0], output=pairs[0].output.with_suffix(".webp"))
    long = photos[0].with_pixels(np.zeros((8, 9000, 3), np.uint8))
    with pytest.raises(WriteError):
        worker.prepare(wide, (long, []))
