"""Many machines, played by worker processes here: one is killed half-way, and still every pair has one end.

The small run (40 pairs) is part of the suite; the one of 1,000 pairs is marked slow.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from dualzoom.batch.coordinator import Coordinator
from dualzoom.batch.events import Assignment
from dualzoom.capture import read
from dualzoom.cli import main
from dualzoom.geometry import Size
from dualzoom.network import weights
from dualzoom.network.registry import build_network

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
CONFIG = {"architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "decoder_blocks": 1}
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def cluster() -> Iterator["distributed.LocalCluster"]:
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=2,
        processes=True,
        dashboard_address=None,
        silence_logs=50,
        memory_limit=0,
    ) as made:
        yield made


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return weights.save(build_network(CONFIG), tmp_path / "tiny.safetensors", config=CONFIG)


def _shoot(folder: Path, count: int, bad: set[int]) -> None:
    """Small wides; the bad ones are cut, empty, or no pictures."""
    folder.mkdir()
    for number in range(count):
        path = folder / f"{number:04}.png"
        noise = np.random.default_rng(number).integers(0, 255, (48, 64, 3), np.uint8)
        cv2.imwrite(str(path), cv2.GaussianBlur(noise, (0, 0), 1.5))
        if number in bad:
            data = path.read_bytes()
            path.write_bytes([data[: len(data) // 2], b"", b"text, no picture"][number % 3])


def _results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".png"}


def _kill_one_after(results: int, pids: list[int], patch: pytest.MonkeyPatch) -> list[int]:
    """Kill -9 one of the worker processes when so many results are there; returns a list of whom it has killed."""
    deliver, delivered, killed = Coordinator.deliver, [], []

    def then_kill(self: Coordinator, assignment: Assignment, part: Path, result: dict[str, Any]) -> None:
        deliver(self, assignment, part, result)
        delivered.append(part)
        if len(delivered) == results:
            os.kill(pids[0], signal.SIGKILL)
            killed.append(pids[0])

    patch.setattr(Coordinator, "deliver", then_kill)
    return killed


def _pids(cluster: "distributed.LocalCluster") -> list[int]:
    """The processes that work, as they say themselves; one that died is replaced before."""
    with distributed.Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
        return list(client.run(os.getpid).values())


def _batch(capsys, *arguments: object) -> tuple[int, list[dict[str, object]], str]:
    capsys.readouterr()
    code = main(["batch", *map(str, arguments), "--alone", "--json"])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def _check(tmp_path, capsys, monkeypatch, cluster, model, count, bad):
    monkeypatch.setattr(sys, "warnoptions", ["error"])
    _shoot(tmp_path / "in", count, bad)
    out = tmp_path / "out"
    command = (tmp_path / "in", "-o", out, "--model", model, "--scheduler", cluster.scheduler_address)
    pids = _pids(cluster)
    with monkeypatch.context() as patch:
        killed = _kill_one_after((count - len(bad)) // 2, pids, patch)
        code, lines, err = _batch(capsys, *command)
    assert killed, "the worker was killed while the batch ran"
    assert killed[0] not in _pids(cluster), "another process is in its place"
    assert code == 3
    states = Counter(line["state"] for line in lines)
    assert states == {"done": count - len(bad), "failed": len(bad)}
    assert len({line["wide"] for line in lines}) == count, "one line for each pair"
    failed = {int(Path(str(line["wide"])).stem) for line in lines if line["state"] == "failed"}
    assert failed == bad
    assert all(f"{number:04}.png" in err for number in bad)
    results = _results(out)
    assert len(results) == count - len(bad)
    assert all(read(out / name).size == Size(128, 96) for name in results), "nothing partial"
    assert {path.name for path in out.iterdir()} == {*results, ".dualzoom-batch"}
    journal = [
        json.loads(line) for line in (out / ".dualzoom-batch" / "journal.jsonl").read_text().splitlines()
    ]
    ends = Counter(record["output"] for record in journal if "output" in record)
    assert len(ends) == count
    assert set(ends.values()) == {1}, "nothing twice"
    code, lines, _ = _batch(capsys, *command)
    assert code == 3
    assert Counter(line["state"] for line in lines) == {"kept": count - len(bad), "failed": len(bad)}
    assert _results(out) == results
    some = [tmp_path / "in" / f"{number:04}.png" for number in range(3)]
    assert _batch(capsys, *some, "-o", tmp_path / "here", "--model", model)[0] == 0
    here = _results(tmp_path / "here")
    assert here == {name: results[name] for name in here}, "the same pixels as on this machine"


def test_a_killed_worker_costs_nothing(tmp_path, capsys, monkeypatch, cluster, model):
    _check(tmp_path, capsys, monkeypatch, cluster, model, 40, {3, 10, 17, 38})


@pytest.mark.slow
def test_a_thousand_pairs_with_ten_bad_ones(tmp_path, capsys, monkeypatch, cluster, model):
    _check(tmp_path, capsys, monkeypatch, cluster, model, 1000, set(range(7, 1000, 100)))


def test_other_weights_on_the_workers_end_the_batch(tmp_path, capsys, cluster, model, monkeypatch):
    _shoot(tmp_path / "in", 2, set())
    monkeypatch.setattr("dualzoom.batch.worker.model_sha256", lambda _model: "0" * 64)
    command = (
        tmp_path / "in",
        "--model",
        model,
        "-o",
        tmp_path / "out",
        "--scheduler",
        cluster.scheduler_address,
    )
    code, lines, err = _batch(capsys, *command)
    assert (code, [set(line) for line in lines]) == (8, [{"error"}])
    assert "not the weights" in err


def test_another_version_on_the_workers_ends_the_batch(tmp_path, capsys, cluster, model, monkeypatch):
    _shoot(tmp_path / "in", 1, set())
    monkeypatch.setattr("dualzoom.version.installed_version", lambda: "99")
    command = (
        tmp_path / "in",
        "--model",
        model,
        "-o",
        tmp_path / "out",
        "--scheduler",
        cluster.scheduler_address,
    )
    code, _, err = _batch(capsys, *command)
    assert code == 2
    assert "same version" in err


def test_nobody_at_the_address_is_said_at_once(tmp_path, capsys, model, monkeypatch):
    _shoot(tmp_path / "in", 1, set())
    monkeypatch.setattr("dualzoom.batch.cluster_connection._ANSWER_WITHIN", "200ms")
    command = (tmp_path / "in", "--model", model, "-o", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    code, _, err = _batch(capsys, *command)
    assert code == 2
    assert "no scheduler answers" in err


def test_two_batches_of_the_same_photos_keep_apart(tmp_path, cluster, model):
    from dualzoom.batch.batch_spec import BatchSpec
    from dualzoom.batch.cluster import run
    from dualzoom.batch.names import plan
    from dualzoom.batch.worker import model_sha256
    from dualzoom.pairing import pairs
    from dualzoom.settings import WriteSettings
    from dualzoom.version import installed_version

    _shoot(tmp_path / "in", 8, set())
    found = pairs.find(tmp_path / "in", alone=True).pairs
    spec = BatchSpec(model=str(model), model_sha256=model_sha256(str(model)), version=installed_version())

    def batch(folder: Path) -> None:
        jobs = plan(found, folder, "{stem}", WriteSettings(), model="tiny")
        with Coordinator(folder, spec, lambda _event: None) as coordinator:
            run(jobs, coordinator, cluster.scheduler_address)

    threads = [threading.Thread(target=batch, args=(tmp_path / name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive()
    assert len(_results(tmp_path / "one")) == 8
    assert _results(tmp_path / "one") == _results(tmp_path / "two")


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "127.0.0.1:9", "nonsense://x", "tcp://no.such.host.invalid:1"]
)
def test_any_wrong_address_is_one_line(tmp_path, capsys, model, monkeypatch, address):
    _shoot(tmp_path / "in", 1, set())
    monkeypatch.setattr("dualzoom.batch.cluster_connection._ANSWER_WITHIN", "200ms")
    code, _, err = _batch(
        capsys, tmp_path / "in", "--model", model, "-o", tmp_path / "out", "--scheduler", address
    )
    assert code == 2
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1
    assert address in err


def _certificate(folder: Path) -> tuple[Path, Path, Path]:
    """An authority that vouches for itself; its certificate and key serve everyone."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, certificate, key


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_an_encrypted_scheduler_does_the_work_and_tolerates_nobody_else(tmp_path, capsys, model):
    authority, certificate, key = _certificate(tmp_path)
    security = distributed.security.Security(
        tls_ca_file=str(authority), tls_client_cert=str(certificate), tls_client_key=str(key),
        tls_scheduler_cert=str(certificate), tls_scheduler_key=str(key),
        tls_worker_cert=str(certificate), tls_worker_key=str(key), require_encryption=True,
    )  # fmt: skip
    _shoot(tmp_path / "in", 2, set())
    command = (tmp_path / "in", "--model", model, "-o", tmp_path / "out")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, security=security, protocol="tls://",
        dashboard_address=":0", silence_logs=50,
    ) as made:  # fmt: skip
        address = ("--scheduler", made.scheduler_address)
        assert _batch(capsys, *command, *address)[0] == 2
        code, lines, err = _batch(capsys, *command, *address, "--scheduler-tls", authority, certificate, key)
    assert code == 0, err
    assert [line["state"] for line in lines if "state" in line] == ["done", "done"]
