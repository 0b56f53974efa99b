"""What all tests share: where reference data lies, how many threads run, how hypothesis searches."""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
# Tests are no package; fixtures load the modules beside this one when they are needed.
sys.path.append(str(ROOT / "tests"))
sys.path.append(str(ROOT / "tests" / "benchmarks"))  # doctests are collected there, too, and some share parts

# A shell starts background jobs deaf to Ctrl-C, and children inherit it: tests that press it would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Read when torch starts: the same sums in the same order on any machine, and no fight for its cores.
os.environ.setdefault("OMP_NUM_THREADS", "2")

# A busy machine stalls: no deadlines. CI must not fail on luck: it always searches alike.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data; the test skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no reference data at {os.path.relpath(SHARED, ROOT)}")
    return SHARED


@pytest.fixture(scope="session")
def faults() -> Any:
    """The module of faulty files."""
    return import_module("faults")


@pytest.fixture(scope="session")
def p3() -> bytes:
    """A Display P3 profile."""
    return bytes(import_module("phone_files").display_p3())


@pytest.fixture(scope="session")
def make_exif() -> Any:
    """`make_exif(orientation=1)`: a phone's EXIF with GPS, maker note and lens."""
    return import_module("phone_files").exif_block


@pytest.fixture(scope="session")
def make_dng() -> Any:
    """`make_dng(path, scene, order="RGGB", bits=12, …)`: a phone-like raw file of a picture."""
    return import_module("phone_files").bayer_dng


@pytest.fixture(scope="session")
def make_heic() -> Any:
    """`make_heic(kind="8", exif=…, xmp=…, icc=…, nclx=…)`: the bytes of a HEIC file of the scene of `faults`."""
    return import_module("heic_files").heic


@pytest.fixture(scope="session")
def disc() -> Any:
    """A soft-edged disc of opacity, 96 × 128, 0..1."""
    return import_module("heic_files").disc()


@pytest.fixture(autouse=True)
def _thread_limits() -> None:
    """Two threads for whatever numeric library a test has loaded."""
    limit = int(os.environ["OMP_NUM_THREADS"])
    if "cv2" in sys.modules:
        sys.modules["cv2"].setNumThreads(limit)
    if "torch" in sys.modules and sys.modules["torch"].get_num_threads() != limit:
        sys.modules["torch"].set_num_threads(limit)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for `shared` is marked so: `-m "not shared"` then leaves it out."""
    for item in items:
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shared)


@pytest.fixture
def repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the model's place one that repeats every pixel."""
    model = import_module("toy_model").toy_model()
    monkeypatch.setattr("dualzoom.network.weights.load", lambda _name: model)
