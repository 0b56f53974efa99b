"""The coordinator: done once, named when recorded, nothing of others touched; and so after a crash at any step."""

import contextlib
import os
import shutil
from pathlib import Path

import pytest

from dualzoom.batch import coordinator as coordinators
from dualzoom.errors import CaptureError, WriteError


class Killed(BaseException):
    """The process dies here: nothing after it runs."""


def _deliver(batch, job, coordinator, content=b"result"):
    assignment = coordinator.take(job)
    assert assignment is not None
    part = assignment.parts / "part.png"
    part.write_bytes(content)
    coordinator.deliver(assignment, part, {})


def test_a_delivered_job_is_kept_and_its_file_is_the_part(batch):
    job = batch.jobs()[0]
    with batch.coordinator() as coordinator:
        _deliver(batch, job, coordinator)
    assert batch.states() == {"p0": "done"}
    assert job.output.read_bytes() == b"result"
    with batch.coordinator() as coordinator:
        assert coordinator.take(job) is None
    assert batch.states() == {"p0": "kept"}


@pytest.mark.parametrize("step", ["before", "append", "link", "unlink", "named"])
def test_after_death_at_any_step_there_is_one_whole_result_or_none(batch, monkeypatch, step):
    job = batch.jobs()[0]

    def die(*_arguments: object, **_options: object) -> None:
        raise Killed

    coordinator = batch.coordinator()
    assignment = coordinator.take(job)
    part = assignment.parts / "part.png"
    part.write_bytes(b"result")
    place = {
        "append": (coordinator.journal, "append"),
        "link": (os, "link"),
        "unlink": (Path, "unlink"),
        "named": (coordinator, "_tell_user"),
    }
    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        if step in place:
            patch.setattr(*place[step], die)
            coordinator.deliver(assignment, part, {})
    recorded = step in ("link", "unlink", "named")
    coordinator._closing.close()  # what the system does for the dead: free the lock
    with batch.coordinator() as coordinator:
        assert list(coordinator.parts.iterdir()) == []
        assert job.output.exists() == recorded
        assert (coordinator.take(job) is None) == recorded
    assert batch.states() == ({"p0": "kept"} if recorded else {})
    if recorded:
        assert job.output.read_bytes() == b"result"


def test_a_sidecar_follows_its_result_after_death_between_the_two(batch, monkeypatch):
    job = batch.jobs()[0]

    def die(*_arguments: object, **_options: object) -> None:
        raise Killed

    coordinator = batch.coordinator()
    assignment = coordinator.take(job)
    part = assignment.parts / "part.png"
    part.write_bytes(b"result")
    part.with_suffix(".xmp").write_bytes(b"side")
    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        patch.setattr(coordinators, "give_sidecar", die)
        coordinator.deliver(assignment, part, {})
    coordinator._closing.close()
    with batch.coordinator():
        pass
    assert job.output.read_bytes() == b"result"
    assert job.output.with_suffix(".xmp").read_bytes() == b"side"


def test_a_file_of_others_is_in_nobodys_way_and_stays(batch):
    job = batch.jobs()[0]
    batch.folder.mkdir()
    job.output.write_bytes(b"mine")
    with batch.coordinator() as coordinator:
        assert coordinator.take(job) is None
    assert batch.states() == {"p0": "failed"}
    assert isinstance(batch.events[0].error, WriteError)
    with batch.coordinator(on_exists="skip") as coordinator:
        assert coordinator.take(job) is None
    assert batch.states() == {"p0": "skipped"}
    assert job.output.read_bytes() == b"mine"
    with batch.coordinator(on_exists="overwrite") as coordinator:
        _deliver(batch, job, coordinator)
    assert job.output.read_bytes() == b"result"


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_file_that_comes_in_between_is_not_replaced(batch, monkeypatch, links):
    job = batch.jobs()[0]
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links")))
    with batch.coordinator() as coordinator:
        assignment = coordinator.take(job)
        part = assignment.parts / "part.png"
        part.write_bytes(b"result")
        job.output.write_bytes(b"mine")
        coordinator.deliver(assignment, part, {})
        assert coordinator.journal.latest(job.output.name)["event"] == "undone", (
            "what is told as failed stays so"
        )
    assert batch.states() == {"p0": "failed"}
    assert job.output.read_bytes() == b"mine"
    assert batch.results() == ["p0-2x.png"]
    with batch.coordinator() as coordinator:
        assert coordinator.take(job) is None, "what is there is not taken for ours"
    assert batch.states() == {"p0": "failed"}


