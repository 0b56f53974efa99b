"""The trainer: resuming to the bit, learning, and checkpoints that are whole or absent."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from dualzoom.errors import UsageError, WeightsError, WriteError
from dualzoom.geometry import Size
from dualzoom.metrics.halved import score
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render
from dualzoom.training import checkpoint, run_log, validate_pairs
from dualzoom.training import objective as objective_module
from dualzoom.training.batches import batches
from dualzoom.training.confidence import overheard
from dualzoom.training.config import LossConfig, TrainConfig, load_config
from dualzoom.training.losses import correspondence_loss, reconstruction
from dualzoom.training.losses.nearby import registered_fidelity
from dualzoom.training.objective import objective
from dualzoom.training.photos import PhotoPool, find_photos, split
from dualzoom.training.simulate import SimulationConfig, patterns
from dualzoom.training.train import Trainer, run

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip
CONFIG = TrainConfig(
    steps=6, batch=2, workers=0, warmup_steps=2, validate_every=6, checkpoint_every=100, validation_samples=4,
    held_out_every=2, estimator_samples=64, network=NETWORK, simulation=SimulationConfig(lr_patch_px=48),
)  # fmt: skip


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for i in range(3):
        cv2.imwrite(str(folder / f"{i}.png"), (255 * patterns.draw(300, rng)).astype(np.uint8))
    return folder


def trained(photographs: Path, until: int, start: Trainer | None = None) -> Trainer:
    trainer = start or Trainer(CONFIG, torch.device("cpu"))
    pool = PhotoPool(find_photos([photographs]))
    for batch in batches(pool, CONFIG, trainer.step):
        if trainer.step == until:
            break
        trainer.train_step(batch)
    return trainer


def test_resuming_is_the_same_to_the_bit(photographs: Path, tmp_path: Path) -> None:
    straight = trained(photographs, 6)
    half = trained(photographs, 3)
    half.save(tmp_path / "run")
    newest = checkpoint.latest(tmp_path / "run")
    assert newest is not None
    resumed = Trainer(CONFIG, torch.device("cpu"))
    resumed.restore(newest)
    trained(photographs, 6, resumed)
    for name, value in straight.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
        assert torch.equal(straight.average[name], resumed.average[name]), name


def test_a_run_writes_weights_that_load_and_an_early_stop_resumes(photographs: Path, tmp_path: Path) -> None:
    output = tmp_path / "model.safetensors"
    assert run([photographs], CONFIG, output, minutes=0) is None
    assert not output.exists()
    assert run([photographs], CONFIG, output, resume=True) == output
    provenance = weights.load(output).info["provenance"]
    assert isinstance(provenance, dict)
    assert provenance["training"]["steps"] == 6
    assert "clean.reference" in provenance["validation_psnr"]
    assert len(run_log.read(tmp_path / "model.run")) == 1
    assert (tmp_path / "model.run" / "samples.png").is_file()


def test_training_learns(photographs: Path) -> None:
    """Sixty steps on one batch bring its error well below where it began."""
    config = replace(CONFIG, steps=60, learning_rate=4e-3)
    trainer = Trainer(config, torch.device("cpu"))
    batch = next(batches(PhotoPool(find_photos([photographs])), config, 0))
    losses = [float(trainer.train_step(batch)) for _ in range(60)]
    assert min(losses[-5:]) < 0.85 * losses[0]


def test_the_papers_losses_are_a_configuration(photographs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eq. 5 and Eq. 6 as their own modules have them, weighed as the settings say."""
    monkeypatch.setattr(objective_module, "bf16_pays", lambda device: False)
    losses = LossConfig(reconstruction="eq5", fidelity=0.5, matching=0.0)
    trainer = Trainer(CONFIG, torch.device("cpu"))
    pool = PhotoPool(find_photos([photographs]))
    batch = next(b for b in batches(pool, CONFIG, 0) if b.ref is not None)
    assert batch.ref is not None
    assert batch.validity is not None
    loss, l1 = objective(trainer.network, trainer.forward, batch, 0, losses)
    with overheard(trainer.network) as confidence:
        picture = trainer.network(batch.lr, batch.ref, batch.validity, batch.degradation)
    fidelity = registered_fidelity(picture, batch.ref, confidence.weights(batch.validity)).mean()
    expected = reconstruction(picture, batch.truth) + 0.5 * fidelity
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(l1, (picture - batch.truth).abs().mean())


