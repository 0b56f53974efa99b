"""What all tests share: where reference data lies, how many threads run, how hypothesis searches."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

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