def test_what_we_wrote_is_replaced_when_the_input_changes_but_not_if_someone_edited_it(batch, make_picture):
    job = batch.jobs()[0]
    with batch.coordinator() as coordinator:
        _deliver(batch, job, coordinator, b"first")
    make_picture(job.pair.wide, 99)
    with batch.coordinator() as coordinator:
        _deliver(batch, job, coordinator, b"second")
    assert job.output.read_bytes() == b"second"
    job.output.write_bytes(b"edited")
    make_picture(job.pair.wide, 98)
    with batch.coordinator() as coordinator:
        assert coordinator.take(job) is None
    assert batch.states() == {"p0": "failed"}
    assert job.output.read_bytes() == b"edited"


def test_a_failure_in_between_does_not_make_our_file_a_strangers(batch, make_picture):
    job = batch.jobs()[0]
    with batch.coordinator() as coordinator:
        _deliver(batch, job, coordinator)
    job.pair.wide.write_bytes(b"broken")
    with batch.coordinator() as coordinator:
        coordinator.fail(coordinator.take(job), CaptureError("p0", "broken"))
    make_picture(job.pair.wide, 97)
    with batch.coordinator() as coordinator:
        _deliver(batch, job, coordinator, b"mended")
    assert job.output.read_bytes() == b"mended"


def test_failures_are_remembered_unless_the_disk_was_to_blame(batch):
    first, second = batch.jobs()[:2]
    with batch.coordinator() as coordinator:
        coordinator.fail(coordinator.take(first), CaptureError("p0.png", "torn", "copy it again"))
        coordinator.fail(coordinator.take(second), WriteError("p1.png", "the disk is full"))
    with batch.coordinator() as coordinator:
        assert coordinator.take(first) is None
        assert coordinator.take(second) is not None
    (event,) = batch.events
    assert (str(event.error), event.earlier) == ("p0.png: torn; copy it again", True)
    assert isinstance(event.error, CaptureError)
    with batch.coordinator(retry_failed=True) as coordinator:
        assert coordinator.take(first) is not None


def test_a_result_that_was_deleted_is_made_again(batch):
    job = batch.jobs()[0]
    with batch.coordinator() as coordinator:
        _deliver(batch, job, coordinator)
    job.output.unlink()
    with batch.coordinator() as coordinator:
        assert coordinator.take(job) is not None


def test_one_batch_at_a_time(batch):
    with batch.coordinator(), pytest.raises(WriteError, match="another batch"):
        batch.coordinator()
    batch.coordinator()._closing.close()


def test_an_output_that_is_an_input_is_refused_however_it_is_linked(batch):
    job = batch.jobs()[0]
    batch.folder.mkdir()
    os.link(job.pair.wide, job.output)
    before = job.pair.wide.read_bytes()
    for mode in ("error", "overwrite"):
        with batch.coordinator(on_exists=mode) as coordinator:
            assert coordinator.take(job) is None
        assert batch.states() == {"p0": "failed"}
    assert job.pair.wide.read_bytes() == before


def test_a_folder_that_cannot_be_one_is_refused(batch):
    shutil.rmtree(batch.folder, ignore_errors=True)
    batch.folder.write_bytes(b"")
    with pytest.raises(WriteError, match="cannot be used"):
        batch.coordinator()


def test_recorded_errors_keep_their_exit_codes():
    for kind in (CaptureError, WriteError):
        record = {
            "event": "failed",
            "output": "a",
            "key": "k",
            "code": kind.exit_code,
            "error": ["a", "b", "c"],
        }
        assert type(coordinators._recorded(record)) is kind


@pytest.mark.parametrize("name", [".", "parts", "journal.jsonl", "lock", "calibrations"])
def test_a_link_in_our_folder_is_refused_and_what_it_points_to_stays(batch, tmp_path, name):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_bytes(b"mine")
    ours = batch.folder / ".dualzoom-batch"
    link = ours if name == "." else ours / name
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere / "precious" if "." in name[1:] or name == "lock" else elsewhere)
    with pytest.raises(WriteError, match="link"):
        batch.coordinator()
    assert (elsewhere / "precious").read_bytes() == b"mine"


def test_what_is_in_the_way_is_named_without_options_of_a_command_line(batch):
    job = batch.jobs()[0]
    batch.folder.mkdir()
    job.output.write_bytes(b"mine")
    with batch.coordinator() as coordinator:
        assert coordinator.take(job) is None
    assert "--" not in str(batch.events[0].error)
    assert "it exists already" in str(batch.events[0].error)


def test_a_full_disk_is_said_of_the_pair(batch, worker, monkeypatch):
    def full(*_arguments: object, **_options: object) -> None:
        raise WriteError(
            "out/.dualzoom-batch/parts/12ab.png", "cannot be written: the disk is full", "make room"
        )

    monkeypatch.setattr("dualzoom.capture.write", full)
    batch.run(worker)
    error = batch.events[0].error
    assert isinstance(error, WriteError)
    assert str(error).startswith(
        f"{batch.folder / 'p0-2x.png'}: the result of p0.png cannot be written: the disk is full"
    )