def test_squares_are_a_configuration_too(photographs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objective_module, "bf16_pays", lambda device: False)
    trainer = Trainer(CONFIG, torch.device("cpu"))
    batch = next(batches(PhotoPool(find_photos([photographs])), CONFIG, 0))
    losses = [
        objective(trainer.network, trainer.forward, batch, 0, LossConfig(reconstruction=kind, matching=0.0))[
            0
        ]
        for kind in ("l1", "l2")
    ]
    picture = trainer.network(batch.lr, batch.ref, batch.validity, batch.degradation)
    torch.testing.assert_close(losses[1], 25 * (picture - batch.truth).square().mean())
    assert losses[0] != losses[1]


def test_weights_of_another_network_are_no_start(tmp_path: Path) -> None:
    """But fields of older files that mean nothing now do not make another network."""
    network = dict(CONFIG.network)
    path = weights.save(build_network(network), tmp_path / "a.safetensors", config=network)
    for same in ({}, {"projection": False, "projection_leeway": 0.5}):
        assert Trainer(replace(CONFIG, start_from=str(path), network=network | same), torch.device("cpu"))
    for other in ({"decoder_blocks": 2}, {"matching_channels": 8}):
        with pytest.raises(UsageError, match="another network"):
            Trainer(replace(CONFIG, start_from=str(path), network=network | other), torch.device("cpu"))


def test_an_unknown_loss_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.toml"
    path.write_text('[loss]\nreconstruction = "l3"\n')
    with pytest.raises(UsageError, match=r"reconstruction = 'l3' is unknown"):
        load_config(path)


def test_supervision_teaches_the_matching(photographs: Path) -> None:
    """With nothing but the known displacement, the weights of T come to point at it."""
    config = replace(CONFIG, steps=40, learning_rate=1e-2, loss=LossConfig(matching=1.0, matching_every=1))
    trainer = Trainer(config, torch.device("cpu"))
    pool = PhotoPool(find_photos([photographs]))
    batch = next(b for b in batches(pool, config, 0) if b.ref is not None)
    assert batch.ref is not None
    assert batch.shift is not None

    @torch.no_grad()
    def left() -> float:
        _, found = trainer.network.match(batch.lr, batch.ref)  # type: ignore[operator]
        return float(correspondence_loss(found, batch.shift, batch.lr, 2))

    before = left()
    for _ in range(40):
        trainer.train_step(batch)
    assert left() < 0.8 * before


