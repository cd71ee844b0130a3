"""What every test relies on: no network, no telemetry, and caches that outlive no session."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "0")

SHARED_DATA = Path(__file__).parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of evaluation data beside the project; tests that need it skip without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the evaluation data is not beside this checkout")
    return SHARED_DATA
