"""What every test relies on: no network, no telemetry, and caches that outlive no session."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from qa_inspect.language.embed import CachedEmbedder

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "0")
if "PYTEST_XDIST_WORKER" in os.environ:
    # Several test processes share the cores: threads that wait for one another would waste them.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")

SHARED_DATA = Path(__file__).parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of evaluation data beside the project; tests that need it skip without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the evaluation data is not beside this checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def sentence_model() -> CachedEmbedder:
    """The bundled sentence model, loaded once; sentences stay embedded for the session."""
    from qa_inspect.errors import ModelError
    from qa_inspect.language.embed import load_embedder

    try:
        return load_embedder()
    except ModelError as error:
        pytest.skip(str(error))