def _orientation(number: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = number
    return exif


def test_a_real_pair_is_scored_as_the_protocol_has_it(tmp_path: Path) -> None:
    capture = render(5, size=Size(504, 376))
    for name, picture in (("wide", capture.wide), ("tele", capture.tele)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture[..., ::-1])
    pair = validate_pairs.load_pair(tmp_path)
    assert pair.wide.shape == (188, 252, 3)
    assert pair.truth.shape == (376, 504, 3)
    network = Trainer(CONFIG, torch.device("cpu")).averaged()
    turned = tmp_path / "turned"  # told to be turned, but compared as stored
    turned.mkdir()
    for name in ("wide", "tele"):
        Image.open(tmp_path / f"{name}.png").save(turned / f"{name}.png", exif=_orientation(6))
    np.testing.assert_array_equal(validate_pairs.load_pair(turned).truth, pair.truth)
    scores = validate_pairs.measure([pair], network, torch.device("cpu"))
    plain = score(enlarge_bicubic(pair.wide), pair.truth, pair.overlap)
    assert scores[f"{tmp_path.name}.outside"] == pytest.approx(
        plain.outside, abs=1
    )  # untrained: enlarge_bicubic, nearly
    with pytest.raises(UsageError, match="no wide photo"):
        validate_pairs.load_pair(tmp_path / "nowhere")


def test_a_diary_that_cannot_be_written_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine")
    for write in (
        lambda: run_log.note(tmp_path / "run", {"step": 1}),
        lambda: run_log.show(tmp_path / "run", []),
    ):
        with pytest.raises(WriteError, match="run"):
            write()


def test_compiling_without_a_compiler_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(UsageError, match=r"C\+\+ compiler"):
        Trainer(replace(CONFIG, compile=True), torch.device("cpu"))


def test_the_diary_draws_what_it_was_told(tmp_path: Path) -> None:
    for step in (100, 200, 200, 300):
        run_log.note(tmp_path, {"step": step, "loss": 1 / step, "psnr": {"clean.alone": step / 10}})
    assert [entry["step"] for entry in run_log.read(tmp_path)] == [100, 200, 300]
    drawn = cv2.imread(str(tmp_path / "curves.png"))
    assert drawn is not None
    empty = run_log.curves([])
    assert drawn.shape == empty.shape
    assert (drawn[..., ::-1] != empty).any(2).sum() > 500
    crops = [[np.full((8, 8, 3), shade, np.float32) for shade in (0.0, 0.5, 1.0)]] * 2
    run_log.show(tmp_path, crops)
    strip = cv2.imread(str(tmp_path / "samples.png"))
    assert strip is not None
    assert strip.shape == (16, 24, 3)
    assert strip[4, 4, 0] == 0
    assert strip[4, 20, 0] == 255


def test_learning_rate_warms_up_and_ends_at_zero() -> None:
    trainer = Trainer(CONFIG, torch.device("cpu"))
    rates = []
    for trainer.step in range(CONFIG.steps + 1):
        rates.append(trainer.learning_rate())
    assert rates[0] < rates[1]
    assert rates[-1] == pytest.approx(0)


def test_checkpoints_are_split_whole_and_damage_is_told(tmp_path: Path) -> None:
    tensors = {f"t{i}": torch.full((1 << 20,), float(i)) for i in range(9)}  # 36 MiB
    path = checkpoint.save(tmp_path, 7, tensors, {})
    parts = sorted(path.glob("part-*"))
    assert len(parts) == 3
    assert all(part.stat().st_size < 16 << 20 for part in parts)
    loaded, state = checkpoint.load(path, torch.device("cpu"))
    assert state["step"] == 7
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)
    parts[0].write_bytes(parts[0].read_bytes()[:1000])
    with pytest.raises(WeightsError, match="damaged"):
        checkpoint.load(path, torch.device("cpu"))


def test_older_checkpoints_go_when_a_newer_is_whole(tmp_path: Path) -> None:
    for step in (1, 2):
        checkpoint.save(tmp_path, step, {"a": torch.ones(1)}, {})
    newest = checkpoint.latest(tmp_path)
    assert newest is not None
    assert newest.name == "step-0000002"
    assert len(list(tmp_path.iterdir())) == 1


def test_held_out_photographs_are_not_trained_on() -> None:
    paths = [Path(f"{i:02}.jpg") for i in range(30)]
    kept, held_out = split(paths, 12)
    assert len(held_out) == 2
    assert not set(kept) & set(held_out)
    assert len(kept) + len(held_out) == 30


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps = ", "TOML"),
        ("stepps = 3", "stepps"),
        ("[loss]\nfidelty = 1", "fidelty"),
        ("[simulation]\nclear = 1", "clear"),
    ],
)
def test_bad_settings_name_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "train.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=words) as caught:
        load_config(path)
    assert "train.toml" in str(caught.value)


def test_no_photographs_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no photographs"):
        find_photos([tmp_path])


def test_settings_of_older_files_are_read_under_todays_names(tmp_path: Path) -> None:
    found = []
    for name in ("clean", "halved"):
        path = tmp_path / f"{name}.toml"
        path.write_text(f"steps = 7\n[simulation]\n{name} = 0.25\nharsh = 0.5\n")
        found.append(load_config(path))
    assert found[0] == found[1]
    assert found[0].simulation.halved == 0.25
